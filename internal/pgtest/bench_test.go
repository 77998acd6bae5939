package pgtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/standup/pgstore"
)

// Looking for the first record of a kind costs about the same beside a hundred
// records of other kinds and beside a hundred thousand.
func BenchmarkSeek(b *testing.B) {
	db := connect(b)
	fill := func(n int) *pgstore.Store {
		table := tableFor(b, db, fmt.Sprint(b.TempDir(), n))
		store := open(b, db, table)
		if _, err := db.Exec("INSERT INTO "+table+" SELECT 'team/'||lpad(i::text, 6, '0'), 'r' FROM generate_series(1, $1::int) i", n); err != nil {
			b.Fatal(err)
		}
		if _, err := db.Exec("ANALYZE " + table); err != nil {
			b.Fatal(err)
		}
		return store
	}
	seek := func(store *pgstore.Store) time.Duration {
		start := time.Now()
		_ = store.View(b.Context(), func(tx standup.Tx) error {
			for range tx.Scan("due/", "") {
				b.Fatal("nothing is due")
			}
			return nil
		})
		return time.Since(start)
	}
	small, large := fill(100), fill(100_000)
	var inSmall, inLarge time.Duration
	for b.Loop() {
		inSmall += seek(small)
		inLarge += seek(large)
	}
	b.ReportMetric(float64(inLarge)/float64(inSmall), "large/small_ratio")
}
