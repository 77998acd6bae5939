//go:build goolm || libolm

package matrixsql

import (
	"database/sql"
	"testing"

	"go.mau.fi/util/dbutil"
	"maunium.net/go/mautrix/crypto"
	_ "modernc.org/sqlite"
)

var pickleKey = []byte("correct horse battery staple")

// openSQL opens mautrix's store in a file of SQLite that is as durable as a file of bbolt. The
// caller closes the database.
func openSQL(tb testing.TB, path string) (*crypto.SQLCryptoStore, *dbutil.Database, error) {
	tb.Helper()
	raw, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_time_format=sqlite"+
		"&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)")
	if err != nil {
		return nil, nil, err
	}
	db, err := dbutil.NewWithDB(raw, "sqlite3")
	if err != nil {
		return nil, nil, err
	}
	store := crypto.NewSQLCryptoStore(db, nil, "@bot:example.org", "BOT", pickleKey)
	if err := store.DB.Upgrade(tb.Context()); err != nil {
		return nil, nil, err
	}
	return store, db, nil
}
