//go:build goolm || libolm

package e2ee

import (
	"context"
	"encoding/base64"
	"strings"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// seedSize is how long the private key of a part of an identity is, in bytes.
const seedSize = 32

// decodeSeed decodes what is in the store, or what another device sent.
func decodeSeed(text string) []byte {
	seed, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil || len(seed) != seedSize {
		return nil
	}
	return seed
}

// storedSecret returns a secret of 32 bytes from the store, or nil.
func (m *Machine) storedSecret(ctx context.Context, name id.Secret) ([]byte, error) {
	text, err := m.store.GetSecret(ctx, name)
	if err != nil {
		return nil, err
	}
	return decodeSeed(text), nil
}

// putSecret stores a secret as other devices of the account expect it when they ask for it.
func (m *Machine) putSecret(ctx context.Context, name id.Secret, secret []byte) error {
	return m.store.PutSecret(ctx, name, base64.RawStdEncoding.EncodeToString(secret))
}

// collectSeeds makes an identity of the three secrets that get returns. It is nil where one is
// missing.
func collectSeeds(get func(id.Secret) ([]byte, error)) (*crypto.CrossSigningKeysCache, error) {
	master, err := get(id.SecretXSMaster)
	if err != nil {
		return nil, err
	}
	self, err := get(id.SecretXSSelfSigning)
	if err != nil {
		return nil, err
	}
	user, err := get(id.SecretXSUserSigning)
	if err != nil {
		return nil, err
	}
	if len(master) != seedSize || len(self) != seedSize || len(user) != seedSize {
		return nil, nil
	}
	keys, err := (&crypto.CrossSigningSeeds{MasterKey: master, SelfSigningKey: self, UserSigningKey: user}).Decode()
	if err != nil {
		return nil, err
	}
	return &keys, nil
}

// storedIdentity returns the identity whose private keys are in the store, or nil.
func (m *Machine) storedIdentity(ctx context.Context) (*crypto.CrossSigningKeysCache, error) {
	return collectSeeds(func(name id.Secret) ([]byte, error) { return m.storedSecret(ctx, name) })
}

// storeIdentity keeps the private keys of an identity: mautrix has them in memory only, and
// could neither sign nor verify after a restart.
func (m *Machine) storeIdentity(ctx context.Context, keys *crypto.CrossSigningKeysCache) error {
	for name, seed := range map[id.Secret][]byte{
		id.SecretXSMaster: keys.MasterKey.Seed(), id.SecretXSSelfSigning: keys.SelfSigningKey.Seed(), id.SecretXSUserSigning: keys.UserSigningKey.Seed(),
	} {
		if err := m.putSecret(ctx, name, seed); err != nil {
			return err
		}
	}
	return m.store.Flush(ctx)
}

// accountData says where the secret storage of an account has a secret.
func accountData(name id.Secret) event.Type {
	return event.Type{Type: string(name), Class: event.AccountDataEventType}
}
