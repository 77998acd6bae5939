package zuliptest

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
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
	// wait, if set, is called without the lock and makes the real answer: a long poll.
	wait func(ctx context.Context) answer
}

func ok(fields map[string]any) answer {
	body := map[string]any{"result": "success", "msg": ""}
	maps.Copy(body, fields)
	return answer{status: http.StatusOK, body: body}
}

// fail makes Zulip's error object.
func fail(status int, code, msg string) answer {
	return answer{status: status, body: map[string]any{"result": "error", "msg": msg, "code": code}}
}

// with adds a key to the object.
func (a answer) with(key string, value any) answer {
	a.body[key] = value
	return a
}

// badRequest is the usual refusal.
func badRequest(msg string) answer { return fail(http.StatusBadRequest, "BAD_REQUEST", msg) }

// refuse is badRequest for functions whose success is nil.
func refuse(msg string) *answer {
	a := badRequest(msg)
	return &a
}

// text is the sentence of a refusal.
func (a answer) text() string {
	msg, _ := a.body["msg"].(string)
	return msg
}

func (a answer) code() string {
	code, _ := a.body["code"].(string)
	return code
}

// bytes returns the body and its media type.
func (a answer) bytes() ([]byte, string) {
	if a.raw != nil {
		return a.raw, a.mime
	}
	return encode(a.body), "application/json"
}

// encode writes JSON as Zulip does, without escapes for HTML.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("zuliptest: " + err.Error()) // only values made in this package get here
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// faultAnswer is what a Fault with a Status answers.
func faultAnswer(f *Fault) answer {
	var a answer
	switch {
	case f.Status == http.StatusTooManyRequests:
		a = tooMany(f.RetryAfter)
	case f.Status >= http.StatusInternalServerError:
		page := "<html>\r\n<head><title>" + http.StatusText(f.Status) + "</title></head>\r\n<body></body>\r\n</html>\r\n"
		a = answer{raw: []byte(page), mime: "text/html"}
	default:
		a = badRequest(http.StatusText(f.Status))
	}
	a.status = f.Status
	if f.Body != "" {
		a.raw, a.mime = []byte(f.Body), "text/html"
		if strings.HasPrefix(f.Body, "{") {
			a.mime = "application/json"
		}
	}
	return a
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
