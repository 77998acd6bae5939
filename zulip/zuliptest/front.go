package zuliptest

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A call is one request on its way through the server.
type call struct {
	method string
	path   string // below /api/v1
	host   string // as the client wrote it, for absolute URLs
	client string // Zulip's name for the program, from the User-Agent
	user   *userState
	*params
	vars map[string]string // parts of the path
}

// ServeHTTP answers one request, so that the server can be mounted in any [http.Server].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p, tooBig := readParams(w, r)
	c := &call{method: r.Method, path: r.URL.Path, host: r.Host, client: clientName(r), params: p}
	api := false
	if rest, found := strings.CutPrefix(r.URL.Path, "/api/v1/"); found {
		c.path, api = "/"+rest, true
	}
	seen := Request{Method: c.method, Path: c.path, Params: p.record(), Agent: r.UserAgent()}
	var refused *answer
	s.mu.Lock()
	c.user, refused = s.authenticate(r)
	s.mu.Unlock()
	if c.user != nil {
		seen.UserID = c.user.ID
	}

	f := s.nextFault(c.method, c.path, c.user)
	if f == nil {
		f = &Fault{}
	}
	s.sleep(r.Context(), f.Delay)
	var a answer
	switch {
	case f.CutBefore:
		s.finish(seen, nil)
		panic(http.ErrAbortHandler)
	case f.Status != 0:
		a = faultAnswer(f)
	case tooBig:
		a = answer{
			status: http.StatusRequestEntityTooLarge, mime: "text/html",
			raw: []byte("<html><head><title>413 Request Entity Too Large</title></head></html>"),
		}
	case s.isTus(r):
		a = s.serveTus(w, r, c, refused)
	case api:
		a = s.serveAPI(r, c, refused)
	default:
		a = s.serveFile(r, c, refused)
	}
	if f.CutAfter {
		s.finish(seen, nil)
		panic(http.ErrAbortHandler)
	}
	f.change(&a)
	s.finish(seen, &a)
	send(w, &a, f)
}

func (s *Server) finish(seen Request, a *answer) {
	if a != nil {
		seen.Status, seen.Code = a.status, a.code()
	}
	seen.At = time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record(seen)
}

func send(w http.ResponseWriter, a *answer, f *Fault) {
	body, mime := a.bytes()
	if f.Malformed {
		body = body[:len(body)/2]
	}
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	w.Header().Set("Content-Type", mime)
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

// authenticate finds the user of the request, or says why there is none: in words, since Zulip has one code for all reasons.
func (s *Server) authenticate(r *http.Request) (*userState, *answer) {
	email, key, basic := r.BasicAuth()
	if !basic {
		a := fail(http.StatusUnauthorized, "UNAUTHORIZED", "Not logged in: API authentication or user session required")
		a.header = map[string]string{"WWW-Authenticate": `Basic realm="zulip"`}
		return nil, &a
	}
	u := s.userByEmail(email)
	if u == nil || u.APIKey != key {
		a := fail(http.StatusUnauthorized, "UNAUTHORIZED", "Invalid API key")
		return nil, &a
	}
	if s.realmGone {
		a := fail(http.StatusUnauthorized, "UNAUTHORIZED", "This organization has been deactivated")
		return u, &a
	}
	if !u.active {
		a := fail(http.StatusUnauthorized, "UNAUTHORIZED", "Account is deactivated")
		return u, &a
	}
	return u, nil
}

func (s *Server) serveAPI(r *http.Request, c *call, refused *answer) answer {
	rt, methods := s.findRoute(c)
	switch {
	case methods == nil:
		return fail(http.StatusNotFound, "BAD_REQUEST", "API endpoint not found")
	case rt == nil:
		a := fail(http.StatusMethodNotAllowed, "BAD_REQUEST", "Method Not Allowed").with("allowed_methods", methods)
		a.header = map[string]string{"Allow": strings.Join(methods, ", ")}
		return a
	case refused != nil && !rt.open:
		return *refused
	}
	a, header := s.handle(rt, c)
	if a.wait != nil {
		a = c.noteIgnored(a.wait(r.Context()))
	}
	maps.Copy(header, a.header)
	a.header = header
	return a
}

// handle does with the lock what a call asks for, unless its user comes too often. It returns the X-RateLimit headers too.
func (s *Server) handle(rt *route, c *call) (answer, map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rt.open {
		return c.noteIgnored(rt.handle(s, c)), map[string]string{}
	}
	header, tooFast := s.limit(c)
	switch {
	case tooFast != nil:
		return *tooFast, header
	case c.user.BotType == BotIncomingWebhook && !rt.webhooks:
		return badRequest("This API is not available to incoming webhook bots."), header
	}
	if bad := rt.who.refuse(c.user); bad != nil {
		return *bad, header
	}
	c.forget(rt.newer, s.featureLevel)
	return s.worded(c.noteIgnored(rt.handle(s, c))), header
}

// clientName is what Zulip calls the program: the User-Agent up to the slash.
func clientName(r *http.Request) string {
	name, _, _ := strings.Cut(r.UserAgent(), "/")
	if name == "" {
		return "Unspecified"
	}
	return name
}

// noteIgnored adds the parameters that no handler asked for to a success, as Zulip does.
func (c *call) noteIgnored(a answer) answer {
	if a.status != http.StatusOK || a.body == nil {
		return a
	}
	if rest := c.unused(); len(rest) > 0 {
		slices.Sort(rest)
		a.body["ignored_parameters_unsupported"] = rest
	}
	return a
}
