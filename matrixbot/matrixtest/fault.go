package matrixtest

import (
	"path"
	"slices"
	"strings"
	"time"
)

// A Match says which requests a fault strikes. The zero Match is the next request, whatever it is.
type Match struct {
	// Method is such as "POST"; empty is any.
	Method string
	// Path is below /_matrix/client/VERSION, such as "/sync" or, with [path.Match]'s wildcards in its segments,
	// "/rooms/*/send/m.room.message/*"; a last segment "**" stands for any number of them. A path that starts with
	// /_matrix/media or another root is written whole. Empty is any.
	Path string
	// User says whose request; nil is anybody's.
	User *User
	// Skip lets so many matching requests through first.
	Skip int
	// Times is how many are struck after that; zero is one, negative is all.
	Times int
	// For, if not zero, strikes all that match for so long from now on, and Times is not looked at.
	For time.Duration
}

// RetryIn says where a refusal with 429 tells when to come again.
type RetryIn int

// Homeservers differ in where they put the time: Dendrite writes it into the body only, proxies into the header only.
const (
	RetryInBoth   RetryIn = iota // the header Retry-After and retry_after_ms in the body
	RetryInBody                  // retry_after_ms only
	RetryInHeader                // Retry-After only, in whole seconds
)

// A Fault says what goes wrong. Fields may be combined; Delay comes first.
type Fault struct {
	// Delay holds the request back before it is looked at.
	Delay time.Duration
	// CutBefore closes the connection instead of working on the request.
	CutBefore bool
	// Status, if not zero, is answered instead of working on the request. The body is Body if that is set, for 429
	// and other errors below 500 Matrix's JSON, and from 500 on the HTML page of a proxy.
	Status int
	// Body is sent in place of the usual one.
	Body string
	// ErrCode is the errcode that goes with Status; empty is M_LIMIT_EXCEEDED for 429 and else M_UNKNOWN.
	// With it, an answer from 500 on is JSON too.
	ErrCode string
	// SoftLogout puts "soft_logout": true beside the errcode.
	SoftLogout bool
	// RetryAfter goes with Status 429.
	RetryAfter time.Duration
	// RetryIn says where RetryAfter is told.
	RetryIn RetryIn
	// CutAfter works on the request but closes the connection before the answer.
	CutAfter bool
	// CutBody works on the request but closes the connection in the middle of the answer.
	CutBody bool
	// Malformed works on the request but sends an answer that is complete HTTP and broken JSON.
	Malformed bool
	// Duplicate works on a sync but puts every timeline and to-device event of the answer in twice.
	Duplicate bool
	// TimelineLimit, if not zero, lets a sync have at most so many events in each timeline, whatever its filter says.
	TimelineLimit int
	// Pad makes the answer so many bytes longer, by white space before a JSON object.
	Pad int
	// Rewrite works on the request but changes the JSON object of the answer before it is sent: a field that nobody
	// knows, a value that is new. Numbers are of the type [json.Number]. It must not call the server.
	Rewrite func(object map[string]any)
}

type plannedFault struct {
	match Match
	fault Fault
	until time.Time
	seen  int
}

// Fail makes requests fail. Plans are tried in the order in which they were made; the first that strikes counts.
// Calling stop withdraws the plan. It panics when the pattern in m.Path is malformed.
func (s *Server) Fail(m Match, f Fault) (stop func()) {
	for segment := range strings.SplitSeq(m.Path, "/") {
		if _, err := path.Match(segment, ""); err != nil {
			panic("matrixtest: Fail: " + err.Error())
		}
	}
	if m.Times == 0 {
		m.Times = 1
	}
	plan := &plannedFault{match: m, fault: f}
	if m.For > 0 {
		plan.until = time.Now().Add(m.For)
	}
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
func (s *Server) nextFault(c *call) *Fault {
	for _, p := range s.faults {
		if !p.match.fits(c) {
			continue
		}
		p.seen++
		n := p.seen - p.match.Skip
		switch {
		case n < 1:
		case p.match.For > 0:
			if time.Now().Before(p.until) {
				return &p.fault
			}
		case p.match.Times < 0 || n <= p.match.Times:
			return &p.fault
		}
	}
	return nil
}

func (m Match) fits(c *call) bool {
	if m.Method != "" && m.Method != c.method || m.User != nil && c.user != m.User {
		return false
	}
	return m.Path == "" || fitsPath(strings.Split(strings.TrimPrefix(m.Path, "/"), "/"), c.short)
}

// fitsPath compares segment by segment, since ids may contain a slash.
func fitsPath(pattern, segments []string) bool {
	for i, p := range pattern {
		if p == "**" && i == len(pattern)-1 {
			return true
		}
		if i >= len(segments) {
			return false
		}
		if ok, _ := path.Match(p, segments[i]); !ok { // the pattern was checked by Fail
			return false
		}
	}
	return len(pattern) == len(segments)
}
