//go:build goolm || libolm

package boltstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"
)

// identityRecord is a key of somebody's cross-signing identity, and the one seen first.
type identityRecord struct {
	Key   id.Ed25519 `json:"key"`
	First id.Ed25519 `json:"first"`
}

func decodeIdentity(raw []byte) (r identityRecord, err error) {
	if json.Unmarshal(raw, &r) != nil {
		return r, damaged("a cross-signing key")
	}
	return r, nil
}

func (tx *Tx) putIdentity(k []byte, r identityRecord) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("boltstore: cross-signing key: %w", err)
	}
	return tx.put(identityBucket, k, raw)
}

// PutCrossSigningKey implements [crypto.Store]. The key that was seen first stays known as
// such.
func (c *Crypto) PutCrossSigningKey(_ context.Context, userID id.UserID, usage id.CrossSigningUsage, signingKey id.Ed25519) error {
	return c.store.Update(func(tx *Tx) error {
		k := key(string(userID), string(usage))
		r := identityRecord{First: signingKey}
		if raw := tx.get(identityBucket, k); raw != nil {
			var err error
			if r, err = decodeIdentity(raw); err != nil {
				return err
			}
		}
		r.Key = signingKey
		return tx.putIdentity(k, r)
	})
}

// GetCrossSigningKeys implements [crypto.Store]. The map is never nil without an error.
func (c *Crypto) GetCrossSigningKeys(_ context.Context, userID id.UserID) (keys map[id.CrossSigningUsage]id.CrossSigningKey, err error) {
	err = c.store.Update(func(tx *Tx) error {
		keys = make(map[id.CrossSigningUsage]id.CrossSigningKey)
		for usage, raw := range tx.lend(identityBucket, prefix(string(userID))) {
			r, err := decodeIdentity(raw)
			if err != nil {
				return err
			}
			keys[id.CrossSigningUsage(usage)] = id.CrossSigningKey{Key: r.Key, First: r.First}
		}
		return nil
	})
	return keys, err
}

// ResetMasterKeyTOFU implements [crypto.Store]. It returns an error where the key is not the
// master key of the user now.
func (c *Crypto) ResetMasterKeyTOFU(_ context.Context, userID id.UserID, master id.Ed25519) error {
	return c.store.Update(func(tx *Tx) error {
		k := key(string(userID), string(id.XSUsageMaster))
		raw := tx.get(identityBucket, k)
		if raw == nil {
			return fmt.Errorf("boltstore: trust the master key of %s: none is known (fetch the keys of the user first)", userID)
		}
		r, err := decodeIdentity(raw)
		if err != nil {
			return err
		}
		if r.Key != master {
			return fmt.Errorf("boltstore: trust the master key of %s: it is another one now (look at the user's identity again)", userID)
		}
		r.First = master
		return tx.putIdentity(k, r)
	})
}

// PutSignature implements [crypto.Store].
func (c *Crypto) PutSignature(_ context.Context, signedUser id.UserID, signedKey id.Ed25519, signerUser id.UserID, signerKey id.Ed25519, signature string) error {
	return c.store.Update(func(tx *Tx) error {
		if err := tx.put(signerBucket, key(string(signerUser), string(signerKey), string(signedUser), string(signedKey)), nil); err != nil {
			return err
		}
		return tx.put(signedBucket, key(string(signedUser), string(signedKey), string(signerUser), string(signerKey)), []byte(signature))
	})
}

// IsKeySignedBy implements [crypto.Store].
func (c *Crypto) IsKeySignedBy(_ context.Context, signedUser id.UserID, signedKey id.Ed25519, signerUser id.UserID, signerKey id.Ed25519) (signed bool, err error) {
	err = c.store.Update(func(tx *Tx) error {
		signed = tx.has(signedBucket, key(string(signedUser), string(signedKey), string(signerUser), string(signerKey)))
		return nil
	})
	return signed, err
}

// GetSignaturesForKeyBy implements [crypto.Store]. The map is never nil without an error.
func (c *Crypto) GetSignaturesForKeyBy(_ context.Context, signedUser id.UserID, signedKey id.Ed25519, signerUser id.UserID) (signatures map[id.Ed25519]string, err error) {
	err = c.store.Update(func(tx *Tx) error {
		signatures = make(map[id.Ed25519]string)
		for signerKey, signature := range tx.lend(signedBucket, prefix(string(signedUser), string(signedKey), string(signerUser))) {
			signatures[id.Ed25519(signerKey)] = string(signature)
		}
		return nil
	})
	return signatures, err
}

// DropSignaturesByKey implements [crypto.Store]: the signatures that the key has made.
func (c *Crypto) DropSignaturesByKey(_ context.Context, signerUser id.UserID, signerKey id.Ed25519) (dropped int64, err error) {
	err = c.store.Update(func(tx *Tx) error {
		below := prefix(string(signerUser), string(signerKey))
		for _, e := range tx.scan(signerBucket, below) {
			signed, signedKey, err := split(e.key, 1)
			if err != nil {
				return err
			}
			if err := tx.remove(signedBucket, key(signed[0], signedKey, string(signerUser), string(signerKey))); err != nil {
				return err
			}
			if err := tx.remove(signerBucket, append(slices.Clip(below), e.key...)); err != nil {
				return err
			}
			dropped++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return dropped, nil
}
