package zulip_test

import (
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

// endless answers each poll with the next hundred messages, without a network.
func endless() http.HandlerFunc {
	full := newBatch()
	return func(w http.ResponseWriter, r *http.Request) {
		answer := []byte(`{"result":"success","msg":"","user_id":7,"full_name":"Porter","messages":[],"found_newest":true,"queue_id":"q","last_event_id":-1}`)
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/events") {
			last, _ := strconv.Atoi(r.URL.Query().Get("last_event_id"))
			answer = full.after(last)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}
}

// heapInUse is what lives, in bytes.
func heapInUse() float64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc)
}

// BenchmarkListenerMillion delivers a million messages and compares what lives on the heap at the end with what did
// after the first hundred thousand: a ratio of 1 means that nothing stays behind.
func BenchmarkListenerMillion(b *testing.B) {
	const total, sample = 1_000_000, 100_000
	c, err := zulip.NewClient(credentials("https://chat.example.org", "bot@example.org", "key"), zulip.WithTransport(recorded(endless())))
	require.NoError(b, err)
	for b.Loop() {
		var first, last, peak float64
		count := 0
		for event, err := range c.Events(b.Context(), zulip.ListenRequest{EventTypes: onlyMessages, Store: &memoryStore{}}) {
			require.NoError(b, err)
			if event.Message == nil {
				b.Fatal("an event without a message")
			}
			if count++; count%sample == 0 {
				last = heapInUse()
				if peak = max(peak, last); first == 0 {
					first = last
				}
			}
			if count == total {
				break
			}
		}
		b.ReportMetric(last/first, "last_heap/first_heap_ratio")
		b.ReportMetric(peak/(1<<20), "peak_heap_MB")
	}
}
