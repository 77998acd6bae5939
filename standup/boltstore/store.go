package boltstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/signalbox-go/signalbox/internal/boltfile"
	"github.com/signalbox-go/signalbox/standup"
)

// Store is a [standup.Store] in a file. It is made by [Open]; the zero value is
// not usable.
type Store struct {
	db     *bbolt.DB
	path   string
	writer chan struct{} // holds one token while an Update runs
}

// Update implements [standup.Store]. It calls fn once, and waits for a running
// Update for as long as ctx allows. One that wrote nothing does not touch the
// disk.
func (s *Store) Update(ctx context.Context, fn func(standup.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select { // bbolt has a lock for this, but it knows no context
	case s.writer <- struct{}{}:
		defer func() { <-s.writer }()
	case <-ctx.Done():
		return ctx.Err()
	}
	bolt, err := s.begin(true)
	if err != nil {
		return err
	}
	defer rollback(bolt)
	tx := &transaction{records: bolt.Bucket(recordsBucket)}
	if err := fn(tx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !tx.wrote {
		return nil
	}
	if err := boltfile.Commit(bolt); err != nil {
		return fmt.Errorf("standup: write to %s: %w", s.path, err)
	}
	return nil
}

// View implements [standup.Store]. It does not wait for an Update, nor does an
// Update wait for it, until the file outgrows a gigabyte (16 megabytes on Windows
// and on 32-bit machines): to grow further an Update waits for the end of each
// View that has begun.
func (s *Store) View(ctx context.Context, fn func(standup.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	bolt, err := s.begin(false)
	if err != nil {
		return err
	}
	defer rollback(bolt)
	return fn(&transaction{records: bolt.Bucket(recordsBucket)})
}

// Backup writes a copy of the store, as it is at one instant, to w: a file that
// [Open] accepts. It is a View as far as Updates are concerned.
func (s *Store) Backup(w io.Writer) error {
	bolt, err := s.begin(false)
	if err != nil {
		return err
	}
	defer rollback(bolt)
	if _, err := bolt.WriteTo(w); err != nil {
		return fmt.Errorf("standup: back up %s: %w", s.path, err)
	}
	return nil
}

// Close implements [standup.Store]. It waits for the transactions that run, so it
// must not be called in one, and lets other processes open the file.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("standup: close %s: %w", s.path, err)
	}
	return nil
}

func (s *Store) begin(writable bool) (*bbolt.Tx, error) {
	tx, err := s.db.Begin(writable)
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return nil, standup.ErrStoreClosed
	}
	if err != nil {
		return nil, fmt.Errorf("standup: use %s: %w", s.path, err)
	}
	return tx, nil
}

// rollback ends a transaction that has not been committed; for one that has, it
// does nothing.
func rollback(tx *bbolt.Tx) { _ = tx.Rollback() }

// transaction is a [standup.Tx].
type transaction struct {
	records *bbolt.Bucket
	wrote   bool
}

// Get implements [standup.Tx].
func (tx *transaction) Get(key string) ([]byte, error) {
	if err := standup.CheckKey(key); err != nil {
		return nil, err
	}
	value := tx.records.Get([]byte(key))
	if value == nil {
		return nil, nil
	}
	return clone(value), nil
}

// clone copies a value, which bbolt lends for the time of the transaction. An
// empty one stays different from nil.
func clone(value []byte) []byte { return append(make([]byte, 0, len(value)), value...) }

// Put implements [standup.Tx].
func (tx *transaction) Put(key string, value []byte) error {
	if !tx.records.Writable() {
		return standup.ErrReadOnly
	}
	if err := standup.CheckKey(key); err != nil {
		return err
	}
	tx.wrote = true
	return tx.records.Put([]byte(key), clone(value))
}

// Delete implements [standup.Tx].
func (tx *transaction) Delete(key string) error {
	if !tx.records.Writable() {
		return standup.ErrReadOnly
	}
	if err := standup.CheckKey(key); err != nil {
		return err
	}
	tx.wrote = true
	return tx.records.Delete([]byte(key))
}

// Scan implements [standup.Tx].
func (tx *transaction) Scan(prefix, from string) iter.Seq2[standup.Record, error] {
	return func(yield func(standup.Record, error) bool) {
		c := tx.records.Cursor()
		for k, v := c.Seek([]byte(max(prefix, from))); k != nil; k, v = c.Next() {
			r := standup.Record{Key: string(k), Value: clone(v)}
			if !strings.HasPrefix(r.Key, prefix) || !yield(r, nil) {
				return
			}
		}
	}
}
