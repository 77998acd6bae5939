package zulip

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/internal/httpx"
)

// call is one request.
type call struct {
	op     string // as people say it, for errors
	method string
	path   []string
	params params
	// safe marks a POST or DELETE that may be sent twice: the second one changes nothing more.
	safe bool
	// newer are parameters that some servers do not know and can do without.
	newer []string
	// body and contentType replace params.
	body        io.Reader
	contentType string
}

// envelope is the part that all answers share.
type envelope struct {
	Result  string   `json:"result"`
	Msg     string   `json:"msg"`
	Code    string   `json:"code"`
	Ignored []string `json:"ignored_parameters_unsupported"`
}

func (e *envelope) head() *envelope { return e }

// answer is a struct with an envelope.
type answer interface{ head() *envelope }

// maxAnswer bounds an answer in memory, maxErrorBody what is read of one that is no success, maxDownload a file.
const (
	maxAnswer    = 64 << 20
	maxErrorBody = 64 << 10
	maxDownload  = 1 << 40 // not in memory
)

// call sends a request and reads the answer into out.
func (c *Client) call(ctx context.Context, r call, out answer) error {
	body, err := c.exchange(ctx, r)
	if err == nil {
		if err = json.Unmarshal(body, out); err != nil {
			err = r.malformed(err)
		} else {
			err = c.accept(ctx, r, out.head())
		}
	}
	if err != nil {
		return fmt.Errorf("zulip: %s: %w", r.op, err)
	}
	return nil
}

// exchange sends a request and returns the body of a good answer.
func (c *Client) exchange(ctx context.Context, r call) ([]byte, error) {
	if r.body != nil {
		request := r.request()
		request.ContentType, request.Timeout = r.contentType, c.timeout
		response, err := c.calls.Stream(ctx, request, r.body)
		var into bytes.Buffer
		err = r.readInto(&into, response, err)
		return into.Bytes(), err
	}
	response, err := c.calls.Do(ctx, r.request())
	if err != nil {
		return nil, err
	}
	if response.Status/100 != 2 {
		return nil, r.failed(response.Status, response.Header, response.Body)
	}
	return response.Body, nil
}

// readInto takes in an answer that arrives as a stream.
func (r call) readInto(into *bytes.Buffer, response *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		data, _ := io.ReadAll(io.LimitReader(response.Body, maxErrorBody)) // the status counts even if the rest is cut off
		return r.failed(response.StatusCode, response.Header, data)
	}
	if _, err := into.ReadFrom(response.Body); err != nil {
		return r.malformed(err)
	}
	return nil
}

// request puts the parameters where the API wants them.
func (r call) request() httpx.Request {
	request := httpx.Request{Method: r.method, Path: r.path, Repeatable: r.safe}
	switch {
	case r.body != nil:
	case r.method == http.MethodGet:
		request.Query = r.params.values()
	default:
		request.Body, request.ContentType = r.params.encode(), "application/x-www-form-urlencoded"
	}
	return request
}

// accept checks what every answer has.
func (c *Client) accept(ctx context.Context, r call, head *envelope) error {
	if head.Result != "success" {
		return r.malformed(errors.New("it is not an answer of Zulip"))
	}
	ignored := slices.DeleteFunc(head.Ignored, func(name string) bool { return slices.Contains(r.newer, name) })
	if len(ignored) > 0 {
		c.log.WarnContext(ctx, "the server ignored parameters", "path", r.where(), "parameters", ignored)
	}
	return nil
}

// where is the path as errors and logs show it.
func (r call) where() string { return "/api/v1/" + strings.Join(r.path, "/") }

func (r call) malformed(err error) error {
	return &MalformedError{Method: r.method, Path: r.where(), Err: err}
}

// failed is the error of an answer that is no success. Something in front of Zulip may have written it, as HTML.
func (r call) failed(status int, header http.Header, data []byte) error {
	e := &APIError{Status: status, Method: r.method, Path: r.where()}
	e.RetryAfter, _ = httpx.RetryAfter(header, time.Now())
	var body envelope
	if err := json.Unmarshal(data, &body); err != nil || body.Result == "" {
		e.Message = strings.ToLower(http.StatusText(status)) + ", in an answer that is not Zulip's"
		return e
	}
	e.Code, e.Message = body.Code, oneLine(body.Msg, 500)
	if e.Code == "" {
		e.Code = "BAD_REQUEST" // what Zulip means when it says nothing
	}
	return e
}
