//go:build goolm || libolm

package matrixsql

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// room is where everything happens.
const room = id.RoomID("!room:example.org")

// contender is a store in a benchmark.
type contender struct {
	name string
	open func(b *testing.B) opened
}

// opened is a store with what belongs to it.
type opened struct {
	crypto.Store

	barrier func(http.RoundTripper) http.RoundTripper // nil where every call is on the disk
	close   func() error
}

const (
	ours   = "boltstore"
	memory = "memory"
	sqlite = "sqlite"
)

var contenders = []contender{
	{ours, func(b *testing.B) opened {
		b.Helper()
		store, err := boltstore.Open(filepath.Join(b.TempDir(), "bot.db"))
		require.NoError(b, err)
		door, err := store.Crypto(pickleKey)
		require.NoError(b, err)
		return opened{door, store.Barrier, store.Close}
	}},
	{memory, func(b *testing.B) opened {
		b.Helper()
		return opened{crypto.NewMemoryStore(nil), nil, func() error { return nil }}
	}},
	{sqlite, func(b *testing.B) opened {
		b.Helper()
		store, db, err := openSQL(b, filepath.Join(b.TempDir(), "bot.sqlite"))
		require.NoError(b, err)
		return opened{store, nil, db.Close}
	}},
}

// compare plays rounds in which each store does the same, one after the other and beginning
// with another one each time, and reports the ratios of the medians.
func compare(b *testing.B, play func(b *testing.B, store opened) time.Duration) {
	b.Helper()
	took := make(map[string][]time.Duration)
	for round := 0; b.Loop(); round++ {
		for i := range contenders {
			c := contenders[(round+i)%len(contenders)]
			store := c.open(b)
			took[c.name] = append(took[c.name], play(b, store))
			require.NoError(b, store.close())
		}
	}
	median := func(name string) float64 {
		slices.Sort(took[name])
		return float64(took[name][len(took[name])/2])
	}
	b.ReportMetric(median(ours)/median(memory), ours+"/"+memory+"_ratio")
	b.ReportMetric(median(ours)/median(sqlite), ours+"/"+sqlite+"_ratio")
	for name := range took {
		b.ReportMetric(median(name)/1e6, name+"_ms")
	}
}

// newMachine makes the Olm machine of the bot on a store, with a homeserver that next plays.
func newMachine(b *testing.B, store opened, next http.RoundTripper) *crypto.OlmMachine {
	b.Helper()
	client, err := mautrix.NewClient("https://example.org", "@bot:example.org", "token")
	require.NoError(b, err)
	client.DeviceID = "BOT"
	if store.barrier != nil {
		next = store.barrier(next)
	}
	client.Client = &http.Client{Transport: next}
	machine := crypto.NewOlmMachine(client, nil, store, roomState{})
	account := crypto.NewOlmAccount()
	account.Shared = true
	require.NoError(b, store.PutAccount(b.Context(), account))
	require.NoError(b, machine.Load(b.Context()))
	return machine
}

// roomState says that every room is encrypted.
type roomState struct{}

var encryption = &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1}

func (roomState) IsEncrypted(context.Context, id.RoomID) (bool, error) { return true, nil }

func (roomState) GetEncryptionEvent(context.Context, id.RoomID) (*event.EncryptionEventContent, error) {
	return encryption, nil
}

func (roomState) GetHistoryVisibility(context.Context, id.RoomID) (*event.HistoryVisibilityEventContent, error) {
	return nil, nil
}

func (roomState) FindSharedRooms(context.Context, id.UserID) ([]id.RoomID, error) { return nil, nil }
