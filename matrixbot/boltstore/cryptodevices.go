//go:build goolm || libolm

package boltstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// deviceRecord is what is kept of a device. The trust is a number: the type of mautrix
// becomes JSON that it cannot read.
type deviceRecord struct {
	IdentityKey id.IdentityKey `json:"identity_key"`
	SigningKey  id.SigningKey  `json:"signing_key"`
	Trust       int            `json:"trust,omitempty"`
	Deleted     bool           `json:"deleted,omitempty"`
	Name        string         `json:"name,omitempty"`
	Gone        int64          `json:"gone,omitempty"` // when it was deleted, in Unix milliseconds
}

func decodeDevice(raw []byte) (*deviceRecord, error) {
	r := new(deviceRecord)
	if json.Unmarshal(raw, r) != nil {
		return nil, damaged("a device")
	}
	return r, nil
}

func (r *deviceRecord) device(userID id.UserID, deviceID id.DeviceID) *id.Device {
	return &id.Device{
		UserID: userID, DeviceID: deviceID, IdentityKey: r.IdentityKey, SigningKey: r.SigningKey,
		Trust: id.TrustState(r.Trust), Deleted: r.Deleted, Name: r.Name,
	}
}

func (tx *Tx) device(userID id.UserID, deviceID id.DeviceID) (*id.Device, error) {
	raw := tx.get(deviceBucket, key(string(userID), string(deviceID)))
	if raw == nil {
		return nil, nil
	}
	r, err := decodeDevice(raw)
	if err != nil {
		return nil, err
	}
	return r.device(userID, deviceID), nil
}

func (tx *Tx) putDevice(userID id.UserID, d *id.Device) error {
	old, err := tx.device(userID, d.DeviceID)
	if err != nil {
		return err
	}
	if old != nil && old.IdentityKey != d.IdentityKey {
		if err := tx.unindexDevice(userID, old); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(deviceRecord{d.IdentityKey, d.SigningKey, int(d.Trust), d.Deleted, d.Name, 0})
	if err != nil {
		return fmt.Errorf("boltstore: device %s of %s: %w", d.DeviceID, userID, err)
	}
	if err := tx.put(deviceBucket, key(string(userID), string(d.DeviceID)), raw); err != nil {
		return err
	}
	return tx.put(deviceByKey, key(string(userID), string(d.IdentityKey)), []byte(d.DeviceID))
}

// unindexDevice makes a device unknown by its identity key, unless another one has it.
func (tx *Tx) unindexDevice(userID id.UserID, d *id.Device) error {
	k := key(string(userID), string(d.IdentityKey))
	if string(tx.get(deviceByKey, k)) != string(d.DeviceID) {
		return nil
	}
	return tx.remove(deviceByKey, k)
}

// GetDevices implements [crypto.Store]. It returns nil for somebody whose devices are not
// followed, and leaves deleted devices out.
func (c *Crypto) GetDevices(_ context.Context, userID id.UserID) (devices map[id.DeviceID]*id.Device, err error) {
	err = c.store.Update(func(tx *Tx) error {
		if !tx.has(trackedBucket, key(string(userID))) {
			return nil
		}
		found := make(map[id.DeviceID]*id.Device)
		for deviceID, raw := range tx.lend(deviceBucket, prefix(string(userID))) {
			r, err := decodeDevice(raw)
			if err != nil {
				return err
			}
			if !r.Deleted {
				found[id.DeviceID(deviceID)] = r.device(userID, id.DeviceID(deviceID))
			}
		}
		devices = found
		return nil
	})
	return devices, err
}

// GetDevice implements [crypto.Store]. It finds deleted devices too, as is needed to know who
// sent an old message.
func (c *Crypto) GetDevice(_ context.Context, userID id.UserID, deviceID id.DeviceID) (device *id.Device, err error) {
	err = c.store.Update(func(tx *Tx) (err error) {
		device, err = tx.device(userID, deviceID)
		return err
	})
	return device, err
}

// FindDeviceByKey implements [crypto.Store]. It finds deleted devices too.
func (c *Crypto) FindDeviceByKey(_ context.Context, userID id.UserID, identity id.IdentityKey) (device *id.Device, err error) {
	err = c.store.Update(func(tx *Tx) (err error) {
		deviceID := tx.get(deviceByKey, key(string(userID), string(identity)))
		if deviceID == nil {
			return nil
		}
		device, err = tx.device(userID, id.DeviceID(deviceID))
		return err
	})
	return device, err
}

// PutDevice implements [crypto.Store]. It does not make the user one who is followed.
func (c *Crypto) PutDevice(_ context.Context, userID id.UserID, device *id.Device) error {
	return c.store.Update(func(tx *Tx) error { return tx.putDevice(userID, device) })
}

// PutDevices implements [crypto.Store]. The user is followed from then on, and the list is
// not outdated. Devices that are not in the list stay as deleted ones, the last hundred of them.
func (c *Crypto) PutDevices(_ context.Context, userID id.UserID, devices map[id.DeviceID]*id.Device) error {
	return c.store.Update(func(tx *Tx) error {
		if err := tx.put(trackedBucket, key(string(userID)), trackedFresh); err != nil {
			return err
		}
		var gone []goneDevice
		for _, e := range tx.scan(deviceBucket, prefix(string(userID))) {
			if _, listed := devices[id.DeviceID(e.key)]; listed {
				continue
			}
			r, err := decodeDevice(e.value)
			if err != nil {
				return err
			}
			gone = append(gone, goneDevice{id.DeviceID(e.key), r})
			if r.Deleted {
				continue
			}
			r.Deleted, r.Gone = true, time.Now().UnixMilli()
			raw, err := json.Marshal(r)
			if err != nil {
				return fmt.Errorf("boltstore: device %s of %s: %w", e.key, userID, err)
			}
			if err := tx.put(deviceBucket, key(string(userID), string(e.key)), raw); err != nil {
				return err
			}
		}
		for _, device := range devices {
			if err := tx.putDevice(userID, device); err != nil {
				return err
			}
		}
		return tx.dropGone(userID, gone)
	})
}

// What is kept of a user whose devices are followed.
var (
	trackedFresh    = []byte{0}
	trackedOutdated = []byte{1}
)

// FilterTrackedUsers implements [crypto.Store].
func (c *Crypto) FilterTrackedUsers(_ context.Context, users []id.UserID) (tracked []id.UserID, err error) {
	err = c.store.Update(func(tx *Tx) error {
		for _, userID := range users {
			if tx.has(trackedBucket, key(string(userID))) {
				tracked = append(tracked, userID)
			}
		}
		return nil
	})
	return tracked, err
}

// MarkTrackedUsersOutdated implements [crypto.Store]. It does nothing for users who are not
// followed.
func (c *Crypto) MarkTrackedUsersOutdated(_ context.Context, users []id.UserID) error {
	return c.store.Update(func(tx *Tx) error {
		for _, userID := range users {
			k := key(string(userID))
			if !tx.has(trackedBucket, k) {
				continue
			}
			if err := tx.put(trackedBucket, k, trackedOutdated); err != nil {
				return err
			}
		}
		return nil
	})
}

// GetOutdatedTrackedUsers implements [crypto.Store].
func (c *Crypto) GetOutdatedTrackedUsers(context.Context) (outdated []id.UserID, err error) {
	err = c.store.Update(func(tx *Tx) error {
		for userID, state := range tx.lend(trackedBucket, nil) {
			if string(state) == string(trackedOutdated) {
				outdated = append(outdated, id.UserID(userID))
			}
		}
		return nil
	})
	return outdated, err
}
