//go:build goolm || libolm

package e2ee

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// adoptTime is how long another device of the account has to answer for each secret.
const adoptTime = 30 * time.Second

// enqueueAdoption asks another device of the account, which has just been verified, for the
// private keys of the account's identity where they are not here. So an account can be set up
// without its recovery key.
func (m *Machine) enqueueAdoption() {
	if m.mach.CrossSigningKeys != nil {
		return
	}
	m.verify.spawn(func(ctx context.Context) {
		m.recovered("adoption", func() {
			if err := m.adopt(ctx); err != nil {
				m.log.WarnContext(ctx, "the private keys of the account's identity did not come from its other device", "error", err)
			}
		})
	})
}

func (m *Machine) adopt(ctx context.Context) error {
	secrets := map[id.Secret][]byte{}
	for _, name := range []id.Secret{id.SecretXSMaster, id.SecretXSSelfSigning, id.SecretXSUserSigning} {
		// No lock is held: the answer comes with a sync.
		err := m.mach.GetOrRequestSecret(ctx, name, func(text string) (bool, error) {
			secrets[name] = decodeSeed(text)
			return secrets[name] != nil, nil
		}, adoptTime)
		if err != nil {
			return fmt.Errorf("ask for %s: %w", name, err)
		}
	}
	keys, err := collectSeeds(func(name id.Secret) ([]byte, error) { return secrets[name], nil })
	if err != nil {
		return err
	}
	ctx, unlock := m.lockIdentity(ctx)
	defer unlock()
	known, err := m.mach.GetOwnCrossSigningPublicKeys(ctx)
	if err != nil || known == nil || keys == nil || *known != *keys.PublicKeys() {
		return fmt.Errorf("compare with the published identity: it is another one (%w)", ErrNoIdentity)
	}
	if err := m.mach.ImportCrossSigningKeys(keys.Seeds()); err != nil {
		return err
	}
	m.log.InfoContext(ctx, "the bot has got the private keys of the account's identity", "user_id", m.client.UserID)
	return m.mach.SignOwnDevice(ctx, m.mach.OwnIdentity())
}
