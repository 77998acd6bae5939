package semaphoretest

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
)

// What is remembered of requests.
const (
	maxRequests = 10_000
	maxRecorded = 64 << 10 // of a body
)

// A Request is what a program asked of the server. Tokens, passwords and other secrets are not in it.
type Request struct {
	Method string
	Path   string     // below /api, such as "/project/1/tasks"; the whole path for anything else
	Query  url.Values // of the address
	Body   string     // as sent, or with "REDACTED" in place of secrets; more than 64 KiB are left out
	UserID int        // zero when nobody was recognized
	Agent  string     // the User-Agent header
	Status int        // of the answer; zero when the connection was cut
	At     time.Time  // when the answer was ready, by the machine's clock
}

// Requests returns a copy of the newest 10,000 requests, in the order in which they were answered.
// A WebSocket is among them as soon as it is open.
func (s *Server) Requests() []Request {
	s.lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

func (s *Server) record(r Request) {
	if strings.HasPrefix(r.Path, "/user/tokens/") {
		r.Path = "/user/tokens/REDACTED"
	}
	r.At = time.Now()
	if len(s.requests) >= maxRequests {
		s.requests = slices.Delete(s.requests, 0, maxRequests/10) // a tenth at once, so that it costs little
	}
	s.requests = append(s.requests, r)
}

// redactBody is the text of a body for Requests.
func redactBody(body []byte) string {
	if len(body) > maxRecorded {
		return ""
	}
	var v any
	if json.Unmarshal(body, &v) != nil || !redact(v) {
		return string(body)
	}
	text, _ := json.Marshal(v) // made by Unmarshal
	return string(text)
}

// redact blanks secrets in a JSON value and reports whether there were any.
func redact(v any) bool {
	found := false
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			switch text, isText := inner.(string); {
			case isText && text != "" && slices.Contains([]string{"password", "secret", "private_key", "passphrase", "string", "registration_token", "token", "passcode", "recovery_code"}, name):
				v[name] = "REDACTED"
				found = true
			default:
				found = redact(inner) || found
			}
		}
	case []any:
		for _, inner := range v {
			found = redact(inner) || found
		}
	}
	return found
}
