package semaphore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/internal/httpx"
)

// call is one request.
type call struct {
	op     string // as people say it, for errors
	method string
	path   []string
	query  url.Values
	body   any // JSON; nil means none

	since     string // the version that brought the call; "" means that all have it
	adminOnly bool   // 401 may mean that the user is no administrator
	ofTask    bool   // 400 without a body means that there is no such task
	safe      bool   // may be sent twice although its method does not say so
}

// maxAnswer bounds an answer in memory; maxErrorBody what is read of one that is no success.
const (
	maxAnswer    = 64 << 20
	maxErrorBody = 64 << 10
)

// do sends a request and reads the answer into out. A nil out takes any success.
func (c *Client) do(ctx context.Context, r call, out any) error {
	_, err := c.head(ctx, r, out)
	return err
}

// head is do for calls whose answer says something in its header.
func (c *Client) head(ctx context.Context, r call, out any) (http.Header, error) {
	response, err := c.exchange(ctx, r)
	if err == nil && out != nil {
		err = r.decode(response.Body, out)
	}
	if err != nil {
		return nil, r.wrap(err)
	}
	return response.Header, nil
}

func (r call) wrap(err error) error { return during(r.op, err) }

// exchange sends a request and returns a good answer.
func (c *Client) exchange(ctx context.Context, r call) (*httpx.Response, error) {
	request := httpx.Request{Method: r.method, Path: r.path, Query: r.query, Repeatable: r.safe}
	if r.body != nil {
		body, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("encode the request: %w", err)
		}
		request.Body, request.ContentType = body, "application/json"
	}
	if r.method != http.MethodGet {
		select {
		case c.writes <- struct{}{}:
			defer func() { <-c.writes }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	response, err := c.calls.Do(ctx, request)
	if err != nil {
		return nil, tooLarge(err)
	}
	if err := c.check(r, response.Status, response.Header, response.Body); err != nil {
		return nil, err
	}
	return response, nil
}

// tooLarge gives the error of a body over the bound a name of this package.
func tooLarge(err error) error {
	if errors.Is(err, httpx.ErrBodyTooLarge) {
		return fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	return err
}

// check tells a success of the API from everything else. Something in front of the server may repeat in its refusal what
// it was sent; the error does not.
func (c *Client) check(r call, status int, header http.Header, body []byte) error {
	for _, secret := range []string{c.credentials.Token.Reveal(), c.credentials.session.Reveal()} {
		if secret != "" && status/100 != 2 {
			body = bytes.ReplaceAll(body, []byte(secret), []byte("REDACTED"))
		}
	}
	return r.check(status, header, body)
}

func (r call) check(status int, header http.Header, body []byte) error {
	kind, _, _ := strings.Cut(strings.ToLower(header.Get("Content-Type")), ";")
	html := strings.TrimSpace(kind) == "text/html"
	if status/100 == 2 && !html {
		return nil
	}
	e := &APIError{Status: status, Method: r.method, Path: r.where()}
	e.RetryAfter, _ = httpx.RetryAfter(header, time.Now())
	r.explain(e, html, body)
	return e
}

// decode reads the one JSON value of an answer.
func (r call) decode(body []byte, out any) error {
	if text, ok := out.(*string); ok {
		*text = string(body)
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return r.malformed(err)
	}
	return nil
}

func (r call) malformed(err error) error {
	return &MalformedError{Method: r.method, Path: r.where(), Err: err}
}

// where is the path as errors and logs show it.
func (r call) where() string { return "/api/" + strings.Join(r.path, "/") }

// stream sends a GET and hands over the body of a good answer as it arrives. The caller closes it.
func (c *Client) stream(ctx context.Context, r call) (io.ReadCloser, error) {
	response, err := c.streams.Stream(ctx, httpx.Request{Method: http.MethodGet, Path: r.path, Query: r.query}, http.NoBody)
	if err != nil {
		return nil, err
	}
	var body []byte
	if response.StatusCode/100 != 2 {
		body, _ = io.ReadAll(io.LimitReader(response.Body, maxErrorBody)) // the status counts even if the rest is cut off
	}
	if err := c.check(r, response.StatusCode, response.Header, body); err != nil {
		_ = response.Body.Close() // the answer is an error already
		return nil, err
	}
	return response.Body, nil
}

// Call makes a call that this package has no method for, below the API's root, such as
// Call(ctx, "GET", []string{"project", "1", "host_configs"}, nil, &configs). The elements of the path are escaped. A body
// that is not nil is sent as JSON; an out that is not nil receives the JSON of the answer.
// A POST is not repeated unless the server surely did not process it. The errors are those of the other methods.
// API: the path that is given.
func (c *Client) Call(ctx context.Context, method string, path []string, body, out any) error {
	return c.do(ctx, call{op: "call", method: method, path: path, body: body}, out)
}

// rawObject is a JSON object of which only a part is understood.
type rawObject map[string]json.RawMessage

// toRaw gives a value that marshals to an object as its parts.
func toRaw(value any) (rawObject, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var raw rawObject
	return raw, json.Unmarshal(data, &raw)
}

// empty tells whether a body has nothing but white space.
func empty(body []byte) bool { return len(bytes.TrimSpace(body)) == 0 }
