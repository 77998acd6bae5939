package matrixtest

import (
	"net/http"
	"strings"
	"time"
)

// token is an access token.
type token struct {
	device  *device
	expires time.Time // zero is never
	soft    bool      // ended with soft_logout
}

// newToken gives a device a new access token, which ends those it had.
func (s *Server) newToken(d *device, life time.Duration) string {
	s.endTokens(d)
	return s.addToken(d, life)
}

func (s *Server) addToken(d *device, life time.Duration) string {
	text := "token_" + s.makeID()
	t := &token{device: d}
	if life > 0 {
		t.expires = time.Now().Add(life)
	}
	s.tokens[text] = t
	return text
}

func (s *Server) endTokens(d *device) {
	for text, t := range s.tokens {
		if t.device == d {
			delete(s.tokens, text)
		}
	}
}

// authenticate finds the user of the request, or says why there is none.
func (s *Server) authenticate(c *call) *answer {
	text, isBearer := strings.CutPrefix(c.header.Get("Authorization"), "Bearer ")
	if !isBearer {
		text = c.query.Get("access_token")
	}
	if text == "" {
		return refuse(http.StatusUnauthorized, "M_MISSING_TOKEN", "missing access token")
	}
	t := s.tokens[text]
	if t == nil {
		return refuse(http.StatusUnauthorized, "M_UNKNOWN_TOKEN", "Unknown token")
	}
	if t.ended() {
		a := fail(http.StatusUnauthorized, "M_UNKNOWN_TOKEN", "The access token has ended").with("soft_logout", true)
		return &a
	}
	c.user, c.dev = t.device.owner, t.device
	return nil
}

func (t *token) ended() bool { return t.soft || !t.expires.IsZero() && !time.Now().Before(t.expires) }

// tokenAnswer are the fields that a login and a refresh have in common.
func (s *Server) tokenAnswer(d *device, refreshable bool) map[string]any {
	if !refreshable || s.tokenLifetime <= 0 {
		d.refresh = ""
		return map[string]any{"access_token": s.newToken(d, 0)}
	}
	d.refresh = "refresh_" + s.makeID()
	return map[string]any{
		"access_token": s.newToken(d, s.tokenLifetime), "refresh_token": d.refresh,
		"expires_in_ms": s.tokenLifetime.Milliseconds(),
	}
}

func (s *Server) handleRefresh(c *call) answer {
	d := s.deviceByRefresh(c.text("refresh_token"))
	if d == nil {
		return fail(http.StatusUnauthorized, "M_UNKNOWN_TOKEN", "The refresh token is unknown").with("soft_logout", false)
	}
	return ok(s.tokenAnswer(d, true))
}

func (s *Server) deviceByRefresh(refresh string) *device {
	if refresh == "" {
		return nil
	}
	for _, u := range s.users {
		for _, d := range u.devices {
			if d.refresh == refresh {
				return d
			}
		}
	}
	return nil
}
