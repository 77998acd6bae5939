package semaphoretest

import (
	"path"
	"slices"
	"time"
)

// A Match says which requests a fault strikes. The zero Match is the next request, whatever it is.
type Match struct {
	Method string // such as "POST"; empty is any
	Path   string // below /api, such as "/project/1/tasks" or, with path.Match's wildcards, "/project/*/tasks/*"; empty is any
	User   *User  // whose request; nil is anybody's
	Skip   int    // so many matching requests are let through first
	Times  int    // how many are struck after that; zero is one, negative is all
}

// A Fault says what goes wrong. Fields may be combined; Delay comes first. The path "/ws" is that of WebSockets:
// what can be done to them before they are open are Delay, CutBefore and Status.
type Fault struct {
	// Delay holds the request back before it is looked at, by the machine's clock.
	Delay time.Duration
	// CutBefore closes the connection instead of working on the request.
	CutBefore bool
	// Status, if not zero, is answered instead of working on the request. The body is Body if that is set,
	// nothing below 500, and from 500 on the HTML page of a proxy.
	Status int
	// Body is sent in place of the usual one; it is JSON if it starts with a brace and HTML otherwise.
	Body string
	// RetryAfter goes with Status, as the header Retry-After, in whole seconds.
	RetryAfter time.Duration
	// CutAfter works on the request but closes the connection before the answer.
	CutAfter bool
	// CutBody works on the request but closes the connection in the middle of the answer.
	CutBody bool
	// Malformed works on the request but sends an answer that is complete HTTP and broken JSON.
	Malformed bool
}

type plannedFault struct {
	match Match
	fault Fault
	seen  int
}

// Fail makes requests fail. Plans are tried in the order in which they were made; the first that strikes counts.
// Calling stop withdraws the plan. It panics when the pattern in m.Path is malformed.
func (s *Server) Fail(m Match, f Fault) (stop func()) {
	if _, err := path.Match(m.Path, ""); err != nil {
		panic("semaphoretest: Fail: " + err.Error())
	}
	if m.Times == 0 {
		m.Times = 1
	}
	plan := &plannedFault{match: m, fault: f}
	s.lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, plan)
	return func() {
		s.lock()
		defer s.mu.Unlock()
		s.faults = slices.DeleteFunc(s.faults, func(p *plannedFault) bool { return p == plan })
	}
}

// nextFault returns the fault that strikes this request, or none, and counts the request.
func (s *Server) nextFault(method, apiPath string, userID int) Fault {
	for _, p := range s.faults {
		if !p.match.fits(method, apiPath, userID) {
			continue
		}
		p.seen++
		n := p.seen - p.match.Skip
		if n >= 1 && (p.match.Times < 0 || n <= p.match.Times) {
			return p.fault
		}
	}
	return Fault{}
}

func (m Match) fits(method, apiPath string, userID int) bool {
	if m.Method != "" && m.Method != method || m.User != nil && m.User.ID != userID {
		return false
	}
	if m.Path == "" {
		return true
	}
	ok, _ := path.Match(m.Path, apiPath) // the pattern was checked by Fail
	return ok
}
