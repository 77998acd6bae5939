//go:build goolm || libolm

package e2ee

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/secret"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// device is the bot's device as a peer sees it.
func (p *peer) device(user id.UserID) *id.Device {
	p.t.Helper()
	require.NoError(p.t, p.machine.fetchLists(p.t.Context(), []id.UserID{user}))
	device, err := p.machine.store.GetDevice(p.t.Context(), user, "BOT")
	require.NoError(p.t, err)
	return device
}

// sendKey sends the key to a new session for a room, and returns that.
func (p *peer) sendKey(to *id.Device, room id.RoomID) id.SessionID {
	p.t.Helper()
	session, err := crypto.NewOutboundGroupSession(room, nil, nil)
	require.NoError(p.t, err)
	require.NoError(p.t, p.machine.mach.SendEncryptedToDevice(p.t.Context(), to, event.ToDeviceRoomKey, session.ShareContent()))
	return session.ID()
}

// keysOf are the sessions in the store that came from somebody.
func (p *peer) keysOf(user id.UserID) map[id.SessionID]id.RoomID {
	p.t.Helper()
	sessions, err := p.machine.store.GetAllGroupSessions(p.t.Context()).AsList()
	require.NoError(p.t, err)
	found := map[id.SessionID]id.RoomID{}
	for _, s := range sessions {
		if s.SourceUser == user {
			found[s.ID()] = s.RoomID
		}
	}
	return found
}

// receiveKey stores a new session as if it had come from somebody.
func (p *peer) receiveKey(room id.RoomID, user id.UserID) id.SessionID {
	p.t.Helper()
	out, err := crypto.NewOutboundGroupSession(room, nil, nil)
	require.NoError(p.t, err)
	in, err := crypto.NewInboundGroupSession("sender", "signing", room, out.Internal.Key(), 0, 0, nil, false)
	require.NoError(p.t, err)
	in.SourceUser = user
	require.NoError(p.t, p.machine.store.PutGroupSession(p.t.Context(), in))
	return in.ID()
}

// Somebody who is in no room with the bot sends keys without end. A few stay, and none of those
// that Ada sends before the bot is in her room goes.
func TestKeysOfStrangers(t *testing.T) {
	t.Parallel()
	srv := matrixtest.NewServer(t)
	ada := newPeer(t, on(srv, srv.User("ada"), "PHONE"), nil)
	eve := newPeer(t, on(srv, srv.User("eve"), "EVE"), nil)
	bot := newPeer(t, on(srv, srv.User("bot"), "BOT"), nil)
	room := srv.User("ada").CreateRoom(matrixtest.RoomOptions{Encrypted: true})
	srv.User("ada").Invite(room, bot.client.UserID)
	ada.listen().say(room, "too early")

	to := eve.device(bot.client.UserID)
	for i := range maxKeysOfStranger + 20 {
		eve.sendKey(to, id.RoomID(fmt.Sprintf("!%d:matrix.example", i)))
	}
	bot.listen()
	last := eve.sendKey(to, room)
	bot.listen()
	assert.Len(t, bot.keysOf(eve.client.UserID), maxKeysOfStranger)
	assert.Contains(t, bot.keysOf(eve.client.UserID), last, "the oldest went")
	for i := range maxKeysWaiting + 50 {
		bot.receiveKey("!nowhere:matrix.example", id.UserID(fmt.Sprintf("@%d:matrix.example", i%(maxKeysWaiting/2))))
	}
	sessions, err := bot.machine.store.GetAllGroupSessions(t.Context()).AsList()
	require.NoError(t, err)
	assert.LessOrEqual(t, len(sessions), maxKeysWaiting)

	srv.User("bot").Join(room)
	ada.say(room, "in time")
	require.Equal(t, []string{"too early", "in time"}, bot.listen().said())
	require.NoError(t, bot.failure())
}

// A member of a room can have the bot keep a number of keys for it. What was used, what others
// sent and the bot's own keys stay.
func TestKeysOfMembers(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	carol := newPeer(t, on(srv, srv.User("carol"), ""), nil)
	srv.User("ada").Invite(room, carol.client.UserID)
	srv.User("carol").Join(room)
	ada.listen().say(room, "one")
	carol.listen().say(room, "two")
	bot.listen().say(room, "three")
	require.Equal(t, []string{"one", "two"}, bot.said())
	used := bot.keysOf(ada.client.UserID)
	require.Len(t, used, 1)

	first := bot.receiveKey(room, ada.client.UserID)
	for range maxKeysOfMember + 10 {
		bot.receiveKey(room, ada.client.UserID)
	}
	bot.restart(nil)
	last := bot.receiveKey(room, ada.client.UserID)
	kept := bot.keysOf(ada.client.UserID)
	assert.LessOrEqual(t, len(kept), maxKeysOfMember)
	assert.Greater(t, len(kept), maxKeysOfMember*8/10)
	assert.Subset(t, kept, used)
	assert.NotContains(t, kept, first)
	assert.Contains(t, kept, last)
	assert.Len(t, bot.keysOf(carol.client.UserID), 1)
	assert.Len(t, bot.keysOf(bot.client.UserID), 1)
	ada.say(room, "four")
	require.Equal(t, []string{"four"}, bot.listen().said())
}

