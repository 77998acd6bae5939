//go:build goolm || libolm

package e2ee

import (
	"context"
	"errors"
	"slices"
	"sync"

	"maunium.net/go/mautrix/crypto"
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
// the end.
func (s *keyStore) IsKeySignedBy(ctx context.Context, signed id.UserID, signedKey id.Ed25519, signer id.UserID, signerKey id.Ed25519) (bool, error) {
	if own := s.machine.client.UserID; signer == own && signed != own && s.machine.revoked.has(signed) {
		return false, nil
	}
	return s.Store.IsKeySignedBy(ctx, signed, signedKey, signer, signerKey)
}
