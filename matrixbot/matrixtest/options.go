package matrixtest

import "time"

// An Option changes what New builds.
type Option func(*config)

type config struct {
	now           func() time.Time
	serverName    string
	roomVersion   string
	versions      []string
	flows         []string
	uploadLimit   int
	tokenLifetime time.Duration
	withOAuth     bool
}

// WithNow sets the clock from which the timestamps of events come; the default is [time.Now].
// Waiting (syncs, typing, the life of tokens, faults that delay) always goes by the real clock, which inside a
// testing/synctest bubble is the bubble's clock.
func WithNow(now func() time.Time) Option {
	return func(c *config) { c.now = now }
}

// WithName sets the server name; the default is "matrix.example".
func WithName(name string) Option {
	return func(c *config) { c.serverName = name }
}

// WithRoomVersion sets the version of rooms that are created without one, from "1" to "12"; the default is "10".
func WithRoomVersion(version string) Option {
	return func(c *config) { c.roomVersion = version }
}

// WithVersions sets the specification versions that GET /versions lists, such as "v1.11".
func WithVersions(versions ...string) Option {
	return func(c *config) { c.versions = versions }
}

// WithLoginFlows sets the login types that are offered and accepted; the default is "m.login.password" alone.
// The server knows "m.login.token" and "m.login.sso" besides.
func WithLoginFlows(types ...string) Option {
	return func(c *config) { c.flows = types }
}

// WithOAuth switches the OAuth 2.0 endpoints on: metadata, registration, device authorization, token, revocation.
// Without it GET /auth_metadata answers 404, as on a server without OAuth.
func WithOAuth() Option {
	return func(c *config) { c.withOAuth = true }
}

// WithTokenLifetime makes access tokens of programs that ask for a refresh token, and those from OAuth, end after d.
// A token that ended is answered with soft_logout. The default, zero, is tokens without end and no refresh tokens
// at POST /login; OAuth then uses five minutes.
func WithTokenLifetime(d time.Duration) Option {
	return func(c *config) { c.tokenLifetime = d }
}

// WithUploadLimit refuses files larger than n bytes; the default is 10 MiB.
func WithUploadLimit(n int) Option {
	return func(c *config) { c.uploadLimit = n }
}
