//go:build goolm || libolm

package matrixbot_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	megolm "maunium.net/go/mautrix/crypto/goolm/session"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// secretive is a bot that encrypts, in an encrypted room with Ada.
type secretive struct {
	srv    *matrixtest.Server
	ada    *human
	room   id.RoomID
	config matrixbot.Config
	log    *journal
	run    *running
}

// inSecret runs a test in a bubble. The bot has not started.
func inSecret(t *testing.T, test func(t *testing.T, s *secretive)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		s := &secretive{srv: srv, log: &journal{}, config: settings(t, srv)}
		s.room = srv.User("ada").CreateRoom(matrixtest.RoomOptions{Encrypted: true, Members: []*matrixtest.User{srv.User("bot")}})
		s.config.NoEncryption, s.config.Log, s.config.Handler = false, s.log.logger(), repeat
		s.ada = newHuman(t, srv.URL(), srv.Transport(), srv.User("ada").NewSession("PHONE"))
		time.Sleep(time.Second) // Ada's client has heard of the room.
		test(t, s)
		for _, evt := range srv.Messages(s.room) {
			assert.Equal(t, "m.room.encrypted", evt.Type, "the server has seen: %v", evt.Body())
		}
	})
}

// repeat answers everything.
func repeat(ctx context.Context, r *matrixbot.Request) error {
	_, err := r.ReplyText(ctx, "re "+r.Text)
	return err
}

func (s *secretive) start(t *testing.T) {
	t.Helper()
	s.run = start(t, s.config)
}

// say has the bot say something of its own accord.
func (s *secretive) say(t *testing.T, text string) {
	t.Helper()
	_, err := s.run.bot.Send(t.Context(), matrixbot.Message{Room: s.room, Key: text, Text: text})
	require.NoError(t, err)
}

// heard looks a while for what Ada has read.
func (s *secretive) heard() []string {
	time.Sleep(time.Minute)
	return s.ada.heard(s.room)
}

// identity is what the homeserver knows of the bot: its device, and the public key of its identity.
func (s *secretive) identity(t *testing.T) (id.DeviceID, id.Ed25519) {
	t.Helper()
	bot := s.srv.User("bot").ID()
	resp, err := s.ada.client.QueryKeys(t.Context(), &mautrix.ReqQueryKeys{DeviceKeys: mautrix.DeviceKeysRequest{bot: {}}})
	require.NoError(t, err)
	require.Len(t, resp.DeviceKeys[bot], 1)
	master := resp.MasterKeys[bot]
	for device := range resp.DeviceKeys[bot] {
		return device, master.FirstKey()
	}
	return "", ""
}

// What the bot says in an encrypted room is never in the clear: not after a start with which it finds only old
// messages, not after a restart, of which no sync tells the state of the room once more, and not after somebody has
// taken the encryption out of the state of the room.
func TestNothingIsSaidInTheClear(t *testing.T) {
	t.Parallel()
	inSecret(t, func(t *testing.T, s *secretive) {
		for i := range 100 {
			require.NoError(t, s.ada.ask(s.room, fmt.Sprint("old ", i)))
		}
		s.start(t)
		listens(t, s.srv)
		s.say(t, "first start")
		s.run.stop(t)
		require.NoError(t, s.ada.ask(s.room, "removed before the bot reads it"))
		timeline := s.srv.Messages(s.room)
		s.srv.User("ada").Redact(s.room, timeline[len(timeline)-1].ID, "")
		s.start(t)
		s.say(t, "restart")
		s.srv.User("ada").SendState(s.room, "m.room.encryption", "", map[string]any{})
		time.Sleep(time.Minute)
		s.say(t, "downgrade")
		s.run.stop(t)
		s.start(t)
		s.say(t, "restart after the downgrade")
		assert.Equal(t, []string{"first start", "restart", "downgrade", "restart after the downgrade"}, s.heard())
		s.run.stop(t)

		assert.NotContains(t, s.log.String(), "decrypted", "what is old, or was removed, is not tried")
		assert.NotContains(t, s.log.String(), "key to a message is late")
		assert.False(t, slices.ContainsFunc(s.srv.Requests(), func(r matrixtest.Request) bool {
			return r.UserID == s.srv.User("bot").ID() && strings.Contains(r.Path, "m.room_key_request")
		}), "keys to what is old are not asked for")
	})
}

