package standup_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/standup/storetest"
)

func TestMemStoreConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T, string) standup.Store { return standup.NewMemStore() }, storetest.Traits{})
}

// An Update waits for another in a way that lets the clock of a bubble go on.
func TestMemStoreWaitsInBubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := standup.NewMemStore()
		go func() {
			_ = store.Update(t.Context(), func(tx standup.Tx) error {
				time.Sleep(time.Minute)
				return tx.Put("who", []byte("first"))
			})
		}()
		synctest.Wait()
		began := time.Now()
		require.NoError(t, store.Update(t.Context(), func(tx standup.Tx) error {
			value, err := tx.Get("who")
			require.Equal(t, "first", string(value))
			return err
		}))
		require.Equal(t, time.Minute, time.Since(began))
	})
}

// A store of a hundred thousand records answers a seek about as fast as one of a
// hundred.
func BenchmarkMemStoreSeek(b *testing.B) {
	fill := func(n int) *standup.MemStore {
		store := standup.NewMemStore()
		err := store.Update(b.Context(), func(tx standup.Tx) error {
			for i := range n {
				if err := tx.Put(fmt.Sprintf("team/%06d", i), []byte("record")); err != nil {
					return err
				}
			}
			return nil
		})
		require.NoError(b, err)
		return store
	}
	seek := func(store *standup.MemStore) {
		_ = store.View(b.Context(), func(tx standup.Tx) error {
			for range tx.Scan("due/", "") {
				b.Fatal("nothing is due")
			}
			return nil
		})
	}
	small, large := fill(100), fill(100_000)
	var inSmall, inLarge time.Duration
	for b.Loop() {
		start := time.Now()
		seek(small)
		middle := time.Now()
		seek(large)
		inSmall += middle.Sub(start)
		inLarge += time.Since(middle)
	}
	b.ReportMetric(float64(inLarge)/float64(inSmall), "large/small_ratio")
}
