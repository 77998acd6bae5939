//go:build goolm || libolm

package e2ee

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/signatures"
	"maunium.net/go/mautrix/id"
)

// countTime is how long after an upload a sync may still tell how many keys there were before.
const countTime = time.Minute

// shareKeys uploads the keys of the device where that has not been done, and as many one-time
// keys as the homeserver lacks of those it should have. count is how many it has; negative asks.
// mautrix's own way takes every answer with status 200 for success.
func (m *Machine) shareKeys(ctx context.Context, count int) (err error) {
	account := m.mach.GetAccount()
	if count < 0 && account.Shared || time.Since(m.uploaded) < countTime {
		if count, err = m.uploadKeys(ctx, map[string]any{}); err != nil {
			return fmt.Errorf("ask how many one-time keys are left: %w", err)
		}
	}
	keys := map[string]any{}
	if !account.Shared {
		if keys["device_keys"], err = m.deviceKeys(ctx, account); err != nil {
			return err
		}
	}
	oneTime, err := m.oneTimeKeys(account, count)
	if err != nil {
		return err
	}
	if len(oneTime) > 0 {
		keys["one_time_keys"] = oneTime
	}
	if len(keys) == 0 {
		return nil
	}
	if err := m.store.PutAccount(ctx, account); err != nil { // or a key is used that nobody has
		return err
	}
	if _, err := m.uploadKeys(ctx, keys); err != nil {
		return err
	}
	m.uploaded = time.Now()
	account.Internal.MarkKeysAsPublished()
	account.Shared = true
	return m.store.PutAccount(ctx, account)
}

// uploadKeys calls POST /_matrix/client/v3/keys/upload and returns how many one-time keys the
// homeserver has then. An answer that does not say so is not that of a homeserver which has taken
// the keys.
func (m *Machine) uploadKeys(ctx context.Context, keys map[string]any) (count int, err error) {
	var answer struct {
		Counts map[id.KeyAlgorithm]int `json:"one_time_key_counts"`
	}
	_, err = m.client.MakeRequest(ctx, http.MethodPost, m.client.BuildClientURL("v3", "keys", "upload"), keys, &answer)
	if err == nil && answer.Counts == nil {
		err = fmt.Errorf("upload keys: %w", ErrAnswer)
	}
	return answer.Counts[id.KeyAlgorithmSignedCurve25519], err
}

// deviceKeys returns the keys of the device, signed with themselves, and notes that the device is
// one of the account.
func (m *Machine) deviceKeys(ctx context.Context, account *crypto.OlmAccount) (*mautrix.DeviceKeys, error) {
	user, device := m.client.UserID, m.client.DeviceID
	keys := &mautrix.DeviceKeys{
		UserID: user, DeviceID: device, Algorithms: []id.Algorithm{id.AlgorithmMegolmV1, id.AlgorithmOlmV1},
		Keys: mautrix.KeyMap{
			id.NewDeviceKeyID(id.KeyAlgorithmCurve25519, device): string(account.IdentityKey()),
			id.NewDeviceKeyID(id.KeyAlgorithmEd25519, device):    string(account.SigningKey()),
		},
	}
	signature, err := account.SignJSON(keys)
	if err != nil {
		return nil, fmt.Errorf("sign the keys of the device: %w", err)
	}
	keys.Signatures = signatures.NewSingleSignature(user, id.KeyAlgorithmEd25519, device.String(), signature)
	return keys, m.store.PutDevice(ctx, user, &id.Device{
		UserID: user, DeviceID: device, IdentityKey: account.IdentityKey(), SigningKey: account.SigningKey(),
	})
}

// oneTimeKeys returns the keys that were made for an upload which failed, and new ones until the
// homeserver has enough.
func (m *Machine) oneTimeKeys(account *crypto.OlmAccount, count int) (map[id.KeyID]any, error) {
	unpublished, err := account.Internal.OneTimeKeys()
	if err != nil {
		return nil, fmt.Errorf("read the one-time keys: %w", err)
	}
	if lacking := oneTimeKeys - count - len(unpublished); lacking > 0 {
		if err := account.Internal.GenOneTimeKeys(uint(lacking)); err != nil {
			return nil, fmt.Errorf("make one-time keys: %w", err)
		}
		if unpublished, err = account.Internal.OneTimeKeys(); err != nil {
			return nil, fmt.Errorf("read the one-time keys: %w", err)
		}
	}
	return m.signKeys(account, unpublished, nil)
}

// signKeys makes of keys what others can verify. with is what each one says besides.
func (m *Machine) signKeys(account *crypto.OlmAccount, keys map[string]id.Curve25519, with map[string]any) (map[id.KeyID]any, error) {
	all := map[id.KeyID]any{}
	for name, key := range keys {
		signed := map[string]any{"key": key}
		maps.Copy(signed, with)
		signature, err := account.SignJSON(signed)
		if err != nil {
			return nil, fmt.Errorf("sign a key: %w", err)
		}
		signed["signatures"] = signatures.NewSingleSignature(m.client.UserID, id.KeyAlgorithmEd25519, m.client.DeviceID.String(), signature)
		all[id.NewKeyID(id.KeyAlgorithmSignedCurve25519, name)] = signed
	}
	return all, nil
}
