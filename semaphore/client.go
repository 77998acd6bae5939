package semaphore

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/signalbox-go/signalbox/internal/httpx"
)

// Client calls the API of one server as one user. It is safe for concurrent use. Make one with [NewClient].
type Client struct {
	root        *url.URL // without a slash at the end
	credentials Credentials
	config      config
	log         *slog.Logger
	calls       *httpx.Client // answers that fit in memory
	streams     *httpx.Client // logs
	sockets     *http.Client  // WebSocket handshakes
	writes      chan struct{} // one place for each write under way
	stops       *stopMemory   // tasks that this client asked to stop
}

// maxWrites bounds the writes under way: some servers answer 401 to good tokens when many writes come at once.
const maxWrites = 4

// NewClient checks the credentials and the options and reads the certificates that they name; it does not connect.
// http:// is refused unless the server is this machine or [WithInsecureHTTP] is given.
func NewClient(credentials Credentials, options ...Option) (*Client, error) {
	c, err := newClient(credentials, options)
	if err != nil {
		return nil, fmt.Errorf("semaphore: new client: %w", err)
	}
	for _, warning := range credentials.Warnings {
		c.log.Warn("credentials need attention", "warning", warning)
	}
	return c, nil
}

func newClient(credentials Credentials, options []Option) (*Client, error) {
	config := config{
		log: slog.New(slog.DiscardHandler), timeout: defaultTimeout, userAgent: defaultUserAgent, maxOutput: defaultMaxOutput,
	}
	for _, option := range options {
		if err := option(&config); err != nil {
			return nil, err
		}
	}
	if err := credentials.check(); err != nil {
		return nil, err
	}
	root, err := parseRoot(credentials.URL)
	if err != nil {
		return nil, err
	}
	c := &Client{
		root: root, credentials: credentials, config: config, log: config.log,
		writes: make(chan struct{}, maxWrites), stops: newStopMemory(),
	}
	return c, c.connect(root.JoinPath("api"))
}

// URL is the address of the server, with its path prefix and without a slash at the end.
func (c *Client) URL() string { return c.root.String() }

// parseRoot brings an address into the form scheme://host/prefix. People paste it with and without a scheme, a
// slash or /api at the end. Ports that the scheme implies are dropped, because strict proxies dislike them.
func parseRoot(address string) (*url.URL, error) {
	if !strings.Contains(address, "://") {
		scheme := "https://"
		if strings.HasPrefix(address, "localhost") {
			scheme = "http://"
		}
		address = scheme + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, errors.New("the URL must be an address such as https://ci.example.org/semaphore")
	}
	if u.Scheme == "https" && u.Port() == "443" || u.Scheme == "http" && u.Port() == "80" {
		u.Host = strings.TrimSuffix(u.Host, ":"+u.Port())
	}
	path := strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/api")
	u.Path, u.RawPath = strings.TrimRight(path, "/"), ""
	return u, nil
}

// path makes the elements of a path below the API's root; they are escaped when the request is made.
func path(elements ...any) []string {
	texts := make([]string, len(elements))
	for i, element := range elements {
		texts[i] = fmt.Sprint(element)
	}
	return texts
}

// in makes the elements of a path below a project.
func in(project ProjectID, elements ...any) []string {
	return append(path("project", project), path(elements...)...)
}
