package boltstore

import (
	"bytes"
	"fmt"

	"go.etcd.io/bbolt"
)

// Tx is the transaction of [Store.Update]. It is lent for the time of the call.
type Tx struct {
	bolt    *bbolt.Tx
	changes []change // in order
}

// change is what it takes to take a change back.
type change struct {
	bucket, key []byte
	before      []byte // nil where there was nothing
}

// get returns a value, which is lent until the next change, or nil.
func (tx *Tx) get(bucket, key []byte) []byte { return tx.bolt.Bucket(bucket).Get(key) }

// has says whether there is a value, be it an empty one.
func (tx *Tx) has(bucket, key []byte) bool { return tx.get(bucket, key) != nil }

// put writes a value, unless it is there already. It copies it, as bbolt does not.
func (tx *Tx) put(bucket, key, value []byte) error {
	b := tx.bolt.Bucket(bucket)
	before := b.Get(key)
	if before != nil && bytes.Equal(before, value) {
		return nil
	}
	before = clone(before)
	// bbolt would take nil for no value until it is committed.
	if err := b.Put(key, append([]byte{}, value...)); err != nil {
		return fmt.Errorf("boltstore: %w", err)
	}
	tx.changes = append(tx.changes, change{bucket, key, before})
	return nil
}

// remove removes a value, if there is one.
func (tx *Tx) remove(bucket, key []byte) error {
	b := tx.bolt.Bucket(bucket)
	before := b.Get(key)
	if before == nil {
		return nil
	}
	before = clone(before)
	if err := b.Delete(key); err != nil {
		return fmt.Errorf("boltstore: %w", err)
	}
	tx.changes = append(tx.changes, change{bucket, key, before})
	return nil
}

// entry is a key without the prefix it was looked for with, and its value.
type entry struct{ key, value []byte }

// scan returns what has the prefix, in the order of keys. Keys and values are copies:
// bbolt's cursors and pages move when something is changed.
func (tx *Tx) scan(bucket, prefix []byte) []entry {
	var found []entry
	for rest, value := range tx.lend(bucket, prefix) {
		found = append(found, entry{clone(rest), clone(value)})
	}
	return found
}

// lend is scan without copies. Nothing may be changed in the loop.
func (tx *Tx) lend(bucket, prefix []byte) func(yield func(rest, value []byte) bool) {
	return func(yield func(rest, value []byte) bool) {
		c := tx.bolt.Bucket(bucket).Cursor()
		for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
			if !yield(k[len(prefix):], v) {
				return
			}
		}
	}
}

// clear removes everything from a bucket.
func (tx *Tx) clear(bucket []byte) error {
	for _, e := range tx.scan(bucket, nil) {
		if err := tx.remove(bucket, e.key); err != nil {
			return err
		}
	}
	return nil
}

// revert takes all changes back.
func (tx *Tx) revert() error {
	for len(tx.changes) > 0 {
		last := tx.changes[len(tx.changes)-1]
		tx.changes = tx.changes[:len(tx.changes)-1]
		b := tx.bolt.Bucket(last.bucket)
		if last.before == nil {
			if err := b.Delete(last.key); err != nil {
				return err
			}
		} else if err := b.Put(last.key, last.before); err != nil {
			return err
		}
	}
	return nil
}

// clone copies what bbolt lends. An empty value stays different from nil.
func clone(value []byte) []byte {
	if value == nil {
		return nil
	}
	return append(make([]byte, 0, len(value)), value...)
}
