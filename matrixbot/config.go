package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/secret"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// Secret is a string that prints as REDACTED in every fmt verb, in log/slog and in JSON.
// Its zero value is the empty secret.
type Secret = secret.Secret

// NewSecret returns text as a secret; its method Reveal gives the text back.
func NewSecret(text string) Secret { return secret.New(text) }

// Config is what a [Bot] is made from: who it is, where it keeps what it must remember, and what it does.
// [ConfigFromEnv] fills the first part. [New] checks it.
type Config struct {
	// Homeserver is the address of the homeserver, as https://matrix.example.org, or its name, as example.org, whose
	// address is then looked up at https://example.org/.well-known/matrix/client. Empty: the name in User.
	Homeserver string
	// User is the bot's user id, as @bot:example.org, or the part of it before the colon. It may be empty with a
	// token, which says whose it is; else it must be the one to whom the token belongs.
	User string

	// The ways to log in, of which one is set.
	Password    Secret // Lets the bot log in again after its device was deleted.
	AccessToken Secret // Of a device that the bot has for itself: no other program may use it.
	LoginToken  Secret // From single sign-on; good for one login, after which the session in Data is used.
	// DeviceCode logs in by OAuth: it is called with a code that a person must type in at an address, should show both
	// and return. Nobody needs to be asked again as long as the session is kept.
	DeviceCode func(ctx context.Context, code DeviceCode) error

	// Data is the folder for keys, session and all that the bot must remember; it is created with mode 0700. One bot
	// and one process have it for themselves.
	Data string
	// PickleKey encrypts the private keys and the session in Data. Empty: a key that is made on the first start and
	// kept in Data too, which guards copies of the database alone.
	PickleKey Secret
	// DeviceName is how the bot's device is called where people see a list of them. Empty: "signalbox bot".
	DeviceName string
	// NoEncryption leaves the bot without keys: it neither hears nor says anything in encrypted rooms.
	NoEncryption bool
	// Encryption says how encryption works. Its zero value is good; Client, Store, PickleKey and Log are the bot's.
	// With Encryption.Stores keys are kept elsewhere than in Data, as in PostgreSQL by means of mautrix's own stores; it
	// must leave State nil, since what is known of rooms stays in Data.
	Encryption e2ee.Config
	// InsecureHTTP allows an http:// address that is not this machine. Secrets then travel for everybody to read.
	InsecureHTTP bool

	// Invites says into which rooms the bot comes. Its zero value: into none.
	Invites Invites

	// Router answers messages and reactions. Where it is set, Handler, Reactions and TooOld are not.
	Router *Router
	// Handler answers messages. Own messages, notices, edits and redacted messages never reach it.
	Handler Handler
	// Reactions answers reactions, see [Request.Reaction]. Nil: they are ignored. Reactions are never encrypted, so
	// that the homeserver could have made them up.
	Reactions Handler
	// TooOld answers messages that are older than MaxAge, in the place of Handler. When it has sent something, the
	// room is left in peace until a newer message came. Nil: they are ignored.
	TooOld Handler
	// Plaintext lets messages that are not encrypted reach Handler in rooms that are. The homeserver can make up such
	// messages in anybody's name. False: they are not handled, which is said once in each room. RouterConfig.Audit hears
	// of those that are commands or answers, as denied.
	Plaintext bool

	// MaxAge is how old a message may be when it arrives, as after a pause of the bot. 0 means one hour.
	MaxAge time.Duration
	// HandlerTimeout is how long a handler may take before its context ends. 0 means five minutes.
	HandlerTimeout time.Duration
	// Grace is how long handlers that run may go on when the bot stops, before their contexts end. 0 means ten seconds.
	Grace time.Duration
	// Workers is in how many rooms handlers may run at once. 0 means 16. In one room they run one after the other.
	Workers int

	// Log is where the bot reports what happens to it, never what people say. Nil: silence.
	Log *slog.Logger
	// Transport sends the requests; nil is one of its own with TLS 1.2 or newer. Tests pass that of a fake server here.
	Transport http.RoundTripper
	// Warnings are remarks on where the settings came from, such as a file that others can read. Run logs them.
	Warnings []string
}

// The bounds that stand where Config says nothing.
const (
	defaultMaxAge         = time.Hour
	defaultHandlerTimeout = 5 * time.Minute
	defaultGrace          = 10 * time.Second
	defaultWorkers        = 16
	defaultDeviceName     = "signalbox bot"
)

