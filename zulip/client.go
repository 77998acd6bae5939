package zulip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/signalbox-go/signalbox/internal/httpx"
)

// Client calls the Zulip API as one user or bot. It is safe for concurrent use.
// Make one with [NewClient].
type Client struct {
	site    string // without a slash at the end
	timeout time.Duration
	log     *slog.Logger
	jitter  func() float64 // see backoff
	calls   *httpx.Client  // paced, retried
	polls   *httpx.Client  // GET /events: neither
	files   *httpx.Client  // uploaded files, which are not below the API: neither

	// What the server told about itself in the answer to POST /register; 0 means not yet.
	maxMessage, maxTopic, maxUploadMiB, longPollSeconds atomic.Int64
	// level is the server's feature level; 0 means not known. See featureLevel.
	level atomic.Int64

	sends sends
}

// NewClient checks the credentials and the options and reads the certificates that they name; it does not connect.
// http:// is refused unless the site is this machine or [WithInsecureHTTP] is given.
func NewClient(credentials Credentials, options ...Option) (*Client, error) {
	c, err := newClient(credentials, options)
	if err != nil {
		return nil, fmt.Errorf("zulip: new client: %w", err)
	}
	for _, warning := range credentials.Warnings {
		c.log.Warn("credentials need attention", "warning", warning)
	}
	return c, nil
}

func newClient(credentials Credentials, options []Option) (*Client, error) {
	config := config{log: slog.New(slog.DiscardHandler), timeout: defaultTimeout, userAgent: defaultUserAgent}
	for _, option := range options {
		if err := option(&config); err != nil {
			return nil, err
		}
	}
	if err := credentials.missing("the credentials lack %s", "Site", "Email", "APIKey"); err != nil {
		return nil, err
	}
	site, err := parseSite(credentials.Site)
	if err != nil {
		return nil, err
	}
	c := &Client{site: site.String(), timeout: config.timeout, log: config.log, jitter: config.jitter}
	return c, c.connect(site.JoinPath("api", "v1"), credentials, config)
}

// Site is the address of the organisation, without a slash at the end.
func (c *Client) Site() string { return c.site }

// parseSite brings an address into the form scheme://host/prefix. People paste it with and without a scheme, a
// slash or /api at the end.
func parseSite(site string) (*url.URL, error) {
	if !strings.Contains(site, "://") {
		scheme := "https://"
		if strings.HasPrefix(site, "localhost") {
			scheme = "http://"
		}
		site = scheme + site
	}
	u, err := url.Parse(site)
	if err != nil || u.Host == "" {
		return nil, errors.New("the site must be an address such as https://chat.example.org")
	}
	path := strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/v1")
	u.Path, u.RawPath = strings.TrimRight(strings.TrimSuffix(path, "/api"), "/"), ""
	return u, nil
}

// path makes the elements of a path below the API's root; they are escaped when the request is made.
func path(elements ...any) []string {
	texts := make([]string, len(elements))
	for i, element := range elements {
		if text, ok := element.(string); ok {
			texts[i] = text // the common case of a busy sender
		} else {
			texts[i] = fmt.Sprint(element)
		}
	}
	return texts
}

func idText[T ~int64](id T) string { return strconv.FormatInt(int64(id), 10) }

// learn keeps what the server told about itself.
func (c *Client) learn(q Queue) {
	for value, field := range map[*atomic.Int64]int{
		&c.maxMessage: q.MaxMessageLength, &c.maxTopic: q.MaxTopicLength, &c.longPollSeconds: q.LongPollTimeoutSeconds,
		&c.maxUploadMiB: q.MaxFileUploadSizeMiB, &c.level: q.ZulipFeatureLevel,
	} {
		if field > 0 {
			value.Store(int64(field))
		}
	}
}

func (c *Client) limits() limits {
	l := limits{message: MaxMessageLength, topic: MaxTopicLength}
	if n := c.maxMessage.Load(); n > 0 {
		l.message = int(n)
	}
	if n := c.maxTopic.Load(); n > 0 {
		l.topic = int(n)
	}
	return l
}

func (c *Client) longPoll() time.Duration {
	if n := c.longPollSeconds.Load(); n > 0 {
		return time.Duration(n) * time.Second
	}
	return defaultLongPoll
}

// ServerSettings is what the server tells everybody about itself.
type ServerSettings struct {
	ZulipVersion      string `json:"zulip_version"`
	ZulipFeatureLevel int    `json:"zulip_feature_level"`
	// ZulipMergeBase is the release that a modified server comes from.
	ZulipMergeBase string `json:"zulip_merge_base"`
	RealmName      string `json:"realm_name"`
	RealmURL       string `json:"realm_url"`
	// RealmIcon is the path or address of a picture.
	RealmIcon string `json:"realm_icon"`
	// RealmDescription is HTML.
	RealmDescription            string `json:"realm_description"`
	RealmWebPublicAccessEnabled bool   `json:"realm_web_public_access_enabled"`
	PushNotificationsEnabled    bool   `json:"push_notifications_enabled"`
}

// ServerSettings asks for the server's version and the organisation's name. API: GET /server_settings.
func (c *Client) ServerSettings(ctx context.Context) (ServerSettings, error) {
	var out struct {
		envelope
		ServerSettings
		RealmURI string `json:"realm_uri"` // the name of realm_url before Zulip 9
	}
	err := c.call(ctx, call{op: "get server settings", method: http.MethodGet, path: path("server_settings")}, &out)
	if out.RealmURL == "" {
		out.RealmURL = out.RealmURI
	}
	return out.ServerSettings, err
}
