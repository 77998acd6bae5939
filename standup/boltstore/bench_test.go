package boltstore_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/standup/boltstore"
)

// Looking for the first record of a kind costs about the same beside a hundred
// records of other kinds and beside a hundred thousand.
func BenchmarkSeek(b *testing.B) {
	small := create(b, filepath.Join(b.TempDir(), "small.db"), 100)
	large := create(b, filepath.Join(b.TempDir(), "large.db"), 100_000)
	seek := func(store *boltstore.Store) time.Duration {
		start := time.Now()
		_ = store.View(b.Context(), func(tx standup.Tx) error {
			for range tx.Scan("due/", "") {
				b.Fatal("nothing is due")
			}
			return nil
		})
		return time.Since(start)
	}
	var inSmall, inLarge time.Duration
	for b.Loop() {
		inSmall += seek(small)
		inLarge += seek(large)
	}
	b.ReportMetric(float64(inLarge)/float64(inSmall), "large/small_ratio")
}

// An Update waits for the disk, a View does not.
func BenchmarkUpdate(b *testing.B) {
	store := create(b, filepath.Join(b.TempDir(), "standup.db"), 1000)
	var inUpdate, inView time.Duration
	for b.Loop() {
		start := time.Now()
		if err := store.Update(b.Context(), func(tx standup.Tx) error {
			return tx.Put("team/000500", []byte("changed"))
		}); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		if err := store.View(b.Context(), func(tx standup.Tx) error {
			_, err := tx.Get("team/000500")
			return err
		}); err != nil {
			b.Fatal(err)
		}
		inUpdate += middle.Sub(start)
		inView += time.Since(middle)
	}
	b.ReportMetric(float64(inUpdate)/float64(inView), "update/view_ratio")
}