// check finds what cannot work before a request is made, and fills in what was left out.
func (c *Config) check() error {
	if c.Router != nil {
		if c.Handler != nil || c.Reactions != nil || c.TooOld != nil {
			return errors.New("the configuration has both a Router and handlers: set RouterConfig.Other for what is no command")
		}
		c.Handler, c.Reactions, c.TooOld = c.Router.Handle, c.Router.Handle, c.Router.handleOld
	}
	if c.Handler == nil {
		return errors.New("the configuration lacks a Router or a Handler: say what the bot does with messages")
	}
	if c.Data == "" {
		return errors.New("the configuration lacks Data: name a folder for the keys and the session (MATRIX_DATA)")
	}
	if err := c.checkLogin(); err != nil {
		return err
	}
	if err := c.checkHomeserver(); err != nil {
		return err
	}
	if c.MaxAge < 0 || c.HandlerTimeout < 0 || c.Grace < 0 || c.Workers < 0 {
		return errors.New("MaxAge, HandlerTimeout, Grace and Workers must not be negative")
	}
	setDefault(&c.MaxAge, defaultMaxAge)
	setDefault(&c.HandlerTimeout, defaultHandlerTimeout)
	setDefault(&c.Grace, defaultGrace)
	setDefault(&c.Workers, defaultWorkers)
	setDefault(&c.DeviceName, defaultDeviceName)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}

func setDefault[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

func (c *Config) checkLogin() error {
	var ways []string
	for name, set := range map[string]bool{
		"Password": !c.Password.IsZero(), "AccessToken": !c.AccessToken.IsZero(),
		"LoginToken": !c.LoginToken.IsZero(), "DeviceCode": c.DeviceCode != nil,
	} {
		if set {
			ways = append(ways, name)
		}
	}
	if len(ways) != 1 {
		return errors.New("the configuration needs exactly one way to log in: a password (MATRIX_PASSWORD), " +
			"an access token (MATRIX_ACCESS_TOKEN), a login token, or a device code")
	}
	if c.User == "" && !c.Password.IsZero() {
		return errors.New("the configuration lacks User: to log in by password takes a user id such as @bot:example.org (MATRIX_USER)")
	}
	if strings.HasPrefix(c.User, "@") {
		if _, _, err := id.UserID(c.User).ParseAndValidateRelaxed(); err != nil {
			return fmt.Errorf("the user %q is no user id: write it as @bot:example.org", c.User)
		}
	} else if strings.ContainsAny(c.User, ":/ ") {
		return fmt.Errorf("the user %q is no user id: write it as @bot:example.org", c.User)
	}
	for _, token := range []Secret{c.AccessToken, c.LoginToken} {
		if strings.ContainsFunc(token.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }) {
			return errors.New("the token has characters that no token has; copy it again, without blanks and line ends")
		}
	}
	return nil
}

func (c *Config) checkHomeserver() error {
	if c.Homeserver == "" {
		if c.serverName() == "" {
			return errors.New("the configuration lacks Homeserver: name it as https://matrix.example.org (MATRIX_HOMESERVER)")
		}
		return nil
	}
	if strings.Contains(c.Homeserver, "://") {
		_, err := c.parseAddress(c.Homeserver)
		return err
	}
	if !id.ValidateServerName(c.Homeserver) {
		return fmt.Errorf("the homeserver %q is neither an address such as https://matrix.example.org nor a name such as example.org", c.Homeserver)
	}
	return nil
}

// serverName is the name under which the homeserver's address is looked up; "" where the address is known.
func (c *Config) serverName() string {
	switch {
	case strings.Contains(c.Homeserver, "://"):
		return ""
	case c.Homeserver != "":
		return c.Homeserver
	case strings.HasPrefix(c.User, "@"):
		return id.UserID(c.User).Homeserver()
	}
	return ""
}

// parseAddress refuses addresses to which secrets must not be sent.
func (c *Config) parseAddress(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(address, "/"))
	switch {
	case err != nil || u.Host == "":
		return nil, fmt.Errorf("the homeserver's address %q is not valid: write it as https://matrix.example.org", address)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the homeserver's address must have no user, query or fragment: write it as https://matrix.example.org")
	case u.Scheme == "https":
		return u, nil
	case u.Scheme != "http":
		return nil, fmt.Errorf("the homeserver's address has scheme %q: use https", u.Scheme)
	case c.InsecureHTTP || isLoopback(u.Hostname()):
		return u, nil
	}
	return nil, errors.New("the homeserver's address is http, which would send the token in the clear: use https, or set InsecureHTTP")
}
