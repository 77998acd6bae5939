package boltstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// State is the door for what is known of rooms. It is made by [Store.State]. It differs from
// the stores of mautrix where those lose secrets:
//
//   - A room that was once encrypted is so for ever, whatever its state says later.
//   - Only who has joined or is invited is a member; who left gets no keys.
//   - The levels of a room are never nil. Where they are unknown nobody has any.
//
// It implements [mautrix.StateStore] and the StateStore of package crypto.
type State struct {
	store *Store
}

var (
	_ mautrix.StateStore        = (*State)(nil)
	_ mautrix.StateStoreUpdater = (*State)(nil)
)

// State returns the door for what is known of rooms, the same one each time.
func (s *Store) State() *State { return &s.state }

// The kinds of records about a room.
const (
	kindCreate     = "create"
	kindEncryption = "encryption"
	kindJoinRules  = "joinrules"
	kindHistory    = "history"
	kindLevels     = "levels"
	kindFetched    = "fetched"
)

var errNoRoom = errors.New("boltstore: the room id is empty")

// UpdateState implements [mautrix.StateStoreUpdater]: it takes from a state event what the
// store keeps. An encryption event counts even where its content is nonsense. An error ends in
// the log of ctx; one of the disk is also what every later call returns.
func (t *State) UpdateState(ctx context.Context, evt *event.Event) {
	if evt == nil || evt.StateKey == nil || evt.RoomID == "" {
		return
	}
	if err := t.updateState(ctx, evt); err != nil {
		zerolog.Ctx(ctx).Error().Err(err).Stringer("event_id", evt.ID).Str("event_type", evt.Type.Type).Msg("Failed to keep room state")
	}
}

func (t *State) updateState(ctx context.Context, evt *event.Event) error {
	if evt.Type.Type == event.StateMember.Type {
		if member, ok := evt.Content.Parsed.(*event.MemberEventContent); ok {
			return t.SetMember(ctx, evt.RoomID, id.UserID(*evt.StateKey), member)
		}
		return nil
	}
	if *evt.StateKey != "" {
		return nil
	}
	switch content := evt.Content.Parsed.(type) {
	case *event.PowerLevelsEventContent:
		return t.SetPowerLevels(ctx, evt.RoomID, content)
	case *event.CreateEventContent:
		return t.SetCreate(ctx, evt)
	case *event.JoinRulesEventContent:
		return t.SetJoinRules(ctx, evt.RoomID, content)
	case *event.HistoryVisibilityEventContent:
		return t.SetHistoryVisibility(ctx, evt.RoomID, content)
	case *event.EncryptionEventContent:
		return t.SetEncryptionEvent(ctx, evt.RoomID, content)
	}
	if evt.Type.Type == event.StateEncryption.Type {
		return t.SetEncryptionEvent(ctx, evt.RoomID, nil)
	}
	return nil
}

// putRoom writes a record about a room as JSON.
func (t *State) putRoom(roomID id.RoomID, kind string, content any) error {
	if roomID == "" {
		return errNoRoom
	}
	raw, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("boltstore: %s of %s: %w", kind, roomID, err)
	}
	return t.store.Update(func(tx *Tx) error { return tx.put(roomBucket, key(string(roomID), kind), raw) })
}

// getRoom reads a record about a room; nil where there is none.
func getRoom[T any](t *State, roomID id.RoomID, kind string) (content *T, err error) {
	err = t.store.Update(func(tx *Tx) (err error) {
		content, err = decodeRoom[T](tx, roomID, kind)
		return err
	})
	return content, err
}

func decodeRoom[T any](tx *Tx, roomID id.RoomID, kind string) (*T, error) {
	raw := tx.get(roomBucket, key(string(roomID), kind))
	if raw == nil {
		return nil, nil
	}
	content := new(T)
	if err := json.Unmarshal(raw, content); err != nil {
		return nil, damaged(kind + " of a room")
	}
	return content, nil
}

// SetJoinRules implements [mautrix.StateStore].
func (t *State) SetJoinRules(_ context.Context, roomID id.RoomID, content *event.JoinRulesEventContent) error {
	return t.putRoom(roomID, kindJoinRules, content)
}

// GetJoinRules implements [mautrix.StateStore]. It returns nil where they are unknown.
func (t *State) GetJoinRules(_ context.Context, roomID id.RoomID) (*event.JoinRulesEventContent, error) {
	return getRoom[event.JoinRulesEventContent](t, roomID, kindJoinRules)
}

// SetHistoryVisibility implements [mautrix.StateStore].
func (t *State) SetHistoryVisibility(_ context.Context, roomID id.RoomID, content *event.HistoryVisibilityEventContent) error {
	return t.putRoom(roomID, kindHistory, content)
}

// GetHistoryVisibility implements [mautrix.StateStore]. It returns nil where it is unknown.
func (t *State) GetHistoryVisibility(_ context.Context, roomID id.RoomID) (*event.HistoryVisibilityEventContent, error) {
	return getRoom[event.HistoryVisibilityEventContent](t, roomID, kindHistory)
}

// SetEncryptionEvent implements [mautrix.StateStore]. Whatever the content, the room is
// encrypted from now on: who removes the algorithm from the state of a room, or writes an
// unknown one there, must not make the bot talk in clear. Only content for Megolm changes
// how often keys are rotated.
func (t *State) SetEncryptionEvent(_ context.Context, roomID id.RoomID, content *event.EncryptionEventContent) error {
	if roomID == "" {
		return errNoRoom
	}
	changes := content != nil && content.Algorithm == id.AlgorithmMegolmV1
	if !changes {
		content = &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1}
	}
	raw, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("boltstore: encryption of %s: %w", roomID, err)
	}
	return t.store.Update(func(tx *Tx) error {
		k := key(string(roomID), kindEncryption)
		if !changes && tx.has(roomBucket, k) {
			return nil
		}
		return tx.put(roomBucket, k, raw)
	})
}

// GetEncryptionEvent returns how a room is encrypted, or nil where it is not.
func (t *State) GetEncryptionEvent(_ context.Context, roomID id.RoomID) (*event.EncryptionEventContent, error) {
	return getRoom[event.EncryptionEventContent](t, roomID, kindEncryption)
}

// IsEncrypted implements [mautrix.StateStore]. It says true where there ever was an
// encryption event.
func (t *State) IsEncrypted(_ context.Context, roomID id.RoomID) (encrypted bool, err error) {
	err = t.store.Update(func(tx *Tx) error {
		encrypted = tx.has(roomBucket, key(string(roomID), kindEncryption))
		return nil
	})
	return encrypted, err
}
