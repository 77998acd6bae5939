//go:build goolm || libolm

package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/goolm/libolmpickle"

	"github.com/signalbox-go/signalbox/internal/secret"
)

// Crypto is the door for the keys of end-to-end encryption. It is made by [Store.Crypto].
//
// It implements [crypto.Store], whose comments say what the methods do. What has to be known
// beyond that is said here.
type Crypto struct {
	store *Store
	key   secret.Secret

	// All below is guarded by the lock of the store.
	account  *crypto.OlmAccount
	sessions olmCache
	inbound  inboundCache
}

var _ crypto.Store = (*Crypto)(nil)

// checkKey is where a record is that only the right pickle key can read.
var checkKey = key("pickle")

const checkText = "signalbox"

// Crypto returns the door for the keys of end-to-end encryption. Private keys are encrypted
// with the pickle key, which must not be empty. A key that is not the one of the first call
// ever gives an error that is [ErrWrongPickleKey]. All calls return the same door, because
// the pointers that a [crypto.Store] gives out are its memory.
func (s *Store) Crypto(pickleKey []byte) (*Crypto, error) {
	if len(pickleKey) == 0 {
		return nil, errors.New("boltstore: the pickle key is empty (see LoadPickleKey)")
	}
	c := &Crypto{store: s, key: secret.New(string(pickleKey))}
	err := s.Update(func(tx *Tx) error {
		if err := checkPickleKey(tx, pickleKey); err != nil {
			return fmt.Errorf("boltstore: read keys in %s: %w", s.path, err)
		}
		if there, ok := s.door.(*Crypto); ok {
			c = there
		}
		s.door = c
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

func checkPickleKey(tx *Tx, pickleKey []byte) error {
	check := tx.get(ownerBucket, checkKey)
	if check == nil {
		made, err := libolmpickle.Pickle(pickleKey, []byte(checkText))
		if err != nil {
			return err
		}
		return tx.put(ownerBucket, checkKey, made)
	}
	found, err := libolmpickle.Unpickle(pickleKey, bytes.Clone(check))
	if err != nil || string(found) != checkText {
		return fmt.Errorf("%w (give the old key, or start with a new store and a new device)", ErrWrongPickleKey)
	}
	return nil
}

// Flush implements [crypto.Store]. It is [Store.Flush].
func (c *Crypto) Flush(ctx context.Context) error { return c.store.Flush(ctx) }

// forget implements [forgetter].
func (c *Crypto) forget() {
	c.account = nil
	c.sessions.forget()
	c.inbound.forget()
}

// pickleKey is the key in the form that mautrix wants.
func (c *Crypto) pickleKey() []byte { return []byte(c.key.Reveal()) }
