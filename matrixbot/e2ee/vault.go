//go:build goolm || libolm

package e2ee

import (
	"context"
	"errors"
	"fmt"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/ssss"
	"maunium.net/go/mautrix/crypto/utils"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/secret"
)

// vault is the secret storage of the account, opened. nil is one that is closed or does not
// exist.
type vault struct {
	machine *Machine
	key     *ssss.Key
}

// openVault opens the secret storage with the recovery key. Where the account has none it makes
// one if it may.
func (m *Machine) openVault(ctx context.Context, mayMake bool) (*vault, error) {
	keyID, data, err := m.mach.SSSS.GetDefaultKeyData(ctx)
	switch {
	case errors.Is(err, ssss.ErrNoDefaultKeyAccountDataEvent) || errors.Is(err, ssss.ErrNoKeyFieldInAccountDataEvent) || errors.Is(err, mautrix.MNotFound):
		if !mayMake {
			return nil, nil
		}
		return m.makeVault(ctx)
	case err != nil:
		return nil, fmt.Errorf("look for the secret storage: %w", err)
	case m.config.RecoveryKey.IsZero():
		return nil, nil
	}
	key, err := data.VerifyRecoveryKey(keyID, m.config.RecoveryKey.Reveal())
	if err != nil && !errors.Is(err, ssss.ErrUnverifiableKey) {
		return nil, fmt.Errorf("%w (give the key that was shown when it was set up)", ErrRecoveryKey)
	}
	return &vault{m, key}, nil
}

// makeVault makes a secret storage for the recovery key, or for a new one that somebody keeps.
func (m *Machine) makeVault(ctx context.Context) (*vault, error) {
	key, err := m.newVaultKey(ctx)
	if err != nil || key == nil {
		return nil, err
	}
	if err := m.mach.SSSS.SetKeyData(ctx, key.ID, key.Metadata); err != nil {
		return nil, fmt.Errorf("make the secret storage: %w", err)
	}
	if err := m.mach.SSSS.SetDefaultKeyID(ctx, key.ID); err != nil {
		return nil, fmt.Errorf("make the secret storage: %w", err)
	}
	m.log.InfoContext(ctx, "secret storage made for the account", "user_id", m.client.UserID)
	return &vault{m, key}, nil
}

func (m *Machine) newVaultKey(ctx context.Context) (*ssss.Key, error) {
	if m.config.RecoveryKey.IsZero() {
		if m.config.SaveRecoveryKey == nil {
			return nil, nil
		}
		key, err := ssss.NewKey("")
		if err != nil {
			return nil, fmt.Errorf("make a recovery key: %w", err)
		}
		if err := m.config.SaveRecoveryKey(ctx, secret.New(key.RecoveryKey())); err != nil {
			return nil, fmt.Errorf("keep the recovery key: %w", err)
		}
		return key, nil
	}
	raw := utils.DecodeBase58RecoveryKey(m.config.RecoveryKey.Reveal())
	if raw == nil {
		return nil, fmt.Errorf("%w: it is not a recovery key (one has 12 groups of 4 characters; leave it empty to have one made)", ErrRecoveryKey)
	}
	key, err := ssss.WrapKey(raw, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: it is too short", ErrRecoveryKey)
	}
	return key, nil
}

// get returns a secret of 32 bytes, or nil where there is none.
func (v *vault) get(ctx context.Context, name id.Secret) ([]byte, error) {
	found, err := v.machine.mach.SSSS.GetDecryptedAccountData(ctx, accountData(name), v.key)
	switch {
	case errors.Is(err, mautrix.MNotFound), errors.Is(err, ssss.ErrNotEncryptedForKey):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read %s in the secret storage: %w", name, err)
	case len(found) != seedSize:
		return nil, fmt.Errorf("read %s in the secret storage: it is not a key", name)
	}
	return found, nil
}

// put stores a secret. The library encodes it: the raw bytes go in.
func (v *vault) put(ctx context.Context, name id.Secret, value []byte) error {
	if err := v.machine.mach.SSSS.SetEncryptedAccountData(ctx, accountData(name), value, v.key); err != nil {
		return fmt.Errorf("write %s to the secret storage: %w", name, err)
	}
	return nil
}
