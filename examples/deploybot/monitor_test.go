package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/boltstore"
)

// watched is a monitor in a bubble, whose chat and Semaphore the test controls.
type watched struct {
	*monitor

	heard time.Time
	down  error
	asked int
}

func newWatched(t *testing.T) *watched {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "deploy.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	w := &watched{}
	w.monitor = &monitor{
		chat: onZulip, contact: func() time.Time { return w.heard }, store: store, started: time.Now(), now: time.Now,
		semaphore: func(context.Context) error {
			w.asked++
			return w.down
		},
	}
	return w
}

func (w *watched) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	answer := httptest.NewRecorder()
	w.handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return answer.Code, answer.Body.String()
}

func TestHealth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWatched(t)
		expect := func(path string, status int, words string) {
			t.Helper()
			got, body := w.get(t, path)
			assert.Equal(t, status, got)
			assert.Contains(t, body, words)
		}
		expect("/healthz", 200, "ok")
		expect("/readyz", 503, "Zulip has not answered yet")

		time.Sleep(longestSilence + time.Second)
		expect("/healthz", 503, "Zulip has not answered for 3m1s")

		w.heard = time.Now()
		expect("/healthz", 200, "ok")
		expect("/readyz", 200, "ok")

		w.down = errors.New("refused: hunter2")
		expect("/readyz", 200, "ok")
		time.Sleep(11 * time.Second)
		expect("/readyz", 503, "semaphore does not answer\n")
		expect("/healthz", 200, "ok")
		asked := w.asked
		for range 100 {
			w.get(t, "/readyz")
		}
		assert.Equal(t, asked, w.asked, "Semaphore is not asked for each of them")

		time.Sleep(longestSilence)
		expect("/healthz", 503, "Zulip")
		expect("/nothing", 404, "")
	})
}

func TestContact(t *testing.T) {
	t.Parallel()
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(server.Close)
	c := &contact{next: http.DefaultTransport, path: "sync"}
	ask := func(path string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		require.NoError(t, err)
		answer, err := c.RoundTrip(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
	}
	ask("/_matrix/client/versions")
	assert.True(t, c.at().IsZero())
	status = http.StatusUnauthorized
	ask("/_matrix/client/v3/sync")
	assert.True(t, c.at().IsZero())
	status = http.StatusOK
	ask("/_matrix/client/v3/sync?timeout=30000")
	assert.WithinDuration(t, time.Now(), c.at(), time.Minute)
}

// fakeChat answers with one error.
type fakeChat struct {
	chatops.Chat

	err error
}

func (c *fakeChat) Send(context.Context, chatops.Outgoing) (chatops.MessageID, error) {
	return "1", c.err
}

func (c *fakeChat) Edit(context.Context, chatops.MessageID, chatops.Outgoing) error { return c.err }

func TestMetrics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWatched(t)
		w.heard = time.Now()
		time.Sleep(5 * time.Second)
		chat := &fakeChat{}
		out := countedChat{chat, &w.messages}
		for _, chat.err = range []error{nil, nil, chatops.ErrNotSent, fmt.Errorf("x: %w", chatops.ErrUndeliverable), errors.New("who knows")} {
			_, _ = out.Send(t.Context(), chatops.Outgoing{})
		}
		chat.err = nil
		require.NoError(t, out.Edit(t.Context(), "1", chatops.Outgoing{}))

		counted := countedStore{w.store, &w.decisions}
		decide := func(fail error) error {
			return counted.Update(t.Context(), func(tx chatops.Tx) error {
				for key, value := range map[string]string{
					auditRecords + "1": `{"decision":"approved"}`, auditRecords + "2": `{"decision":"odd \"\\\n"}`,
					outboxRecords + "1": `{}`, outboxRecords + "2": `{}`, trackRecords + "1": `{}`,
				} {
					if err := tx.Put(key, []byte(value)); err != nil {
						return err
					}
				}
				return fail
			})
		}
		require.NoError(t, decide(nil))
		require.Error(t, decide(errors.New("no")), "what is not committed does not count")

		_, body := w.get(t, "/metrics")
		samples := parseMetrics(t, body)
		for name, want := range map[string]float64{
			"deploybot_healthy": 1, "deploybot_semaphore_up": 1, "deploybot_chat_silence_seconds": 5,
			`deploybot_messages_total{result="sent"}`: 2, `deploybot_messages_total{result="edited"}`: 1, `deploybot_messages_total{result="not_sent"}`: 1,
			`deploybot_messages_total{result="refused"}`: 1, `deploybot_messages_total{result="unsure"}`: 1,
			`deploybot_decisions_total{decision="approved"}`: 1, `deploybot_decisions_total{decision="odd \"\\\n"}`: 1,
			"deploybot_waiting_messages": 2, "deploybot_followed_tasks": 1,
		} {
			assert.InDelta(t, want, samples[name], 1e-9, name)
		}
		assert.InDelta(t, float64(w.started.UnixMilli())/1000, samples["deploybot_start_time_seconds"], 1e-3)
		assert.Positive(t, samples["deploybot_heap_bytes"])
	})
}

// parseMetrics reads the text format as strictly as its specification has it.
func parseMetrics(t *testing.T, text string) map[string]float64 {
	t.Helper()
	const name = `[a-zA-Z_:][a-zA-Z0-9_:]*`
	comment := regexp.MustCompile(`^# (HELP|TYPE) (` + name + `) (.+)$`)
	line := regexp.MustCompile(`^(` + name + `)(\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"\})? (\S+)$`)
	kinds, helped, samples := map[string]string{}, map[string]bool{}, map[string]float64{}
	require.True(t, strings.HasSuffix(text, "\n"))
	for scan := bufio.NewScanner(bytes.NewBufferString(text)); scan.Scan(); {
		if parts := comment.FindStringSubmatch(scan.Text()); parts != nil {
			if parts[1] == "HELP" {
				helped[parts[2]] = true
				continue
			}
			require.Contains(t, []string{"gauge", "counter"}, parts[3])
			require.NotContains(t, kinds, parts[2], "one type for each name")
			kinds[parts[2]] = parts[3]
			continue
		}
		parts := line.FindStringSubmatch(scan.Text())
		require.NotNil(t, parts, scan.Text())
		require.True(t, helped[parts[1]])
		require.Equal(t, strings.HasSuffix(parts[1], "_total"), kinds[parts[1]] == "counter", parts[1])
		value, err := strconv.ParseFloat(parts[3], 64)
		require.NoError(t, err)
		require.NotContains(t, samples, parts[1]+parts[2])
		samples[parts[1]+parts[2]] = value
	}
	return samples
}

func TestHealthCommand(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	server := httptest.NewServer(w.handler())
	t.Cleanup(server.Close)
	env := environment{"DEPLOY_LISTEN": server.Listener.Addr().String()}
	assert.Equal(t, result{stdout: "ok\n"}, runs(t, env, "health"))
	w.started = time.Now().Add(-time.Hour)
	assert.Equal(t, result{status: statusFailed, stderr: "deploybot: not healthy: Zulip has not answered for 1h0m0s\n"}, runs(t, env, "health"))
	server.Close()
	gone := runs(t, env, "health")
	assert.Equal(t, statusFailed, gone.status)
	assert.Contains(t, gone.stderr, "deploybot: no bot answers on "+env.get("DEPLOY_LISTEN")+" (DEPLOY_LISTEN): ")
	assert.Equal(t, statusConfig, runs(t, environment{"DEPLOY_LISTEN": "off"}, "health").status)
	assert.Equal(t, statusConfig, runs(t, environment{"DEPLOY_LISTEN": "example.org:80"}, "health").status)
}
