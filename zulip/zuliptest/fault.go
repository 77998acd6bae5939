package zuliptest

import (
	"bytes"
	"encoding/json"
	"path"
	"slices"
	"time"
)

// A Match says which requests a fault strikes. The zero Match is the next request, whatever it is.
type Match struct {
	Method string // such as "POST"; empty is any
	Path   string // below /api/v1, such as "/messages" or, with path.Match's wildcards, "/messages/*"; empty is any
	User   *User  // whose request; nil is anybody's
	Skip   int    // so many matching requests are let through first
	Times  int    // how many are struck after that; zero is one, negative is all
}

// A Fault says what goes wrong. Fields may be combined; Delay comes first.
type Fault struct {
	// Delay holds the request back before it is looked at.
	Delay time.Duration
	// CutBefore closes the connection instead of working on the request.
	CutBefore bool
	// Status, if not zero, is answered instead of working on the request. The body is Body if that is set,
	// for 429 and other errors below 500 Zulip's JSON, and from 500 on the HTML page of a proxy.
	Status int
	// Body is sent in place of the usual one.
	Body string
	// RetryAfter goes with Status 429, as the header Retry-After and in the body.
	RetryAfter time.Duration
	// CutAfter works on the request but closes the connection before the answer.
	CutAfter bool
	// CutBody works on the request but closes the connection in the middle of the answer.
	CutBody bool
	// Malformed works on the request but sends an answer that is complete HTTP and broken JSON.
	Malformed bool
	// Duplicate works on a poll but puts every event of the answer in twice.
	Duplicate bool
	// Rewrite works on the request but changes the JSON object of the answer before it is sent: a field that nobody
	// knows, a value that is new. Numbers are of the type [json.Number]. It must not call the server.
	Rewrite func(object map[string]any)
}

// change applies Duplicate and Rewrite to an answer in JSON.
func (f *Fault) change(a *answer) {
	if !f.Duplicate && f.Rewrite == nil || a.raw != nil {
		return
	}
	var object map[string]any
	d := json.NewDecoder(bytes.NewReader(encode(a.body)))
	d.UseNumber()
	if err := d.Decode(&object); err != nil {
		panic("zuliptest: " + err.Error()) // the body was made by encode
	}
	if events, has := object["events"].([]any); has && f.Duplicate {
		twice := make([]any, 0, 2*len(events))
		for _, e := range events {
			twice = append(twice, e, e)
		}
		object["events"] = twice
	}
	if f.Rewrite != nil {
		f.Rewrite(object)
	}
	a.body = object
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
		panic("zuliptest: Fail: " + err.Error())
	}
	if m.Times == 0 {
		m.Times = 1
	}
	plan := &plannedFault{match: m, fault: f}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, plan)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults = slices.DeleteFunc(s.faults, func(p *plannedFault) bool { return p == plan })
	}
}

// nextFault returns the fault that strikes this request, or nil, and counts the request.
func (s *Server) nextFault(method, apiPath string, u *userState) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.faults {
		if !p.match.fits(method, apiPath, u) {
			continue
		}
		p.seen++
		n := p.seen - p.match.Skip
		if n >= 1 && (p.match.Times < 0 || n <= p.match.Times) {
			return &p.fault
		}
	}
	return nil
}

func (m Match) fits(method, apiPath string, u *userState) bool {
	if m.Method != "" && m.Method != method || m.User != nil && (u == nil || u.ID != m.User.ID) {
		return false
	}
	if m.Path == "" {
		return true
	}
	ok, _ := path.Match(m.Path, apiPath) // the pattern was checked by Fail
	return ok
}