// A homeserver, or what stands before it, that answers nonsense about keys for a minute, is waited for: the bot keeps
// its device, its keys and its identity, whether it starts for the first time, or anew, or runs.
func TestTroubleWithKeysPasses(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]matrixtest.Fault{
		"502":             {Status: http.StatusBadGateway},
		"a page":          {Status: http.StatusOK, Body: "<html>Back soon</html>"},
		"a missing page":  {Status: http.StatusNotFound, Body: "<html>404</html>"},
		"broken JSON":     {Malformed: true},
		"null":            {Status: http.StatusOK, Body: "null"},
		"an empty object": {Status: http.StatusOK, Body: "{}"},
		"another shape":   {Status: http.StatusOK, Body: `{"device_keys":[],"failures":7}`},
	} {
		for _, path := range []string{"/keys/query", "/keys/upload", "/keys/claim", "/sendToDevice/*/*"} {
			if strings.HasPrefix(fault.Body, "{") && path != "/keys/query" && path != "/keys/upload" {
				continue // That cannot be told from what the homeserver answers.
			}
			t.Run(name+" for "+path, func(t *testing.T) {
				t.Parallel()
				inSecret(t, func(t *testing.T, s *secretive) {
					trouble := func() {
						s.srv.Fail(matrixtest.Match{Path: path, User: s.srv.User("bot"), For: time.Minute}, fault)
					}
					trouble()
					s.start(t)
					s.say(t, "hello")
					time.Sleep(2 * time.Minute)
					require.NoError(t, s.ada.ask(s.room, "one"))
					require.Equal(t, []string{"hello", "re one"}, s.heard())
					device, master := s.identity(t)
					require.NotEmpty(t, master)

					s.run.stop(t)
					trouble()
					s.start(t)
					require.NoError(t, s.ada.ask(s.room, "two"))
					time.Sleep(2 * time.Minute)
					require.Equal(t, []string{"hello", "re one", "re two"}, s.heard())

					trouble()
					s.srv.User("ada").Invite(s.room, s.srv.User("eve").ID())
					s.srv.User("eve").Join(s.room)
					require.NoError(t, s.ada.ask(s.room, "three"))
					time.Sleep(2 * time.Minute)
					assert.Equal(t, []string{"hello", "re one", "re two", "re three"}, s.heard())
					s.run.stop(t)
					again, same := s.identity(t)
					assert.Equal(t, device, again)
					assert.Equal(t, master, same)
					assert.Equal(t, 1, logins(s.srv))
				})
			})
		}
	}
}

// Somebody whose client keeps the keys from the bot sees no error: the bot says so, once, where verifying it would help.
func TestWithheldKeysAreToldOnce(t *testing.T) {
	t.Parallel()
	for name, operated := range map[string]bool{"an operator": true, "nobody to verify with": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inSecret(t, func(t *testing.T, s *secretive) {
				if operated {
					s.config.Encryption.Operator.Compare = func(context.Context, e2ee.Verification, []e2ee.Emoji) bool { return false }
				}
				s.start(t)
				listens(t, s.srv)
				bot := s.srv.User("bot")
				for range 2 {
					session, err := megolm.NewMegolmOutboundSession()
					require.NoError(t, err)
					ciphertext, err := session.Encrypt([]byte(`{}`))
					require.NoError(t, err)
					_, err = s.ada.client.SendToDevice(t.Context(), event.ToDeviceRoomKeyWithheld, &mautrix.ReqSendToDevice{
						Messages: map[id.UserID]map[id.DeviceID]*event.Content{bot.ID(): {bot.Devices()[0]: {Parsed: &event.RoomKeyWithheldEventContent{
							RoomID: s.room, SessionID: session.ID(), Algorithm: id.AlgorithmMegolmV1, Code: event.RoomKeyWithheldUnverified,
						}}}},
					})
					require.NoError(t, err)
					s.srv.User("ada").SendEvent(s.room, "m.room.encrypted", map[string]any{
						"algorithm": "m.megolm.v1.aes-sha2", "session_id": session.ID(), "ciphertext": string(ciphertext),
					})
				}
				heard := s.heard()
				s.run.stop(t)
				if !operated {
					assert.Empty(t, heard)
					return
				}
				require.Len(t, heard, 1)
				assert.Contains(t, heard[0], "To verify me")
			})
		})
	}
}
