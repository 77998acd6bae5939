package matrixbot

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

const (
	// maxResponse bounds an answer of the homeserver: the first sync of a bot in many large rooms is the longest.
	maxResponse = 256 << 20
	// maxLimited is how often a request is repeated that the server finds to be one too many.
	maxLimited = 8
	// longestLimit bounds how long a server can make a request wait.
	longestLimit = 10 * time.Minute
	// maxRefusal bounds the answer that says how long to wait.
	maxRefusal = 64 << 10
	// slowestHeader is how long the server may take to answer at all, as to a first sync.
	slowestHeader = 5 * time.Minute
)

// newHTTPClient returns the client under all requests of the bot: from the outside in, a request waits while the
// homeserver says that there are too many, is logged without its content, and leaves when the store is on the disk.
func newHTTPClient(next http.RoundTripper, store *boltstore.Store, log *slog.Logger) *http.Client {
	if next == nil {
		next = newTransport()
	}
	return &http.Client{
		Transport: &limited{&logged{&nonNull{store.Barrier(next)}, log}, log},
		// Redirects would carry the token to where it does not belong. No operation of Matrix needs them.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func newTransport() *http.Transport {
	own := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // Documented type of net/http.
	own.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	own.ResponseHeaderTimeout = slowestHeader
	return own
}

// limited repeats requests that were refused with 429, after the time that the server asks for.
type limited struct {
	next http.RoundTripper
	log  *slog.Logger
}

// RoundTrip implements [http.RoundTripper].
func (l *limited) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	for attempt := 1; ; attempt++ {
		resp, err := l.next.RoundTrip(req)
		if err != nil || resp.StatusCode != http.StatusTooManyRequests || attempt == maxLimited {
			return resp, err
		}
		again, ok := rewound(req)
		wait := refusal(resp, attempt)
		if deadline, limit := ctx.Deadline(); !ok || limit && time.Now().Add(wait).After(deadline) {
			return resp, nil
		}
		_ = resp.Body.Close()
		l.log.WarnContext(ctx, "the homeserver asks to wait", "path", req.URL.Path, "wait", wait)
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
		req = again
	}
}

// CloseIdleConnections passes the call on to the transport below.
func (l *limited) CloseIdleConnections() { closeIdle(l.next) }

// rewound returns the request to be sent once more.
func rewound(req *http.Request) (*http.Request, bool) {
	again := req.Clone(req.Context())
	if req.Body == nil || req.Body == http.NoBody {
		return again, true
	}
	if req.GetBody == nil {
		return nil, false
	}
	body, err := req.GetBody()
	again.Body = body
	return again, err == nil
}

// refusal is how long to wait after a 429: what the header or the body says, whichever is longer, and a little more so
// that many requests do not come back at once. The body can be read again.
func refusal(resp *http.Response, attempt int) time.Duration {
	head, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal)) // What cannot be read says nothing.
	resp.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(head), resp.Body}
	wait := max(retryAfterHeader(resp.Header, time.Now()), retryAfterBody(head))
	if wait == 0 {
		wait = min(firstBackoff<<(attempt-1), lastBackoff)
	}
	wait = min(wait, longestLimit)
	return wait + rand.N(min(wait/8, time.Second)+time.Millisecond) //nolint:gosec // A jitter need not be unpredictable.
}

// retryAfterHeader reads Retry-After, in seconds or as a date; 0 where there is none that makes sense.
func retryAfterHeader(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// retryAfterBody reads retry_after_ms; 0 where there is none that makes sense.
func retryAfterBody(body []byte) time.Duration {
	var refused struct {
		RetryAfter float64 `json:"retry_after_ms"`
	}
	if json.Unmarshal(body, &refused) != nil || !(refused.RetryAfter > 0) {
		return 0
	}
	return time.Duration(min(refused.RetryAfter, float64(longestLimit.Milliseconds()))) * time.Millisecond
}

// logged writes a line about each request: never a query, header or body.
type logged struct {
	next http.RoundTripper
	log  *slog.Logger
}

// RoundTrip implements [http.RoundTripper].
func (l *logged) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if !l.log.Enabled(ctx, slog.LevelDebug) {
		return l.next.RoundTrip(req)
	}
	begin := time.Now()
	resp, err := l.next.RoundTrip(req)
	status := 0
	if err == nil {
		status = resp.StatusCode
	}
	l.log.LogAttrs(context.WithoutCancel(ctx), slog.LevelDebug, "http request",
		slog.String("method", req.Method), slog.String("path", req.URL.Path), slog.Int("status", status),
		slog.Duration("duration", time.Since(begin)), slog.Bool("failed", err != nil))
	return resp, err
}

// CloseIdleConnections passes the call on to the transport below.
func (l *logged) CloseIdleConnections() { closeIdle(l.next) }

func closeIdle(t http.RoundTripper) {
	if closer, ok := t.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}
