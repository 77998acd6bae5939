package boltstore

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"github.com/signalbox-go/signalbox/internal/boltfile"
)

// Store is the store of one bot in one file. It is made by [Open]; the zero value is not
// usable. It and its doors are safe for concurrent use; their calls wait for each other, and
// for the disk while something is committed.
type Store struct {
	db          *bbolt.DB
	path        string
	commitAfter time.Duration
	state       State

	mu      sync.Mutex
	tx      *bbolt.Tx   // the one transaction; nil where none has begun
	dirty   bool        // tx has something to commit
	timer   *time.Timer // commits a dirty tx in the end
	failed  error       // why the store cannot be used any more
	commits int64
	staged  map[string]string // by user: see Sync
	door    forgetter         // the one door to keys; nil before Crypto was called
}

// forgetter is a door that has a memory of its own.
type forgetter interface {
	// forget empties it. The store is locked.
	forget()
}

// Update calls fn once and makes the changes that fn makes through tx happen together: when
// fn returns an error or panics, none of them happened. Update returns the error of fn as
// it is. The changes are committed later, like all others.
//
// No other call of the store runs at that time. fn must be quick, and must call neither the
// store nor a door of it, which would wait for ever.
func (s *Store) Update(fn func(tx *Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return s.failed
	}
	if s.tx == nil {
		bolt, err := s.db.Begin(true)
		if err != nil {
			return s.fail("use", err)
		}
		s.tx = bolt
	}
	tx := &Tx{bolt: s.tx}
	if err := s.attempt(tx, fn); err != nil || len(tx.changes) == 0 {
		return err
	}
	if s.commitAfter == 0 {
		s.dirty = true
		return s.commit()
	}
	if !s.dirty {
		s.dirty = true
		s.timer = time.AfterFunc(s.commitAfter, s.commitLate)
	}
	return nil
}

// attempt calls fn and takes its changes back where it does not succeed.
func (s *Store) attempt(tx *Tx, fn func(*Tx) error) error {
	succeeded := false
	defer func() { // also after a panic
		if succeeded {
			return
		}
		if err := tx.revert(); err != nil {
			// Half of the changes are in the transaction: it must never be committed.
			s.abandon()
			_ = s.fail("take back a change in", err)
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	succeeded = true
	return nil
}

// Flush commits all writes so far: when it returns nil they are on the disk. With nothing to
// commit it does not touch the disk. It returns the error of ctx, and commits nothing, where
// ctx has ended before; after that it waits for the disk however long that takes.
func (s *Store) Flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commit()
}

func (s *Store) commitLate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.commit() // the next call returns it
}

// commit ends the transaction if it has changes. The store is locked.
func (s *Store) commit() error {
	if s.failed != nil {
		return s.failed
	}
	if !s.dirty {
		return nil
	}
	tx := s.tx
	s.tx, s.dirty = nil, false
	if s.timer != nil {
		s.timer.Stop()
	}
	if err := boltfile.Commit(tx); err != nil {
		_ = tx.Rollback() // where Commit has not done so
		return s.fail("write to", fmt.Errorf("%w (nothing more can be kept: see that the disk has space and works, then start the program again)", err))
	}
	s.commits++
	return nil
}

// abandon ends the transaction without its changes. The store is locked.
func (s *Store) abandon() {
	if s.tx != nil {
		_ = s.tx.Rollback()
	}
	if s.timer != nil {
		s.timer.Stop()
	}
	s.tx, s.dirty = nil, false
}

// fail makes the error the answer to every later call. The store is locked.
func (s *Store) fail(doing string, err error) error {
	s.failed = fmt.Errorf("boltstore: %s %s: %w", doing, s.path, err)
	return s.failed
}

// Close commits all writes and lets other processes open the file. It waits for calls and
// backups that run. Later calls of the store return [ErrClosed]; so does a second Close.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	failed := s.failed
	err := s.commit()
	s.abandon()
	if closing := s.db.Close(); err == nil && closing != nil {
		err = fmt.Errorf("boltstore: close %s: %w", s.path, closing)
	}
	_ = s.fail("use", ErrClosed)
	if failed != nil { // known already, unless it says that it is closed
		return failed
	}
	return err
}

// Stats says what a store has done since [Open].
type Stats struct {
	Commits int64 // How often it waited for the disk: twice each time, and once more where the file grew.
}

// Stats returns the counters of the store.
func (s *Store) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{Commits: s.commits}
}
