//go:build goolm || libolm

package boltstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mau.fi/util/dbutil"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// inboundRecord is what is kept of a session that messages of a room are received with: the
// session, or why there is none. Records are by room and session: whoever has a key could
// otherwise move it to another room and make the first one unreadable.
type inboundRecord struct {
	Pickle string `json:"pickle,omitempty"` // "" for a session that is withheld

	SenderKey        id.Curve25519        `json:"sender_key,omitempty"`
	SigningKey       id.Ed25519           `json:"signing_key,omitempty"`
	ForwardingChains []string             `json:"forwarding_chains,omitempty"`
	RatchetSafety    crypto.RatchetSafety `json:"ratchet_safety,omitzero"`
	ReceivedAt       time.Time            `json:"received_at,omitzero"`
	MaxAge           int64                `json:"max_age,omitempty"`
	MaxMessages      int                  `json:"max_messages,omitempty"`
	SharedHistory    *bool                `json:"shared_history,omitempty"`
	IsScheduled      bool                 `json:"is_scheduled,omitempty"`
	KeyBackupVersion id.KeyBackupVersion  `json:"key_backup_version,omitempty"`
	KeySource        id.KeySource         `json:"key_source,omitempty"`
	SourceUser       id.UserID            `json:"source_user,omitempty"`

	WithheldCode   event.RoomKeyWithheldCode `json:"withheld_code,omitempty"`
	WithheldReason string                    `json:"withheld_reason,omitempty"`
}

func (r *inboundRecord) withheld() bool { return r.Pickle == "" }

// content says why a session is withheld.
func (r *inboundRecord) content(roomID id.RoomID, sessionID id.SessionID) *event.RoomKeyWithheldEventContent {
	return &event.RoomKeyWithheldEventContent{
		RoomID: roomID, Algorithm: id.AlgorithmMegolmV1, SessionID: sessionID, SenderKey: r.SenderKey,
		Code: r.WithheldCode, Reason: r.WithheldReason,
	}
}

// redact removes the session and says why.
func (r *inboundRecord) redact(reason string) {
	r.Pickle, r.ForwardingChains = "", nil
	r.WithheldCode, r.WithheldReason = event.RoomKeyWithheldBeeperRedacted, "Session redacted: "+reason
}

func decodeInbound(raw []byte) (*inboundRecord, error) {
	r := new(inboundRecord)
	if err := json.Unmarshal(raw, r); err != nil {
		return nil, damaged("a Megolm session")
	}
	return r, nil
}

// inboundRecord returns the record of a session, or nil.
func (tx *Tx) inboundRecord(roomID id.RoomID, sessionID id.SessionID) (*inboundRecord, error) {
	raw := tx.get(inboundBucket, key(string(roomID), string(sessionID)))
	if raw == nil {
		return nil, nil
	}
	return decodeInbound(raw)
}

// putInbound writes a record. What the cache knows of the session is outdated then.
func (c *Crypto) putInbound(tx *Tx, roomID id.RoomID, sessionID id.SessionID, r *inboundRecord) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("boltstore: Megolm session: %w", err)
	}
	k := key(string(roomID), string(sessionID))
	c.inbound.drop(string(k))
	return tx.put(inboundBucket, k, raw)
}

// PutGroupSession implements [crypto.Store].
func (c *Crypto) PutGroupSession(_ context.Context, session *crypto.InboundGroupSession) error {
	pickled, err := c.pickleInbound(session.Internal)
	if err != nil {
		return fmt.Errorf("boltstore: Megolm session: %w", err)
	}
	r := &inboundRecord{
		Pickle: pickled, SenderKey: session.SenderKey, SigningKey: session.SigningKey,
		ForwardingChains: slices.Clone(session.ForwardingChains), RatchetSafety: cloneSafety(session.RatchetSafety),
		ReceivedAt: session.ReceivedAt, MaxAge: session.MaxAge, MaxMessages: session.MaxMessages,
		SharedHistory: session.SharedHistory, IsScheduled: session.IsScheduled, KeyBackupVersion: session.KeyBackupVersion,
		KeySource: session.KeySource, SourceUser: session.SourceUser,
	}
	return c.store.Update(func(tx *Tx) error {
		if err := c.putInbound(tx, session.RoomID, session.ID(), r); err != nil {
			return err
		}
		if shared, ok := session.Internal.(*sharedSession); ok {
			c.inbound.add(string(key(string(session.RoomID), string(session.ID()))), r, shared)
		}
		return nil
	})
}

