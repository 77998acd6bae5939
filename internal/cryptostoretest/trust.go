//go:build goolm || libolm

package cryptostoretest

import (
	"maunium.net/go/mautrix/id"
)

func trustCases() []testCase {
	keys := func(p *probe) map[id.CrossSigningUsage]id.CrossSigningKey {
		return get[map[id.CrossSigningUsage]id.CrossSigningKey](p, "keys")(p.GetCrossSigningKeys(p.ctx, alice))
	}
	signed := func(p *probe, k, by id.Ed25519) bool {
		return get[bool](p, "signed")(p.IsKeySignedBy(p.ctx, alice, k, bob, by))
	}
	signatures := func(p *probe, k id.Ed25519) map[id.Ed25519]string {
		return get[map[id.Ed25519]string](p, "signatures")(p.GetSignaturesForKeyBy(p.ctx, alice, k, bob))
	}
	drop := func(p *probe, by id.Ed25519) int64 {
		dropped := get[int64](p, "drop")(p.DropSignaturesByKey(p.ctx, bob, by))
		p.reopen()
		return dropped
	}
	return []testCase{
		{"cross-signing keys", func(p *probe) {
			p.equal("of somebody unknown", len(keys(p)), 0)
			p.write("put", p.PutCrossSigningKey(p.ctx, alice, id.XSUsageMaster, "master"))
			p.write("put", p.PutCrossSigningKey(p.ctx, alice, id.XSUsageSelfSigning, "self"))
			p.write("put", p.PutCrossSigningKey(p.ctx, bob, id.XSUsageMaster, "of bob"))
			p.equal("keys", keys(p), map[id.CrossSigningUsage]id.CrossSigningKey{
				id.XSUsageMaster: {Key: "master", First: "master"}, id.XSUsageSelfSigning: {Key: "self", First: "self"},
			})
		}},
		{"the first key stays known", func(p *probe) {
			for _, k := range []id.Ed25519{"first", "second", "third"} {
				p.write("put", p.PutCrossSigningKey(p.ctx, alice, id.XSUsageMaster, k))
			}
			p.equal("master", keys(p)[id.XSUsageMaster], id.CrossSigningKey{Key: "third", First: "first"})
		}},
		{"trust another master key", func(p *probe) {
			if p.ResetMasterKeyTOFU(p.ctx, alice, "first") == nil {
				p.failf("a key of somebody unknown is trusted")
			}
			p.write("put", p.PutCrossSigningKey(p.ctx, alice, id.XSUsageMaster, "first"))
			p.write("put", p.PutCrossSigningKey(p.ctx, alice, id.XSUsageMaster, "second"))
			p.write("put", p.PutCrossSigningKey(p.ctx, alice, id.XSUsageSelfSigning, "self"))
			for _, wrong := range []id.Ed25519{"first", "self", ""} {
				if p.ResetMasterKeyTOFU(p.ctx, alice, wrong) == nil {
					p.failf("a key that is not the master key is trusted")
				}
			}
			p.equal("master", keys(p)[id.XSUsageMaster], id.CrossSigningKey{Key: "second", First: "first"})
			p.write("trust", p.ResetMasterKeyTOFU(p.ctx, alice, "second"))
			p.equal("master", keys(p)[id.XSUsageMaster], id.CrossSigningKey{Key: "second", First: "second"})
		}},
		{"signatures", func(p *probe) {
			p.equal("unsigned", signed(p, "key", "signer"), false)
			p.equal("unsigned", len(signatures(p, "key")), 0)
			p.write("put", p.PutSignature(p.ctx, alice, "key", bob, "signer", "one"))
			p.write("put", p.PutSignature(p.ctx, alice, "key", bob, "another", "two"))
			p.write("put again", p.PutSignature(p.ctx, alice, "key", bob, "signer", "three"))
			p.write("put for another", p.PutSignature(p.ctx, alice, "key", alice, "own", "four"))
			p.equal("signed", signed(p, "key", "signer"), true)
			p.equal("other key", signed(p, "other", "signer"), false)
			p.equal("other signer", signed(p, "key", "own"), false)
			p.equal("the same letters", signed(p, "keysigner", ""), false)
			p.equal("signatures", signatures(p, "key"), map[id.Ed25519]string{"signer": "three", "another": "two"})
		}},
		{"drop signatures", func(p *probe) {
			p.equal("none", drop(p, "signer"), int64(0))
			p.write("put", p.PutSignature(p.ctx, alice, "key", bob, "signer", "one"))
			p.write("put", p.PutSignature(p.ctx, alice, "other", bob, "signer", "two"))
			p.write("put", p.PutSignature(p.ctx, bob, "device", bob, "signer", "three"))
			p.write("put", p.PutSignature(p.ctx, alice, "key", bob, "stays", "four"))
			p.write("put", p.PutSignature(p.ctx, alice, "key", alice, "signer", "five"))
			p.write("put", p.PutSignature(p.ctx, bob, "signer", bob, "stays", "six")) // of the key, not by it
			p.equal("dropped", drop(p, "signer"), int64(3))
			p.equal("again", drop(p, "signer"), int64(0))
			p.equal("signatures", signatures(p, "key"), map[id.Ed25519]string{"stays": "four"})
			p.equal("left", drop(p, "stays"), int64(2))
		}},
	}
}
