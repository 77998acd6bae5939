package semaphoretest

import (
	"context"
	"io"
	"net/http"
	"time"
)

// The media types of answers.
const (
	jsonType  = "application/json"
	plainType = "text/plain; charset=utf-8"
	htmlType  = "text/html; charset=utf-8"
)

// An answer is what a handler gives back; the front decides whether and how it reaches the client.
type answer struct {
	status int
	raw    []byte // the body
	mime   string // of the body, and of none
	header map[string]string
	// stream, if set, writes the body without the lock.
	stream func(w io.Writer) error
	// cut closes the connection instead of an answer, as a panic of the real server does.
	cut bool
	// hang gives no answer until the client has gone.
	hang bool
}

// empty is an answer without a body.
func empty(status int) answer { return answer{status: status, mime: jsonType} }

// noContent is the usual success of a change.
func noContent() answer { return empty(http.StatusNoContent) }

// status200 answers an operation whose success is 200 without a body.
func status200() answer { return empty(http.StatusOK) }

// reply is an answer with a value as it comes from the database.
func (s *Server) reply(status int, v any) answer {
	return answer{status: status, mime: jsonType, raw: codec{gen: s.gen, precision: s.db.precision()}.encode(v)}
}

// replyFresh is an answer with a value that did not go through the database, so that its times are exact.
func (s *Server) replyFresh(status int, v any) answer {
	return answer{status: status, mime: jsonType, raw: codec{gen: s.gen, precision: time.Nanosecond}.encode(v)}
}

// refuse is a refusal that says why.
func refuse(status int, text string) answer {
	return answer{status: status, mime: jsonType, raw: codec{}.encode(map[string]string{"error": text})}
}

// badRequest is the usual refusal that says why.
func badRequest(text string) *answer {
	a := refuse(http.StatusBadRequest, text)
	return &a
}

// bare is a refusal that says nothing, for functions whose success is nil.
func bare(status int) *answer {
	a := empty(status)
	return &a
}

// inUse refuses to delete what others need.
func inUse(what string) answer {
	body := map[string]any{"error": what + " is in use by one or more templates", "inUse": true}
	return answer{status: http.StatusBadRequest, mime: jsonType, raw: codec{}.encode(body)}
}

// noRoute is the answer to every path and method that the API does not have.
func noRoute() answer {
	return answer{
		status: http.StatusNotFound, mime: plainType, raw: []byte("Not Found\n"),
		header: map[string]string{"X-Content-Type-Options": "nosniff"},
	}
}

// page is the web page of the user interface, which answers for every path outside the API.
func (s *Server) page() answer {
	text := "<!DOCTYPE html><html><head><base href=\"" + s.prefix + "/\"><title>Semaphore UI</title></head><body></body></html>\n"
	return answer{status: http.StatusOK, mime: htmlType, raw: []byte(text)}
}

// faultAnswer is what a Fault with a Status answers.
func faultAnswer(f Fault) answer {
	a := empty(f.Status)
	switch {
	case f.Body != "":
		a.raw, a.mime = []byte(f.Body), htmlType
		if f.Body[0] == '{' {
			a.mime = jsonType
		}
	case f.Status >= http.StatusInternalServerError:
		a.raw = []byte("<html>\r\n<head><title>" + http.StatusText(f.Status) + "</title></head>\r\n<body></body>\r\n</html>\r\n")
		a.mime = "text/html"
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