// GetGroupSession implements [crypto.Store]. For a session that was withheld the error is the
// [*event.RoomKeyWithheldEventContent]. Each call returns another object, which callers may use at
// the same time.
//
// mautrix v0.30.0 asks for the session before it stores a key, and refuses the key where it was
// withheld once. Package e2ee hides that from it then.
func (c *Crypto) GetGroupSession(_ context.Context, roomID id.RoomID, sessionID id.SessionID) (session *crypto.InboundGroupSession, err error) {
	err = c.store.Update(func(tx *Tx) error {
		k := string(key(string(roomID), string(sessionID)))
		if cached, ok := c.inbound.entries[k]; ok {
			session = cached.session(roomID)
			return nil
		}
		r, err := tx.inboundRecord(roomID, sessionID)
		switch {
		case err != nil || r == nil:
			return err
		case r.withheld():
			return r.content(roomID, sessionID)
		}
		shared, err := c.unpickleInbound(r.Pickle)
		if err != nil {
			return err
		}
		session = c.inbound.add(k, r, shared).session(roomID)
		return nil
	})
	return session, err
}

// PutWithheldGroupSession implements [crypto.Store]. It changes nothing where there is a
// session, or an earlier reason.
func (c *Crypto) PutWithheldGroupSession(_ context.Context, content event.RoomKeyWithheldEventContent) error {
	return c.store.Update(func(tx *Tx) error {
		if tx.has(inboundBucket, key(string(content.RoomID), string(content.SessionID))) {
			return nil
		}
		return c.putInbound(tx, content.RoomID, content.SessionID, &inboundRecord{
			SenderKey: content.SenderKey, ReceivedAt: time.Now().UTC(), WithheldCode: content.Code, WithheldReason: content.Reason,
		})
	})
}

// GetWithheldGroupSession implements [crypto.Store].
func (c *Crypto) GetWithheldGroupSession(_ context.Context, roomID id.RoomID, sessionID id.SessionID) (content *event.RoomKeyWithheldEventContent, err error) {
	err = c.store.Update(func(tx *Tx) error {
		r, err := tx.inboundRecord(roomID, sessionID)
		if err == nil && r != nil && r.withheld() {
			content = r.content(roomID, sessionID)
		}
		return err
	})
	return content, err
}

// SetKeyBackupVersion notes that the session is in that version of the key backup. It changes
// nothing else, so that a better key which arrives meanwhile is not overwritten, and does
// nothing where there is no session.
func (c *Crypto) SetKeyBackupVersion(_ context.Context, roomID id.RoomID, sessionID id.SessionID, version id.KeyBackupVersion) error {
	return c.store.Update(func(tx *Tx) error {
		r, err := tx.inboundRecord(roomID, sessionID)
		if err != nil || r == nil || r.withheld() {
			return err
		}
		r.KeyBackupVersion = version
		return c.putInbound(tx, roomID, sessionID, r)
	})
}

// RedactGroupSession implements [crypto.Store].
func (c *Crypto) RedactGroupSession(_ context.Context, roomID id.RoomID, sessionID id.SessionID, reason string) error {
	return c.store.Update(func(tx *Tx) error {
		r, err := tx.inboundRecord(roomID, sessionID)
		if err != nil || r == nil || r.withheld() {
			return err
		}
		r.redact(reason)
		return c.putInbound(tx, roomID, sessionID, r)
	})
}

// RedactGroupSessions implements [crypto.Store]. Scheduled sessions and those without the
// time of their arrival stay.
func (c *Crypto) RedactGroupSessions(_ context.Context, roomID id.RoomID, sender id.SenderKey, reason string) ([]id.SessionID, error) {
	if roomID == "" && sender == "" {
		return nil, errors.New("boltstore: redact sessions: name the room, the sender or both")
	}
	return c.redact(reason, func(in id.RoomID, r *inboundRecord) bool {
		return (roomID == "" || in == roomID) && (sender == "" || r.SenderKey == sender) && !r.IsScheduled && !r.ReceivedAt.IsZero()
	})
}

