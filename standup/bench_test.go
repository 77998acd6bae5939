package standup_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/standup/boltstore"
)

// idleEngine is an engine on a bolt file with n teams of which none is due.
func idleEngine(b *testing.B, n int) *standup.Engine {
	b.Helper()
	store, err := boltstore.Open(filepath.Join(b.TempDir(), "standup.db"))
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, store.Close()) })
	require.NoError(b, store.Update(b.Context(), func(tx standup.Tx) error { return standup.SeedTeams(tx, n) }))
	e, err := standup.New(standup.Config{Store: store, Chat: newChat()})
	require.NoError(b, err)
	return e
}

func tick(b *testing.B, e *standup.Engine) {
	b.Helper()
	next, err := e.Tick(b.Context())
	if err != nil || next.Year() != 2999 {
		b.Fatal(next, err)
	}
}

// BenchmarkTickIdle measures a tick with nothing due. Its ns/op is that of
// 100,000 stored teams; the ratio is their time over that of 100 teams.
func BenchmarkTickIdle(b *testing.B) {
	few, many := idleEngine(b, 100), idleEngine(b, 100_000)
	var ofFew, ofMany time.Duration
	for b.Loop() {
		begin := time.Now()
		tick(b, many)
		middle := time.Now()
		tick(b, few)
		ofMany += middle.Sub(begin)
		ofFew += time.Since(middle)
	}
	b.ReportMetric(float64(ofMany.Nanoseconds())/float64(b.N), "ns/op")
	b.ReportMetric(float64(ofMany)/float64(ofFew), "100000_teams/100_teams_ratio")
}
