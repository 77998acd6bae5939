package zulip

import (
	"context"
	"net/http"
	"time"
)

// PresenceStatus says whether a user is there. Later servers may add values.
type PresenceStatus string

// The states of today.
const (
	PresenceActive  PresenceStatus = "active"
	PresenceIdle    PresenceStatus = "idle"
	PresenceOffline PresenceStatus = "offline"
)

// presenceExpiry is the age at which servers count a presence as past.
const presenceExpiry = 200 * time.Second

// Presence tells when a user was last there. [Presence.At] judges it.
type Presence struct {
	// ActiveTimestamp is the last sign of the user, IdleTimestamp the last one of a program that the user had open; in
	// Unix seconds. 0 when there was none, and before Zulip 12 (feature level 487).
	ActiveTimestamp int64 `json:"active_timestamp"`
	IdleTimestamp   int64 `json:"idle_timestamp"`
	// Aggregated and Website are the older form, alike since Zulip 7. Its zero value means that the server has it not.
	Aggregated ClientPresence `json:"aggregated"`
	Website    ClientPresence `json:"website"`
}

// ClientPresence is the older form of a presence.
type ClientPresence struct {
	// Client is "website" or empty.
	Client string         `json:"client"`
	Status PresenceStatus `json:"status"`
	// Timestamp is when the status was reported, in Unix seconds.
	Timestamp int64 `json:"timestamp"`
	// Pushable is false since Zulip 7.
	Pushable bool `json:"pushable"`
}

// At is what the presence says about a moment, usually now: the user was active or idle in the 200 seconds before
// it, or is offline. The zero Presence is offline.
func (p Presence) At(now time.Time) PresenceStatus {
	active, idle := p.ActiveTimestamp, max(p.IdleTimestamp, p.Aggregated.Timestamp)
	if p.Aggregated.Status == PresenceActive {
		active = max(active, p.Aggregated.Timestamp)
	}
	switch since := now.Add(-presenceExpiry).Unix(); {
	case active >= since:
		return PresenceActive
	case idle >= since:
		return PresenceIdle
	}
	return PresenceOffline
}

// UserPresence fetches the presence of a user. Bots have none: for them, and for users of whom nothing is known, the
// answer is an *[APIError] with status 400. API: GET /users/{user_id_or_email}/presence.
func (c *Client) UserPresence(ctx context.Context, id UserID) (Presence, error) {
	var out struct {
		envelope
		Presence Presence `json:"presence"`
	}
	err := c.call(ctx, call{op: "get user presence", method: http.MethodGet, path: path("users", id, "presence")}, &out)
	return out.Presence, err
}

// RealmPresence is the presence of everybody.
type RealmPresence struct {
	// ServerTimestamp is the server's clock, in Unix seconds with a fraction.
	ServerTimestamp float64 `json:"server_timestamp"`
	// Presences are by the users' Zulip e-mail; users of whom nothing is known are not in it.
	Presences map[string]Presence `json:"presences"`
}

// RealmPresence fetches the presence of all users at once. API: GET /realm/presence.
func (c *Client) RealmPresence(ctx context.Context) (RealmPresence, error) {
	var out struct {
		envelope
		RealmPresence
	}
	err := c.call(ctx, call{op: "get presence of all users", method: http.MethodGet, path: path("realm", "presence")}, &out)
	return out.RealmPresence, err
}