// A room with a long history comes out of the backup whole, and nobody pushes it out.
func TestLongHistory(t *testing.T) {
	t.Parallel()
	var key secret.Secret
	srv, room, ada, bot := pair(t, nil, keeper(&key))
	var history []id.SessionID
	for range maxKeysOfMember + 10 {
		history = append(history, bot.receiveKey(room, bot.client.UserID))
	}
	for _, session := range history {
		bot.machine.backup.add(room, session)
	}
	require.NoError(t, bot.machine.uploadPending(t.Context(), bot.machine.backup.key, bot.machine.backup.version))
	fresh := newPeer(t, on(srv, srv.User("bot"), "FRESH"), keeper(&key)).listen()
	for range maxKeysOfMember + 10 {
		fresh.receiveKey(room, ada.client.UserID)
	}
	for _, session := range history {
		found, err := fresh.machine.store.GetGroupSession(t.Context(), room, session)
		require.NoError(t, err)
		require.NotNil(t, found)
	}
}

// A member can say of a number of keys that they are withheld, in so many words. One that comes
// in spite of that is taken, and is not dropped in place of the note.
func TestWithheldWithoutEnd(t *testing.T) {
	t.Parallel()
	_, room, ada, bot := pair(t, nil, nil)
	withhold := func(session id.SessionID) {
		bot.machine.handleToDevice(t.Context(), &event.Event{
			Sender: ada.client.UserID, Type: event.ToDeviceRoomKeyWithheld,
			Content: event.Content{Parsed: &event.RoomKeyWithheldEventContent{
				RoomID: room, SessionID: session, Algorithm: id.AlgorithmMegolmV1, Code: "m.unverified", Reason: strings.Repeat("ß", 20_000),
			}},
		})
	}
	to := ada.device(bot.client.UserID)
	session, err := crypto.NewOutboundGroupSession(room, nil, nil)
	require.NoError(t, err)
	withhold(session.ID())
	content, err := bot.machine.store.GetWithheldGroupSession(t.Context(), room, session.ID())
	require.NoError(t, err)
	assert.LessOrEqual(t, len(content.Reason), maxReason)
	require.NoError(t, ada.machine.mach.SendEncryptedToDevice(t.Context(), to, event.ToDeviceRoomKey, session.ShareContent()))
	bot.listen()

	withhold(id.SessionID(strings.Repeat("x", 1000)))
	for i := range maxKeysOfMember * 2 {
		withhold(id.SessionID(fmt.Sprint("session", i)))
	}
	noted := 0
	for i := range maxKeysOfMember * 2 {
		content, err := bot.machine.store.GetWithheldGroupSession(t.Context(), room, id.SessionID(fmt.Sprint("session", i)))
		require.NoError(t, err)
		if content != nil {
			noted++
		}
	}
	assert.LessOrEqual(t, noted, maxKeysOfMember)
	assert.Greater(t, noted, maxKeysOfMember*8/10)
	content, err = bot.machine.store.GetWithheldGroupSession(t.Context(), room, id.SessionID(strings.Repeat("x", 1000)))
	require.NoError(t, err)
	assert.Nil(t, content)
}

// forward sends a session, exported, as devices do that are asked for it.
func (p *peer) forward(to *id.Device, room id.RoomID, session id.SessionID, exported []byte) {
	p.t.Helper()
	require.NoError(p.t, p.machine.mach.SendEncryptedToDevice(p.t.Context(), to, event.ToDeviceForwardedRoomKey, event.Content{
		Parsed: &event.ForwardedRoomKeyEventContent{
			RoomKeyEventContent: event.RoomKeyEventContent{Algorithm: id.AlgorithmMegolmV1, RoomID: room, SessionID: session, SessionKey: string(exported)},
			SenderKey:           p.machine.mach.GetAccount().IdentityKey(), ForwardingKeyChain: []string{}, SenderClaimedKey: p.machine.mach.GetAccount().SigningKey(),
		},
	}))
}

