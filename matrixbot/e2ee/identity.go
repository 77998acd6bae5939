//go:build goolm || libolm

package e2ee

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/signatures"
	"maunium.net/go/mautrix/id"
)

// startIdentity finds the private keys of the account's identity, or makes an identity where
// the account has none, signs the device with it, and starts the key backup.
func (m *Machine) startIdentity(ctx context.Context, published *mautrix.RespQueryKeys) error {
	master := masterKey(published, m.client.UserID)
	keys, err := m.storedIdentity(ctx)
	if err != nil {
		return err
	}
	ours := keys != nil && keys.MasterKey.PublicKey() == master
	v, err := m.openVault(ctx, master == "" || ours)
	if err != nil {
		return err
	}
	switch {
	case ours:
	case master == "":
		if keys, err = m.publishIdentity(ctx, keys); err != nil || keys == nil {
			return err
		}
	default:
		if keys, err = m.identityFrom(ctx, v, master); err != nil {
			return err
		}
	}
	if keys != nil {
		if err := m.useIdentity(ctx, keys, v, published); err != nil {
			return err
		}
	} else {
		m.log.WarnContext(ctx, "the bot cannot sign: the account has an identity whose private keys are not here (give the recovery key of the account, or verify this device from another one of the account)",
			"user_id", m.client.UserID)
	}
	if err := m.fetchLists(ctx, []id.UserID{m.client.UserID}); err != nil {
		return err
	}
	return m.startBackup(ctx, v)
}

// identityFrom takes the identity out of the secret storage. It returns nil where it is not
// there or is not the one that is published.
func (m *Machine) identityFrom(ctx context.Context, v *vault, master id.Ed25519) (*crypto.CrossSigningKeysCache, error) {
	if v == nil {
		return nil, nil
	}
	keys, err := collectSeeds(func(name id.Secret) ([]byte, error) { return v.get(ctx, name) })
	if err != nil || keys == nil || keys.MasterKey.PublicKey() != master {
		return nil, err
	}
	return keys, m.storeIdentity(ctx, keys)
}

// publishIdentity publishes an identity: the one that an earlier start has stored, or a new
// one. It is stored first. It returns nil where the homeserver refuses it.
func (m *Machine) publishIdentity(ctx context.Context, keys *crypto.CrossSigningKeysCache) (*crypto.CrossSigningKeysCache, error) {
	if keys == nil {
		made, err := m.mach.GenerateCrossSigningKeys()
		if err != nil {
			return nil, err
		}
		if err := m.storeIdentity(ctx, made); err != nil {
			return nil, err
		}
		keys = made
	}
	err := m.mach.PublishCrossSigningKeys(ctx, keys, m.confirmWithPassword)
	if refused, ok := errors.AsType[mautrix.HTTPError](err); ok && refused.Response != nil {
		switch refused.Response.StatusCode {
		case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
			m.log.WarnContext(ctx, "the homeserver did not take the identity of the bot: other people's clients warn of it (give Config.Password, or set up cross-signing for the account in a client and give its recovery key)",
				"error", err, "user_id", m.client.UserID)
			return nil, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("publish the identity: %w", err)
	}
	m.log.InfoContext(ctx, "identity made for the account", "user_id", m.client.UserID)
	return keys, nil
}

// confirmWithPassword answers a homeserver that wants to see the password once more. It
// answers nothing where there is none.
func (m *Machine) confirmWithPassword(asked *mautrix.RespUserInteractive) any {
	if m.config.Password.IsZero() {
		return nil
	}
	return map[string]any{
		"type": mautrix.AuthTypePassword, "session": asked.Session, "password": m.config.Password.Reveal(),
		"identifier": map[string]any{"type": mautrix.IdentifierTypeUser, "user": m.client.UserID},
	}
}

// useIdentity makes the identity the one to sign with, completes the secret storage, and signs
// the device where that has not been done.
func (m *Machine) useIdentity(ctx context.Context, keys *crypto.CrossSigningKeysCache, v *vault, published *mautrix.RespQueryKeys) error {
	if err := m.mach.ImportCrossSigningKeys(keys.Seeds()); err != nil {
		return err
	}
	for usage, key := range map[id.CrossSigningUsage]id.Ed25519{
		id.XSUsageMaster: keys.MasterKey.PublicKey(), id.XSUsageSelfSigning: keys.SelfSigningKey.PublicKey(), id.XSUsageUserSigning: keys.UserSigningKey.PublicKey(),
	} {
		if err := m.store.PutCrossSigningKey(ctx, m.client.UserID, usage, key); err != nil {
			return err
		}
	}
	if err := v.complete(ctx, keys); err != nil {
		return err
	}
	device := published.DeviceKeys[m.client.UserID][m.client.DeviceID]
	self := keys.SelfSigningKey.PublicKey()
	if signed, err := signatures.VerifySignatureJSON(device, m.client.UserID, self.String(), self); err != nil || !signed {
		if err := m.mach.SignOwnDevice(ctx, m.mach.OwnIdentity()); err != nil {
			return fmt.Errorf("sign the device: %w", err)
		}
	}
	master, signing := published.MasterKeys[m.client.UserID], m.mach.GetAccount().SigningKey()
	if signed, err := signatures.VerifySignatureJSON(master, m.client.UserID, m.client.DeviceID.String(), signing); err != nil || !signed {
		if err := m.mach.SignOwnMasterKey(ctx); err != nil {
			return fmt.Errorf("sign the identity: %w", err)
		}
	}
	return nil
}

// complete puts the identity into the secret storage where it is not there.
func (v *vault) complete(ctx context.Context, keys *crypto.CrossSigningKeysCache) error {
	if v == nil {
		return nil
	}
	for name, seed := range map[id.Secret][]byte{
		id.SecretXSMaster: keys.MasterKey.Seed(), id.SecretXSSelfSigning: keys.SelfSigningKey.Seed(), id.SecretXSUserSigning: keys.UserSigningKey.Seed(),
	} {
		there, err := v.get(ctx, name)
		if err != nil {
			return err
		}
		if string(there) == string(seed) {
			continue
		}
		if err := v.put(ctx, name, seed); err != nil {
			return err
		}
	}
	return nil
}
