package zuliptest

import "net/http"

// SetPassword gives a person a password for POST /fetch_api_key. Without one that is refused.
// It panics when the user is unknown.
func (s *Server) SetPassword(user *User, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustUser("SetPassword", user).password = password
}

// fetchAPIKey gives a person's key for his password.
func (s *Server) fetchAPIKey(c *call) answer {
	name, password := c.need("username"), c.need("password")
	u := s.userByEmail(name)
	switch {
	case c.bad != nil:
		return *c.bad
	case u == nil || u.IsBot || u.password == "" || u.password != password:
		return fail(http.StatusUnauthorized, "AUTHENTICATION_FAILED", "Your username or password is incorrect")
	case !u.active:
		return fail(http.StatusUnauthorized, "USER_DEACTIVATED", "Account is deactivated")
	}
	return ok(map[string]any{"api_key": u.APIKey, "email": u.Email, "user_id": u.ID})
}

// fetchDevAPIKey is for development servers, which this is not.
func (s *Server) fetchDevAPIKey(*call) answer {
	return badRequest("DevAuthBackend not enabled.")
}