// forge makes another key of one, with the same name.
func forge(t *testing.T, exported []byte) []byte {
	t.Helper()
	raw, err := base64.RawStdEncoding.DecodeString(string(exported))
	require.NoError(t, err)
	raw[1+4+5] ^= 1 // in the ratchet, behind a version and a counter
	return []byte(base64.RawStdEncoding.EncodeToString(raw))
}

// Who forwards keys is heard where the bot has asked them. Somebody who knows no more of a key
// than its name can neither put nonsense in its place nor in its way.
func TestForwarded(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	eve := newPeer(t, on(srv, srv.User("eve"), "EVE"), nil)
	to := ada.device(bot.client.UserID)
	toOfEve := eve.device(bot.client.UserID)

	session, err := crypto.NewOutboundGroupSession(room, nil, nil)
	require.NoError(t, err)
	in, err := crypto.NewInboundGroupSession("", "", room, session.Internal.Key(), 0, 0, nil, false)
	require.NoError(t, err)
	exported, err := in.Internal.Export(0)
	require.NoError(t, err)
	for range 3 {
		_, err := session.Internal.Encrypt([]byte("{}"))
		require.NoError(t, err)
	}
	stored := func() *crypto.InboundGroupSession {
		found, err := bot.listen().machine.store.GetGroupSession(t.Context(), room, session.ID())
		require.NoError(t, err)
		return found
	}
	eve.forward(toOfEve, room, session.ID(), forge(t, exported))
	ada.forward(to, room, session.ID(), exported)
	require.Nil(t, stored(), "nobody asked")

	require.NoError(t, ada.machine.mach.SendEncryptedToDevice(t.Context(), to, event.ToDeviceRoomKey, session.ShareContent()))
	require.EqualValues(t, 3, stored().Internal.FirstKnownIndex())
	eve.forward(toOfEve, room, session.ID(), forge(t, exported))
	require.EqualValues(t, 3, stored().Internal.FirstKnownIndex(), "nonsense from the beginning")

	bot.machine.RequestSession(t.Context(), room, "", session.ID(), ada.client.UserID, "")
	eve.forward(toOfEve, room, session.ID(), forge(t, exported))
	require.EqualValues(t, 3, stored().Internal.FirstKnownIndex(), "somebody else was asked")
	ada.forward(to, room, session.ID(), exported)
	require.EqualValues(t, 0, stored().Internal.FirstKnownIndex())

	other, err := crypto.NewOutboundGroupSession(room, nil, nil)
	require.NoError(t, err)
	in, err = crypto.NewInboundGroupSession("", "", room, other.Internal.Key(), 0, 0, nil, false)
	require.NoError(t, err)
	exported, err = in.Internal.Export(0)
	require.NoError(t, err)
	session = other
	bot.machine.RequestSession(t.Context(), room, "", session.ID(), ada.client.UserID, "")
	eve.forward(toOfEve, room, session.ID(), forge(t, exported))
	require.Nil(t, stored(), "she was not asked")
	ada.forward(to, room, session.ID(), exported)
	require.NotNil(t, stored())
}

// What the bot has asked for is remembered to a number.
func TestAsked(t *testing.T) {
	t.Parallel()
	var a asked
	at := func(i int) roomSession { return roomSession{"!r", id.SessionID(fmt.Sprint(i))} }
	for i := range maxAsked + 1 {
		a.add(at(i), "@ada:matrix.example")
		a.add(at(i), "@carol:matrix.example")
	}
	assert.Empty(t, a.of(at(0)))
	assert.EqualValues(t, "@carol:matrix.example", a.of(at(1)))
	assert.Len(t, a.whom, maxAsked)
}

// opening is a message that opens a channel to the bot from a device that is made up.
func opening(t *testing.T, bot *peer, from id.UserID, key crypto.OlmAccount, theirs id.Curve25519) *event.Event {
	t.Helper()
	session, err := key.Internal.NewOutboundSession(bot.machine.mach.GetAccount().IdentityKey(), theirs)
	require.NoError(t, err)
	payload, err := json.Marshal(map[string]any{
		"sender": from, "keys": map[string]any{"ed25519": key.SigningKey()}, "recipient": bot.client.UserID,
		"recipient_keys": map[string]any{"ed25519": bot.machine.mach.GetAccount().SigningKey()}, "type": "m.dummy", "content": map[string]any{},
	})
	require.NoError(t, err)
	kind, body, err := session.Encrypt(payload)
	require.NoError(t, err)
	return &event.Event{Sender: from, Type: event.ToDeviceEncrypted, Content: event.Content{Parsed: &event.EncryptedEventContent{
		Algorithm: id.AlgorithmOlmV1, SenderKey: key.IdentityKey(),
		OlmCiphertext: event.OlmCiphertexts{bot.machine.mach.GetAccount().IdentityKey(): {Type: kind, Body: string(body)}},
	}}}
}

