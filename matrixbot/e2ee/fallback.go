//go:build goolm || libolm

package e2ee

import (
	"context"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"
)

// fallback is what is known of the key that others use when no one-time key is left. It is
// used under the lock for identities.
type fallback struct {
	uploaded time.Time // when this process uploaded one
	rotated  bool      // an older one is still there
}

const (
	// fallbackEvery is how often a fallback key is replaced at most.
	fallbackEvery = time.Hour

	// oneTimeKeys is how many one-time keys the homeserver should have.
	oneTimeKeys = 50
)

// fallbackAccount is an account that can make fallback keys. Those of goolm can, though their
// interface does not say so; mautrix v0.30.0 has no way to have libolm make them.
type fallbackAccount interface {
	GenFallbackKey() error
	FallbackKeyUnpublished() map[string]id.Curve25519
	ForgetOldFallbackKey()
}

// topUp uploads one-time keys and the fallback key where the homeserver has too few.
func (m *Machine) topUp(ctx context.Context, resp *mautrix.RespSync) {
	if count := resp.DeviceOTKCount.SignedCurve25519; count < oneTimeKeys {
		if err := m.shareKeys(ctx, count); err != nil {
			m.log.WarnContext(ctx, "one-time keys could not be uploaded: they are uploaded later", "error", err)
		}
	}
	if m.fallback.rotated && time.Since(m.fallback.uploaded) > fallbackEvery {
		m.forgetFallback(ctx)
	}
	// A homeserver that knows fallback keys says which it still has.
	if resp.FallbackKeys != nil && !slices.Contains(resp.FallbackKeys, id.KeyAlgorithmSignedCurve25519) &&
		time.Since(m.fallback.uploaded) > fallbackEvery {
		if err := m.uploadFallback(ctx); err != nil {
			m.log.WarnContext(ctx, "the fallback key could not be uploaded: it is uploaded later", "error", err)
		}
	}
}

// forgetFallback removes the key before the last one: messages that use it have arrived.
func (m *Machine) forgetFallback(ctx context.Context) {
	m.fallback.rotated = false
	account := m.mach.GetAccount()
	if maker, ok := account.Internal.(fallbackAccount); ok {
		maker.ForgetOldFallbackKey()
		if err := m.store.PutAccount(ctx, account); err != nil {
			m.log.WarnContext(ctx, "the account could not be stored", "error", err)
		}
	}
}

// uploadFallback makes a fallback key and uploads it by POST /_matrix/client/v3/keys/upload.
// Without one nobody could send keys to a bot whose one-time keys are used up while it is
// away.
func (m *Machine) uploadFallback(ctx context.Context) error {
	account := m.mach.GetAccount()
	maker, ok := account.Internal.(fallbackAccount)
	if !ok {
		return nil
	}
	m.fallback.uploaded = time.Now() // whatever comes of it: not at every sync
	if len(maker.FallbackKeyUnpublished()) == 0 {
		if err := maker.GenFallbackKey(); err != nil {
			return fmt.Errorf("make a key: %w", err)
		}
	}
	keys, err := m.signKeys(account, maker.FallbackKeyUnpublished(), map[string]any{"fallback": true})
	if err != nil {
		return err
	}
	if err := m.store.PutAccount(ctx, account); err != nil { // or a key is used that nobody has
		return err
	}
	if _, err := m.uploadKeys(ctx, map[string]any{"fallback_keys": keys}); err != nil {
		return err
	}
	account.Internal.MarkKeysAsPublished()
	m.fallback.rotated = true
	return m.store.PutAccount(ctx, account)
}
