//go:build goolm || libolm

package boltstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/olm"
	"maunium.net/go/mautrix/id"
)

// outboundRecord is what is kept of the session that the bot sends to a room with.
type outboundRecord struct {
	SessionID     id.SessionID  `json:"session_id"`
	Pickle        string        `json:"pickle"`
	Shared        bool          `json:"shared,omitempty"`
	MaxMessages   int           `json:"max_messages,omitempty"`
	MessageCount  int           `json:"message_count,omitempty"`
	MaxAge        time.Duration `json:"max_age,omitempty"` // in nanoseconds
	SharedHistory *bool         `json:"shared_history,omitempty"`
	CreatedAt     time.Time     `json:"created_at"`
	UsedAt        time.Time     `json:"used_at"`
}

func (c *Crypto) encodeOutbound(session *crypto.OutboundGroupSession) ([]byte, error) {
	pickled, err := session.Internal.Pickle(c.pickleKey())
	if err != nil {
		return nil, fmt.Errorf("boltstore: outbound session: %w", err)
	}
	raw, err := json.Marshal(outboundRecord{
		SessionID: session.ID(), Pickle: string(pickled), Shared: session.Shared,
		MaxMessages: session.MaxMessages, MessageCount: session.MessageCount, MaxAge: session.MaxAge,
		SharedHistory: session.SharedHistory, CreatedAt: session.CreationTime, UsedAt: session.LastEncryptedTime,
	})
	if err != nil {
		return nil, fmt.Errorf("boltstore: outbound session: %w", err)
	}
	return raw, nil
}

func (tx *Tx) outboundRecord(roomID id.RoomID) (*outboundRecord, error) {
	raw := tx.get(outboundBucket, key(string(roomID)))
	if raw == nil {
		return nil, nil
	}
	r := new(outboundRecord)
	if json.Unmarshal(raw, r) != nil {
		return nil, damaged("the session that a room is sent to with")
	}
	return r, nil
}

// AddOutboundGroupSession implements [crypto.Store]. It replaces that of the room.
func (c *Crypto) AddOutboundGroupSession(_ context.Context, session *crypto.OutboundGroupSession) error {
	raw, err := c.encodeOutbound(session)
	if err != nil {
		return err
	}
	return c.store.Update(func(tx *Tx) error { return tx.put(outboundBucket, key(string(session.RoomID)), raw) })
}

// UpdateOutboundGroupSession implements [crypto.Store]. It changes nothing where the session
// was removed or replaced meanwhile: somebody has left, or a device was added, and what is
// sent next must use another one.
func (c *Crypto) UpdateOutboundGroupSession(_ context.Context, session *crypto.OutboundGroupSession) error {
	raw, err := c.encodeOutbound(session)
	if err != nil {
		return err
	}
	return c.store.Update(func(tx *Tx) error {
		r, err := tx.outboundRecord(session.RoomID)
		if err != nil || r == nil || r.SessionID != session.ID() {
			return err
		}
		return tx.put(outboundBucket, key(string(session.RoomID)), raw)
	})
}

// GetOutboundGroupSession implements [crypto.Store].
func (c *Crypto) GetOutboundGroupSession(_ context.Context, roomID id.RoomID) (session *crypto.OutboundGroupSession, err error) {
	err = c.store.Update(func(tx *Tx) error {
		r, err := tx.outboundRecord(roomID)
		if err != nil || r == nil {
			return err
		}
		found := &crypto.OutboundGroupSession{
			Internal: olm.NewBlankOutboundGroupSession(), RoomID: roomID, Shared: r.Shared,
			MaxMessages: r.MaxMessages, MessageCount: r.MessageCount, SharedHistory: r.SharedHistory,
		}
		found.MaxAge, found.CreationTime, found.LastEncryptedTime = r.MaxAge, r.CreatedAt, r.UsedAt
		if err := c.unpickle(found.Internal, r.Pickle, "the session that a room is sent to with"); err != nil {
			return err
		}
		session = found
		return nil
	})
	return session, err
}

// RemoveOutboundGroupSession implements [crypto.Store].
func (c *Crypto) RemoveOutboundGroupSession(_ context.Context, roomID id.RoomID) error {
	return c.store.Update(func(tx *Tx) error { return tx.remove(outboundBucket, key(string(roomID))) })
}

// MarkOutboundGroupSessionShared implements [crypto.Store].
func (c *Crypto) MarkOutboundGroupSessionShared(_ context.Context, userID id.UserID, identity id.IdentityKey, sessionID id.SessionID) error {
	return c.store.Update(func(tx *Tx) error {
		return tx.put(sharedBucket, key(string(userID), string(identity), string(sessionID)), nil)
	})
}

// IsOutboundGroupSessionShared implements [crypto.Store].
func (c *Crypto) IsOutboundGroupSessionShared(_ context.Context, userID id.UserID, identity id.IdentityKey, sessionID id.SessionID) (shared bool, err error) {
	err = c.store.Update(func(tx *Tx) error {
		shared = tx.has(sharedBucket, key(string(userID), string(identity), string(sessionID)))
		return nil
	})
	return shared, err
}
