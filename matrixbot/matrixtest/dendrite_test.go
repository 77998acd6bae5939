package matrixtest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

func TestDendriteKeepsItsDataOverAStop(t *testing.T) {
	t.Parallel()
	h := matrixtest.Dendrite(t)
	ada := h.Register("ada", "long enough")
	assert.Equal(t, "@ada:"+h.Name(), ada.UserID.String())
	cli, err := mautrix.NewClient(h.URL(), ada.UserID, ada.AccessToken)
	require.NoError(t, err)
	room, err := cli.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{})
	require.NoError(t, err)

	h.Stop()
	h.Stop()
	_, err = cli.Whoami(t.Context())
	require.Error(t, err)
	h.Start()
	joined, err := cli.JoinedRooms(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []id.RoomID{room.RoomID}, joined.JoinedRooms)
}

// BenchmarkDendriteStart says what part of a second a homeserver takes from nothing to its first answer.
func BenchmarkDendriteStart(b *testing.B) {
	for b.Loop() {
		matrixtest.Dendrite(b).Stop()
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "start/second_ratio")
}
