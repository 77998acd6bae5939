package httpx

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/signalbox-go/signalbox/ratelimit"
)

// Config is what a [Client] is made from. Only BaseURL is required.
type Config struct {
	BaseURL   *url.URL            // http or https, with the path prefix of the API.
	Transport http.RoundTripper   // Nil means a transport of its own with TLS 1.2 or newer.
	UserAgent string              // "" means Go's.
	Authorize func(*http.Request) // Adds the credentials; nil means none.
	Secrets   []string            // Never shown in an error.
	Logger    *slog.Logger        // Nil means silent.
	AllowHTTP bool                // Accept http to a host that is not this machine.

	Timeout time.Duration // Of a call with all its retries; 0 means 30 s.
	MaxBody int64         // Of a response, in bytes; 0 means 16 MiB.

	RetryMax     int            // Repetitions after the first attempt; 0 means 4.
	RetryWaitMin time.Duration  // 0 means 500 ms.
	RetryWaitMax time.Duration  // 0 means 1 min. A server that asks for more is not asked again.
	Jitter       func() float64 // In [0, 1), spreads the waits; nil means random.
}

// Client calls one API. It is safe for concurrent use.
type Client struct {
	config    Config
	retry     *retryablehttp.Client
	once      *http.Client // Without retries, for bodies that can be read only once.
	userAgent []string     // As a header has it; shared by all requests.
	deadlines *deadlines   // Apart: its timer must not keep a client alive that nobody uses any more.
}

// New returns a client; it does not connect.
func New(c Config) (*Client, error) {
	if err := checkBase(c.BaseURL, c.AllowHTTP); err != nil {
		return nil, err
	}
	base := *c.BaseURL
	if base.Path != "" && base.Path[0] != '/' {
		base.Path = "/" + base.Path
	}
	c.BaseURL = &base
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
	setDefault(&c.Timeout, 30*time.Second)
	setDefault(&c.MaxBody, 16<<20)
	setDefault(&c.RetryMax, 4)
	setDefault(&c.RetryWaitMin, 500*time.Millisecond)
	setDefault(&c.RetryWaitMax, time.Minute)
	if c.Timeout < 0 || c.MaxBody < 0 || c.RetryMax < 0 || c.RetryWaitMin < 0 || c.RetryWaitMax < c.RetryWaitMin {
		return nil, errors.New("a timeout, size or retry limit is negative or out of order")
	}
	transport := c.Transport
	if transport == nil {
		var err error
		if transport, err = (Certificates{}).Transport(); err != nil {
			return nil, err
		}
	}
	client := &Client{config: c, deadlines: &deadlines{}, once: &http.Client{Transport: logging{transport, c.Logger}, CheckRedirect: sameOrigin}}
	if c.UserAgent != "" {
		client.userAgent = []string{c.UserAgent}
	}
	client.retry = &retryablehttp.Client{
		HTTPClient:   client.once,
		RetryMax:     c.RetryMax,
		RetryWaitMin: c.RetryWaitMin,
		RetryWaitMax: c.RetryWaitMax,
		CheckRetry:   client.checkRetry,
		Backoff:      client.backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	return client, nil
}

func setDefault[T int | int64 | time.Duration](value *T, otherwise T) {
	if *value == 0 {
		*value = otherwise
	}
}

// checkBase refuses addresses to which secrets must not be sent.
func checkBase(u *url.URL, allowHTTP bool) error {
	switch {
	case u == nil || u.Host == "":
		return errors.New("the base URL has no host: write it as https://chat.example.com")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("the base URL must have no user, query or fragment: write it as https://chat.example.com")
	case u.Scheme == "https":
		return nil
	case u.Scheme != "http":
		return fmt.Errorf("the base URL has scheme %q: use https", u.Scheme)
	case allowHTTP || isLoopback(u.Hostname()):
		return nil
	}
	return errors.New("the base URL is http, which would send credentials in the clear: use https, or allow http explicitly")
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// Request is one call of the API.
type Request struct {
	Method      string
	Path        []string   // Elements below the base URL, not escaped.
	Query       url.Values // Nil means none.
	Body        []byte     // Nil means none.
	ContentType string     // Of Body; "" means none.
	Header      http.Header
	Timeout     time.Duration // Of this call; 0 means Config.Timeout.
	Repeatable  bool          // Repeating the call is harmless although its method does not say so.
}

// Response is the answer of the API, whatever its status.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do makes a call and returns the last answer of the server. It fails with a
// [TransportError] when there is none.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	ctx, cancel := c.deadlines.with(ctx, cmp.Or(r.Timeout, c.config.Timeout))
	defer cancel()
	state := &call{safe: r.Repeatable || r.Method == http.MethodGet || r.Method == http.MethodHead}
	ctx = state.traced(context.WithValue(ctx, callKey{}, state))
	req, err := c.newRequest(ctx, r, nil)
	if err != nil {
		return nil, c.failure(r, false, err)
	}
	retryable := &retryablehttp.Request{Request: req}
	if r.Body != nil {
		if err := retryable.SetBody(r.Body); err != nil {
			return nil, c.failure(r, false, err)
		}
	}
	for attempt := 0; ; attempt++ {
		resp, err := c.retry.Do(retryable) //nolint:bodyclose // readAll closes it.
		if err != nil {
			return nil, c.failure(r, state.sent(err), err)
		}
		content, err := readAll(resp.Body, c.config.MaxBody)
		if err == nil {
			return &Response{Status: resp.StatusCode, Header: resp.Header, Body: content}, nil
		}
		if !state.safe || attempt == c.config.RetryMax || ctx.Err() != nil || errors.Is(err, ErrBodyTooLarge) {
			return nil, c.failure(r, true, err)
		}
	}
}

// Stream makes a call whose request body is read from body once, so that it is
// never repeated, and hands over the response as it arrives. Reading more than
// Config.MaxBody of it fails with [ErrBodyTooLarge]. The caller closes the
// response's body. Request.Body is not used; the context bounds the call, with
// Request.Timeout if that is set.
func (c *Client) Stream(ctx context.Context, r Request, body io.Reader) (*http.Response, error) {
	state := &call{}
	cancel := context.CancelFunc(func() {})
	if r.Timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, r.Timeout)
	}
	req, err := c.newRequest(state.traced(ctx), r, body)
	if err != nil {
		cancel()
		return nil, c.failure(r, false, err)
	}
	resp, err := c.once.Do(req)
	if err != nil {
		cancel()
		return nil, c.failure(r, state.sent(err), err)
	}
	resp.Body = &cappedBody{source: resp.Body, left: c.config.MaxBody, release: cancel}
	return resp, nil
}

