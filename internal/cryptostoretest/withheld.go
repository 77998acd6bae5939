//go:build goolm || libolm

package cryptostoretest

import (
	"errors"
	"time"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

func withheldContent(sessionID id.SessionID, reason string) event.RoomKeyWithheldEventContent {
	return event.RoomKeyWithheldEventContent{
		RoomID: room, Algorithm: id.AlgorithmMegolmV1, SessionID: sessionID, SenderKey: sender.identity,
		Code: event.RoomKeyWithheldUnverified, Reason: reason,
	}
}

// isWithheld checks that a session is withheld for a reason.
func (p *probe) isWithheld(sessionID id.SessionID, code event.RoomKeyWithheldCode, reason string) {
	session, err := p.GetGroupSession(p.ctx, room, sessionID)
	if session != nil || !errors.Is(err, crypto.ErrGroupSessionWithheld) {
		p.failf("a session that is withheld: got %v, error %v", session, err)
	}
	content, err := p.GetWithheldGroupSession(p.ctx, room, sessionID)
	p.ok("withheld", err)
	if content == nil {
		p.failf("withheld for no reason")
	}
	p.equal("content", *content, event.RoomKeyWithheldEventContent{
		RoomID: room, Algorithm: id.AlgorithmMegolmV1, SessionID: sessionID, SenderKey: sender.identity, Code: code, Reason: reason,
	})
}

// isThere checks that a session is there and not withheld.
func (p *probe) isThere(sessionID id.SessionID) {
	if get[*crypto.InboundGroupSession](p, "session")(p.GetGroupSession(p.ctx, room, sessionID)) == nil {
		p.failf("the session is gone")
	}
	content := get[*event.RoomKeyWithheldEventContent](p, "withheld")(p.GetWithheldGroupSession(p.ctx, room, sessionID))
	if content != nil {
		p.failf("the session is there, and withheld: %s", content.Code)
	}
}

func withheldCases() []testCase {
	return []testCase{
		{"withheld session", func(p *probe) {
			content := get[*event.RoomKeyWithheldEventContent](p, "withheld")(p.GetWithheldGroupSession(p.ctx, room, "session"))
			if content != nil {
				p.failf("withheld in an empty store")
			}
			p.write("put", p.PutWithheldGroupSession(p.ctx, withheldContent("session", "verify first")))
			p.isWithheld("session", event.RoomKeyWithheldUnverified, "verify first")
			p.write("put again", p.PutWithheldGroupSession(p.ctx, withheldContent("session", "second")))
			p.isWithheld("session", event.RoomKeyWithheldUnverified, "verify first")
			got, err := p.GetGroupSession(p.ctx, other, "session")
			p.ok("session of another room", err)
			p.equal("session of another room", got == nil, true)
		}},
		{"a session replaces withheld", func(p *probe) {
			_, in := p.megolm(room)
			p.write("put", p.PutWithheldGroupSession(p.ctx, withheldContent(in.ID(), "verify first")))
			p.write("put", p.PutGroupSession(p.ctx, in))
			p.isThere(in.ID())
		}},
		{"withheld does not replace a session", func(p *probe) {
			_, in := p.megolm(room)
			p.write("put", p.PutGroupSession(p.ctx, in))
			p.write("put", p.PutWithheldGroupSession(p.ctx, withheldContent(in.ID(), "verify first")))
			p.isThere(in.ID())
		}},
	}
}

func redactCases() []testCase {
	const code = event.RoomKeyWithheldBeeperRedacted
	ids := func(p *probe) func([]id.SessionID, error) []id.SessionID { return get[[]id.SessionID](p, "redact") }
	put := func(p *probe, roomID id.RoomID, change func(*crypto.InboundGroupSession)) id.SessionID {
		_, in := p.megolm(roomID)
		change(in)
		p.write("put", p.PutGroupSession(p.ctx, in))
		return in.ID()
	}
	keep := func(*crypto.InboundGroupSession) {}
	return []testCase{
		{"redact one session", func(p *probe) {
			gone, stays := put(p, room, keep), put(p, room, keep)
			p.isThere(gone) // and in the memory of the store
			p.write("redact", p.RedactGroupSession(p.ctx, room, gone, "used up"))
			p.write("redact what is not there", p.RedactGroupSession(p.ctx, room, "session", "used up"))
			p.isWithheld(gone, code, "Session redacted: used up")
			p.isThere(stays)
		}},
		{"redact by room and sender", func(p *probe) {
			stranger := func(in *crypto.InboundGroupSession) { in.SenderKey = "somebody else" }
			here, there := put(p, room, keep), put(p, other, keep)
			theirs, scheduled := put(p, room, stranger), put(p, room, func(in *crypto.InboundGroupSession) { in.IsScheduled = true })
			timeless := put(p, room, func(in *crypto.InboundGroupSession) { in.ReceivedAt = time.Time{} })
			if _, err := p.RedactGroupSessions(p.ctx, "", "", "all"); err == nil {
				p.failf("everything may be redacted")
			}
			got := ids(p)(p.RedactGroupSessions(p.ctx, room, sender.identity, "both"))
			p.equal("both", got, []id.SessionID{here})
			p.reopen()
			p.isWithheld(here, code, "Session redacted: both")
			got = ids(p)(p.RedactGroupSessions(p.ctx, "", sender.identity, "sender"))
			p.equal("by sender", got, []id.SessionID{there})
			p.reopen()
			got = ids(p)(p.RedactGroupSessions(p.ctx, room, "", "room"))
			p.equal("by room", got, []id.SessionID{theirs})
			p.reopen()
			p.equal("again", len(ids(p)(p.RedactGroupSessions(p.ctx, room, "", "room"))), 0)
			p.isThere(scheduled)
			p.isThere(timeless)
		}},
		{"redact expired sessions", func(p *probe) {
			arrived := func(ago, maxAge time.Duration) func(*crypto.InboundGroupSession) {
				return func(in *crypto.InboundGroupSession) {
					in.ReceivedAt, in.MaxAge = time.Now().UTC().Add(-ago), maxAge.Milliseconds()
				}
			}
			expired, fresh, ageless := put(p, room, arrived(96*time.Hour, 24*time.Hour)), put(p, room, arrived(96*time.Hour, 72*time.Hour)), put(p, room, arrived(96*time.Hour, 0))
			scheduled := put(p, room, func(in *crypto.InboundGroupSession) {
				arrived(96*time.Hour, time.Hour)(in)
				in.IsScheduled = true
			})
			p.equal("expired", ids(p)(p.RedactExpiredGroupSessions(p.ctx)), []id.SessionID{expired})
			p.reopen()
			p.isWithheld(expired, code, "Session redacted: expired")
			for _, session := range []id.SessionID{fresh, ageless, scheduled} {
				p.isThere(session)
			}
		}},
		{"redact outdated sessions", func(p *probe) {
			outdated := put(p, room, func(in *crypto.InboundGroupSession) { in.ReceivedAt = time.Time{} })
			stays := put(p, room, keep)
			p.equal("outdated", ids(p)(p.RedactOutdatedGroupSessions(p.ctx)), []id.SessionID{outdated})
			p.reopen()
			p.isWithheld(outdated, code, "Session redacted: outdated")
			p.isThere(stays)
		}},
		{"a key after redaction", func(p *probe) {
			out, in := p.megolm(room)
			message := p.encrypt(out, "hello")
			p.write("put", p.PutGroupSession(p.ctx, in))
			p.write("redact", p.RedactGroupSession(p.ctx, room, in.ID(), "used up"))
			p.write("put", p.PutGroupSession(p.ctx, in))
			p.decrypts(in.ID(), message, "hello")
			p.isThere(in.ID())
		}},
	}
}

func listCases() []testCase {
	return []testCase{
		{"lists of sessions", func(p *probe) {
			var here, there []id.SessionID
			for i := range 6 {
				roomID, list := room, &here
				if i%2 == 1 {
					roomID, list = other, &there
				}
				_, in := p.megolm(roomID)
				if i < 2 {
					in.KeyBackupVersion = "2"
				}
				p.write("put", p.PutGroupSession(p.ctx, in))
				*list = append(*list, in.ID())
			}
			p.write("put", p.PutWithheldGroupSession(p.ctx, withheldContent("session", "never listed")))
			p.listed("room", p.GetGroupSessionsForRoom(p.ctx, room), here)
			p.listed("all", p.GetAllGroupSessions(p.ctx), here, there)
			p.listed("not in the backup", p.GetGroupSessionsWithoutKeyBackupVersion(p.ctx, "2"), here[1:], there[1:])
			p.listed("not in another backup", p.GetGroupSessionsWithoutKeyBackupVersion(p.ctx, "3"), here, there)
			p.listed("empty room", p.GetGroupSessionsForRoom(p.ctx, "!empty:example.org"))
		}},
		{"write while listing", func(p *probe) {
			for range 3 {
				_, in := p.megolm(room)
				p.write("put", p.PutGroupSession(p.ctx, in))
			}
			list, err := p.GetAllGroupSessions(p.ctx).AsList()
			p.ok("list", err)
			for _, session := range list {
				session.KeyBackupVersion = "4"
				p.ok("put", p.PutGroupSession(p.ctx, session))
			}
			p.reopen()
			p.listed("not in the backup", p.GetGroupSessionsWithoutKeyBackupVersion(p.ctx, "4"))
		}},
	}
}
