//go:build goolm || libolm

package e2ee

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"maunium.net/go/mautrix"
	keybackup "maunium.net/go/mautrix/crypto/backup"
	"maunium.net/go/mautrix/crypto/olm"
	"maunium.net/go/mautrix/id"
)

// adoptTime is how long another device of the account has to answer for each secret.
const adoptTime = 30 * time.Second

// donors are the other devices of the account from which secrets are taken at present: those that
// have just been verified. mautrix would take them from every device that the published identity
// has signed, and that identity is what the homeserver says.
type donors struct {
	mu   sync.Mutex
	keys map[id.Ed25519]int // how many adoptions are under way, by signing key
}

func (d *donors) add(key id.Ed25519, n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.keys == nil {
		d.keys = map[id.Ed25519]int{}
	}
	if d.keys[key] += n; d.keys[key] == 0 {
		delete(d.keys, key)
	}
}

func (d *donors) has(key id.Ed25519) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.keys[key] > 0
}

// enqueueAdoption asks another device of the account, which has just been verified, for the
// private keys of the account's identity and for the key to its backup, where they are not here.
// So an account can be set up without its recovery key.
func (m *Machine) enqueueAdoption(device id.DeviceID) {
	m.verify.spawn(func(ctx context.Context) {
		m.recovered("adoption", func() {
			donor, err := m.store.GetDevice(ctx, m.client.UserID, device)
			if err != nil || donor == nil {
				return // whoever uses the store next is told what is wrong
			}
			m.donors.add(donor.SigningKey, 1)
			defer m.donors.add(donor.SigningKey, -1)
			if err := m.adoptIdentity(ctx); err != nil {
				m.log.WarnContext(ctx, "the private keys of the account's identity did not come from its other device", "error", err)
			}
			if err := m.adoptBackup(ctx); err != nil {
				m.log.WarnContext(ctx, "the key to the key backup did not come from the account's other device", "error", err)
			}
		})
	})
}

var errFound = errors.New("the secret has come")

// askForSecret asks the other devices of the account for a secret, and waits until a donor sends
// one that fits. No lock is held meanwhile: the answer comes with a sync.
func (m *Machine) askForSecret(ctx context.Context, name id.Secret, fits func(secret []byte) bool) (found []byte, err error) {
	err = m.mach.GetOrRequestSecret(ctx, name, func(text string) (bool, error) {
		if secret := decodeSeed(text); secret != nil && fits(secret) {
			found = secret
			return false, errFound // or it would be stored now
		}
		return false, nil
	}, adoptTime)
	if errors.Is(err, errFound) {
		return found, nil
	}
	return nil, fmt.Errorf("ask for %s: %w", name, err)
}

// canSign says whether the private keys of the identity are here, and which one is published.
func (m *Machine) canSign(ctx context.Context) (can bool, published map[id.Secret]id.Ed25519, err error) {
	ctx, unlock := m.lockIdentity(ctx)
	defer unlock()
	if m.mach.CrossSigningKeys != nil {
		return true, nil, nil
	}
	known, err := m.mach.GetOwnCrossSigningPublicKeys(ctx)
	if err != nil || known == nil {
		return false, nil, fmt.Errorf("look for the published identity: %w", errors.Join(err, ErrNoIdentity))
	}
	return false, map[id.Secret]id.Ed25519{
		id.SecretXSMaster: known.MasterKey, id.SecretXSSelfSigning: known.SelfSigningKey, id.SecretXSUserSigning: known.UserSigningKey,
	}, nil
}

func (m *Machine) adoptIdentity(ctx context.Context) error {
	can, published, err := m.canSign(ctx)
	if err != nil || can {
		return err
	}
	keys, err := collectSeeds(func(name id.Secret) ([]byte, error) {
		return m.askForSecret(ctx, name, func(secret []byte) bool {
			key, err := olm.NewPKSigningFromSeed(secret)
			return err == nil && key.PublicKey() == published[name]
		})
	})
	if err != nil {
		return err
	}
	ctx, unlock := m.lockIdentity(ctx)
	defer unlock()
	if m.mach.CrossSigningKeys != nil { // from another device
		return nil
	}
	known, err := m.mach.GetOwnCrossSigningPublicKeys(ctx)
	if err != nil || known == nil || keys == nil || *known != *keys.PublicKeys() {
		return fmt.Errorf("compare with the published identity: %w", errors.Join(err, ErrNoIdentity))
	}
	if err := m.storeIdentity(ctx, keys); err != nil {
		return err
	}
	if err := m.mach.ImportCrossSigningKeys(keys.Seeds()); err != nil {
		return err
	}
	m.log.InfoContext(ctx, "the bot has got the private keys of the account's identity", "user_id", m.client.UserID)
	return m.mach.SignOwnDevice(ctx, m.mach.OwnIdentity())
}

// adoptBackup gets the key to the account's key backup, restores what is in it, and has the bot
// use it from then on.
func (m *Machine) adoptBackup(ctx context.Context) error {
	if m.backup.currentVersion() != "" {
		return nil
	}
	latest, err := m.client.GetKeyBackupLatestVersion(ctx)
	switch {
	case errors.Is(err, mautrix.MNotFound), err == nil && latest.Algorithm != id.KeyBackupAlgorithmMegolmBackupV1:
		return nil // there is none to get
	case err != nil:
		return fmt.Errorf("look for the key backup: %w", err)
	}
	var key *keybackup.MegolmBackupKey
	_, err = m.askForSecret(ctx, id.SecretMegolmBackupV1, func(secret []byte) bool {
		made, err := keybackup.MegolmBackupKeyFromBytes(secret)
		if err != nil || publicBackupKey(made) != latest.AuthData.PublicKey {
			return false
		}
		key = made
		return true
	})
	if err != nil {
		return err
	}
	m.log.InfoContext(ctx, "the bot has got the key to the account's key backup", "version", latest.Version)
	return m.useBackup(ctx, key, latest.Version, true)
}
