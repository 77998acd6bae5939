package semaphoretest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// maxBody is how much of a request's body is read.
const maxBody = 16 << 20

// A call is one request on its way through the server.
type call struct {
	r    *http.Request
	path string // below /api
	body []byte
	user *user // who asks; nil when nobody was recognized
	half bool  // it is somebody whose second factor is missing
	vars map[string]string

	project *project // of the path, on routes below /project/{project_id}
	role    string   // of the user in that project; empty for an administrator who is no member
}

// bind decodes the body as the server does: types count, unknown fields and what follows the first value do not.
func (c *call) bind(into any) bool {
	return json.NewDecoder(bytes.NewReader(c.body)).Decode(into) == nil
}

// id is a number in the path.
func (c *call) id(name string) (int, bool) {
	n, err := strconv.Atoi(c.vars[name])
	return n, err == nil
}

// ServeHTTP answers one request, so that the server can be mounted in any [http.Server].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if clean := cleanPath(r.URL.Path); clean != r.URL.Path && clean+"/" != r.URL.Path {
		w.Header()["Content-Type"] = nil // so does the real server
		w.Header().Set("Location", clean)
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	c := &call{r: r, path: r.URL.Path}
	rest, isAPI := strings.CutPrefix(r.URL.Path, s.prefix+"/api")
	if isAPI {
		c.path = rest
		if len(rest) > 1 {
			c.path = strings.TrimSuffix(rest, "/")
		}
	}
	var err error
	c.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	seen := Request{Method: r.Method, Path: c.path, Query: r.URL.Query(), Body: redactBody(c.body), Agent: r.UserAgent()}
	tooBig, broken := errors.AsType[*http.MaxBytesError](err)

	s.lock()
	c.user, c.half = s.authenticate(r)
	if c.user != nil {
		seen.UserID = c.user.ID
	}
	f := s.nextFault(r.Method, c.path, seen.UserID)
	s.mu.Unlock()

	s.sleep(r.Context(), f.Delay)
	var a answer
	switch {
	case f.CutBefore:
		a = answer{cut: true}
	case f.Status != 0:
		a = faultAnswer(f)
	case broken:
		a = answer{
			status: http.StatusRequestEntityTooLarge, mime: plainType,
			raw: []byte("more than " + strconv.FormatInt(tooBig.Limit, 10) + " bytes\n"),
		}
	case !isAPI && !strings.Contains(r.URL.Path, "."):
		a = s.page()
	case !isAPI:
		a = noRoute()
	default:
		a = s.serveAPI(w, c, seen)
		if a.status == http.StatusSwitchingProtocols {
			return // the socket has taken over
		}
	}
	a.cut = a.cut || f.CutAfter
	if a.hang {
		s.sleep(r.Context(), 1<<62)
		a.cut = true
	}
	if !a.cut {
		seen.Status = a.status
	}
	s.lock()
	s.record(seen)
	s.mu.Unlock()
	if a.cut {
		panic(http.ErrAbortHandler)
	}
	send(w, a, f)
}

// serveAPI finds the handler and lets it work under the lock.
func (s *Server) serveAPI(w http.ResponseWriter, c *call, seen Request) answer {
	rt := s.findRoute(c)
	if rt == nil {
		return noRoute()
	}
	s.lock()
	defer s.mu.Unlock()
	if rt.socket {
		return s.openSocket(w, c, seen)
	}
	return s.handle(rt, c)
}

// handle checks who may do what, in the order in which the server does, and calls the handler.
func (s *Server) handle(rt *route, c *call) answer {
	if rt.who == anyone {
		return rt.handle(s, c)
	}
	if c.half {
		return refuse(http.StatusUnauthorized, "TOTP_REQUIRED")
	}
	if c.user == nil {
		return empty(http.StatusUnauthorized)
	}
	if rt.who == admins && !c.user.Admin {
		return empty(http.StatusForbidden)
	}
	if _, below := c.vars["project_id"]; below {
		if refused := s.enterProject(c); refused != nil {
			return *refused
		}
		changes := c.r.Method != http.MethodGet && c.r.Method != http.MethodHead
		if changes && !c.user.Admin && s.permissions(c.project, c.role)&rt.may != rt.may {
			// A task that does not exist is found out before the right to stop it.
			if id, ok := c.id("task_id"); c.vars["task_id"] != "" && (!ok || s.taskOf(c.project, id) == nil) {
				return empty(http.StatusBadRequest)
			}
			return empty(http.StatusForbidden)
		}
	}
	return rt.handle(s, c)
}

// enterProject finds the project of the path. Who is no member does not see it.
func (s *Server) enterProject(c *call) *answer {
	id, ok := c.id("project_id")
	if !ok {
		a := refuse(http.StatusBadRequest, "Invalid project ID")
		if strings.Contains(c.r.Header.Get("Accept"), "text/html") {
			a.status, a.header = http.StatusFound, map[string]string{"Location": "/404"}
		}
		return &a
	}
	c.project = s.projectByID(id)
	if c.project == nil {
		if s.gen == Gen210 && s.db != Bolt && c.user.Admin {
			return bare(http.StatusBadRequest)
		}
		return bare(http.StatusNotFound)
	}
	c.role = c.project.role(c.user.ID)
	if c.role == "" && !c.user.Admin {
		return bare(http.StatusNotFound)
	}
	return nil
}

func send(w http.ResponseWriter, a answer, f Fault) {
	if a.stream != nil && (f.Malformed || f.CutBody) {
		var whole bytes.Buffer
		_ = a.stream(&whole) // a buffer takes everything
		a.raw, a.stream = whole.Bytes(), nil
	}
	if f.Malformed {
		a.raw = a.raw[:len(a.raw)/2]
	}
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	w.Header().Set("Content-Type", a.mime)
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
	}
	if a.stream != nil {
		w.WriteHeader(a.status)
		_ = a.stream(w) // the client may have gone
		return
	}
	if a.status != http.StatusNoContent && (len(a.raw) <= 2048 || f.CutBody) {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.raw)))
	}
	if f.CutBody {
		a.raw = a.raw[:len(a.raw)/2]
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.raw) // the client may have gone
	if f.CutBody {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// cleanPath is [path.Clean] for addresses.
func cleanPath(p string) string {
	if p == "" {
		return "/"
	}
	return path.Clean("/" + p)
}
