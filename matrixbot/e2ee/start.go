//go:build goolm || libolm

package e2ee

import (
	"context"
	"errors"
	"fmt"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"
)

// Start loads the keys of the device, or makes and publishes them for a device that is new,
// and sees to its identity and its key backup:
//
//   - An account without a cross-signing identity gets one. Its private keys are kept in the
//     store, and in the secret storage of the account if there is a recovery key.
//   - For an account that has one, the private keys come from the store or, by the recovery
//     key, from the secret storage. The device is signed with them.
//   - With a recovery key, the key backup is made, or found and restored.
//
// It is called once, before the first sync, and blocks for a few requests. Where it fails it may
// be called again. Errors are [ErrStoreLost], [ErrDeviceLost], [ErrAnswer], [ErrRecoveryKey],
// those of boltstore.Store.Claim, and what the homeserver answers.
func (m *Machine) Start(ctx context.Context) error {
	if err := m.start(ctx); err != nil {
		return fmt.Errorf("e2ee: start: %w", err)
	}
	return nil
}

func (m *Machine) start(ctx context.Context) error {
	if m.started() == nil {
		return errors.New("it has started already")
	}
	if m.client.UserID == "" || m.client.DeviceID == "" {
		return errors.New("the client is not logged in (log in first, or set its user and device id)")
	}
	if m.config.Store != nil {
		if err := m.config.Store.Claim(m.client.UserID, m.client.DeviceID); err != nil {
			return err
		}
	}
	if m.client.Crypto == nil {
		m.client.Crypto = m
	}
	if m.client.StateStore != mautrix.StateStore(m.state) { // Others may be reading it already.
		m.client.StateStore = m.state
	}
	ctx, unlock := m.lockIdentity(ctx)
	defer unlock()
	if err := m.mach.Load(ctx); err != nil {
		return err
	}
	published, err := m.startDevice(ctx)
	if err != nil {
		return err
	}
	if err := m.loadStale(ctx); err != nil {
		return err
	}
	if err := m.startIdentity(ctx, published); err != nil {
		return err
	}
	if err := m.verify.init(ctx); err != nil {
		return err
	}
	if err := m.store.Flush(ctx); err != nil {
		return err
	}
	close(m.ready)
	return nil
}

// startDevice compares the keys of the device in the store with those that the homeserver has,
// and uploads them where neither knows of any. It returns what the homeserver says.
func (m *Machine) startDevice(ctx context.Context) (*mautrix.RespQueryKeys, error) {
	own := m.client.UserID
	resp, err := m.client.QueryKeys(ctx, &mautrix.ReqQueryKeys{DeviceKeys: mautrix.DeviceKeysRequest{own: mautrix.DeviceIDList{}}})
	if err != nil {
		return nil, fmt.Errorf("ask for the keys of the device: %w", err)
	}
	if resp == nil || resp.DeviceKeys == nil { // It must not look as if device and identity were gone.
		return nil, fmt.Errorf("ask for the keys of the device: %w", ErrAnswer)
	}
	account := m.mach.GetAccount()
	theirs := resp.DeviceKeys[own][m.client.DeviceID].Keys.GetEd25519(m.client.DeviceID)
	switch {
	case theirs == account.SigningKey():
		if account.Shared {
			return resp, nil
		}
		// The process ended between the upload and the note that it took place.
		account.Shared = true
		if err := m.store.PutAccount(ctx, account); err != nil {
			return nil, err
		}
	case theirs != "":
		return nil, fmt.Errorf("%w: another store made the keys of %s (use that store, or log in as a new device and delete this one)", ErrStoreLost, m.client.DeviceID)
	case account.Shared:
		return nil, fmt.Errorf("%w: %s was deleted there (log in as a new device)", ErrDeviceLost, m.client.DeviceID)
	}
	count := 0
	if account.Shared {
		count = -1 // ask
	}
	if err := m.shareKeys(ctx, count); err != nil {
		return nil, fmt.Errorf("upload the keys of the device: %w", err)
	}
	return resp, nil
}

// masterKey returns the public key of the account's identity, or nothing.
func masterKey(resp *mautrix.RespQueryKeys, user id.UserID) id.Ed25519 {
	keys, ok := resp.MasterKeys[user]
	if !ok {
		return ""
	}
	return keys.FirstKey()
}
