//go:build goolm || libolm

package e2ee

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// keyStore is a crypto store in which keys and trust live by stricter rules than mautrix's.
type keyStore struct {
	crypto.Store
	machine *Machine
	megolm  sync.Mutex
}

// storeError marks errors of the store among those of the cryptography.
type storeError struct{ error }

func (e storeError) Unwrap() error { return e.error }

func failed(err error) error {
	if err == nil || errors.Is(err, crypto.ErrGroupSessionWithheld) {
		return err
	}
	return storeError{err}
}

type storing struct{}

// lockMegolm guards received sessions. It notes in the context when a key is about to be
// stored.
func (s *keyStore) lockMegolm(ctx context.Context, _ id.SessionID, storeOnly bool, do func(context.Context) error) error {
	s.megolm.Lock()
	defer s.megolm.Unlock()
	if storeOnly {
		ctx = context.WithValue(ctx, storing{}, true)
	}
	return do(ctx)
}

// GetGroupSession does not tell that a session was withheld to who is about to store its key:
// mautrix v0.30.0 would refuse the key.
func (s *keyStore) GetGroupSession(ctx context.Context, room id.RoomID, session id.SessionID) (*crypto.InboundGroupSession, error) {
	found, err := s.Store.GetGroupSession(ctx, room, session)
	if err != nil && errors.Is(err, crypto.ErrGroupSessionWithheld) && ctx.Value(storing{}) != nil {
		return nil, nil
	}
	return found, failed(err)
}

// PutGroupSession stores a key if there may be more from whoever sent it.
func (s *keyStore) PutGroupSession(ctx context.Context, session *crypto.InboundGroupSession) error {
	if err := s.machine.admitKey(ctx, session); err != nil {
		return err
	}
	return s.Store.PutGroupSession(ctx, session)
}

// maxReason is how much is kept of why a key is withheld, in bytes.
const maxReason = 1000

// PutWithheldGroupSession notes that a key is withheld. That counts like the key.
func (s *keyStore) PutWithheldGroupSession(ctx context.Context, content event.RoomKeyWithheldEventContent) error {
	if len(content.RoomID) > maxID || len(content.SessionID) > maxKeyText || len(content.SenderKey) > maxKeyText {
		return errTooLong
	}
	s.megolm.Lock()
	defer s.megolm.Unlock()
	found, err := s.Store.GetGroupSession(ctx, content.RoomID, content.SessionID)
	if err != nil || found != nil { // withheld before
		return failed(err)
	}
	sender, _ := ctx.Value(toDeviceSender{}).(id.UserID)
	if err := s.machine.keys.admit(ctx, arrived{User: sender, Room: content.RoomID, Session: content.SessionID, Withheld: true}); err != nil {
		return err
	}
	content.Code, content.Reason = event.RoomKeyWithheldCode(short(string(content.Code))), short(content.Reason)
	return s.Store.PutWithheldGroupSession(ctx, content)
}

func short(text string) string {
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "")
	}
	return text
}

// sessionUsed says whether a message was decrypted with a key, as far as the store can tell.
func (s *keyStore) sessionUsed(ctx context.Context, a arrived) bool {
	teller, ok := s.Store.(interface {
		GroupSessionUsed(ctx context.Context, session id.SessionID) (bool, error)
	})
	if !ok || a.Withheld {
		return false
	}
	used, err := teller.GroupSessionUsed(ctx, a.Session)
	return used || err != nil
}

// dropSession removes a key. A store that cannot do that keeps a note of it.
func (s *keyStore) dropSession(ctx context.Context, a arrived) error {
	if a.Withheld { // unless the key has come
		if content, err := s.GetWithheldGroupSession(ctx, a.Room, a.Session); err != nil || content == nil {
			return err
		}
	}
	if remover, ok := s.Store.(interface {
		DeleteGroupSession(ctx context.Context, room id.RoomID, session id.SessionID) error
	}); ok {
		return remover.DeleteGroupSession(ctx, a.Room, a.Session)
	}
	return s.RedactGroupSession(ctx, a.Room, a.Session, "too many keys")
}

// AddSession stores a channel to a device if there may be more from its owner.
func (s *keyStore) AddSession(ctx context.Context, key id.SenderKey, session *crypto.OlmSession) error {
	if err := s.machine.admitDevice(ctx, key); err != nil {
		return err
	}
	return s.Store.AddSession(ctx, key, session)
}

