package matrixtest

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

const (
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
	grantRefresh = "refresh_token"

	deviceCodeLife     = 20 * time.Minute
	deviceCodeInterval = 5 * time.Second
	oauthTokenLife     = 5 * time.Minute
)

// oauthState are the programs that registered and the device codes that were given out.
type oauthState struct {
	clients map[string]map[string]any
	codes   map[string]*deviceCode // by device code
}

type deviceCode struct {
	userCode string
	client   string
	scope    string
	expires  time.Time
	interval time.Duration
	asked    time.Time // of the last poll
	user     *User     // who decided
	allowed  bool
}

func newOAuthState() oauthState {
	return oauthState{clients: map[string]map[string]any{}, codes: map[string]*deviceCode{}}
}

// decide lets a person answer the page of a device code.
func (o *oauthState) decide(userCode string, u *User, allow bool) *answer {
	for _, code := range o.codes {
		if code.userCode == userCode && code.user == nil {
			code.user, code.allowed = u, allow
			return nil
		}
	}
	return notFound("the user code " + userCode + " is unknown")
}

// origin is the address under which the client knows the server.
func (s *Server) origin(c *call) string {
	if host, _, _ := strings.Cut(c.host, ":"); host == s.serverName {
		return "https://" + c.host
	}
	return "http://" + c.host
}

func (s *Server) handleAuthMetadata(c *call) answer {
	if !s.withOAuth {
		return fail(http.StatusNotFound, "M_UNRECOGNIZED", "Unrecognized request")
	}
	base := s.origin(c) + "/oauth2/"
	return ok(map[string]any{
		"issuer": s.origin(c) + "/", "authorization_endpoint": base + "authorize", "token_endpoint": base + "token",
		"registration_endpoint": base + "registration", "revocation_endpoint": base + "revoke",
		"device_authorization_endpoint": base + "device", "response_types_supported": []string{"code"},
		"response_modes_supported":         []string{"query", "fragment"},
		"grant_types_supported":            []string{"authorization_code", grantRefresh, grantDevice},
		"code_challenge_methods_supported": []string{"S256"},
	})
}

func oauthError(code string) answer {
	return answer{status: http.StatusBadRequest, body: map[string]any{"error": code, "error_description": code}}
}

// form reads the body of an OAuth request.
func (c *call) form() url.Values {
	values, err := url.ParseQuery(string(c.raw))
	if err != nil {
		return url.Values{}
	}
	return values
}

func (s *Server) handleOAuthRegister(c *call) answer {
	if !s.withOAuth || str(c.body, "client_uri") == "" {
		return oauthError("invalid_client_metadata")
	}
	client := "client_" + s.makeID()[:12]
	s.oauth.clients[client] = c.body
	answered := map[string]any{"client_id": client, "client_id_issued_at": s.now().Unix()}
	maps.Copy(answered, c.body)
	return answer{status: http.StatusCreated, body: answered}
}

func (s *Server) handleOAuthDevice(c *call) answer {
	form := c.form()
	client := form.Get("client_id")
	switch {
	case s.oauth.clients[client] == nil:
		return oauthError("invalid_client")
	case scopeDevice(form.Get("scope")) == "":
		return oauthError("invalid_scope")
	}
	text := strings.ToUpper(strings.NewReplacer("-", "K", "_", "M").Replace(s.makeID()))
	code := &deviceCode{
		userCode: text[:4] + "-" + text[4:8], client: client, scope: form.Get("scope"),
		expires: time.Now().Add(deviceCodeLife), interval: deviceCodeInterval,
	}
	secret := "device_" + s.makeID()
	s.oauth.codes[secret] = code
	s.announceWatch()
	page := s.origin(c) + "/oauth2/link"
	return ok(map[string]any{
		"device_code": secret, "user_code": code.userCode, "verification_uri": page,
		"verification_uri_complete": page + "?code=" + code.userCode,
		"expires_in":                int(deviceCodeLife.Seconds()), "interval": int(deviceCodeInterval.Seconds()),
	})
}

// scopeDevice is the device id that a scope asks for.
func scopeDevice(scope string) id.DeviceID {
	for word := range strings.FieldsSeq(scope) {
		for _, prefix := range []string{"urn:matrix:client:device:", "urn:matrix:org.matrix.msc2967.client:device:"} {
			if device, found := strings.CutPrefix(word, prefix); found && len(device) >= 10 {
				return id.DeviceID(device)
			}
		}
	}
	return ""
}

func (s *Server) handleOAuthToken(c *call) answer {
	form := c.form()
	if s.oauth.clients[form.Get("client_id")] == nil {
		return oauthError("invalid_client")
	}
	switch form.Get("grant_type") {
	case grantDevice:
		return s.pollCode(form)
	case grantRefresh:
		d := s.deviceByRefresh(form.Get("refresh_token"))
		if d == nil || d.oauth != form.Get("client_id") {
			return oauthError("invalid_grant")
		}
		return ok(s.oauthTokens(d, ""))
	}
	return oauthError("unsupported_grant_type")
}

func (s *Server) pollCode(form url.Values) answer {
	code := s.oauth.codes[form.Get("device_code")]
	if code == nil || code.client != form.Get("client_id") {
		return oauthError("invalid_grant")
	}
	now := time.Now()
	tooSoon := !code.asked.IsZero() && now.Sub(code.asked) < code.interval
	code.asked = now
	switch {
	case !now.Before(code.expires):
		return oauthError("expired_token")
	case tooSoon:
		code.interval += deviceCodeInterval // as RFC 8628 says
		return oauthError("slow_down")
	case code.user == nil:
		return oauthError("authorization_pending")
	case !code.allowed:
		delete(s.oauth.codes, form.Get("device_code"))
		return oauthError("access_denied")
	}
	delete(s.oauth.codes, form.Get("device_code"))
	d := s.addDevice(code.user, scopeDevice(code.scope), "")
	d.oauth = code.client
	return ok(s.oauthTokens(d, code.scope))
}

func (s *Server) oauthTokens(d *device, scope string) map[string]any {
	life := s.tokenLifetime
	if life <= 0 {
		life = oauthTokenLife
	}
	d.refresh = "refresh_" + s.makeID()
	body := map[string]any{
		"access_token": s.newToken(d, life), "token_type": "Bearer", "expires_in": int(life.Seconds()),
		"refresh_token": d.refresh,
	}
	if scope != "" {
		body["scope"] = scope
	}
	return body
}

func (s *Server) handleOAuthRevoke(c *call) answer {
	text := c.form().Get("token")
	if t := s.tokens[text]; t != nil {
		s.deleteDevice(t.device)
	} else if d := s.deviceByRefresh(text); d != nil {
		s.deleteDevice(d)
	}
	return empty()
}
