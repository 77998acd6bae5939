package matrixtest

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

// maxBody is the largest request that is not a file.
const maxBody = 10 << 20

// A call is one request on its way through the server.
type call struct {
	method string
	path   []string // its segments, decoded
	short  []string // without /_matrix/client/VERSION
	host   string   // as the client wrote it, for absolute URLs
	query  url.Values
	header http.Header
	raw    []byte
	body   map[string]any // nil when there is none, or when it is not a JSON object
	vars   map[string]string
	user   *User
	dev    *device
	limit  int // of timelines, from a fault
}

// ServeHTTP answers one request, so that the server can be mounted in any [http.Server].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	cors(w.Header())
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusOK)
		return
	}
	c := newCall(r)
	tooBig := c.read(w, r, max(maxBody, s.uploadLimit+1))
	seen := Request{
		Method: c.method, Path: "/" + strings.Join(c.short, "/"), Query: r.URL.Query(),
		Body: recordBody(c.body, len(c.raw)), Agent: r.UserAgent(),
	}
	s.mu.Lock()
	refused := s.authenticate(c)
	f := s.nextFault(c)
	s.mu.Unlock()
	if c.user != nil {
		seen.UserID, seen.DeviceID = c.user.id, c.dev.id
	}
	if f == nil {
		f = &Fault{}
	}
	c.limit = f.TimelineLimit
	s.sleep(r.Context(), f.Delay)
	if f.CutBefore {
		s.finish(seen, nil)
		panic(http.ErrAbortHandler)
	}
	var a answer
	switch {
	case f.Status != 0:
		a = faultAnswer(f)
	case tooBig:
		a = fail(http.StatusRequestEntityTooLarge, "M_TOO_LARGE", "The request is too large.").freeze()
	default:
		a = s.serve(r, c, refused)
	}
	if f.CutAfter {
		s.finish(seen, nil)
		panic(http.ErrAbortHandler)
	}
	f.change(&a)
	s.finish(seen, &a)
	send(w, &a, f)
}

func cors(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept, Authorization")
}

func newCall(r *http.Request) *call {
	c := &call{method: r.Method, host: r.Host, query: r.URL.Query(), header: r.Header}
	for segment := range strings.SplitSeq(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/") {
		if text, err := url.PathUnescape(segment); err == nil { // net/http parsed it already
			segment = text
		}
		c.path = append(c.path, segment)
	}
	c.short = c.path
	if len(c.path) > 3 && c.path[0] == "_matrix" && c.path[1] == "client" {
		c.short = c.path[3:]
		if c.path[2] == "r0" { // the name of v3 before 2021
			c.path[2] = "v3"
		}
	}
	return c
}

// read takes the body in and reports whether it is too large.
func (c *call) read(w http.ResponseWriter, r *http.Request, limit int) bool {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(limit)))
	if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig {
		return true
	}
	c.raw = data
	if err == nil && !c.isUpload() {
		_ = decodeWhole(data, &c.body) // handlers that need a body refuse its absence
	}
	return false
}

func (c *call) isUpload() bool {
	return len(c.path) > 1 && c.path[0] == "_matrix" && c.path[1] == "media"
}

func (s *Server) finish(seen Request, a *answer) {
	if a != nil {
		seen.Status, seen.ErrCode = a.status, a.errcode()
	}
	seen.At = time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record(seen)
}

func send(w http.ResponseWriter, a *answer, f *Fault) {
	body := a.raw
	if f.Malformed {
		body = body[:len(body)/2]
	}
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	w.Header().Set("Content-Type", a.mime)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if f.CutBody {
		body = body[:len(body)/2]
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // the client may have gone
	if f.CutBody {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// serve finds the handler and lets it work with the lock held.
func (s *Server) serve(r *http.Request, c *call, refused *answer) answer {
	rt, known := s.findRoute(c)
	switch {
	case !known:
		return fail(http.StatusNotFound, "M_UNRECOGNIZED", "Unrecognized request").freeze()
	case rt == nil:
		return fail(http.StatusMethodNotAllowed, "M_UNRECOGNIZED", "Unrecognized request").freeze()
	case refused != nil && !rt.open:
		return refused.freeze()
	case rt.body && c.body == nil:
		return c.noBody().freeze()
	}
	a := s.handle(rt, c)
	if a.wait != nil {
		a = a.wait(r.Context())
	}
	return a
}

func (s *Server) handle(rt *route, c *call) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return rt.handle(s, c).freeze()
}

// noBody says why a body is no JSON object.
func (c *call) noBody() *answer {
	var v any
	if decodeWhole(c.raw, &v) != nil {
		return refuse(http.StatusBadRequest, "M_NOT_JSON", "The request body is not valid JSON.")
	}
	return badJSON("The request body is not a JSON object.")
}

func (c *call) text(key string) string { return str(c.body, key) }

func (c *call) room() id.RoomID { return id.RoomID(c.vars["room"]) }

// count reads a number from the query, between 0 and most.
func (c *call) count(key string, fallback, most int) int {
	n, err := strconv.Atoi(c.query.Get(key))
	if err != nil || n < 0 {
		return fallback
	}
	return min(n, most)
}
