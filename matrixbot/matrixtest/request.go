package matrixtest

import (
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"
)

const (
	maxRequests   = 10_000
	maxRecordBody = 64 << 10
)

// A Request is what a program asked of the server. Tokens and passwords are not in it.
type Request struct {
	Method   string
	Path     string          // below /_matrix/client/VERSION, such as "/sync"; the whole path for anything else
	Query    url.Values      // of the URL
	Body     json.RawMessage // a JSON object of at most 64 KiB, else nil
	UserID   id.UserID       // empty when nobody was recognized
	DeviceID id.DeviceID     // empty when nobody was recognized
	Agent    string          // the User-Agent header
	Status   int             // of the answer; zero when the connection was cut
	ErrCode  string          // of a refusal, such as "M_FORBIDDEN"
	At       time.Time       // when the answer was ready, by the real clock
}

// Requests returns a copy of the newest 10,000 requests, in the order in which they were answered.
// A sync that still waits is not among them yet.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// secretFields are the names under which programs send secrets.
var secretFields = []string{"password", "token", "access_token", "refresh_token", "device_code", "code", "client_secret"}

func (s *Server) record(r Request) {
	for _, secret := range secretFields {
		if r.Query.Has(secret) {
			r.Query.Set(secret, "REDACTED")
		}
	}
	if len(s.requests) >= maxRequests {
		s.requests = slices.Delete(s.requests, 0, maxRequests/10) // a tenth at once, so that it costs little
	}
	s.requests = append(s.requests, r)
	s.announceWatch()
}

// recordBody is the body of a request without its secrets.
func recordBody(body map[string]any, size int) json.RawMessage {
	if body == nil || size > maxRecordBody {
		return nil
	}
	clean := redactSecrets(body)
	if auth, isObject := clean["auth"].(map[string]any); isObject {
		clean["auth"] = redactSecrets(auth)
	}
	return encode(clean)
}

func redactSecrets(object map[string]any) map[string]any {
	clean := make(map[string]any, len(object))
	for k, v := range object {
		if slices.Contains(secretFields, k) {
			v = "REDACTED"
		}
		clean[k] = v
	}
	return clean
}
