package httpx_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/httpx"
	"github.com/signalbox-go/signalbox/internal/memnet"
	"github.com/signalbox-go/signalbox/ratelimit"
)

const key = "s3cr3t/key"

// bench is a client on a server in memory that counts attempts.
type bench struct {
	*httpx.Client
	attempts atomic.Int32
}

func newBench(t *testing.T, h func(attempt int32, w http.ResponseWriter, r *http.Request), change ...func(*httpx.Config)) *bench {
	t.Helper()
	b := &bench{}
	s := memnet.Start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h(b.attempts.Add(1), w, r) }))
	t.Cleanup(s.Close)
	base, err := url.Parse(s.URL() + "/prefix/api")
	require.NoError(t, err)
	c := httpx.Config{
		BaseURL: base, Transport: s.Transport(), Secrets: []string{key},
		Authorize: func(r *http.Request) { r.SetBasicAuth("bot", key) },
	}
	for _, f := range change {
		f(&c)
	}
	b.Client, err = httpx.New(c)
	require.NoError(t, err)
	return b
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"":                          "no host",
		"/only/a/path":              "no host",
		"ftp://example.com":         "scheme \"ftp\": use https",
		"http://example.com":        "use https, or allow http explicitly",
		"https://me:pw@example.com": "no user",
		"https://example.com/?a=b":  "no user, query",
	} {
		u, err := url.Parse(address)
		require.NoError(t, err)
		_, err = httpx.New(httpx.Config{BaseURL: u})
		require.ErrorContains(t, err, want, address)
		require.NotContains(t, err.Error(), "pw")
	}
	_, err := httpx.New(httpx.Config{})
	require.ErrorContains(t, err, "no host")
	for _, address := range []string{"http://127.0.0.1:1", "http://localhost", "http://[::1]", "https://example.com/prefix"} {
		u, err := url.Parse(address)
		require.NoError(t, err)
		_, err = httpx.New(httpx.Config{BaseURL: u})
		require.NoError(t, err, address)
	}
	u, err := url.Parse("http://example.com")
	require.NoError(t, err)
	_, err = httpx.New(httpx.Config{BaseURL: u, AllowHTTP: true})
	require.NoError(t, err)
	_, err = httpx.New(httpx.Config{BaseURL: u, AllowHTTP: true, Timeout: -1})
	require.ErrorContains(t, err, "negative")
}

// TestWhatIsRepeated tells for each kind of failure how many attempts a call
// makes and what is left of it.
func TestWhatIsRepeated(t *testing.T) {
	t.Parallel()
	status := func(code int) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.WriteHeader(code) }
	}
	cut := func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	for name, c := range map[string]struct {
		method     string
		repeatable bool
		first      func(http.ResponseWriter) // The answer to the first attempt; later ones are good.
		attempts   int32
		status     int // 0 means no answer.
	}{
		"GET after 500":             {http.MethodGet, false, status(500), 2, 200},
		"GET after 502":             {http.MethodGet, false, status(502), 2, 200},
		"GET after 429":             {http.MethodGet, false, status(429), 2, 200},
		"GET after a cut":           {http.MethodGet, false, cut, 2, 200},
		"GET after 404":             {http.MethodGet, false, status(404), 1, 404},
		"GET after 501":             {http.MethodGet, false, status(501), 1, 501},
		"POST after 500":            {http.MethodPost, false, status(500), 1, 500},
		"POST after 502":            {http.MethodPost, false, status(502), 1, 502},
		"POST after 429":            {http.MethodPost, false, status(429), 2, 200},
		"POST after a cut":          {http.MethodPost, false, cut, 1, 0},
		"PATCH after 503":           {http.MethodPatch, false, status(503), 1, 503},
		"DELETE after a cut":        {http.MethodDelete, false, cut, 1, 0},
		"harmless POST after 500":   {http.MethodPost, true, status(500), 2, 200},
		"harmless POST after a cut": {http.MethodPost, true, cut, 2, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, func(attempt int32, w http.ResponseWriter, r *http.Request) {
					if attempt == 1 {
						c.first(w)
						return
					}
					_, _ = io.Copy(w, r.Body)
				})
				body := []byte("text")
				resp, err := b.Do(t.Context(), httpx.Request{Method: c.method, Path: []string{"x"}, Body: body, Repeatable: c.repeatable})
				assert.Equal(t, c.attempts, b.attempts.Load())
				if c.status == 0 {
					failure, ok := errors.AsType[*httpx.TransportError](err)
					require.True(t, ok, err)
					assert.True(t, failure.Sent, "the server may have acted on it")
					return
				}
				require.NoError(t, err)
				assert.Equal(t, c.status, resp.Status)
				if c.status == 200 {
					assert.Equal(t, "text", string(resp.Body), "the body is sent again")
				}
			})
		})
	}
}

func TestGivingUpKeepsTheLastAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(attempt int32, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprintf(w, "<html>%d</html>", attempt)
		})
		resp, err := b.Do(t.Context(), httpx.Request{Method: http.MethodGet, Path: []string{"x"}})
		require.NoError(t, err)
		assert.Equal(t, http.StatusBadGateway, resp.Status)
		assert.Equal(t, "<html>5</html>", string(resp.Body))
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	for wait, c := range map[string]struct {
		attempts int32
		status   int
		took     time.Duration
	}{
		"7.5": {2, 200, 7500 * time.Millisecond},
		"0":   {2, 200, 0},
		"61":  {1, 429, 0}, // More than RetryWaitMax.
		"40":  {1, 429, 0}, // More than the deadline.
	} {
		t.Run(wait, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, func(attempt int32, w http.ResponseWriter, _ *http.Request) {
					if attempt == 1 {
						w.Header().Set("Retry-After", wait)
						w.WriteHeader(http.StatusTooManyRequests)
					}
				})
				begin := time.Now()
				resp, err := b.Do(t.Context(), httpx.Request{Method: http.MethodPost, Path: []string{"x"}})
				require.NoError(t, err)
				assert.Equal(t, c.status, resp.Status)
				assert.Equal(t, c.attempts, b.attempts.Load())
				assert.Equal(t, c.took, time.Since(begin))
			})
		})
	}
}

func TestNotSent(t *testing.T) {
	t.Parallel()
	refused := func(c *httpx.Config) {
		l := memnet.Listen()
		_ = l.Close()
		c.Transport = &http.Transport{DialContext: l.DialContext}
	}
	for name, change := range map[string]func(*httpx.Config){
		"nobody listens": refused,
		"the rate limit": func(c *httpx.Config) {
			c.Transport = failing{fmt.Errorf("paced: %w", &ratelimit.WaitError{Wait: time.Hour})}
		},
		"no such host": func(c *httpx.Config) { c.Transport = failing{&net.OpError{Op: "dial", Err: &net.DNSError{}}} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, nil, change)
				_, err := b.Do(t.Context(), httpx.Request{Method: http.MethodPost, Path: []string{"x"}})
				failure, ok := errors.AsType[*httpx.TransportError](err)
				require.True(t, ok, err)
				assert.False(t, failure.Sent)
			})
		})
	}
}

// failing is a transport without a network.
type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func TestDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(_ int32, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		begin := time.Now()
		_, err := b.Do(t.Context(), httpx.Request{Method: http.MethodPost, Path: []string{"x"}})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 30*time.Second, time.Since(begin))
		failure, ok := errors.AsType[*httpx.TransportError](err)
		require.True(t, ok)
		assert.True(t, failure.Sent)
	})
}

func TestErrorsShowNoSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		b := newBench(t, nil, func(c *httpx.Config) {
			c.Transport = failing{fmt.Errorf("proxy said %s and %s: %w", key, url.QueryEscape(key), io.ErrUnexpectedEOF)}
			c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		_, err := b.Do(t.Context(), httpx.Request{Method: http.MethodPost, Path: []string{"x"}, Query: url.Values{"token": {"abc"}}})
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		for e := err; e != nil; e = errors.Unwrap(e) {
			for _, shown := range []string{e.Error(), fmt.Sprintf("%+v", e)} {
				assert.NotContains(t, shown, key)
				assert.NotContains(t, shown, url.QueryEscape(key))
				assert.NotContains(t, shown, "abc")
			}
		}
		assert.Contains(t, err.Error(), "POST /prefix/api/x: ")
		assert.Contains(t, log.String(), "method=POST path=/prefix/api/x status=0")
		assert.NotContains(t, log.String(), "abc")
	})
}

func TestPathsCannotLeaveTheAPI(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(_ int32, w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.RequestURI) })
		for _, element := range []string{"", ".", ".."} {
			_, err := b.Do(t.Context(), httpx.Request{Method: http.MethodGet, Path: []string{"users", element}})
			require.ErrorContains(t, err, "is not allowed")
		}
		require.Zero(t, b.attempts.Load())
		resp, err := b.Do(t.Context(), httpx.Request{Method: http.MethodGet, Path: []string{"users", "../a?b#c d%2e/"}, Query: url.Values{"q": {"x y"}}})
		require.NoError(t, err)
		assert.Equal(t, "/prefix/api/users/..%2Fa%3Fb%23c%20d%252e%2F?q=x+y", string(resp.Body))
	})
}