// Somebody writes to the bot from devices without end. It keeps channels to some of them, and asks
// the homeserver nothing about those who are in no room with it, whether it can read what they
// write or not.
func TestDevicesOfStrangers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _, ada, bot := pair(t, nil, nil)
		eve := newPeer(t, on(srv, srv.User("eve"), "EVE"), nil)
		defer func() {
			for _, p := range []*peer{ada, eve, bot} {
				require.NoError(t, p.store.Close())
			}
		}()
		claimed := func() id.Curve25519 {
			resp, err := eve.client.ClaimKeys(t.Context(), &mautrix.ReqClaimKeys{OneTimeKeys: mautrix.OneTimeKeysRequest{
				bot.client.UserID: {"BOT": id.KeyAlgorithmSignedCurve25519},
			}})
			require.NoError(t, err)
			for _, key := range resp.OneTimeKeys[bot.client.UserID]["BOT"] {
				return key.Key
			}
			t.Fatal("the bot has no one-time keys")
			return ""
		}
		asked := func() (n int) {
			for _, request := range srv.Requests() {
				if request.Path == "/keys/query" && request.UserID == bot.client.UserID {
					n++
				}
			}
			return n
		}
		before := asked()
		var opened []id.SenderKey
		var account *crypto.OlmAccount
		for range maxDevicesOfStranger + 5 {
			account = crypto.NewOlmAccount()
			bot.machine.handleToDevice(t.Context(), opening(t, bot, eve.client.UserID, *account, claimed()))
			opened = append(opened, account.IdentityKey())
		}
		kept := 0
		for _, key := range opened {
			if bot.machine.store.HasSession(t.Context(), key) {
				kept++
			}
		}
		assert.Equal(t, maxDevicesOfStranger, kept)
		assert.True(t, bot.machine.store.HasSession(t.Context(), opened[len(opened)-1]))

		for i := range 20 { // what nobody can read, of both kinds
			garbage := opening(t, bot, eve.client.UserID, *crypto.NewOlmAccount(), crypto.NewOlmAccount().IdentityKey())
			if i%2 == 0 {
				content := garbage.Content.AsEncrypted()
				for key, text := range content.OlmCiphertext {
					text.Type = id.OlmMsgTypeMsg
					content.OlmCiphertext[key] = text
				}
			}
			assert.False(t, bot.machine.worthDecrypting(t.Context(), eve.client.UserID, garbage.Content.AsEncrypted()))
			bot.machine.handleToDevice(t.Context(), garbage)
		}
		bot.machine.handleToDevice(t.Context(), opening(t, bot, eve.client.UserID, *account, crypto.NewOlmAccount().IdentityKey()))
		synctest.Wait()
		assert.Equal(t, before, asked())
		assert.False(t, bot.machine.follows(t.Context(), eve.client.UserID))
	})
}

// A device of a member from which the bot cannot read gets another channel, as ever: before its
// list is known, and when it is.
func TestMend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, room, ada, bot := pair(t, nil, nil)
		defer func() { require.NoError(t, ada.store.Close()); require.NoError(t, bot.store.Close()) }()
		garbage := opening(t, bot, ada.client.UserID, *ada.machine.mach.GetAccount(), crypto.NewOlmAccount().IdentityKey())
		bot.machine.handleToDevice(t.Context(), garbage)
		synctest.Wait()
		assert.True(t, bot.machine.store.HasSession(t.Context(), ada.machine.mach.GetAccount().IdentityKey()))
		ada.listen().say(room, "one")
		require.Equal(t, []string{"one"}, bot.listen().said())
	})
}

// Keys with parts without end are not kept.
func TestLongParts(t *testing.T) {
	t.Parallel()
	_, room, ada, bot := pair(t, nil, nil)
	for i, change := range []func(*crypto.InboundGroupSession){
		func(s *crypto.InboundGroupSession) { s.RoomID = id.RoomID(strings.Repeat("!", maxID+1)) },
		func(s *crypto.InboundGroupSession) { s.SigningKey = id.Ed25519(strings.Repeat("x", maxKeyText+1)) },
		func(s *crypto.InboundGroupSession) { s.SenderKey = id.SenderKey(strings.Repeat("x", maxKeyText+1)) },
	} {
		out, err := crypto.NewOutboundGroupSession(room, nil, nil)
		require.NoError(t, err)
		in, err := crypto.NewInboundGroupSession("sender", "signing", room, out.Internal.Key(), 0, 0, nil, false)
		require.NoError(t, err)
		in.SourceUser = ada.client.UserID
		change(in)
		require.ErrorIs(t, bot.machine.store.PutGroupSession(context.WithoutCancel(t.Context()), in), errTooLong, i)
	}
}

