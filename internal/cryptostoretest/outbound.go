//go:build goolm || libolm

package cryptostoretest

import (
	"time"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/id"
)

func outboundCases() []testCase {
	session := func(p *probe, roomID id.RoomID) *crypto.OutboundGroupSession {
		return get[*crypto.OutboundGroupSession](p, "outbound session")(p.GetOutboundGroupSession(p.ctx, roomID))
	}
	shared := func(p *probe, userID id.UserID, k id.IdentityKey, sessionID id.SessionID) bool {
		return get[bool](p, "shared")(p.IsOutboundGroupSessionShared(p.ctx, userID, k, sessionID))
	}
	return []testCase{
		{"outbound session", func(p *probe) {
			if session(p, room) != nil {
				p.failf("a session in an empty store")
			}
			out, in := p.megolm(room)
			out.MaxAge, out.MaxMessages, out.SharedHistory = time.Hour, 7, new(false)
			p.write("add", p.AddOutboundGroupSession(p.ctx, out))
			p.equal("other room", session(p, other) == nil, true)
			got := session(p, room)
			p.equal("id", got.ID(), out.ID())
			p.equal("created", got.CreationTime.UnixMilli(), out.CreationTime.UnixMilli())
			for what, pair := range map[string][2]any{
				"room": {got.RoomID, room}, "shared": {got.Shared, true}, "max messages": {got.MaxMessages, 7}, "max age": {got.MaxAge, time.Hour},
				"messages": {got.MessageCount, 0}, "shared history": {got.SharedHistory, new(false)},
			} {
				p.equal(what, pair[0], pair[1])
			}
			for index, text := range []string{"one", "two", "three"} { // never the same index twice
				got := session(p, room)
				p.equal("messages", got.MessageCount, index)
				plain, at, err := in.Internal.Decrypt(p.encrypt(got, text))
				p.ok("decrypt", err)
				p.equal("text", string(plain), text)
				p.equal("index", at, uint(index))
				p.write("update", p.UpdateOutboundGroupSession(p.ctx, got))
			}
		}},
		{"one outbound session for each room", func(p *probe) {
			old, _ := p.megolm(room)
			out, _ := p.megolm(room)
			p.write("add", p.AddOutboundGroupSession(p.ctx, old))
			p.write("add", p.AddOutboundGroupSession(p.ctx, out))
			p.equal("id", session(p, room).ID(), out.ID())
			p.encrypt(old, "late")
			p.write("update of the old one", p.UpdateOutboundGroupSession(p.ctx, old))
			p.equal("id", session(p, room).ID(), out.ID())
			p.equal("messages", session(p, room).MessageCount, 0)
		}},
		{"removed outbound session", func(p *probe) {
			out, _ := p.megolm(room)
			p.write("add", p.AddOutboundGroupSession(p.ctx, out))
			p.write("remove", p.RemoveOutboundGroupSession(p.ctx, room))
			p.write("remove again", p.RemoveOutboundGroupSession(p.ctx, room))
			p.encrypt(out, "late")
			p.write("update", p.UpdateOutboundGroupSession(p.ctx, out))
			p.equal("gone", session(p, room) == nil, true)
		}},
		{"marks of shared sessions", func(p *probe) {
			p.equal("unmarked", shared(p, alice, "key", "session"), false)
			p.write("mark", p.MarkOutboundGroupSessionShared(p.ctx, alice, "key", "session"))
			p.equal("marked", shared(p, alice, "key", "session"), true)
			p.equal("other user", shared(p, bob, "key", "session"), false)
			p.equal("other key", shared(p, alice, "other", "session"), false)
			p.equal("other session", shared(p, alice, "key", "other"), false)
			p.equal("the same letters", shared(p, alice, "k", "eysession"), false)
		}},
		{"mark a shared session twice", func(p *probe) {
			p.write("mark", p.MarkOutboundGroupSessionShared(p.ctx, alice, "key", "session"))
			p.write("mark", p.MarkOutboundGroupSessionShared(p.ctx, alice, "key", "session"))
			p.equal("marked", shared(p, alice, "key", "session"), true)
		}},
	}
}

func indexCases() []testCase {
	valid := func(p *probe, sessionID id.SessionID, eventID id.EventID, index uint, timestamp int64) bool {
		ok := get[bool](p, "validate")(p.ValidateMessageIndex(p.ctx, sessionID, eventID, index, timestamp))
		p.reopen()
		return ok
	}
	return []testCase{
		{"message index", func(p *probe) {
			p.equal("unseen without event", valid(p, "session", "", 0, 0), true)
			p.equal("unseen without event, again", valid(p, "session", "", 0, 0), true)
			p.equal("unseen", valid(p, "session", "$one", 0, 1000), true)
			p.equal("another time", valid(p, "session", "$one", 0, 1001), false)
			p.equal("another event", valid(p, "session", "$two", 0, 1000), false)
			p.equal("the same", valid(p, "session", "$one", 0, 1000), true)
			p.equal("seen, without event", valid(p, "session", "", 0, 0), false)
			p.equal("another session", valid(p, "other", "$two", 0, 1000), true)
			p.equal("another index", valid(p, "session", "$two", 1, 1000), true)
			p.equal("a far index", valid(p, "session", "$three", 1<<31, -1), true)
			p.equal("a far index, again", valid(p, "session", "$three", 1<<31, -1), true)
		}},
	}
}
