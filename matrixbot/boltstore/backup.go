package boltstore

import (
	"fmt"
	"io"

	"go.etcd.io/bbolt"
)

// Backup commits all writes and writes a copy of the store, as it is then, to w: a file
// that [Open] accepts. The store is used meanwhile; only where the file outgrows a gigabyte
// (16 megabytes on Windows and on 32-bit machines) writers wait for the end of a backup, so
// w must not wait for them. The copy is as secret as the file.
func (s *Store) Backup(w io.Writer) error {
	tx, err := s.snapshot()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.WriteTo(w); err != nil {
		return fmt.Errorf("boltstore: back up %s: %w", s.path, err)
	}
	return nil
}

// snapshot begins to read what is committed, which is everything at that instant.
func (s *Store) snapshot() (*bbolt.Tx, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.commit(); err != nil {
		return nil, err
	}
	tx, err := s.db.Begin(false)
	if err != nil {
		return nil, fmt.Errorf("boltstore: back up %s: %w", s.path, err)
	}
	return tx, nil
}