// With the stores of somebody else the same holds.
func TestFloodOfOtherStores(t *testing.T) {
	t.Parallel()
	_, room, ada, bot := pair(t, nil, func(c *Config) {
		state := c.Store.State()
		c.Stores = func(id.UserID, id.DeviceID) (Stores, error) {
			return Stores{Crypto: crypto.NewMemoryStore(nil), State: state}, nil
		}
		c.Store = nil
	})
	memory := bot.machine.store.Store.(*crypto.MemoryStore)
	for range maxKeysOfStranger + 20 {
		bot.receiveKey("!nowhere:matrix.example", "@eve:matrix.example")
		bot.receiveKey(room, ada.client.UserID)
	}
	assert.Len(t, memory.GroupSessions["!nowhere:matrix.example"], maxKeysOfStranger)
	assert.Len(t, memory.GroupSessions[room], maxKeysOfStranger+20)
}

// sticky is a store that remembers a channel which was dropped.
type sticky struct {
	crypto.Store

	had map[id.SenderKey]bool
}

func (s *sticky) HasSession(ctx context.Context, key id.SenderKey) bool {
	s.had[key] = s.had[key] || s.Store.HasSession(ctx, key)
	return s.had[key]
}

// A device whose channel was dropped gets another one, also where the store thinks that it has one.
func TestDroppedChannel(t *testing.T) {
	t.Parallel()
	srv, _, ada, bot := pair(t, nil, func(c *Config) {
		state := c.Store.State()
		c.Stores = func(id.UserID, id.DeviceID) (Stores, error) {
			return Stores{Crypto: &sticky{crypto.NewMemoryStore(nil), map[id.SenderKey]bool{}}, State: state}, nil
		}
		c.Store = nil
	})
	eve := newPeer(t, on(srv, srv.User("eve"), "EVE"), nil)
	eve.sendKey(eve.device(bot.client.UserID), "!nowhere:matrix.example")
	key := eve.machine.mach.GetAccount().IdentityKey()
	require.True(t, bot.listen().machine.store.HasSession(t.Context(), key))
	for i := range maxDevicesOfStranger {
		require.NoError(t, bot.machine.devices.admit(t.Context(), arrived{User: eve.client.UserID, SenderKey: id.SenderKey(fmt.Sprint(i))}))
	}
	require.False(t, bot.machine.store.HasSession(t.Context(), key))

	room := srv.User("ada").CreateRoom(matrixtest.RoomOptions{Encrypted: true, Members: []*matrixtest.User{srv.User("eve"), srv.User("bot")}})
	ada.listen()
	bot.listen().say(room, "hello")
	require.Equal(t, []string{"hello"}, eve.listen().said())
}

// FuzzToDevice sends anything that calls itself encrypted.
func FuzzToDevice(f *testing.F) {
	_, _, ada, bot := pair(f, nil, nil)
	f.Add([]byte(`{"algorithm":"m.olm.v1.curve25519-aes-sha2","sender_key":"x","ciphertext":{"BOT":{"type":0,"body":"AwogAA"}}}`), true)
	f.Add([]byte(`{"algorithm":"m.olm.v1.curve25519-aes-sha2","sender_key":"","ciphertext":{"BOT":{"type":1,"body":"AwogAA"}}}`), false)
	f.Add([]byte(`{"algorithm":"m.olm.v1.curve25519-aes-sha2","ciphertext":"x"}`), false)
	f.Add([]byte(`{}`), true)
	f.Fuzz(func(t *testing.T, content []byte, member bool) {
		content = bytes.ReplaceAll(content, []byte("BOT"), []byte(bot.machine.mach.GetAccount().IdentityKey()))
		evt := &event.Event{Sender: "@eve:matrix.example", Type: event.ToDeviceEncrypted, Content: event.Content{VeryRaw: content}}
		if member {
			evt.Sender = ada.client.UserID
		}
		bot.machine.handleToDevice(t.Context(), evt) // does not panic
		sessions, err := bot.machine.store.GetAllGroupSessions(t.Context()).AsList()
		require.NoError(t, err)
		require.Empty(t, sessions)
	})
}
