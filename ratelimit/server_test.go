package ratelimit_test

import (
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/ratelimit"
)

// server is a RoundTripper that limits like Zulip: a log of the accepted requests of the last stretch of time.
// A request arrives after half the latency and is answered after the other half.
type server struct {
	limit   int
	per     time.Duration
	latency time.Duration
	quiet   bool          // without X-RateLimit headers
	skew    time.Duration // of its clock
	roundUp bool          // X-RateLimit-Reset; Zulip rounds down

	mu       sync.Mutex
	accepted []time.Time // of all time
	rejected int         // of the client under test
}

func (s *server) RoundTrip(*http.Request) (*http.Response, error) {
	time.Sleep(s.latency / 2)
	resp := s.take()
	time.Sleep(s.latency - s.latency/2)
	// What stands before a server writes this header last: the second may have changed since.
	resp.Header.Set("Date", time.Now().Add(s.skew).UTC().Format(http.TimeFormat))
	if resp.StatusCode == http.StatusTooManyRequests {
		s.mu.Lock()
		s.rejected++
		s.mu.Unlock()
	}
	return resp, nil
}

// take counts one request, of a client or of somebody else.
func (s *server) take() *http.Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	inWindow := s.accepted
	for len(inWindow) > 0 && now.Sub(inWindow[0]) >= s.per {
		inWindow = inWindow[1:]
	}
	status, h := http.StatusOK, http.Header{}
	if used := len(inWindow); used < s.limit {
		s.accepted = append(s.accepted, now)
		inWindow = append(inWindow, now)
	} else {
		status = http.StatusTooManyRequests
		h.Set("Retry-After", strconv.FormatFloat((s.per-now.Sub(inWindow[0])).Seconds(), 'f', -1, 64))
	}
	if !s.quiet {
		empty := inWindow[len(inWindow)-1].Add(s.per)
		if s.roundUp {
			empty = empty.Add(time.Second - 1)
		}
		h.Set("X-RateLimit-Limit", strconv.Itoa(s.limit))
		h.Set("X-RateLimit-Remaining", strconv.Itoa(s.limit-len(inWindow)))
		h.Set("X-RateLimit-Reset", strconv.FormatInt(empty.Add(s.skew).Unix(), 10))
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(""))}
}

func (s *server) count() (accepted, rejected int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.accepted), s.rejected
}

func newTransport(tb testing.TB, base http.RoundTripper, opts ...ratelimit.Option) *ratelimit.Transport {
	tb.Helper()
	transport, err := ratelimit.NewTransport(base, opts...)
	require.NoError(tb, err)
	return transport
}

// send sends once.
func send(tb testing.TB, rt http.RoundTripper) (status int, err error) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, "http://chat.example.org/messages", nil)
	require.NoError(tb, err)
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// sendAll sends n requests with so many at a time, each again until it is accepted, and returns the time it took.
func sendAll(tb testing.TB, rt http.RoundTripper, n, atATime int) time.Duration {
	tb.Helper()
	begin := time.Now()
	todo := make(chan struct{}, n)
	for range n {
		todo <- struct{}{}
	}
	close(todo)
	var senders sync.WaitGroup
	for range atATime {
		senders.Go(func() {
			for range todo {
				for status := 0; status != http.StatusOK; {
					var err error
					if status, err = send(tb, rt); err != nil {
						tb.Error(err)
						return
					}
				}
			}
		})
	}
	senders.Wait()
	return time.Since(begin)
}

// ideal is the least time in which the server accepts n requests.
func (s *server) ideal(n int) time.Duration {
	return time.Duration(math.Ceil(float64(n)/float64(s.limit))-1) * s.per
}
