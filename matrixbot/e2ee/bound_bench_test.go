//go:build goolm || libolm

package e2ee

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/id"
)

// BenchmarkReceiveKey says how much longer a key takes to be stored from somebody who has sent as
// many as there may be than from somebody who has sent none, for a member of the room and for a
// stranger.
func BenchmarkReceiveKey(b *testing.B) {
	_, room, ada, bot := pair(b, nil, nil)
	receive := func(room id.RoomID, user id.UserID) time.Duration {
		b.Helper()
		out, err := crypto.NewOutboundGroupSession(room, nil, nil)
		require.NoError(b, err)
		in, err := crypto.NewInboundGroupSession("sender", "signing", room, out.Internal.Key(), 0, 0, nil, false)
		require.NoError(b, err)
		in.SourceUser = user
		begun := time.Now()
		require.NoError(b, bot.machine.store.PutGroupSession(b.Context(), in))
		return time.Since(begun)
	}
	for range maxKeysOfMember {
		receive(room, ada.client.UserID)
	}
	for i := range maxKeysWaiting {
		receive("!nowhere:matrix.example", id.UserID("@"+string(rune('a'+i%20))+":matrix.example"))
	}
	var full, waiting, uncounted time.Duration
	for b.Loop() {
		uncounted += receive(room, bot.client.UserID)
		full += receive(room, ada.client.UserID)
		waiting += receive("!nowhere:matrix.example", "@eve:matrix.example")
	}
	b.ReportMetric(float64(full)/float64(uncounted), "member/uncounted_ratio")
	b.ReportMetric(float64(waiting)/float64(uncounted), "stranger/uncounted_ratio")
}
