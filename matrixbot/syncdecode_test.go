package matrixbot

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
)

// Whatever a homeserver sends, taking it apart does not panic, and what comes out can be stored and read again.
func FuzzSyncResponse(f *testing.F) {
	f.Add(`{"next_batch":"1","rooms":{"join":{"!r:x":{"state":{"events":[]},"timeline":{"limited":true,"prev_batch":"p","events":[
		{"type":"m.room.message","event_id":"$1","sender":"@a:x","origin_server_ts":1,"content":{"msgtype":"m.text","body":"hi"}},
		{"type":"m.reaction","event_id":"$2","sender":"@a:x","content":{"m.relates_to":{"rel_type":"m.annotation","event_id":"$1","key":"k"}}},
		{"type":"m.room.member","state_key":"@a:x","sender":"@a:x","content":{"membership":7}},
		{"type":"m.room.redaction","event_id":"$3","sender":"@a:x","content":{"redacts":"$1"}}]}}},
		"leave":{"!l:x":null},"invite":{"!i:x":{"invite_state":{"events":[null]}}}}}`)
	f.Add(`{"rooms":{"join":{"":{"timeline":{"events":[{"type":"m.room.encrypted","content":{"algorithm":1}}]}}}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var resp syncResponse
		if json.Unmarshal([]byte(text), &resp) != nil {
			return
		}
		dropEmpty(resp.Rooms.Join, slog.New(slog.DiscardHandler))
		dropEmpty(resp.Rooms.Leave, slog.New(slog.DiscardHandler))
		assert.NotNil(t, resp.forEncryption())
		b := &Bot{
			client: &mautrix.Client{UserID: "@bot:x"},
			config: Config{Reactions: func(context.Context, *Request) error { return nil }},
		}
		for room, synced := range resp.Rooms.Join {
			prepare(room, synced.State.Events)
			prepare(room, synced.Timeline.Events)
			for _, evt := range synced.Timeline.Events {
				redacts(evt)
				if !b.wanted(evt) {
					continue
				}
				e, err := newEntry(evt, 0, 0)
				if err != nil {
					continue
				}
				again, err := e.raw()
				require.NoError(t, err)
				assert.True(t, b.wanted(again), "what was wanted is wanted when it is read again")
			}
		}
	})
}
