package semaphore

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// LoginMethods are the ways to log in that a server offers.
type LoginMethods struct {
	// Password is set when a name and a password will do.
	Password bool `json:"login_with_password"`
	// OIDC are the providers of OpenID Connect; they work in a browser only.
	OIDC []OIDCProvider `json:"oidc_providers"`
	// Factors are the second factors; servers before 2.16 have none.
	Factors SecondFactors `json:"auth_methods"`
}

// SecondFactors are what a server may ask for after a name and a password. A field is nil when it never does.
type SecondFactors struct {
	// TOTP is an authenticator app; see [Client.VerifyTOTP].
	TOTP *TOTPFactor `json:"totp"`
	// Email is a code that comes by e-mail; its settings are not described.
	Email map[string]any `json:"email"`
}

// TOTPFactor is what a server allows with authenticator apps.
type TOTPFactor struct {
	// AllowRecovery lets users log in with a recovery code; see [Client.RecoverLogin].
	AllowRecovery bool `json:"allow_recovery"`
}

// OIDCProvider is a provider of OpenID Connect as the login page shows it.
type OIDCProvider struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Color string `json:"color"`
	Icon  string `json:"icon"`
}

// LoginMethods asks how one can log in; it needs no credentials. API: GET /auth/login.
func (c *Client) LoginMethods(ctx context.Context) (LoginMethods, error) {
	return get[LoginMethods](ctx, c, call{op: "get login methods", path: path("auth", "login")})
}

// Login opens a session for a user name or e-mail address and a password, and returns a client that uses it; c stays as
// it is. A session dies after seven days without use, and some servers are slow with it: make a token with
// [Client.CreateToken] for anything that lasts. A user with a second factor continues with [Client.VerifyTOTP]. Wrong
// names and passwords give [ErrUnauthorized]. API: POST /auth/login.
func (c *Client) Login(ctx context.Context, name string, password Secret) (*Client, error) {
	r := call{op: "log in", method: http.MethodPost, path: path("auth", "login"), body: map[string]string{
		"auth": name, "password": password.Reveal(),
	}}
	header, err := c.head(ctx, r, nil)
	if err != nil {
		return nil, err
	}
	cookies := (&http.Response{Header: header}).Cookies()
	i := slices.IndexFunc(cookies, func(cookie *http.Cookie) bool { return cookie.Name == "semaphore" && cookie.Value != "" })
	if i < 0 {
		return nil, r.wrap(r.malformed(errors.New("it sets no session cookie")))
	}
	session := *c
	session.credentials.Token, session.credentials.session = Secret{}, NewSecret(cookies[i].Value)
	if err := errors.Join(session.credentials.check(), session.connect(session.root.JoinPath("api"))); err != nil {
		return nil, r.wrap(err)
	}
	return &session, nil
}

// Logout ends a session as far as the server does that: servers of 2.10 tell the browser to forget the cookie, and
// would go on accepting it. API: POST /auth/logout.
func (c *Client) Logout(ctx context.Context) error {
	return c.do(ctx, call{op: "log out", method: http.MethodPost, path: path("auth", "logout"), safe: true}, nil)
}

// Token is an API token.
type Token struct {
	// ID is the token itself right after [Client.CreateToken]. In a list, servers since 2.15 show its beginning only.
	ID Secret
	// Name is empty on servers that have no names of tokens.
	Name string
	// Created is zero on some servers.
	Created time.Time
	// Expired is set when the token was deleted and the server keeps it in the list.
	Expired bool
	UserID  UserID
}

// wireToken is a token in JSON, where it is no secret.
type wireToken struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Expired bool      `json:"expired"`
	UserID  UserID    `json:"user_id"`
}

func (t wireToken) token() Token {
	return Token{ID: NewSecret(t.ID), Name: t.Name, Created: t.Created, Expired: t.Expired, UserID: t.UserID}
}

// Tokens lists the tokens of the caller. API: GET /user/tokens.
func (c *Client) Tokens(ctx context.Context) ([]Token, error) {
	wire, err := get[[]wireToken](ctx, c, call{op: "list tokens", path: path("user", "tokens")})
	tokens := make([]Token, len(wire))
	for i, t := range wire {
		tokens[i] = t.token()
	}
	return tokens, err
}

// CreateToken makes a token for the caller. It is the only moment at which every server shows the whole token. Servers
// without names of tokens ignore the name. API: POST /user/tokens.
func (c *Client) CreateToken(ctx context.Context, name string) (Token, error) {
	var wire wireToken
	err := c.do(ctx, call{
		op: "create token", method: http.MethodPost, path: path("user", "tokens"), body: map[string]string{"name": name},
	}, &wire)
	return wire.token(), err
}

// DeleteToken makes a token expire. A server of 2.10 on BoltDB goes on accepting it. API: DELETE /user/tokens/{id}.
func (c *Client) DeleteToken(ctx context.Context, id Secret) error {
	err := c.do(ctx, call{op: "delete token", method: http.MethodDelete, path: path("user", "tokens", id.Reveal()), safe: true}, nil)
	return withoutSecret(err, id)
}

// withoutSecret hides a secret that was part of a path.
func withoutSecret(err error, hidden Secret) error {
	if api, ok := errors.AsType[*APIError](err); ok {
		api.Path = strings.ReplaceAll(api.Path, hidden.Reveal(), "REDACTED")
		return err
	}
	if err == nil || !strings.Contains(err.Error(), hidden.Reveal()) {
		return err
	}
	return &hiddenError{text: strings.ReplaceAll(err.Error(), hidden.Reveal(), "REDACTED"), cause: err}
}

// hiddenError is an error whose text was cleaned.
type hiddenError struct {
	text  string
	cause error
}

func (e *hiddenError) Error() string        { return e.text }
func (e *hiddenError) Is(target error) bool { return errors.Is(e.cause, target) }
func (e *hiddenError) As(target any) bool   { return errors.As(e.cause, target) }