// RedactExpiredGroupSessions implements [crypto.Store]: the sessions, but for scheduled ones,
// that arrived longer ago than twice their age.
func (c *Crypto) RedactExpiredGroupSessions(context.Context) ([]id.SessionID, error) {
	now := time.Now().UnixMilli()
	return c.redact("expired", func(_ id.RoomID, r *inboundRecord) bool {
		return !r.IsScheduled && !r.ReceivedAt.IsZero() && r.MaxAge > 0 && (now-r.ReceivedAt.UnixMilli())/2 > r.MaxAge
	})
}

// RedactOutdatedGroupSessions implements [crypto.Store]: the sessions without the time of
// their arrival.
func (c *Crypto) RedactOutdatedGroupSessions(context.Context) ([]id.SessionID, error) {
	return c.redact("outdated", func(_ id.RoomID, r *inboundRecord) bool { return r.ReceivedAt.IsZero() })
}

func (c *Crypto) redact(reason string, which func(id.RoomID, *inboundRecord) bool) (redacted []id.SessionID, err error) {
	err = c.store.Update(func(tx *Tx) error {
		redacted = []id.SessionID{}
		found, err := inboundSessions(tx, nil, which)
		if err != nil {
			return err
		}
		for _, f := range found {
			f.record.redact(reason)
			if err := c.putInbound(tx, f.room, f.session, f.record); err != nil {
				return err
			}
			redacted = append(redacted, f.session)
		}
		return nil
	})
	return redacted, err
}

// foundSession is a session that was looked for.
type foundSession struct {
	room    id.RoomID
	session id.SessionID
	record  *inboundRecord
}

// inboundSessions returns the sessions below a prefix that are there and that which accepts.
func inboundSessions(tx *Tx, below []byte, which func(id.RoomID, *inboundRecord) bool) ([]foundSession, error) {
	var found []foundSession
	for rest, raw := range tx.lend(inboundBucket, below) {
		parts, sessionID, err := split(append(slices.Clip(below), rest...), 1)
		if err != nil {
			return nil, err
		}
		r, err := decodeInbound(raw)
		if err != nil {
			return nil, err
		}
		if roomID := id.RoomID(parts[0]); !r.withheld() && which(roomID, r) {
			found = append(found, foundSession{roomID, id.SessionID(sessionID), r})
		}
	}
	return found, nil
}

// GetGroupSessionsForRoom implements [crypto.Store].
func (c *Crypto) GetGroupSessionsForRoom(_ context.Context, roomID id.RoomID) dbutil.RowIter[*crypto.InboundGroupSession] {
	return c.list(prefix(string(roomID)), func(*inboundRecord) bool { return true })
}

// GetAllGroupSessions implements [crypto.Store].
func (c *Crypto) GetAllGroupSessions(context.Context) dbutil.RowIter[*crypto.InboundGroupSession] {
	return c.list(nil, func(*inboundRecord) bool { return true })
}

// GetGroupSessionsWithoutKeyBackupVersion implements [crypto.Store].
func (c *Crypto) GetGroupSessionsWithoutKeyBackupVersion(_ context.Context, version id.KeyBackupVersion) dbutil.RowIter[*crypto.InboundGroupSession] {
	return c.list(nil, func(r *inboundRecord) bool { return r.KeyBackupVersion != version })
}

// list returns sessions, all read before the first one is given out: who gets them may
// write.
func (c *Crypto) list(below []byte, which func(*inboundRecord) bool) dbutil.RowIter[*crypto.InboundGroupSession] {
	var sessions []*crypto.InboundGroupSession
	err := c.store.Update(func(tx *Tx) error {
		found, err := inboundSessions(tx, below, func(_ id.RoomID, r *inboundRecord) bool { return which(r) })
		if err != nil {
			return err
		}
		for _, f := range found {
			shared, err := c.unpickleInbound(f.record.Pickle)
			if err != nil {
				return err
			}
			sessions = append(sessions, (&inboundEntry{f.record, shared}).session(f.room))
		}
		return nil
	})
	return dbutil.NewSliceIterWithError(sessions, err)
}
