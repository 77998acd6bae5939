package matrixtest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// FuzzServeHTTP sends what nobody should: the server has to answer, not to panic.
func FuzzServeHTTP(f *testing.F) {
	const v3, room = "/_matrix/client/v3/", "/_matrix/client/v3/rooms/ROOM/"
	for _, seed := range [][3]string{
		{"GET", v3 + "sync?timeout=0", ""},
		{"GET", v3 + `sync?filter={"room":{"timeline":{"limit":1,"types":["m.*","["]}}}&since=s1&full_state=true`, ""},
		{"PUT", room + "send/m.room.message/1", `{"msgtype":"m.text","body":"x","m.relates_to":{"rel_type":"m.thread","event_id":"$x"}}`},
		{"PUT", room + "send/m.room.redaction/1", `{"redacts":"$x"}`},
		{"PUT", room + "state/m.room.power_levels/", `{"users":{"@bot:matrix.example":"100"},"events":{"a":1e99}}`},
		{"PUT", room + "state/m.room.member/@eve:matrix.example", `{"membership":"invite"}`},
		{"PUT", room + "redact/$x/1", `{"reason":1}`},
		{"GET", room + "messages?dir=b&limit=-1&from=s99999999999999999999", ""},
		{"GET", room + "members?at=s3&membership=join&not_membership=join", ""},
		{"GET", room + "context/$x?limit=99999999999", ""},
		{"GET", "/_matrix/client/v1/rooms/ROOM/relations/$x/m.thread/m.room.message?from=s0&dir=f", ""},
		{"GET", "/_matrix/client/v1/rooms/ROOM/timestamp_to_event?ts=1&dir=b", ""},
		{"POST", v3 + "createRoom", `{"room_version":"12","invite":["@bot:matrix.example","x"],"initial_state":[{"type":"a","content":{}}],"preset":"trusted_private_chat"}`},
		{"POST", room + "upgrade", `{"new_version":"12"}`},
		{"POST", room + "kick", `{"user_id":"@ada:matrix.example"}`},
		{"PUT", room + "typing/@bot:matrix.example", `{"typing":true,"timeout":-9223372036854775808}`},
		{"POST", room + "receipt/m.read/$x", `{"thread_id":"main"}`},
		{"POST", v3 + "keys/upload", `{"device_keys":{},"one_time_keys":{"signed_curve25519:A":1},"fallback_keys":{"x":null}}`},
		{"POST", v3 + "keys/claim", `{"one_time_keys":{"@bot:matrix.example":{"BOT":"signed_curve25519"}}}`},
		{"POST", v3 + "keys/query", `{"device_keys":{"@bot:matrix.example":null}}`},
		{"POST", v3 + "keys/device_signing/upload", `{"master_key":{"user_id":"@bot:matrix.example","keys":[]}}`},
		{"POST", v3 + "keys/signatures/upload", `{"@bot:matrix.example":{"BOT":{"signatures":{"a":1}}}}`},
		{"PUT", v3 + "sendToDevice/x/1", `{"messages":{"@bot:matrix.example":{"*":{}}}}`},
		{"POST", v3 + "room_keys/version", `{"algorithm":"a","auth_data":{}}`},
		{"PUT", v3 + "room_keys/keys/r/s?version=1", `{"first_message_index":"x"}`},
		{"POST", v3 + "login", `{"type":"m.login.password","identifier":{"type":"m.id.user","user":"bot"},"password":"x"}`},
		{"DELETE", v3 + "devices/BOT", `{"auth":{"type":"m.login.password","session":"x"}}`},
		{"PUT", v3 + "directory/room/%23a%2Fb:matrix.example", `{"room_id":"ROOM"}`},
		{"POST", "/_matrix/media/v3/upload?filename=a%22b", "data"},
		{"POST", "/oauth2/device", "client_id=x&scope=urn:matrix:client:device:ABCDEFGHIJ"},
		{"POST", "/oauth2/token", "grant_type=refresh_token&%"},
		{"GET", v3 + "login/sso/redirect?redirectUrl=%zz", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, method, target, body string) {
		srv := matrixtest.New(matrixtest.WithOAuth(), matrixtest.WithLoginFlows("m.login.password", "m.login.token", "m.login.sso"))
		defer srv.Close()
		bot := srv.User("bot")
		room := bot.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{srv.User("ada")}})
		event := bot.Send(room, "first")
		swap := strings.NewReplacer("ROOM", string(room), "$x", string(event))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond) // a sync may ask to wait
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, method, "http://matrix.example"+swap.Replace(target), strings.NewReader(swap.Replace(body)))
		if err != nil {
			return // no client can send this
		}
		r.Header.Set("Authorization", "Bearer "+bot.NewSession("BOT").AccessToken)
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, r)
		assert.GreaterOrEqual(t, w.Code, 200)
		assert.Less(t, w.Code, 500)
	})
}
