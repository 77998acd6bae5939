package semaphore_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// bareLine is what somebody would decode a log into who reads it at once.
type bareLine struct {
	TaskID int       `json:"task_id"`
	Task   string    `json:"task"`
	Time   time.Time `json:"time"`
	Output string    `json:"output"`
}

// longOutput is a log of 20,000 lines as the server sends it.
func longOutput() []byte {
	var b bytes.Buffer
	b.WriteByte('[')
	for i := range 20_000 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"task_id":2147483641,"task":"","time":"2026-11-22T06:30:44.%09dZ","output":"line %d with \u003csome\u003e text in it"}`, i, i)
	}
	b.WriteByte(']')
	return b.Bytes()
}

// BenchmarkOutput compares reading a log as a stream with reading it at once.
func BenchmarkOutput(b *testing.B) {
	body := longOutput()
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Request: r, ProtoMajor: 1, ProtoMinor: 1,
			Body: io.NopCloser(bytes.NewReader(body)),
		}, nil
	})
	c := answering(b, nil, semaphore.WithTransport(transport))
	stream := func(each func()) {
		for _, err := range c.Output(b.Context(), 1, 2) {
			require.NoError(b, err)
			each()
		}
	}
	bare := func() []bareLine {
		data, err := io.ReadAll(bytes.NewReader(body))
		require.NoError(b, err)
		var lines []bareLine
		require.NoError(b, json.Unmarshal(data, &lines))
		return lines
	}
	var streamed, atOnce time.Duration
	for b.Loop() {
		begin := time.Now()
		stream(func() {})
		streamed += time.Since(begin)
		begin = time.Now()
		bare()
		atOnce += time.Since(begin)
	}
	b.ReportMetric(float64(streamed)/float64(atOnce), "stream/unmarshal_time_ratio")

	var least, most runtime.MemStats
	heap := func(into *runtime.MemStats) uint64 {
		runtime.GC()
		runtime.ReadMemStats(into)
		return into.HeapAlloc
	}
	base := heap(&least)
	var peak uint64
	count := 0
	stream(func() {
		if count++; count%2000 == 0 {
			peak = max(peak, heap(&most)-base)
		}
	})
	base = heap(&least)
	lines := bare()
	whole := heap(&most) - base
	runtime.KeepAlive(lines)
	b.ReportMetric(float64(peak)/float64(whole), "stream/unmarshal_heap_ratio")
}

// BenchmarkFollowLatency measures how long after it was written a line is delivered, by WebSocket.
func BenchmarkFollowLatency(b *testing.B) {
	y := newYard(b)
	tpl := y.template("chatty", semaphoretest.Script{Lines: 1000, Rate: 500})
	var late []time.Duration
	for b.Loop() {
		id := y.start(b, tpl)
		for line, err := range y.client.Follow(b.Context(), y.id, id, semaphore.FollowRequest{}) {
			require.NoError(b, err)
			late = append(late, time.Since(line.Time))
		}
	}
	slices.Sort(late)
	b.ReportMetric(float64(late[len(late)/2].Microseconds())/1000, "median_ms")
	b.ReportMetric(float64(late[len(late)/2])/float64(5*time.Millisecond), "median/bound_ratio")
}
