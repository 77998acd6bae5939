package boltstore

import (
	"fmt"

	"maunium.net/go/mautrix/id"
)

// The records that say whose store it is.
var (
	userKey   = key("user")
	deviceKey = key("device")
)

// Claim makes the store that of the device, or checks that it is. It returns an error that
// is [ErrOtherAccount] or [ErrOtherDevice], and changes nothing, where the store belongs to
// somebody else: keys of one device are of no use to another, and using them would make its
// messages unreadable. An empty device claims the account alone, as before a login.
func (s *Store) Claim(userID id.UserID, deviceID id.DeviceID) error {
	return s.Update(func(tx *Tx) error {
		if err := s.claimUser(tx, userID); err != nil || deviceID == "" {
			return err
		}
		if owner := string(tx.get(ownerBucket, deviceKey)); owner != "" && owner != string(deviceID) {
			return fmt.Errorf("boltstore: claim %s: %w: it is of device %q and not of %q (log in with that device, or set the store up for a new device)", s.path, ErrOtherDevice, owner, deviceID)
		}
		return tx.put(ownerBucket, deviceKey, []byte(deviceID))
	})
}

func (s *Store) claimUser(tx *Tx, userID id.UserID) error {
	if owner := string(tx.get(ownerBucket, userKey)); owner != "" && owner != string(userID) {
		return fmt.Errorf("boltstore: claim %s: %w: it is of %q and not of %q (choose another file, or log in as that account)", s.path, ErrOtherAccount, owner, userID)
	}
	return tx.put(ownerBucket, userKey, []byte(userID))
}

// Owner returns whose store it is. Both are empty before a [Store.Claim].
func (s *Store) Owner() (userID id.UserID, deviceID id.DeviceID, err error) {
	err = s.Update(func(tx *Tx) error {
		userID, deviceID = id.UserID(tx.get(ownerBucket, userKey)), id.DeviceID(tx.get(ownerBucket, deviceKey))
		return nil
	})
	return userID, deviceID, err
}

// NewDevice makes the store that of another device of the account, as is needed after the
// old one was deleted on the server. It forgets what only the old device could use: its
// keys, its sessions with other devices, the sessions it sends with, running verifications
// and the place in the sync stream. What the bot knows of rooms, of other people's devices
// and identities, the keys to received messages, the secrets of the account and the bot's own
// records stay. It returns an error that is [ErrOtherAccount] where the store is of another
// account.
//
// Pointers to keys that Store.Crypto gave out before must not be used any more, so this
// comes before the encryption is set up.
func (s *Store) NewDevice(userID id.UserID, deviceID id.DeviceID) error {
	return s.Update(func(tx *Tx) error {
		if err := s.claimUser(tx, userID); err != nil {
			return err
		}
		for _, bucket := range [][]byte{accountBucket, olmBucket, olmHashBucket, olmTimeBucket, outboundBucket, sharedBucket, verificationBucket, syncBucket} {
			if err := tx.clear(bucket); err != nil {
				return err
			}
		}
		if err := tx.put(ownerBucket, deviceKey, []byte(deviceID)); err != nil {
			return err
		}
		s.staged = nil
		if s.door != nil {
			s.door.forget()
		}
		return nil
	})
}
