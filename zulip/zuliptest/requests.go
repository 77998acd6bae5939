package zuliptest

import (
	"net/url"
	"slices"
	"time"
)

// maxRequests is how many requests are remembered.
const maxRequests = 10_000

// A Request is what a program asked of the server. Keys and passwords are not in it.
type Request struct {
	Method string
	Path   string     // below /api/v1, such as "/messages"; the whole path for anything else
	Params url.Values // of query and body together; uploaded files and more than 64 KiB are left out
	UserID int        // zero when nobody was recognized
	Agent  string     // the User-Agent header
	Status int        // of the answer; zero when the connection was cut
	Code   string     // of a refusal, such as "RATE_LIMIT_HIT"
	At     time.Time  // when the answer was ready, by the real clock
}

// Requests returns a copy of the newest 10,000 requests, in the order in which they were answered.
// A poll that still waits is not among them yet.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

func (s *Server) record(r Request) {
	for _, secret := range []string{"api_key", "password", "old_password", "new_password"} {
		if r.Params.Has(secret) {
			r.Params.Set(secret, "REDACTED")
		}
	}
	if len(s.requests) >= maxRequests {
		s.requests = slices.Delete(s.requests, 0, maxRequests/10) // a tenth at once, so that it costs little
	}
	s.requests = append(s.requests, r)
}
