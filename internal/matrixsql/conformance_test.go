//go:build goolm || libolm

package matrixsql

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.mau.fi/util/dbutil"
	"maunium.net/go/mautrix/crypto"

	"github.com/signalbox-go/signalbox/internal/cryptostoretest"
)

// deviations are the cases that mautrix's SQL store does not pass, and why.
var deviations = map[string]string{
	"ratchet safety":                            "it is written and never read",
	"same Megolm session in another room":       "sessions are by id alone: the second room takes the session from the first one",
	"no Olm session after the last was deleted": "the cache that HasSession asks is not told",
	"mark a shared session twice":               "the second mark violates a constraint",
}

func TestSQLStore(t *testing.T) {
	t.Parallel()
	cryptostoretest.Run(t, func(t *testing.T) cryptostoretest.Opener {
		t.Helper()
		path := filepath.Join(t.TempDir(), "bot.sqlite")
		var db *dbutil.Database
		t.Cleanup(func() { assert.NoError(t, db.Close()) })
		return func() (crypto.Store, error) {
			if db != nil {
				if err := db.Close(); err != nil {
					return nil, err
				}
			}
			store, opened, err := openSQL(t, path)
			db = opened
			return store, err
		}
	}, deviations)
}
