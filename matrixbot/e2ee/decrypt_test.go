//go:build goolm || libolm

package e2ee

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/event"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// A bot from which keys are withheld is told so once for each sender; the key itself, when it
// comes at last, is taken.
func TestWithheldThenKey(t *testing.T) {
	t.Parallel()
	var told []Withheld
	_, room, ada, bot := pair(t, func(c *Config) { c.SendTo = SendToVerified }, func(c *Config) {
		c.Withheld = func(_ context.Context, w Withheld) { told = append(told, w) }
	})
	ada.say(room, "one")
	ada.say(room, "two")
	require.Empty(t, bot.listen().said())
	withheld := &WithheldError{}
	require.ErrorAs(t, bot.failure(), &withheld)
	assert.Equal(t, "m.unverified", withheld.Code)
	require.Len(t, told, 1)
	assert.Equal(t, ada.client.UserID, told[0].Sender)
	assert.Equal(t, room, told[0].Room)
	assert.Equal(t, TrustUnknown, bot.trust())

	session, err := ada.machine.store.GetOutboundGroupSession(t.Context(), room)
	require.NoError(t, err)
	device, err := ada.machine.store.GetDevice(t.Context(), bot.client.UserID, "BOT")
	require.NoError(t, err)
	require.NoError(t, ada.machine.mach.SendEncryptedToDevice(t.Context(), device, event.ToDeviceRoomKey, session.ShareContent()))
	ada.say(room, "three")
	require.Equal(t, []string{"three"}, bot.listen().said())

	bot.restart(func(c *Config) { c.Withheld = func(context.Context, Withheld) { t.Error("told twice") } })
	ada.machine.mach.OnDevicesChanged(t.Context(), bot.client.UserID)
	ada.say(room, "four")
	require.Empty(t, bot.listen().said())
	require.ErrorAs(t, bot.failure(), &withheld)
}

// People outside a room cannot say that its keys are withheld.
func TestForgedWithheld(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	eve := newPeer(t, on(srv, srv.User("eve"), ""), nil)
	bot.machine.handleToDevice(t.Context(), &event.Event{
		Sender: eve.client.UserID, Type: event.ToDeviceRoomKeyWithheld,
		Content: event.Content{Parsed: &event.RoomKeyWithheldEventContent{RoomID: room, SessionID: "session", Algorithm: "m.megolm.v1.aes-sha2", Code: "m.unverified"}},
	})
	content, err := bot.machine.store.GetWithheldGroupSession(t.Context(), room, "session")
	require.NoError(t, err)
	assert.Nil(t, content)
	ada.say(room, "one")
	require.Equal(t, []string{"one"}, bot.listen().said())
}

// encryptedBy is the last message that somebody has sent, as the server sends it.
func encryptedBy(t *testing.T, p *peer, srv *matrixtest.Server) *event.Event {
	t.Helper()
	events := srv.Messages(srv.Rooms()[0])
	found := events[len(events)-1]
	raw, err := json.Marshal(found.Content)
	require.NoError(t, err)
	return &event.Event{
		ID: found.ID, RoomID: found.Room, Sender: p.client.UserID, Type: event.EventEncrypted, Timestamp: found.Time.UnixMilli(),
		Content: event.Content{VeryRaw: raw},
	}
}

