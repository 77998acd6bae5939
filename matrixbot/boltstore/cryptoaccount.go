//go:build goolm || libolm

package boltstore

import (
	"context"
	"encoding/json"
	"fmt"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/goolm/libolmpickle"
	"maunium.net/go/mautrix/crypto/olm"
	"maunium.net/go/mautrix/id"
)

// accountKey is where the one account is.
var accountKey = key("account")

type accountRecord struct {
	Pickle           string              `json:"pickle"`
	Shared           bool                `json:"shared,omitempty"`
	KeyBackupVersion id.KeyBackupVersion `json:"key_backup_version,omitempty"`
}

// PutAccount implements [crypto.Store].
func (c *Crypto) PutAccount(_ context.Context, account *crypto.OlmAccount) error {
	pickled, err := account.Internal.Pickle(c.pickleKey())
	if err != nil {
		return fmt.Errorf("boltstore: account: %w", err)
	}
	raw, err := json.Marshal(accountRecord{string(pickled), account.Shared, account.KeyBackupVersion})
	if err != nil {
		return fmt.Errorf("boltstore: account: %w", err)
	}
	return c.store.Update(func(tx *Tx) error {
		if err := tx.put(accountBucket, accountKey, raw); err != nil {
			return err
		}
		c.account = account
		return nil
	})
}

// GetAccount implements [crypto.Store]. It returns the same pointer each time.
func (c *Crypto) GetAccount(context.Context) (account *crypto.OlmAccount, err error) {
	err = c.store.Update(func(tx *Tx) error {
		if c.account == nil {
			loaded, err := c.loadAccount(tx)
			if err != nil {
				return err
			}
			c.account = loaded
		}
		account = c.account
		return nil
	})
	return account, err
}

func (c *Crypto) loadAccount(tx *Tx) (*crypto.OlmAccount, error) {
	raw := tx.get(accountBucket, accountKey)
	if raw == nil {
		return nil, nil
	}
	var r accountRecord
	if json.Unmarshal(raw, &r) != nil {
		return nil, damaged("the account")
	}
	account := &crypto.OlmAccount{Internal: olm.NewBlankAccount(), Shared: r.Shared, KeyBackupVersion: r.KeyBackupVersion}
	if err := c.unpickle(account.Internal, r.Pickle, "the account"); err != nil {
		return nil, err
	}
	return account, nil
}

// blankKey is what a private key is decrypted into.
type blankKey interface {
	Unpickle(pickled, key []byte) error
}

func (c *Crypto) unpickle(blank blankKey, pickled, what string) (err error) {
	defer func() { // the decoders trust what has the right checksum
		if recover() != nil {
			err = damaged(what)
		}
	}()
	if blank.Unpickle([]byte(pickled), c.pickleKey()) != nil {
		return damaged(what)
	}
	return nil
}

// PutSecret implements [crypto.Store]. The value is encrypted with the pickle key.
func (c *Crypto) PutSecret(_ context.Context, name id.Secret, value string) error {
	sealed, err := libolmpickle.Pickle(c.pickleKey(), []byte(value))
	if err != nil {
		return fmt.Errorf("boltstore: secret %s: %w", name, err)
	}
	return c.store.Update(func(tx *Tx) error { return tx.put(secretBucket, key(string(name)), sealed) })
}

// GetSecret implements [crypto.Store]. It returns "" where there is none.
func (c *Crypto) GetSecret(_ context.Context, name id.Secret) (value string, err error) {
	err = c.store.Update(func(tx *Tx) error {
		sealed := clone(tx.get(secretBucket, key(string(name))))
		if sealed == nil {
			return nil
		}
		opened, err := libolmpickle.Unpickle(c.pickleKey(), sealed)
		if err != nil {
			return damaged("a secret")
		}
		value = string(opened)
		return nil
	})
	return value, err
}

// DeleteSecret implements [crypto.Store].
func (c *Crypto) DeleteSecret(_ context.Context, name id.Secret) error {
	return c.store.Update(func(tx *Tx) error { return tx.remove(secretBucket, key(string(name))) })
}
