package zulip_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
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
)

func eventJSON(id int) string {
	return fmt.Sprintf(`{"type":"message","id":%d,"flags":["read"],"message":{"id":%d,"sender_id":9,`+
		`"content":"Deployed **release %d** to the staging hosts.\nAll checks passed; see the log of the run for the details of each step.",`+
		`"recipient_id":33,"timestamp":1790000000,"client":"website","is_me_message":false,"sender_full_name":"Iago of Venice",`+
		`"sender_email":"user9@zulip.example","sender_realm_str":"zulip","avatar_url":null,"display_recipient":"engineering","type":"stream",`+
		`"stream_id":11,"subject":"deployments","topic_links":[],"submessages":[],"reactions":[],"content_type":"text/x-markdown",`+
		`"last_edit_timestamp":null,"last_moved_timestamp":null,"edit_history":null}}`, id, 1000+id, id)
}

func stub(b *testing.B) *httptest.Server {
	b.Helper()
	batches := make([]string, eventCount/batchSize)
	for i := range batches {
		events := make([]string, batchSize)
		for j := range events {
			events[j] = eventJSON(i*batchSize + j)
		}
		batches[i] = `{"result":"success","msg":"","queue_id":"q","events":[` + strings.Join(events, ",") + `]}`
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/events", func(w http.ResponseWriter, r *http.Request) {
		last, _ := strconv.Atoi(r.URL.Query().Get("last_event_id"))
		batch := `{"result":"success","msg":"","events":[]}`
		if next := (last + 1) / batchSize; next < len(batches) && r.URL.Query().Get("dont_block") == "" {
			batch = batches[next]
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, batch)
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
	var bare, ours time.Duration
	for b.Loop() {
		begin := time.Now()
		require.Equal(b, eventCount, bareLoop(b, bareClient, server.URL))
		bare += time.Since(begin)
		begin = time.Now()
		require.Equal(b, eventCount, clientLoop(b, c))
		ours += time.Since(begin)
	}
	b.ReportMetric(bare.Seconds()/ours.Seconds(), "bare_seconds/client_seconds_ratio")
	b.ReportMetric(float64(b.N*eventCount)/ours.Seconds(), "events/s")
}