// What cannot be decrypted gives an error that says why, and never trust.
func TestUndecryptable(t *testing.T) {
	t.Parallel()
	srv, room, ada, bot := pair(t, nil, nil)
	ada.say(room, "one")
	require.Equal(t, []string{"one"}, bot.listen().said())

	again := encryptedBy(t, ada, srv)
	decrypted, err := bot.machine.Decrypt(t.Context(), again)
	require.NoError(t, err, "the same event may be decrypted again, as after a crash")
	assert.Equal(t, TrustCrossSigned, bot.machine.Trust(t.Context(), decrypted))

	replayed := encryptedBy(t, ada, srv)
	replayed.ID = "$other"
	_, err = bot.machine.Decrypt(t.Context(), replayed)
	require.ErrorIs(t, err, ErrUndecryptable)

	elsewhere := encryptedBy(t, ada, srv)
	elsewhere.RoomID = "!other:matrix.example"
	_, err = bot.machine.Decrypt(t.Context(), elsewhere)
	require.ErrorIs(t, err, ErrKeyMissing)

	posing := encryptedBy(t, ada, srv)
	posing.Sender = "@eve:matrix.example"
	decrypted, err = bot.machine.Decrypt(t.Context(), posing)
	require.NoError(t, err)
	assert.Equal(t, TrustUnknown, bot.machine.Trust(t.Context(), decrypted), "a message under another name")

	removed := encryptedBy(t, ada, srv)
	removed.Unsigned.RedactedBecause = &event.Event{}
	removed.Content = event.Content{VeryRaw: []byte("{}")}
	_, err = bot.machine.Decrypt(t.Context(), removed)
	require.ErrorIs(t, err, ErrRedacted)

	plain := &event.Event{Sender: ada.client.UserID, RoomID: room, Type: event.EventMessage, Content: event.Content{Parsed: &event.MessageEventContent{}}}
	_, err = bot.machine.Decrypt(t.Context(), plain)
	require.ErrorIs(t, err, ErrUndecryptable)
	assert.Equal(t, TrustUnknown, bot.machine.Trust(t.Context(), plain))
	assert.Equal(t, TrustUnknown, bot.machine.Trust(t.Context(), again))

	require.NoError(t, bot.store.Close())
	_, err = bot.machine.Decrypt(t.Context(), encryptedBy(t, ada, srv))
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrUndecryptable, "trouble with the store is no fault of the message")
}

// Who waits for a key that comes after its message is woken; a wait for one that never comes ends, and leaves nothing
// behind. A key that is asked for is asked for once.
func TestWaitForSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, room, ada, bot := pair(t, nil, nil)
		defer func() { require.NoError(t, bot.store.Close()); require.NoError(t, ada.store.Close()) }()
		ada.say(room, "one")
		evt := encryptedBy(t, ada, srv)
		_, err := bot.machine.Decrypt(t.Context(), evt)
		require.ErrorIs(t, err, ErrKeyMissing)

		content := encryptedContent(evt)
		time.AfterFunc(2*time.Second, func() { _ = bot.sync(t.Context(), 0) })
		begun := time.Now()
		require.True(t, bot.machine.WaitForSession(t.Context(), room, "", content.SessionID, time.Minute))
		assert.Equal(t, 2*time.Second, time.Since(begun))
		decrypted, err := bot.machine.Decrypt(t.Context(), evt)
		require.NoError(t, err)
		assert.Equal(t, "one", decrypted.Content.AsMessage().Body)

		never := "never" + content.SessionID[5:]
		begun = time.Now()
		require.False(t, bot.machine.WaitForSession(t.Context(), room, "", never, 5*time.Second))
		assert.Equal(t, 5*time.Second, time.Since(begun))
		assert.Empty(t, bot.machine.waiters.waits, "nobody waits any more")
		bot.machine.RequestSession(t.Context(), room, "", never, evt.Sender, "")
		asked := 0
		for _, request := range srv.Requests() {
			if strings.Contains(request.Path, "m.room_key_request") {
				asked++
			}
		}
		assert.Equal(t, 1, asked)
	})
}

// Content that outsiders make up neither decrypts nor ends the process.
func FuzzDecrypt(f *testing.F) {
	f.Add([]byte(`{"algorithm":"m.megolm.v1.aes-sha2","session_id":"x","ciphertext":"AwgA"}`))
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"algorithm":"m.olm.v1.curve25519-aes-sha2","ciphertext":{}}`))
	_, room, ada, bot := pair(f, nil, nil)
	f.Fuzz(func(t *testing.T, content []byte) {
		_, err := bot.machine.Decrypt(t.Context(), &event.Event{
			ID: "$x", RoomID: room, Sender: ada.client.UserID, Type: event.EventEncrypted, Content: event.Content{VeryRaw: content},
		})
		require.Error(t, err)
	})
}
