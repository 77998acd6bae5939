package pgstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"regexp"
	"sync/atomic"

	"github.com/signalbox-go/signalbox/standup"
)

// Store is a [standup.Store] in a table of a PostgreSQL database. It is made by
// [New]; the zero value is not usable.
type Store struct {
	db     *sql.DB
	table  string // quoted, with its schema if there is one
	lock   int64
	closed atomic.Bool
}

// Option changes where a [Store] keeps its records.
type Option func(*config) error

type config struct {
	schema, table string
}

var identifier = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// Table sets the name of the table, "standup_records" by default: lower-case
// letters, digits and underscores. Stores with different tables share nothing.
func Table(name string) Option {
	return func(c *config) error {
		if !identifier.MatchString(name) {
			return fmt.Errorf("standup: %q cannot be the name of a table (use 1 to 63 of a-z, 0-9 and _)", name)
		}
		c.table = name
		return nil
	}
}

// Schema sets the schema of the table, with the same rules as [Table]. It has to
// exist. By default the table is where the search_path of the connection says.
func Schema(name string) Option {
	return func(c *config) error {
		if !identifier.MatchString(name) {
			return fmt.Errorf("standup: %q cannot be the name of a schema (use 1 to 63 of a-z, 0-9 and _)", name)
		}
		c.schema = name
		return nil
	}
}

// New returns a store in db. It does not connect. The caller keeps db: [Store.Close]
// does not close it. One Update and one View take a connection each while they run.
func New(db *sql.DB, options ...Option) (*Store, error) {
	if db == nil {
		return nil, errors.New("standup: db is nil (open it with sql.Open)")
	}
	c := config{table: "standup_records"}
	for _, option := range options {
		if err := option(&c); err != nil {
			return nil, err
		}
	}
	s := &Store{db: db, table: `"` + c.table + `"`}
	if c.schema != "" {
		s.table = `"` + c.schema + `".` + s.table
	}
	sum := fnv.New64a()
	fmt.Fprintf(sum, "signalbox standup %s", s.table)
	s.lock = int64(sum.Sum64()) // advisory locks have numbers, shared by the database
	return s, nil
}

// View implements [standup.Store].
func (s *Store) View(ctx context.Context, fn func(standup.Tx) error) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return s.explain("begin", withContext(ctx, err))
	}
	defer rollback(tx)
	return fn(&transaction{ctx: ctx, store: s, tx: tx, readOnly: true})
}

// Update implements [standup.Store]. It calls fn once. If the error says that the
// outcome is unknown, because the database could not be asked, read the store
// before you try again.
func (s *Store) Update(ctx context.Context, fn func(standup.Tx) error) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return s.explain("connect", withContext(ctx, err))
	}
	defer conn.Close()
	// The transaction itself does not end with ctx: what runs in it does, and a
	// commit that has begun is waited for.
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return s.explain("begin", err)
	}
	defer rollback(tx)
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", s.lock); err != nil {
		return s.explain("wait for the lock", withContext(ctx, err))
	}
	t := &transaction{ctx: ctx, store: s, tx: tx}
	if err := fn(t); err != nil {
		return err
	}
	if !t.wrote {
		return ctx.Err()
	}
	var id int64
	if err := tx.QueryRowContext(ctx, "SELECT txid_current()").Scan(&id); err != nil {
		return s.explain("commit", withContext(ctx, err))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return s.settle(ctx, id, err)
	}
	return nil
}

// Close implements [standup.Store]. It does not wait for what runs, and leaves the
// database handle to whoever opened it.
func (s *Store) Close() error {
	s.closed.Store(true)
	return nil
}

func (s *Store) ready(ctx context.Context) error {
	if s.closed.Load() {
		return standup.ErrStoreClosed
	}
	return ctx.Err()
}

// rollback ends a transaction that has not been committed; for one that has, it
// does nothing.
func rollback(tx *sql.Tx) { _ = tx.Rollback() }
