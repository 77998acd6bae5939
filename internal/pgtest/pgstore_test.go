package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/standup/pgstore"
	"github.com/signalbox-go/signalbox/standup/storetest"
)

// tableFor returns the name of a table of its own for each name, dropped at the end.
func tableFor(tb testing.TB, db *sql.DB, name string) string {
	tb.Helper()
	sum := fnv.New64a()
	fmt.Fprint(sum, name)
	table := fmt.Sprintf("test_%x", sum.Sum64())
	tb.Cleanup(func() {
		_, err := db.Exec("DROP TABLE IF EXISTS " + table)
		require.NoError(tb, err)
	})
	return table
}

func open(tb testing.TB, db *sql.DB, table string) *pgstore.Store {
	tb.Helper()
	store, err := pgstore.New(db, pgstore.Table(table))
	require.NoError(tb, err)
	require.NoError(tb, store.Migrate(tb.Context()))
	return store
}

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, path string) standup.Store {
		db := connect(t)
		return open(t, db, tableFor(t, db, path))
	}, storetest.Traits{Persistent: true})
}

// Updates of several processes run one after the other.
func TestReplicas(t *testing.T) {
	t.Parallel()
	table := tableFor(t, connect(t), t.TempDir())
	const replicas, rounds = 4, 25
	var wg sync.WaitGroup
	for range replicas {
		store := open(t, connect(t), table) // a pool of its own, as in another process
		wg.Go(func() {
			for range rounds {
				assert.NoError(t, store.Update(t.Context(), func(tx standup.Tx) error {
					old, err := tx.Get("list")
					if err != nil {
						return err
					}
					return tx.Put("list", append(slices.Clip(old), 'x'))
				}))
			}
		})
	}
	wg.Wait()
	store := open(t, connect(t), table)
	require.NoError(t, store.View(t.Context(), func(tx standup.Tx) error {
		list, err := tx.Get("list")
		assert.Len(t, list, replicas*rounds)
		return err
	}))
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	db := connect(t)
	t.Run("by many at once", func(t *testing.T) {
		t.Parallel()
		table := tableFor(t, db, t.TempDir())
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { open(t, connect(t), table) })
		}
		wg.Wait()
	})
	for name, c := range map[string]struct{ sql, want string }{
		"a table of another": {"CREATE TABLE %s (id int)", "the table belongs to another program (choose another name or schema)"},
		"a newer format": {
			"CREATE TABLE %[1]s (id int); COMMENT ON TABLE %[1]s IS 'signalbox standup, format 2'",
			"the table was written by a newer version, in format 2 where this version knows 1 (upgrade, or choose another name)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := tableFor(t, db, t.TempDir())
			_, err := db.Exec(fmt.Sprintf(c.sql, table))
			require.NoError(t, err)
			store, err := pgstore.New(db, pgstore.Table(table))
			require.NoError(t, err)
			require.EqualError(t, store.Migrate(t.Context()), `standup: migrate in table "`+table+`": `+c.want)
		})
	}
	t.Run("forgotten", func(t *testing.T) {
		t.Parallel()
		store, err := pgstore.New(db, pgstore.Table("never_made"))
		require.NoError(t, err)
		err = store.View(t.Context(), func(tx standup.Tx) error { _, err := tx.Get("a"); return err })
		require.ErrorContains(t, err, "(create the schema and call Migrate first)")
	})
}

func TestSchema(t *testing.T) {
	t.Parallel()
	db := connect(t)
	schema := tableFor(t, db, t.TempDir())
	_, err := db.Exec("CREATE SCHEMA " + schema)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := db.Exec("DROP SCHEMA " + schema + " CASCADE")
		require.NoError(t, err)
	})
	store, err := pgstore.New(db, pgstore.Schema(schema))
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	require.NoError(t, store.Migrate(t.Context()), "again")
	require.NoError(t, store.Update(t.Context(), func(tx standup.Tx) error { return tx.Put("a", nil) }))
	var n int
	require.NoError(t, db.QueryRow("SELECT count(*) FROM "+schema+".standup_records").Scan(&n))
	assert.Equal(t, 1, n)
}

// A connection that breaks before the commit changes nothing, and the next Update
// works.
func TestConnectionLost(t *testing.T) {
	t.Parallel()
	db := connect(t)
	db.SetMaxOpenConns(1)
	table := tableFor(t, connect(t), t.TempDir())
	store := open(t, db, table)
	admin := connect(t)
	err := store.Update(t.Context(), func(tx standup.Tx) error {
		require.NoError(t, tx.Put("a", []byte("lost")))
		return killWriters(t, admin, table)
	})
	require.Error(t, err)
	require.NoError(t, store.Update(t.Context(), func(tx standup.Tx) error {
		value, err := tx.Get("a")
		assert.Nil(t, value)
		return err
	}))
}

// killWriters ends the connections that hold a lock on the table.
func killWriters(t *testing.T, admin *sql.DB, table string) error {
	t.Helper()
	var killed int
	err := admin.QueryRow(`SELECT count(pg_terminate_backend(pid)) FROM pg_locks
		WHERE relation = to_regclass($1) AND mode = 'RowExclusiveLock'`, table).Scan(&killed)
	assert.Equal(t, 1, killed)
	return err
}

// A pool that is used up is waited for no longer than the context allows.
func TestPoolUsedUp(t *testing.T) {
	t.Parallel()
	db := connect(t)
	store := open(t, db, tableFor(t, db, t.TempDir()))
	db.SetMaxOpenConns(1)
	require.NoError(t, store.View(t.Context(), func(standup.Tx) error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		unreachable := func(standup.Tx) error { t.Error("called"); return nil }
		require.ErrorIs(t, store.Update(ctx, unreachable), context.DeadlineExceeded)
		require.ErrorIs(t, store.View(ctx, unreachable), context.DeadlineExceeded)
		return nil
	}))
}
