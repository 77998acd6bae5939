package zulip_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// house is an organisation with a bot, two people and a channel that all of them read.
type house struct {
	server     *zuliptest.Server
	bot        *zuliptest.User
	alice, bob *zuliptest.User
	channel    *zuliptest.Channel
}

func newHouse(tb testing.TB, options ...zuliptest.Option) *house {
	tb.Helper()
	server := zuliptest.New(options...)
	tb.Cleanup(server.Close)
	h := &house{server: server}
	h.bot = server.AddBot("Porter", "porter-bot@zulip.example")
	h.alice = server.AddUser(zuliptest.User{FullName: "Alice"})
	h.bob = server.AddUser(zuliptest.User{FullName: "Bob"})
	h.channel = server.AddChannel("engineering", h.bot, h.alice, h.bob)
	return h
}

func (h *house) client(tb testing.TB, options ...zulip.Option) *zulip.Client {
	tb.Helper()
	return h.clientOf(tb, h.bot, options...)
}

func (h *house) clientOf(tb testing.TB, user *zuliptest.User, options ...zulip.Option) *zulip.Client {
	tb.Helper()
	options = append([]zulip.Option{zulip.WithTransport(h.server.Transport())}, options...)
	c, err := zulip.NewClient(credentials(h.server.URL(), user.Email, user.APIKey), options...)
	require.NoError(tb, err)
	return c
}

func credentials(site, email, key string) zulip.Credentials {
	return zulip.Credentials{Site: site, Email: email, APIKey: zulip.NewSecret(key)}
}

// answering is a client whose server is a function.
func answering(tb testing.TB, handler http.HandlerFunc, options ...zulip.Option) *zulip.Client {
	tb.Helper()
	options = append([]zulip.Option{zulip.WithTransport(recorded(handler))}, options...)
	c, err := zulip.NewClient(credentials("https://chat.example.org", "bot@example.org", "abcdefghijklmnop"), options...)
	require.NoError(tb, err)
	return c
}

// recorded answers requests without any network.
func recorded(handler http.HandlerFunc) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Body == nil {
			r.Body = http.NoBody
		}
		w := &response{header: http.Header{}, status: http.StatusOK}
		handler(w, r)
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
		return &http.Response{
			StatusCode: w.status, Header: w.header, Body: io.NopCloser(strings.NewReader(w.body.String())),
			ContentLength: int64(w.body.Len()), Request: r, ProtoMajor: 1, ProtoMinor: 1,
		}, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type response struct {
	header http.Header
	status int
	body   strings.Builder
}

func (r *response) Header() http.Header         { return r.header }
func (r *response) WriteHeader(status int)      { r.status = status }
func (r *response) Write(p []byte) (int, error) { return r.body.Write(p) }

// memoryStore keeps a state for the next run.
type memoryStore struct {
	mu    sync.Mutex
	state zulip.QueueState
	saves int
}

func (s *memoryStore) LoadQueue(context.Context) (zulip.QueueState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := s.state
	state.Recent = slices.Clone(state.Recent)
	return state, nil
}

func (s *memoryStore) SaveQueue(_ context.Context, state zulip.QueueState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = state
	s.saves++
	return nil
}

// logTo is a logger that a test can read.
func logTo(tb testing.TB) (*slog.Logger, *safeBuffer) {
	tb.Helper()
	buffer := &safeBuffer{}
	return slog.New(slog.NewTextHandler(buffer, &slog.HandlerOptions{Level: slog.LevelDebug})), buffer
}

type safeBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
