//go:build goolm || libolm

package boltstore_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"maunium.net/go/mautrix/crypto"

	"github.com/signalbox-go/signalbox/internal/cryptostoretest"
	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

var pickleKey = []byte("correct horse battery staple")

func TestCryptoStore(t *testing.T) {
	t.Parallel()
	cryptostoretest.Run(t, func(t *testing.T) cryptostoretest.Opener {
		t.Helper()
		path := filepath.Join(t.TempDir(), "bot.db")
		var store *boltstore.Store
		t.Cleanup(func() { assert.NoError(t, store.Close()) })
		return func() (crypto.Store, error) {
			if store != nil {
				if err := store.Close(); err != nil {
					return nil, err
				}
			}
			var err error
			if store, err = boltstore.Open(path); err != nil {
				return nil, err
			}
			return store.Crypto(pickleKey)
		}
	}, nil)
}
