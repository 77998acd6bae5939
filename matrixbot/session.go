package matrixbot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// session is what lets the bot go on as the same device after a restart. It is never changed: a request that renews the
// token puts another one in its place, at any time.
type session struct {
	User    id.UserID   `json:"user"`
	Device  id.DeviceID `json:"device"`
	Address string      `json:"address"`         // Of the homeserver.
	Server  string      `json:"server,omitzero"` // The name under which Address was found; "" if it was given.
	Token   string      `json:"token"`

	// Of a login by OAuth.
	Client  string    `json:"client,omitzero"`
	Refresh string    `json:"refresh,omitzero"`
	Expiry  time.Time `json:"expiry,omitzero"`
}

// The set and the key of the session's record.
const sessionSet, sessionKey = "session", "session"

// loadSession returns the session that was kept, or nil.
func (b *Bot) loadSession() (*session, error) {
	sealed, err := b.store.Records(sessionSet).Get(sessionKey)
	if err != nil || sealed == nil {
		return nil, err
	}
	plain, err := b.sealer.open(sessionSet, sessionKey, sealed)
	if err != nil {
		return nil, fmt.Errorf("the session in %s cannot be read: %w; set the pickle key with which it was made", b.config.Data, err)
	}
	kept := new(session)
	if err := json.Unmarshal(plain, kept); err != nil {
		return nil, fmt.Errorf("the session in %s is damaged: restore a backup, or use another folder", b.config.Data)
	}
	return kept, nil
}

// saveSession returns when the session is on the disk.
func (b *Bot) saveSession(ctx context.Context, s *session) error {
	plain, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := b.store.Records(sessionSet).Put(sessionKey, b.sealer.seal(sessionSet, sessionKey, plain)); err != nil {
		return err
	}
	b.session.Store(s)
	return b.store.Flush(ctx)
}

// useSession makes the client that of a session.
func (b *Bot) useSession(s *session) {
	b.session.Store(s)
	if s.User != "" && b.client.UserID != s.User { // Others may be reading it while the bot logs in again.
		b.client.UserID = s.User
	}
	if s.Device != "" {
		b.client.DeviceID = s.Device
	}
	// The only way to set a token that other goroutines may be reading.
	b.client.OAuthSetTokens(s.Client, s.Refresh, s.Token, s.Expiry)
}

// saveToken keeps what a refresh gave: the token before is worth nothing any more.
func (b *Bot) saveToken(ctx context.Context, refresh, token string, expiry time.Time) error {
	renewed := *b.session.Load()
	renewed.Refresh, renewed.Token, renewed.Expiry = refresh, token, expiry
	return b.saveSession(context.WithoutCancel(ctx), &renewed)
}