// HasSession looks twice where the channel was dropped: mautrix's SQL store v0.30.0 says yes until the process ends, and no
// message could be sent to the device.
func (s *keyStore) HasSession(ctx context.Context, key id.SenderKey) bool {
	if has := s.Store.HasSession(ctx, key); !has || !s.machine.dropped.has(key) {
		return has
	}
	latest, err := s.GetLatestSession(ctx, key)
	return latest != nil || err != nil
}

// GetNewestSessionCreationTS fails for devices that are not worth mending: mautrix asks before
// it opens another channel to a device whose message it cannot decrypt.
func (s *keyStore) GetNewestSessionCreationTS(ctx context.Context, key id.SenderKey) (time.Time, error) {
	if !s.machine.mendable.has(key) {
		return time.Time{}, errStranger
	}
	return s.Store.GetNewestSessionCreationTS(ctx, key)
}

// ValidateMessageIndex marks errors of the store.
func (s *keyStore) ValidateMessageIndex(ctx context.Context, session id.SessionID, evt id.EventID, index uint, timestamp int64) (bool, error) {
	valid, err := s.Store.ValidateMessageIndex(ctx, session, evt, index, timestamp)
	return valid, failed(err)
}

// GetDevices does not pass on that a device was verified. mautrix notes it before a
// verification has succeeded, and believes it even when the owner has got another identity
// meanwhile. What lasts is the signature of the owner's identity.
func (s *keyStore) GetDevices(ctx context.Context, user id.UserID) (map[id.DeviceID]*id.Device, error) {
	devices, err := s.Store.GetDevices(ctx, user)
	for _, device := range devices {
		distrust(device)
	}
	return devices, err
}

// GetDevice is as GetDevices.
func (s *keyStore) GetDevice(ctx context.Context, user id.UserID, device id.DeviceID) (*id.Device, error) {
	found, err := s.Store.GetDevice(ctx, user, device)
	distrust(found)
	return found, err
}

// FindDeviceByKey is as GetDevices.
func (s *keyStore) FindDeviceByKey(ctx context.Context, user id.UserID, key id.IdentityKey) (*id.Device, error) {
	found, err := s.Store.FindDeviceByKey(ctx, user, key)
	distrust(found)
	return found, err
}

func distrust(device *id.Device) {
	if device != nil && device.Trust == id.TrustStateVerified {
		device.Trust = id.TrustStateUnset
	}
}

// FilterTrackedUsers leaves users as they are; mautrix's store in memory writes into them.
func (s *keyStore) FilterTrackedUsers(ctx context.Context, users []id.UserID) ([]id.UserID, error) {
	return s.Store.FilterTrackedUsers(ctx, slices.Clone(users))
}

// PutDevices notes that the list is up to date.
func (s *keyStore) PutDevices(ctx context.Context, user id.UserID, devices map[id.DeviceID]*id.Device) error {
	err := s.Store.PutDevices(ctx, user, devices)
	if err == nil {
		s.machine.lists.fetched(user)
	}
	return err
}

// PutCrossSigningKey tells when somebody's identity is replaced.
func (s *keyStore) PutCrossSigningKey(ctx context.Context, user id.UserID, usage id.CrossSigningUsage, key id.Ed25519) error {
	if usage == id.XSUsageMaster {
		known, err := s.Store.GetCrossSigningKeys(ctx, user)
		if err != nil {
			return err
		}
		if old := known[id.XSUsageMaster].Key; old != "" && old != key {
			s.machine.log.WarnContext(ctx, "somebody has a new identity: what was verified before counts no more", "user_id", user)
			s.machine.told.clear(user)
		}
	}
	return s.Store.PutCrossSigningKey(ctx, user, usage, key)
}

// IsKeySignedBy does not count the signature that a verification left which was cancelled in
// the end, and, for messages to the device, those of the account's devices that are no donors.
func (s *keyStore) IsKeySignedBy(ctx context.Context, signed id.UserID, signedKey id.Ed25519, signer id.UserID, signerKey id.Ed25519) (bool, error) {
	if own := s.machine.client.UserID; signer == own && signed != own && s.machine.revoked.has(signed) {
		return false, nil
	}
	// Whether to take a secret is all that a message to the device has mautrix ask for.
	if own := s.machine.client.UserID; ctx.Value(toDeviceSender{}) != nil && signed == own && signer == own && !s.machine.donors.has(signedKey) {
		keys, err := s.Store.GetCrossSigningKeys(ctx, own)
		if err != nil || keys[id.XSUsageSelfSigning].Key == signerKey {
			return false, err
		}
	}
	return s.Store.IsKeySignedBy(ctx, signed, signedKey, signer, signerKey)
}