// newRequest builds the request of one call.
func (c *Client) newRequest(ctx context.Context, r Request, body io.Reader) (*http.Request, error) {
	address, err := c.address(r.Path, r.Query)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, "", body)
	if err != nil {
		return nil, err
	}
	req.URL, req.Host = address, address.Host // Known already: to write it and have it parsed costs as much as the rest.
	maps.Copy(req.Header, r.Header)
	if r.ContentType != "" {
		req.Header.Set("Content-Type", r.ContentType)
	}
	if c.userAgent != nil {
		req.Header["User-Agent"] = c.userAgent
	}
	if c.config.Authorize != nil {
		c.config.Authorize(req)
	}
	return req, nil
}

// address joins escaped path elements to the base URL, so that no element can
// lead out of it.
func (c *Client) address(path []string, query url.Values) (*url.URL, error) {
	u := *c.config.BaseURL
	plain := append(make([]string, 0, len(path)+1), strings.TrimRight(u.Path, "/"))
	escaped := append(make([]string, 0, len(path)+1), strings.TrimRight(u.EscapedPath(), "/"))
	for _, element := range path {
		if element == "" || element == "." || element == ".." {
			return nil, fmt.Errorf("the path element %q is not allowed", element)
		}
		plain, escaped = append(plain, element), append(escaped, url.PathEscape(element))
	}
	u.Path, u.RawPath = strings.Join(plain, "/"), ""
	if !slices.Equal(plain, escaped) { // No RawPath says that they are alike.
		u.RawPath = strings.Join(escaped, "/")
	}
	u.RawQuery = query.Encode()
	return &u, nil
}

// sameOrigin follows redirects of GET and HEAD within the origin, a few times.
// Any other redirect is the answer of the call.
func sameOrigin(req *http.Request, via []*http.Request) error {
	const most = 5
	first := via[0]
	if origin(req.URL) != origin(first.URL) || len(via) > most || first.Method != http.MethodGet && first.Method != http.MethodHead {
		return http.ErrUseLastResponse
	}
	return nil
}

// origin is the scheme, host and port of an address, each in its one form.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// call is the state of one call across its attempts.
type call struct {
	safe      bool // Repeating it is harmless.
	asked     atomic.Bool
	connected atomic.Bool
	trace     httptrace.ClientTrace
}

type callKey struct{}

// traced has net/http note whether the current attempt got a connection.
func (s *call) traced(ctx context.Context) context.Context {
	s.trace.GetConn = func(string) { s.asked.Store(true); s.connected.Store(false) }
	s.trace.GotConn = func(httptrace.GotConnInfo) { s.connected.Store(true) }
	return httptrace.WithClientTrace(ctx, &s.trace)
}

// sent reports whether the server may have seen the attempt that ended with
// err. Only what is known not to have left counts as not sent.
func (s *call) sent(err error) bool {
	if s.asked.Load() && !s.connected.Load() {
		return false
	}
	if _, waiting := errors.AsType[*ratelimit.WaitError](err); waiting {
		return false
	}
	op, ok := errors.AsType[*net.OpError](err)
	return !ok || op.Op != "dial"
}
