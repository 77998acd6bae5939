//go:build goolm || libolm

package cryptostoretest

import (
	"time"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/id"
)

func inboundCases() []testCase {
	session := func(p *probe, roomID id.RoomID, sessionID id.SessionID) *crypto.InboundGroupSession {
		return get[*crypto.InboundGroupSession](p, "session")(p.GetGroupSession(p.ctx, roomID, sessionID))
	}
	return []testCase{
		{"Megolm session", func(p *probe) {
			out, in := p.megolm(room)
			if session(p, room, in.ID()) != nil {
				p.failf("a session in an empty store")
			}
			first, second := p.encrypt(out, "first"), p.encrypt(out, "second")
			in.ForwardingChains = []string{"one", "two"}
			in.MaxAge, in.MaxMessages, in.IsScheduled, in.SharedHistory = time.Hour.Milliseconds(), 100, true, new(true)
			in.KeyBackupVersion, in.KeySource, in.SourceUser = "7", id.KeySourceForward, alice
			pickle, err := in.Internal.Pickle([]byte("test"))
			p.ok("pickle", err)
			p.write("put", p.PutGroupSession(p.ctx, in))
			if session(p, other, in.ID()) != nil {
				p.failf("the session is in another room")
			}
			got := session(p, room, in.ID())
			gotPickle, err := got.Internal.Pickle([]byte("test"))
			p.ok("pickle", err)
			p.equal("pickle", string(gotPickle), string(pickle))
			p.equal("id", got.ID(), in.ID())
			p.equal("received", got.ReceivedAt.UnixMilli(), in.ReceivedAt.UnixMilli())
			for what, pair := range map[string][2]any{
				"room": {got.RoomID, room}, "sender key": {got.SenderKey, sender.identity}, "signing key": {got.SigningKey, sender.signing},
				"chains": {got.ForwardingChains, in.ForwardingChains}, "max age": {got.MaxAge, in.MaxAge},
				"max messages": {got.MaxMessages, 100}, "scheduled": {got.IsScheduled, true}, "shared history": {got.SharedHistory, new(true)},
				"backup": {got.KeyBackupVersion, in.KeyBackupVersion}, "source": {got.KeySource, in.KeySource}, "source user": {got.SourceUser, alice},
			} {
				p.equal(what, pair[0], pair[1])
			}
			p.decrypts(in.ID(), second, "second") // in any order, again and again
			p.decrypts(in.ID(), first, "first")
			p.decrypts(in.ID(), second, "second")
		}},
		{"Megolm session with nothing but keys", func(p *probe) {
			_, in := p.megolm(room)
			in.ReceivedAt, in.ForwardingChains = time.Time{}, nil
			p.write("put", p.PutGroupSession(p.ctx, in))
			got := session(p, room, in.ID())
			p.equal("received", got.ReceivedAt.IsZero(), true)
			p.equal("chains", len(got.ForwardingChains), 0)
			p.equal("history", got.SharedHistory == nil, true)
		}},
		{"better Megolm session", func(p *probe) {
			out, early := p.megolm(room)
			first := p.encrypt(out, "first")
			late := p.receive(out, room)
			p.write("put", p.PutGroupSession(p.ctx, late))
			p.equal("first index", session(p, room, late.ID()).Internal.FirstKnownIndex(), uint32(1))
			p.write("put", p.PutGroupSession(p.ctx, early))
			p.equal("first index", session(p, room, late.ID()).Internal.FirstKnownIndex(), uint32(0))
			p.decrypts(early.ID(), first, "first")
		}},
		{"ratcheted Megolm session", func(p *probe) {
			out, in := p.megolm(room)
			p.encrypt(out, "lost")
			kept := p.encrypt(out, "kept")
			p.write("put", p.PutGroupSession(p.ctx, in))
			got := session(p, room, in.ID())
			p.ok("ratchet", got.RatchetTo(1))
			p.write("put", p.PutGroupSession(p.ctx, got))
			p.equal("first index", session(p, room, in.ID()).Internal.FirstKnownIndex(), uint32(1))
			p.decrypts(in.ID(), kept, "kept")
		}},
		{"ratchet safety", func(p *probe) {
			_, in := p.megolm(room)
			in.RatchetSafety = crypto.RatchetSafety{NextIndex: 9, MissedIndices: []uint{3, 5}, LostIndices: []uint{1}}
			p.write("put", p.PutGroupSession(p.ctx, in))
			p.equal("safety", session(p, room, in.ID()).RatchetSafety, in.RatchetSafety)
			got := session(p, room, in.ID())
			got.RatchetSafety = crypto.RatchetSafety{NextIndex: 10}
			p.write("put", p.PutGroupSession(p.ctx, got))
			p.equal("safety", session(p, room, in.ID()).RatchetSafety, got.RatchetSafety)
		}},
		{"what is not put is not kept", func(p *probe) {
			_, in := p.megolm(room)
			in.RatchetSafety.MissedIndices = []uint{1, 2}
			p.write("put", p.PutGroupSession(p.ctx, in))
			got := session(p, room, in.ID())
			got.RatchetSafety.NextIndex, got.KeySource = 99, id.KeySourceImport
			if len(got.RatchetSafety.MissedIndices) > 0 {
				got.RatchetSafety.MissedIndices[0] = 99
			}
			p.equal("next index", session(p, room, in.ID()).RatchetSafety.NextIndex, uint(0))
			p.equal("source", session(p, room, in.ID()).KeySource, in.KeySource)
			for _, missed := range session(p, room, in.ID()).RatchetSafety.MissedIndices {
				p.equal("missed", missed < 99, true)
			}
		}},
		{"same Megolm session in another room", func(p *probe) {
			out, in := p.megolm(room)
			message := p.encrypt(out, "hello")
			p.write("put", p.PutGroupSession(p.ctx, in))
			p.write("put", p.PutGroupSession(p.ctx, p.receive(out, other)))
			p.decrypts(in.ID(), message, "hello")
			p.equal("room", session(p, other, in.ID()).RoomID, other)
		}},
	}
}
