package zulip_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

// Sends take turns and their median counts: so whatever else the machine does meets both programs alike.
const sendCount = 1000

// sendStub takes messages and is as quick as a server can be.
func sendStub(b *testing.B) *httptest.Server {
	b.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"result":"success","msg":"","id":42}`)
	}))
	b.Cleanup(server.Close)
	return server
}

// bareSend posts the same form with net/http alone.
func bareSend(b *testing.B, client *http.Client, site, content string) {
	b.Helper()
	form := url.Values{"type": {"stream"}, "to": {"11"}, "topic": {"deployments"}, "content": {content}}
	request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, site+"/api/v1/messages", strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	request.SetBasicAuth("porter-bot@zulip.example", "key")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := client.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	var answer struct {
		Result string `json:"result"`
		ID     int64  `json:"id"`
	}
	if err != nil || json.Unmarshal(body, &answer) != nil || answer.ID != 42 {
		b.Fatal(err, string(body))
	}
}

func clientSend(b *testing.B, c *zulip.Client, content string) {
	b.Helper()
	sent, err := c.SendMessage(b.Context(), zulip.SendMessageRequest{To: zulip.InChannel(11, "deployments"), Content: content})
	if err != nil || sent.ID != 42 {
		b.Fatal(err, sent)
	}
}

// BenchmarkSend compares sequential sends with a program that posts the same forms through net/http alone: a ratio
// of 1 means that pacing, retries and errors cost nothing.
func BenchmarkSend(b *testing.B) {
	server := sendStub(b)
	transport := http.DefaultTransport.(*http.Transport).Clone() // what either program has without any settings
	b.Cleanup(transport.CloseIdleConnections)
	c, err := zulip.NewClient(credentials(server.URL, "porter-bot@zulip.example", "key"), zulip.WithTransport(transport))
	require.NoError(b, err)
	bareClient := &http.Client{Transport: transport}
	content := strings.Repeat("Deployed **release 7** to the staging hosts.\n", 5)
	var bare, ours []time.Duration
	for b.Loop() {
		for range sendCount {
			begin := time.Now()
			bareSend(b, bareClient, server.URL, content)
			bare = append(bare, time.Since(begin))
			begin = time.Now()
			clientSend(b, c, content)
			ours = append(ours, time.Since(begin))
		}
	}
	b.ReportMetric(median(bare).Seconds()/median(ours).Seconds(), "bare_seconds/client_seconds_ratio")
	b.ReportMetric(1/median(ours).Seconds(), "sends/s")
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}