func TestBodiesAreCapped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		size := 10
		b := newBench(t, func(_ int32, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("x", size)) },
			func(c *httpx.Config) { c.MaxBody = 10 })
		get := httpx.Request{Method: http.MethodGet, Path: []string{"x"}}
		resp, err := b.Do(t.Context(), get)
		require.NoError(t, err)
		assert.Len(t, resp.Body, 10)
		stream, err := b.Stream(t.Context(), get, nil)
		require.NoError(t, err)
		content, err := io.ReadAll(stream.Body)
		require.NoError(t, err)
		require.NoError(t, stream.Body.Close())
		assert.Len(t, content, 10)

		size = 11
		_, err = b.Do(t.Context(), get)
		require.ErrorIs(t, err, httpx.ErrBodyTooLarge)
		stream, err = b.Stream(t.Context(), get, nil)
		require.NoError(t, err)
		content, err = io.ReadAll(stream.Body)
		require.ErrorIs(t, err, httpx.ErrBodyTooLarge)
		require.NoError(t, stream.Body.Close())
		assert.Len(t, content, 10)
	})
}

func TestABodyThatBreaksOffIsReadAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(attempt int32, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "4")
			if attempt == 1 {
				fmt.Fprint(w, "go")
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			}
			fmt.Fprint(w, "good")
		})
		resp, err := b.Do(t.Context(), httpx.Request{Method: http.MethodGet, Path: []string{"x"}})
		require.NoError(t, err)
		assert.Equal(t, "good", string(resp.Body))
	})
}

func TestStreamIsSentOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(_ int32, w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		resp, err := b.Stream(t.Context(), httpx.Request{Method: http.MethodPost, Path: []string{"x"}, ContentType: "text/plain", Timeout: time.Minute}, strings.NewReader("once"))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, http.StatusTooManyRequests, resp.StatusCode)
		assert.EqualValues(t, 1, b.attempts.Load())
	})
}

// TestRedirects uses two real servers, so that there are two origins.
func TestRedirects(t *testing.T) {
	t.Parallel()
	var leaked atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, _ *http.Request) { leaked.Store(true) }))
	t.Cleanup(other.Close)
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL+"/x", http.StatusTemporaryRedirect)
		case "/near":
			http.Redirect(w, r, "/here", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			user, _, _ := r.BasicAuth()
			fmt.Fprint(w, user)
		}
	}))
	t.Cleanup(own.Close)
	base, err := url.Parse(own.URL)
	require.NoError(t, err)
	c, err := httpx.New(httpx.Config{BaseURL: base, Authorize: func(r *http.Request) { r.SetBasicAuth("bot", key) }})
	require.NoError(t, err)
	for _, step := range []struct {
		method, path string
		status       int
		body         string
	}{
		{http.MethodGet, "near", 200, "bot"},
		{http.MethodPost, "near", 302, ""},
		{http.MethodGet, "loop", 302, ""},
		{http.MethodGet, "away", 307, ""},
		{http.MethodPost, "away", 307, ""},
	} {
		resp, err := c.Do(t.Context(), httpx.Request{Method: step.method, Path: []string{step.path}})
		require.NoError(t, err)
		assert.Equal(t, step.status, resp.Status, step)
		if step.body != "" {
			assert.Equal(t, step.body, string(resp.Body))
		}
	}
	assert.False(t, leaked.Load(), "no request reaches another origin")
}

// A server that redirects cannot write into the log: it knows the key, and may put it into the address in any form.
func TestRedirectsAreNotLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		b := newBench(t, func(attempt int32, w http.ResponseWriter, r *http.Request) {
			if attempt == 1 {
				http.Redirect(w, r, "/here/c2VjcmV0?q=c2VjcmV0", http.StatusFound)
			}
		}, func(c *httpx.Config) {
			c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		resp, err := b.Do(t.Context(), httpx.Request{Method: http.MethodGet, Path: []string{"near"}})
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, resp.Status)
		assert.Contains(t, log.String(), "path=/prefix/api/near status=302")
		assert.Regexp(t, "method=GET redirected_to=http://[^/ ]+ status=200", log.String())
		assert.NotContains(t, log.String(), "c2VjcmV0")
	})
}

func TestRetryAfterHeader(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"5": 5 * time.Second, "28.5": 28500 * time.Millisecond, "0": 0, "1e300": 24 * time.Hour,
		"Sun, 22 Nov 2026 12:00:30 GMT": 30 * time.Second, "Sun, 22 Nov 2020 12:00:30 GMT": 0,
	} {
		got, ok := httpx.RetryAfter(http.Header{"Retry-After": {text}}, now)
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "soon", "-1", "NaN"} {
		_, ok := httpx.RetryAfter(http.Header{"Retry-After": {text}}, now)
		assert.False(t, ok, text)
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"5", "28.706807374954224", "-0", "inf", "Sun, 22 Nov 2026 12:00:30 GMT"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, _ := httpx.RetryAfter(http.Header{"Retry-After": {text}}, time.Unix(0, 0))
		require.GreaterOrEqual(t, got, time.Duration(0))
		require.LessOrEqual(t, got, 24*time.Hour)
		require.False(t, math.Signbit(float64(got)))
	})
}
