package boltfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// recordsBucket holds all records.
var recordsBucket = []byte("records")

// Tx is one transaction of [Records]: the same type as those of the packages whose store it is.
type Tx = interface {
	Get(key string) ([]byte, error)
	Put(key string, value []byte) error
	Delete(key string) error
	Scan(prefix, from string) iter.Seq2[Record, error]
}

// Record is one key and its value.
type Record = struct {
	Key   string
	Value []byte
}

// RecordsLayout says what a file of [Records] of one kind is.
type RecordsLayout struct {
	Name     string // Of the package, with which errors begin.
	What     string // The kind of file, as people call it: "a standup database".
	Marker   string // The bucket that says what the file is.
	Format   int    // Its version, from 1.
	Closed   error  // Returned once the file is closed.
	ReadOnly error  // Returned by writes in a View.
}

// Records is an ordered map from string keys to byte values in a file, changed in transactions. It is made by
// [OpenRecords]; the zero value is not usable. It is safe for concurrent use.
type Records struct {
	layout RecordsLayout
	db     *bbolt.DB
	path   string
	writer chan struct{} // holds one token while an Update runs
}

// OpenRecords opens the file at path as [Open] does. Errors name the package and the file.
func OpenRecords(path string, layout RecordsLayout) (*Records, error) {
	db, err := Open(path, Layout{
		What: layout.What, Marker: []byte(layout.Marker), Format: layout.Format,
		Buckets: [][]byte{recordsBucket}, MapSize: RoomyMap(),
	})
	if err != nil {
		return nil, fmt.Errorf("%s: open %s: %w", layout.Name, path, err)
	}
	return &Records{layout: layout, db: db, path: path, writer: make(chan struct{}, 1)}, nil
}

// Update runs fn in a transaction that reads and writes; what it wrote is on the disk when Update returns nil. It calls fn
// once, and waits for a running Update for as long as ctx allows. One that wrote nothing does not touch the disk.
func (s *Records) Update(ctx context.Context, fn func(Tx) error) error {
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
	tx := &transaction{layout: &s.layout, records: bolt.Bucket(recordsBucket)}
	if err := fn(tx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !tx.wrote {
		return nil
	}
	if err := Commit(bolt); err != nil {
		return fmt.Errorf("%s: write to %s: %w", s.layout.Name, s.path, err)
	}
	return nil
}

// View runs fn in a transaction that only reads. It does not wait for an Update, nor does an Update wait for it, until the
// file outgrows [RoomyMap]: to grow further an Update waits for the end of each View that has begun.
func (s *Records) View(ctx context.Context, fn func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	bolt, err := s.begin(false)
	if err != nil {
		return err
	}
	defer rollback(bolt)
	return fn(&transaction{layout: &s.layout, records: bolt.Bucket(recordsBucket)})
}

// Backup writes a copy of the file, as it is at one instant, to w. It is a View as far as Updates are concerned.
func (s *Records) Backup(w io.Writer) error {
	bolt, err := s.begin(false)
	if err != nil {
		return err
	}
	defer rollback(bolt)
	if _, err := bolt.WriteTo(w); err != nil {
		return fmt.Errorf("%s: back up %s: %w", s.layout.Name, s.path, err)
	}
	return nil
}

// Close waits for the transactions that run and closes the file. Closing twice is harmless.
func (s *Records) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("%s: close %s: %w", s.layout.Name, s.path, err)
	}
	return nil
}

func (s *Records) begin(writable bool) (*bbolt.Tx, error) {
	tx, err := s.db.Begin(writable)
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return nil, s.layout.Closed
	}
	if err != nil {
		return nil, fmt.Errorf("%s: use %s: %w", s.layout.Name, s.path, err)
	}
	return tx, nil
}

// rollback ends a transaction that has not been committed; for one that has, it does nothing.
func rollback(tx *bbolt.Tx) { _ = tx.Rollback() }

// transaction is a Tx.
type transaction struct {
	layout  *RecordsLayout
	records *bbolt.Bucket
	wrote   bool
}

// Get returns the value of key, nil when there is none.
func (tx *transaction) Get(key string) ([]byte, error) {
	if err := tx.checkKey(key); err != nil {
		return nil, err
	}
	value := tx.records.Get([]byte(key))
	if value == nil {
		return nil, nil
	}
	return clone(value), nil
}

// clone copies a value, which bbolt lends for the time of the transaction. An empty one stays different from nil.
func clone(value []byte) []byte { return append(make([]byte, 0, len(value)), value...) }

// Put sets the value of key.
func (tx *transaction) Put(key string, value []byte) error {
	if !tx.records.Writable() {
		return tx.layout.ReadOnly
	}
	if err := tx.checkKey(key); err != nil {
		return err
	}
	tx.wrote = true
	return tx.records.Put([]byte(key), clone(value))
}

// Delete removes key.
func (tx *transaction) Delete(key string) error {
	if !tx.records.Writable() {
		return tx.layout.ReadOnly
	}
	if err := tx.checkKey(key); err != nil {
		return err
	}
	tx.wrote = true
	return tx.records.Delete([]byte(key))
}

// Scan yields the records whose key starts with prefix and is not less than from, in ascending order of their keys.
func (tx *transaction) Scan(prefix, from string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		c := tx.records.Cursor()
		for k, v := c.Seek([]byte(max(prefix, from))); k != nil; k, v = c.Next() {
			r := Record{Key: string(k), Value: clone(v)}
			if !strings.HasPrefix(r.Key, prefix) || !yield(r, nil) {
				return
			}
		}
	}
}

// maxKey is the longest key of a record, in bytes.
const maxKey = 1024

// checkKey reports why key cannot name a record: it is 1 to 1,024 bytes of printable ASCII, as every store has it.
func (tx *transaction) checkKey(key string) error {
	name := tx.layout.Name
	switch {
	case key == "":
		return fmt.Errorf("%s: key is empty (use 1 to %d bytes)", name, maxKey)
	case len(key) > maxKey:
		return fmt.Errorf("%s: key of %d bytes is too long (use at most %d)", name, len(key), maxKey)
	}
	for i := range len(key) {
		if key[i] < ' ' || key[i] > '~' {
			return fmt.Errorf("%s: key has the byte 0x%02x at position %d (use printable ASCII only)", name, key[i], i)
		}
	}
	return nil
}
