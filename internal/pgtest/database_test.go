package pgtest

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	_ "github.com/lib/pq" // the driver
	"github.com/stretchr/testify/require"
)

// server is the private cluster of this test run, started by the first test that
// needs it.
var server = sync.OnceValues(startCluster)

func TestMain(m *testing.M) {
	code := m.Run()
	if os.Getenv("SIGNALBOX_TEST_POSTGRES") == "" {
		if c, err := server(); err == nil {
			if err := c.stop(); err != nil {
				fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
				code = 1
			}
		}
	}
	os.Exit(code)
}

// dsn names the database to test with: the one that SIGNALBOX_TEST_POSTGRES names,
// or a private one.
func dsn(tb testing.TB) string {
	tb.Helper()
	if dsn := os.Getenv("SIGNALBOX_TEST_POSTGRES"); dsn != "" {
		return dsn
	}
	c, err := server()
	if errors.Is(err, errAbsent) && os.Getenv("SIGNALBOX_REQUIRE_REAL") != "1" {
		tb.Skip(err)
	}
	require.NoError(tb, err)
	return c.dsn
}

// connect opens the database and closes it at the end of the test.
func connect(tb testing.TB) *sql.DB {
	tb.Helper()
	db, err := sql.Open("postgres", dsn(tb))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}
