package matrixtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// An answer is what a handler gives back; the front decides whether and how it reaches the client.
type answer struct {
	status int
	body   map[string]any // sent as JSON, unless raw is set
	raw    []byte
	mime   string // of raw
	header map[string]string
	// wait, if set, is called without the lock and makes the real answer: a sync.
	wait func(ctx context.Context) answer
}

func ok(body map[string]any) answer { return answer{status: http.StatusOK, body: body} }

func empty() answer { return ok(map[string]any{}) }

// fail makes Matrix's error object.
func fail(status int, errcode, msg string) answer {
	return answer{status: status, body: map[string]any{"errcode": errcode, "error": msg}}
}

// refuse is fail for functions whose success is nil.
func refuse(status int, errcode, msg string) *answer {
	a := fail(status, errcode, msg)
	return &a
}

func forbidden(msg string) *answer { return refuse(http.StatusForbidden, "M_FORBIDDEN", msg) }

func badJSON(msg string) *answer { return refuse(http.StatusBadRequest, "M_BAD_JSON", msg) }

func invalidParam(msg string) *answer { return refuse(http.StatusBadRequest, "M_INVALID_PARAM", msg) }

func notFound(msg string) *answer { return refuse(http.StatusNotFound, "M_NOT_FOUND", msg) }

// with adds a key to the object.
func (a answer) with(key string, value any) answer {
	a.body[key] = value
	return a
}

func (a answer) errcode() string { return str(a.body, "errcode") }

// freeze turns the body into bytes, while the lock is still held.
func (a answer) freeze() answer {
	if a.raw == nil && a.wait == nil {
		a.raw, a.mime = encode(a.body), "application/json"
	}
	return a
}

// encode writes JSON without escapes for HTML.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("matrixtest: " + err.Error()) // only values made in this package get here
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// decode reads one JSON value; numbers keep their text.
func decode(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode(v)
}

// faultAnswer is what a Fault with a Status answers.
func faultAnswer(f *Fault) answer {
	var a answer
	switch {
	case f.Status == http.StatusTooManyRequests:
		a = tooMany(f)
	case f.Status >= http.StatusInternalServerError && f.ErrCode == "":
		page := "<html>\r\n<head><title>" + http.StatusText(f.Status) + "</title></head>\r\n<body></body>\r\n</html>\r\n"
		a = answer{raw: []byte(page), mime: "text/html"}
	default:
		a = fail(f.Status, "M_UNKNOWN", http.StatusText(f.Status))
	}
	if a.body != nil && f.ErrCode != "" {
		a.body["errcode"] = f.ErrCode
	}
	if a.body != nil && f.SoftLogout {
		a.body["soft_logout"] = true
	}
	a.status = f.Status
	if f.Body != "" {
		a.raw, a.mime = []byte(f.Body), "text/html"
		if strings.HasPrefix(f.Body, "{") {
			a.mime = "application/json"
		}
	}
	return a.freeze()
}

// tooMany is the refusal of who comes too often.
func tooMany(f *Fault) answer {
	a := fail(http.StatusTooManyRequests, "M_LIMIT_EXCEEDED", "You are sending too many requests too quickly!")
	if f.RetryIn != RetryInHeader {
		a.body["retry_after_ms"] = f.RetryAfter.Milliseconds()
	}
	if f.RetryIn != RetryInBody {
		whole := (f.RetryAfter + time.Second - 1) / time.Second
		a.header = map[string]string{"Retry-After": strconv.Itoa(int(whole))}
	}
	return a
}

// change applies Duplicate, Rewrite and Pad to an answer in JSON.
func (f *Fault) change(a *answer) {
	if a.mime != "application/json" {
		return
	}
	if f.Duplicate || f.Rewrite != nil {
		var object map[string]any
		if err := decode(a.raw, &object); err != nil {
			panic("matrixtest: " + err.Error()) // the body was made by encode
		}
		if f.Duplicate {
			duplicate(object)
		}
		if f.Rewrite != nil {
			f.Rewrite(object)
		}
		a.raw = encode(object)
	}
	if f.Pad > 0 {
		a.raw = append(bytes.Repeat([]byte(" "), f.Pad), a.raw...)
	}
}

// duplicate puts the events of a sync in twice.
func duplicate(sync map[string]any) {
	twice := func(holder map[string]any) {
		events := list(holder, "events")
		doubled := make([]any, 0, 2*len(events))
		for _, e := range events {
			doubled = append(doubled, e, e)
		}
		holder["events"] = doubled
	}
	for _, room := range object(object(sync, "rooms"), "join") {
		if r, isObject := room.(map[string]any); isObject && object(r, "timeline") != nil {
			twice(object(r, "timeline"))
		}
	}
	if td := object(sync, "to_device"); td != nil {
		twice(td)
	}
}

// sleep waits for d, or until the client has gone or the server is closed.
func (s *Server) sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-s.done:
	}
}

// decodeWhole is decode for data that must hold nothing else.
func decodeWhole(data []byte, v any) error {
	if !json.Valid(data) {
		return errNotJSON
	}
	return decode(data, v)
}

var errNotJSON = errors.New("not JSON")
