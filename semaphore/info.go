package semaphore

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Ping asks whether the server is there; it needs no credentials. An answer that is not Semaphore's gives
// [ErrWrongURL]. API: GET /ping.
func (c *Client) Ping(ctx context.Context) error {
	var text string
	r := call{op: "ping", method: http.MethodGet, path: path("ping")}
	if err := c.do(ctx, r, &text); err != nil {
		return err
	}
	if strings.TrimSpace(text) != "pong" {
		return r.wrap(&MalformedError{Method: r.method, Path: r.where(), Err: fmt.Errorf("it is not pong: %w", ErrWrongURL)})
	}
	return nil
}

// Info is what the server tells about itself.
type Info struct {
	// Version is as the server writes it, as "v2.16.47-bc8a231-1765983501"; see [Info.Release].
	Version string `json:"version"`
	// Ansible is the output of ansible --version.
	Ansible string `json:"ansible"`
	// WebHost is the address at which people open the server, or empty.
	WebHost         string `json:"web_host"`
	UseRemoteRunner bool   `json:"use_remote_runner"`
	// The rest is empty on servers before 2.16.
	GitClient        string          `json:"git_client"`
	ScheduleTimezone string          `json:"schedule_timezone"`
	AuthMethods      json.RawMessage `json:"auth_methods"`
	PremiumFeatures  map[string]any  `json:"premium_features"`
	Features         map[string]any  `json:"features"` // their name on later servers
}

// Info asks for the server's version and settings. API: GET /info.
func (c *Client) Info(ctx context.Context) (Info, error) {
	return get[Info](ctx, c, call{op: "get info", path: path("info")})
}

// Release reads the three numbers at the beginning of the version; ok is false when there are none.
func (i Info) Release() (major, minor, patch int, ok bool) {
	n, _ := fmt.Sscanf(strings.TrimPrefix(i.Version, "v"), "%d.%d.%d", &major, &minor, &patch)
	return major, minor, patch, n == 3
}
