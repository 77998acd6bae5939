package zulip_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime/metrics"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

// The stub hands out eventCount message events in batches and is as quick as a server can be.
const (
	batchSize  = 100
	eventCount = 20_000
	// firstEvent makes all numbers equally long.
	firstEvent = 1_000_000
)

func eventJSON(id int) string {
	return fmt.Sprintf(`{"type":"message","id":%d,"flags":["read"],"message":{"id":%d,"sender_id":9,`+
		`"content":"Deployed **release %d** to the staging hosts.\nAll checks passed; see the log of the run for the details of each step.",`+
		`"recipient_id":33,"timestamp":1790000000,"client":"website","is_me_message":false,"sender_full_name":"Iago of Venice",`+
		`"sender_email":"user9@zulip.example","sender_realm_str":"zulip","avatar_url":null,"display_recipient":"engineering","type":"stream",`+
		`"stream_id":11,"subject":"deployments","topic_links":[],"submessages":[],"reactions":[],"content_type":"text/x-markdown",`+
		`"last_edit_timestamp":null,"last_moved_timestamp":null,"edit_history":null}}`, id, id, id)
}

// batch is an answer to a poll in which only the numbers change.
type batch struct {
	text []byte
	at   []int // where the numbers are, three to an event
}

func newBatch() *batch {
	b := &batch{text: []byte(`{"result":"success","msg":"","queue_id":"q","events":[`)}
	for i := range batchSize {
		if i > 0 {
			b.text = append(b.text, ',')
		}
		number := strconv.Itoa(firstEvent)
		event := eventJSON(firstEvent)
		for from := 0; ; {
			found := strings.Index(event[from:], number)
			if found < 0 {
				break
			}
			b.at = append(b.at, len(b.text)+from+found)
			from += found + len(number)
		}
		b.text = append(b.text, event...)
	}
	b.text = append(b.text, "]}"...)
	return b
}

// after is the batch that follows an event.
func (b *batch) after(last int) []byte {
	first := max(firstEvent, last+1)
	for i, at := range b.at {
		strconv.AppendInt(b.text[:at], int64(first+i/3), 10)
	}
	return b.text
}

func stub(b *testing.B) *httptest.Server {
	b.Helper()
	full := newBatch()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/events", func(w http.ResponseWriter, r *http.Request) {
		last, _ := strconv.Atoi(r.URL.Query().Get("last_event_id"))
		answer := []byte(`{"result":"success","msg":"","events":[]}`)
		if last < firstEvent+eventCount-1 && r.URL.Query().Get("dont_block") == "" {
			answer = full.after(last)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	})
	for pattern, answer := range map[string]string{
		"GET /api/v1/users/me":  `{"result":"success","msg":"","user_id":7,"full_name":"Porter"}`,
		"GET /api/v1/messages":  `{"result":"success","msg":"","messages":[],"found_newest":true}`,
		"POST /api/v1/register": `{"result":"success","msg":"","queue_id":"q","last_event_id":-1}`,
		"/api/v1/":              `{"result":"success","msg":""}`,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) })
	}
	server := httptest.NewServer(mux)
	b.Cleanup(server.Close)
	return server
}

// flatAnswer is what a program without a library would decode into.
type flatAnswer struct {
	Events []struct {
		ID      int64    `json:"id"`
		Type    string   `json:"type"`
		Flags   []string `json:"flags"`
		Message struct {
			ID               int64  `json:"id"`
			SenderID         int64  `json:"sender_id"`
			SenderFullName   string `json:"sender_full_name"`
			SenderEmail      string `json:"sender_email"`
			Type             string `json:"type"`
			StreamID         int64  `json:"stream_id"`
			Subject          string `json:"subject"`
			DisplayRecipient any    `json:"display_recipient"`
			Content          string `json:"content"`
			Timestamp        int64  `json:"timestamp"`
		} `json:"message"`
	} `json:"events"`
}

// bareLoop polls, reads and decodes, and does nothing else.
func bareLoop(b *testing.B, client *http.Client, site string) (events int) {
	b.Helper()
	last := int64(-1)
	for events < eventCount {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, site+"/api/v1/events?queue_id=q&last_event_id="+strconv.FormatInt(last, 10), nil)
		require.NoError(b, err)
		response, err := client.Do(request)
		require.NoError(b, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(b, err)
		require.NoError(b, response.Body.Close())
		var answer flatAnswer
		require.NoError(b, json.Unmarshal(body, &answer))
		events += len(answer.Events)
		last = answer.Events[len(answer.Events)-1].ID
	}
	return events
}

func clientLoop(b *testing.B, c *zulip.Client) (events int) {
	b.Helper()
	for event, err := range c.Events(b.Context(), zulip.ListenRequest{EventTypes: onlyMessages}) {
		require.NoError(b, err)
		if event.Message == nil {
			b.Fatal("an event without a message")
		}
		if events++; events == eventCount {
			break
		}
	}
	return events
}

// BenchmarkEvents compares the event loop with a loop that only reads and decodes the same bytes: a ratio of 1 means
// that the order, the memory of what was handled and the way back from trouble cost nothing.
func BenchmarkEvents(b *testing.B) {
	server := stub(b)
	transport := &http.Transport{}
	b.Cleanup(transport.CloseIdleConnections)
	c, err := zulip.NewClient(credentials(server.URL, "porter-bot@zulip.example", "key"), zulip.WithTransport(transport))
	require.NoError(b, err)
	bareClient := &http.Client{Transport: transport}
	bareLoop(b, bareClient, server.URL) // warm
	var bare, ours []time.Duration
	peak := watchHeap(b)
	for b.Loop() {
		for range 7 { // the median counts: so whatever else the machine does meets both loops alike
			begin := time.Now()
			require.Equal(b, eventCount, bareLoop(b, bareClient, server.URL))
			bare = append(bare, time.Since(begin))
			begin = time.Now()
			require.Equal(b, eventCount, clientLoop(b, c))
			ours = append(ours, time.Since(begin))
		}
	}
	b.ReportMetric(median(bare).Seconds()/median(ours).Seconds(), "bare_seconds/client_seconds_ratio")
	b.ReportMetric(eventCount/median(ours).Seconds(), "events/s")
	b.ReportMetric(peak(), "peak_heap_MB")
}

// watchHeap looks at the memory of the whole process, stub and bare loop included, until peak is called.
func watchHeap(b *testing.B) (peak func() float64) {
	b.Helper()
	over, most := make(chan struct{}), make(chan uint64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		var highest uint64
		for {
			metrics.Read(sample)
			highest = max(highest, sample[0].Value.Uint64())
			select {
			case <-tick.C:
			case <-over:
				most <- highest
				return
			}
		}
	}()
	return func() float64 {
		close(over)
		return float64(<-most) / (1 << 20)
	}
}
