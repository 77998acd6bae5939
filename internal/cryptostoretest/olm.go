//go:build goolm || libolm

package cryptostoretest

import (
	"time"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/id"
)

func olmCases() []testCase {
	sessions := func(p *probe, k id.SenderKey) crypto.OlmSessionList {
		return get[crypto.OlmSessionList](p, "sessions")(p.GetSessions(p.ctx, k))
	}
	latest := func(p *probe, k id.SenderKey) *crypto.OlmSession {
		return get[*crypto.OlmSession](p, "latest session")(p.GetLatestSession(p.ctx, k))
	}
	newest := func(p *probe, k id.SenderKey) time.Time {
		return get[time.Time](p, "newest session")(p.GetNewestSessionCreationTS(p.ctx, k))
	}
	return []testCase{
		{"no Olm session", func(p *probe) {
			p.equal("has", p.HasSession(p.ctx, "nobody"), false)
			p.equal("list", len(sessions(p, "nobody")), 0)
			if latest(p, "nobody") != nil {
				p.failf("a latest session of nobody")
			}
			p.equal("newest", newest(p, "nobody").IsZero(), true)
		}},
		{"Olm session", func(p *probe) {
			ours, theirs, k := p.olmPair()
			p.write("add", p.AddSession(p.ctx, k, at(theirs, noon, noon.Add(time.Hour), noon.Add(2*time.Hour))))
			p.equal("has", p.HasSession(p.ctx, k), true)
			p.equal("has of another", p.HasSession(p.ctx, k+"x"), false)
			got := latest(p, k)
			p.equal("id", got.ID(), theirs.ID())
			p.equal("created", got.CreationTime.UnixMilli(), noon.UnixMilli())
			p.equal("encrypted", got.LastEncryptedTime.Sub(got.CreationTime), time.Hour)
			p.equal("decrypted", got.LastDecryptedTime.Sub(got.CreationTime), 2*time.Hour)
			for _, text := range []string{"one", "two", "three"} { // each from the step the last one left
				kind, message, err := ours.Internal.Encrypt([]byte(text))
				p.ok("encrypt", err)
				got := latest(p, k)
				plain, err := got.Internal.Decrypt(string(message), kind)
				p.ok("decrypt", err)
				p.equal("text", string(plain), text)
				p.write("update", p.UpdateSession(p.ctx, k, got))
			}
		}},
		{"Olm session has one pointer", func(p *probe) {
			_, theirs, k := p.olmPair()
			p.ok("add", p.AddSession(p.ctx, k, theirs))
			if latest(p, k) != theirs || sessions(p, k)[0] != theirs {
				p.failf("another pointer than the one that was added")
			}
			p.reopen()
			loaded := latest(p, k)
			if sessions(p, k)[0] != loaded || latest(p, k) != loaded {
				p.failf("another pointer than the one that was given out")
			}
		}},
		{"Olm sessions in order", func(p *probe) {
			_, first, k := p.olmPair()
			_, second, _ := p.olmPair()
			_, third, _ := p.olmPair()
			p.write("add", p.AddSession(p.ctx, k, at(first, noon, noon, noon.Add(time.Minute))))
			p.write("add", p.AddSession(p.ctx, k, at(second, noon.Add(time.Hour), noon, noon.Add(3*time.Minute))))
			p.write("add", p.AddSession(p.ctx, k, at(third, noon.Add(2*time.Hour), noon.Add(2*time.Hour), noon.Add(2*time.Hour))))
			third = latest(p, k)
			p.equal("latest", third.ID(), sessions(p, k)[0].ID())
			p.write("update", p.UpdateSession(p.ctx, k, at(third, third.CreationTime, third.CreationTime, noon.Add(2*time.Minute))))
			var order []id.SessionID
			for _, s := range sessions(p, k) {
				order = append(order, s.ID())
			}
			p.equal("order", order, []id.SessionID{second.ID(), third.ID(), first.ID()})
			p.equal("latest", latest(p, k).ID(), second.ID())
		}},
		{"newest Olm session that was used", func(p *probe) {
			_, used, k := p.olmPair()
			_, unused, _ := p.olmPair()
			p.write("add", p.AddSession(p.ctx, k, at(unused, noon.Add(time.Hour), noon.Add(time.Hour), noon.Add(time.Hour))))
			p.equal("unused alone", newest(p, k).IsZero(), true)
			p.write("add", p.AddSession(p.ctx, k, at(used, noon, noon, noon.Add(time.Minute))))
			p.equal("newest", newest(p, k).UnixMilli(), noon.UnixMilli())
		}},
		{"deleted Olm session", func(p *probe) {
			_, theirs, k := p.olmPair()
			_, stays, _ := p.olmPair()
			p.write("add", p.AddSession(p.ctx, k, at(theirs, noon, noon, noon.Add(time.Hour))))
			p.write("add", p.AddSession(p.ctx, k, at(stays, noon, noon, noon)))
			gone := latest(p, k)
			p.ok("delete", p.DeleteSession(p.ctx, k, gone))
			p.write("update of what is gone", p.UpdateSession(p.ctx, k, gone))
			p.equal("left", len(sessions(p, k)), 1)
			p.equal("latest", latest(p, k).ID(), stays.ID())
		}},
		{"no Olm session after the last was deleted", func(p *probe) {
			_, theirs, k := p.olmPair()
			p.ok("add", p.AddSession(p.ctx, k, theirs))
			p.ok("delete", p.DeleteSession(p.ctx, k, theirs))
			p.equal("has", p.HasSession(p.ctx, k), false)
			p.reopen()
			p.equal("has", p.HasSession(p.ctx, k), false)
		}},
	}
}

func hashCases() []testCase {
	hash := func(p *probe, h byte) time.Time {
		return get[time.Time](p, "hash")(p.GetOlmHash(p.ctx, [32]byte{h}))
	}
	return []testCase{
		{"hashes of Olm messages", func(p *probe) {
			p.write("put the account", p.PutAccount(p.ctx, crypto.NewOlmAccount())) // always there by then
			p.equal("unknown", hash(p, 1).IsZero(), true)
			for h := range byte(4) {
				p.write("put", p.PutOlmHash(p.ctx, [32]byte{h}, noon.Add(time.Duration(h)*time.Hour)))
			}
			p.write("put again", p.PutOlmHash(p.ctx, [32]byte{1}, noon.Add(24*time.Hour)))
			p.equal("the first time stays", hash(p, 1).UnixMilli(), noon.Add(time.Hour).UnixMilli())
			p.write("delete", p.DeleteOldOlmHashes(p.ctx, noon.Add(2*time.Hour)))
			for h, gone := range []bool{true, true, false, false} {
				p.equal("gone", hash(p, byte(h)).IsZero(), gone)
			}
		}},
	}
}
