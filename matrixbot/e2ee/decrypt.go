//go:build goolm || libolm

package e2ee

import (
	"context"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Decrypt implements [mautrix.CryptoHelper]. It decrypts an m.room.encrypted event and returns
// at once. It fails with an error that is [ErrKeyMissing] where the key may still come, in a
// later sync: keep the event and try again, and after a while ask for the key with
// [Machine.RequestSession]. Other errors are [ErrRedacted], [*WithheldError], [ErrUndecryptable], or come from
// the store.
func (m *Machine) Decrypt(ctx context.Context, evt *event.Event) (*event.Event, error) {
	decrypted, err := m.decrypt(ctx, evt)
	if err == nil {
		return decrypted, nil
	}
	if withheld, ok := errors.AsType[*WithheldError](err); ok {
		m.tellWithheld(ctx, evt, withheld)
		return nil, err
	}
	return nil, fmt.Errorf("e2ee: decrypt: %w", err)
}

func encryptedContent(evt *event.Event) *event.EncryptedEventContent {
	if evt.Content.Parsed == nil && evt.Content.ParseRaw(event.EventEncrypted) != nil {
		return nil
	}
	content, _ := evt.Content.Parsed.(*event.EncryptedEventContent)
	return content
}

func (m *Machine) decrypt(ctx context.Context, evt *event.Event) (decrypted *event.Event, err error) {
	if err := m.started(); err != nil {
		return nil, err
	}
	content := encryptedContent(evt)
	switch {
	case evt.Unsigned.RedactedBecause != nil:
		return nil, ErrRedacted
	case content == nil || evt.Type.Type != event.EventEncrypted.Type:
		return nil, fmt.Errorf("%w: it is not encrypted", ErrUndecryptable)
	}
	lock := m.rlockIdentity
	if evt.Sender == m.client.UserID {
		lock = m.lockIdentity // the key of another device of the bot may be fetched
	}
	ctx, unlock := lock(ctx)
	defer unlock()
	err = fmt.Errorf("%w: it is damaged", ErrUndecryptable)
	m.recovered("message", func() { decrypted, err = m.mach.DecryptMegolmEvent(ctx, evt) })
	if err != nil {
		return nil, decryptError(ctx, evt.Sender, err)
	}
	m.findDevice(ctx, decrypted, content.SessionID)
	return decrypted, nil
}

// decryptError says in our words what mautrix says.
func decryptError(ctx context.Context, sender id.UserID, err error) error {
	if withheld, ok := errors.AsType[*event.RoomKeyWithheldEventContent](err); ok && withheld.Code != event.RoomKeyWithheldBeeperRedacted {
		return &WithheldError{Sender: sender, Code: string(withheld.Code), Reason: withheld.Reason}
	}
	if _, ok := errors.AsType[storeError](err); ok || ctx.Err() != nil {
		return err
	}
	if errors.Is(err, crypto.ErrNoSessionFound) {
		return ErrKeyMissing
	}
	if errors.Is(err, ErrUndecryptable) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUndecryptable, err)
}

// findDevice asks the homeserver for the device that sent a message where it is not known: once
// for each device, and again while the list of its owner is out of date.
func (m *Machine) findDevice(ctx context.Context, evt *event.Event, sessionID id.SessionID) {
	if evt.Mautrix.TrustSource != nil || evt.Mautrix.TrustState != id.TrustStateUnknownDevice {
		return
	}
	session, err := m.store.GetGroupSession(ctx, evt.RoomID, sessionID)
	if err != nil || session == nil || session.KeySource != id.KeySourceDirect {
		return
	}
	if !m.looked.add(userKey{evt.Sender, session.SenderKey}) && !m.lists.isStale(evt.Sender) {
		return
	}
	if m.fetchLists(ctx, []id.UserID{evt.Sender}) != nil {
		return
	}
	device, err := m.store.FindDeviceByKey(ctx, evt.Sender, session.SenderKey)
	if err == nil && device != nil && device.SigningKey == session.SigningKey {
		evt.Mautrix.TrustSource, evt.Mautrix.TrustState = device, id.TrustStateUnset
	}
}

// tellWithheld calls Config.Withheld where a verification would help, once. Messages from before one that succeeded are
// tried again, and stay withheld.
func (m *Machine) tellWithheld(ctx context.Context, evt *event.Event, withheld *WithheldError) {
	if withheld.Code != string(event.RoomKeyWithheldUnverified) || evt.Sender == m.client.UserID {
		return
	}
	if m.verified(ctx, evt.Sender) || !m.told.set(evt.Sender) {
		return
	}
	m.log.WarnContext(ctx, "somebody's client keeps its messages from the bot until the bot is verified", "user_id", evt.Sender, "room_id", evt.RoomID)
	if m.config.Withheld != nil {
		m.config.Withheld(ctx, Withheld{
			Room: evt.RoomID, Event: evt.ID, Sender: evt.Sender, Session: encryptedContent(evt).SessionID,
			Code: withheld.Code, Reason: withheld.Reason,
		})
	}
}

// verified says whether somebody and the bot have verified each other.
func (m *Machine) verified(ctx context.Context, user id.UserID) bool {
	ctx, unlock := m.rlockIdentity(ctx)
	defer unlock()
	trusted, err := m.mach.IsUserTrusted(ctx, user)
	return err == nil && trusted
}

// WaitForSession implements [mautrix.CryptoHelper]. It waits until the key is there or is known
// to be withheld, and says whether it is.
func (m *Machine) WaitForSession(ctx context.Context, room id.RoomID, _ id.SenderKey, session id.SessionID, timeout time.Duration) bool {
	wait, leave := m.waiters.enter(session)
	defer leave()
	for end := time.Now().Add(timeout); ; {
		found, err := m.store.GetGroupSession(ctx, room, session)
		if found != nil || errors.Is(err, crypto.ErrGroupSessionWithheld) {
			return true
		}
		if !wait(ctx, time.Until(end)) {
			return false
		}
	}
}

// RequestSession implements [mautrix.CryptoHelper]. It asks for a key: a device of the sender,
// all of them where none is named, and the other devices of the bot.
func (m *Machine) RequestSession(ctx context.Context, room id.RoomID, senderKey id.SenderKey, session id.SessionID, user id.UserID, device id.DeviceID) {
	if device == "" {
		device = "*"
	}
	m.asked.add(roomSession{room, session}, user)
	err := m.mach.SendRoomKeyRequest(ctx, room, senderKey, session, "", map[id.UserID][]id.DeviceID{
		user: {device}, m.client.UserID: {"*"},
	})
	if err != nil {
		m.log.WarnContext(ctx, "a missing key could not be asked for", "error", err, "room_id", room)
	}
}
