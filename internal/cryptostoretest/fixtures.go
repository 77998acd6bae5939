//go:build goolm || libolm

package cryptostoretest

import (
	"time"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/id"
)

// Who and where things happen.
const (
	alice = id.UserID("@alice:example.org")
	bob   = id.UserID("@bob:example.org")
	room  = id.RoomID("!room:example.org")
	other = id.RoomID("!other:example.org")
)

// noon is an instant with nanoseconds, which a store may round to milliseconds.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 123_456_789, time.UTC)

// sender is a device of somebody who writes to the bot.
var sender = struct {
	identity id.Curve25519
	signing  id.Ed25519
}{"c2VuZGVyLWlkZW50aXR5LWtleS0wMTIzNDU2Nzg5YWI", "c2VuZGVyLXNpZ25pbmcta2V5LTAxMjM0NTY3ODlhYmM"}

// olmPair makes a session from one account to another and the one at the other end, which
// has decrypted the first message.
func (p *probe) olmPair() (ours, theirs *crypto.OlmSession, senderKey id.SenderKey) {
	from, to := crypto.NewOlmAccount(), crypto.NewOlmAccount()
	p.ok("make one-time keys", to.Internal.GenOneTimeKeys(1))
	oneTime, err := to.Internal.OneTimeKeys()
	p.ok("one-time keys", err)
	for _, k := range oneTime {
		session, err := from.Internal.NewOutboundSession(to.IdentityKey(), k)
		p.ok("outbound session", err)
		ours = &crypto.OlmSession{Internal: session}
	}
	_, first, err := ours.Internal.Encrypt([]byte("hello"))
	p.ok("encrypt", err)
	theirs, err = to.NewInboundSessionFrom(from.IdentityKey(), string(first))
	p.ok("inbound session", err)
	_, err = theirs.Internal.Decrypt(string(first), id.OlmMsgTypePreKey)
	p.ok("decrypt", err)
	return ours, theirs, from.IdentityKey()
}

// at sets the times of a session.
func at(session *crypto.OlmSession, created, encrypted, decrypted time.Time) *crypto.OlmSession {
	session.CreationTime, session.LastEncryptedTime, session.LastDecryptedTime = created, encrypted, decrypted
	return session
}

// megolm makes a session to send with, and the one that receives it.
func (p *probe) megolm(roomID id.RoomID) (*crypto.OutboundGroupSession, *crypto.InboundGroupSession) {
	out, err := crypto.NewOutboundGroupSession(roomID, nil, nil)
	p.ok("outbound session", err)
	out.Shared = true
	return out, p.receive(out, roomID)
}

// receive makes the session that receives what another one sends from now on.
func (p *probe) receive(out *crypto.OutboundGroupSession, roomID id.RoomID) *crypto.InboundGroupSession {
	in, err := crypto.NewInboundGroupSession(sender.identity, sender.signing, roomID, out.Internal.Key(), 0, 0, nil, false)
	p.ok("inbound session", err)
	in.ReceivedAt = noon
	return in
}

// encrypt makes a message.
func (p *probe) encrypt(out *crypto.OutboundGroupSession, text string) []byte {
	message, err := out.Encrypt([]byte(text))
	p.ok("encrypt", err)
	return message
}

// decrypts checks that the stored session reads a message.
func (p *probe) decrypts(sessionID id.SessionID, message []byte, want string) {
	session := get[*crypto.InboundGroupSession](p, "session")(p.GetGroupSession(p.ctx, room, sessionID))
	if session == nil {
		p.failf("the session is gone")
	}
	text, _, err := session.Internal.Decrypt(append([]byte(nil), message...))
	p.ok("decrypt", err)
	p.equal("text", string(text), want)
}
