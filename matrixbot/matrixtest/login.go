package matrixtest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

const (
	flowPassword = "m.login.password"
	flowToken    = "m.login.token" //nolint:gosec // the name of a way to log in
	flowSSO      = "m.login.sso"

	loginTokenLife = 2 * time.Minute
)

// loginToken is what single sign-on gives a program.
type loginToken struct {
	user    *User
	expires time.Time
}

func (s *Server) newLoginToken(u *User) string {
	text := "login_" + s.makeID()
	s.logins[text] = &loginToken{user: u, expires: time.Now().Add(loginTokenLife)}
	return text
}

func (s *Server) handleFlows(*call) answer {
	flows := []any{}
	for _, f := range s.flows {
		flows = append(flows, map[string]any{"type": f})
	}
	return ok(map[string]any{"flows": flows})
}

func (s *Server) handleLogin(c *call) answer {
	typ := c.text("type")
	if !slices.Contains(s.flows, typ) || typ == flowSSO {
		return *invalidParam("the login type is missing or unknown")
	}
	u, bad := s.loginUser(c, typ)
	if bad != nil {
		return *bad
	}
	d := s.addDevice(u, id.DeviceID(c.text("device_id")), c.text("initial_device_display_name"))
	refreshable, _ := c.body["refresh_token"].(bool)
	a := ok(s.tokenAnswer(d, refreshable))
	return a.with("user_id", u.id).with("device_id", d.id)
}

func (s *Server) loginUser(c *call, typ string) (*User, *answer) {
	if typ == flowToken {
		t := s.logins[c.text("token")]
		delete(s.logins, c.text("token"))
		if t == nil || !time.Now().Before(t.expires) {
			return nil, forbidden("The login token is unknown or has ended.")
		}
		return t.user, nil
	}
	name := c.text("user")
	if identifier := object(c.body, "identifier"); identifier != nil {
		if str(identifier, "type") != "m.id.user" {
			return nil, refuse(http.StatusUnauthorized, "M_UNKNOWN", "the identifier type is unknown")
		}
		name = str(identifier, "user")
	}
	if name == "" || c.text("password") == "" {
		return nil, refuse(http.StatusUnauthorized, "M_BAD_JSON", "The user name or the password is missing.")
	}
	if !strings.HasPrefix(name, "@") {
		name = "@" + name + ":" + s.serverName
	}
	u := s.users[id.UserID(name)]
	if u == nil || u.foreign || u.password != c.text("password") {
		return nil, forbidden("The username or password was incorrect or the account does not exist.")
	}
	return u, nil
}

func (s *Server) handleLogout(c *call) answer {
	s.deleteDevice(c.dev)
	return empty()
}

func (s *Server) handleLogoutAll(c *call) answer {
	for _, d := range c.user.sortedDevices() {
		s.deleteDevice(d)
	}
	return empty()
}

func (s *Server) handleWhoami(c *call) answer {
	return ok(map[string]any{"user_id": c.user.id, "device_id": c.dev.id, "is_guest": false})
}

// handleSSO is the page of single sign-on: whoever SignIn named is signed in already.
func (s *Server) handleSSO(c *call) answer {
	if !slices.Contains(s.flows, flowSSO) {
		return *notFound("Single sign-on is not offered.")
	}
	back, err := url.Parse(c.query.Get("redirectUrl"))
	if err != nil || !back.IsAbs() {
		return *invalidParam("redirectUrl is missing or malformed")
	}
	if s.sso == nil {
		return answer{status: http.StatusOK, mime: "text/html", raw: []byte("<html><body>Sign in</body></html>")}
	}
	q := back.Query()
	q.Set("loginToken", s.newLoginToken(s.sso))
	back.RawQuery = q.Encode()
	return answer{
		status: http.StatusFound, mime: "text/html", raw: []byte("<html></html>"),
		header: map[string]string{"Location": back.String()},
	}
}

func (s *Server) handleRegister(*call) answer {
	return *forbidden("Registration is disabled.")
}
