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

// bareLine has what this package reads of a line, for somebody who decodes the whole log at once.
type bareLine struct {
	ID      int64     `json:"id"`
	StageID int       `json:"stage_id"`
	Time    time.Time `json:"time"`
	Output  string    `json:"output"`
}

// longOutput is a log of 20,000 lines as the server sends it.
func longOutput() []byte {
	var b bytes.Buffer
	b.WriteByte('[')
	for i := range 20_000 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"task_id":4711,"time":"2026-11-22T06:30:44.%06dZ","output":"line %d with \u003csome\u003e text in it","stage_id":12}`, 9000+i, i, i)
	}
	b.WriteByte(']')
	return b.Bytes()
}

// BenchmarkOutput compares reading a log as a stream with reading it at once.
func BenchmarkOutput(b *testing.B) {
	text := longOutput()
	look := func() {} // at each piece of a body
	body := func() io.Reader {
		source := bytes.NewReader(text)
		return reader(func(p []byte) (int, error) {
			look()
			return source.Read(p)
		})
	}
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Request: r, ProtoMajor: 1, ProtoMinor: 1,
			Body: io.NopCloser(body()),
		}, nil
	})
	c := answering(b, nil, semaphore.WithTransport(transport))
	stream := func() {
		for _, err := range c.Output(b.Context(), 1, 2) {
			require.NoError(b, err)
			look()
		}
	}
	atOnce := func() {
		data, err := io.ReadAll(body())
		require.NoError(b, err)
		var lines []bareLine
		require.NoError(b, json.Unmarshal(data, &lines))
		look()
		runtime.KeepAlive(data)
		runtime.KeepAlive(lines)
	}
	var streamed, unmarshaled time.Duration
	for b.Loop() {
		begin := time.Now()
		stream()
		streamed += time.Since(begin)
		begin = time.Now()
		atOnce()
		unmarshaled += time.Since(begin)
	}
	b.ReportMetric(float64(streamed)/float64(unmarshaled), "stream/unmarshal_time_ratio")

	// What is in use is what is left after a collection, so there is one at the looks: at every eighth of the stream, which
	// are thousands, and at all of the other. What json.Unmarshal needs for a moment on its way is not seen, in its favour.
	live := func(work func(), every int) uint64 {
		var stats runtime.MemStats
		heap := func() uint64 {
			runtime.GC()
			runtime.ReadMemStats(&stats)
			return stats.HeapAlloc
		}
		base, most, looks := heap(), uint64(0), 0
		look = func() {
			if looks++; looks%every == 0 {
				most = max(most, heap())
			}
		}
		work()
		look = func() {}
		return most - min(most, base)
	}
	streamLive, bareLive := live(stream, 8), live(atOnce, 1)
	b.ReportMetric(float64(streamLive)/1024, "stream_heap_KiB")
	b.ReportMetric(float64(bareLive)/1024, "unmarshal_heap_KiB")
	b.ReportMetric(float64(streamLive)/float64(bareLive), "stream/unmarshal_heap_ratio")
	// With what waits for the collector, as it is set, the difference is less: there is always some.
	b.ReportMetric(float64(peakHeap(stream))/float64(peakHeap(atOnce)), "stream/unmarshal_heap_with_garbage_ratio")
}

// reader is a function as a reader.
type reader func([]byte) (int, error)

func (f reader) Read(p []byte) (int, error) { return f(p) }

// BenchmarkFollowLatency measures how long after it was written a line is delivered, by WebSocket over a real network.
func BenchmarkFollowLatency(b *testing.B) {
	y := newYard(b)
	address, err := y.Listen("127.0.0.1:0")
	require.NoError(b, err)
	client, err := semaphore.NewClient(semaphore.Credentials{URL: address, Token: semaphore.NewSecret(y.Admin().Token)})
	require.NoError(b, err)
	tpl := y.template("chatty", semaphoretest.Script{Lines: 1000, Rate: 500})
	var late []time.Duration
	for b.Loop() {
		id := y.start(b, tpl)
		for line, err := range client.Follow(b.Context(), y.id, id, semaphore.FollowRequest{}) {
			require.NoError(b, err)
			late = append(late, time.Since(line.Time))
		}
	}
	slices.Sort(late)
	b.ReportMetric(float64(late[len(late)/2].Microseconds())/1000, "median_ms")
	b.ReportMetric(float64(late[len(late)/2])/float64(5*time.Millisecond), "median/bound_ratio")
}
