package boltqueue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/signalbox-go/signalbox/internal/boltfile"
	"github.com/signalbox-go/signalbox/zulip"
)

// The layout: one bucket that says what the file is, one with the place in the queue, one for the program.
var (
	layout = boltfile.Layout{
		What: "an event queue store", Marker: []byte("signalbox.zulip.queue"), Format: 1, Buckets: [][]byte{queueBucket, notesBucket},
	}
	queueBucket = []byte("queue")
	stateKey    = []byte("state")
	notesBucket = []byte("notes")
)

// ErrClosed means that the store was closed before.
var ErrClosed = errors.New("the store is closed")

// Store is a [zulip.QueueStore] in a file. It is made by [Open]; the zero value is not usable.
// It is safe for concurrent use.
type Store struct {
	db   *bbolt.DB
	path string

	mu     sync.Mutex
	writes []write // in the order of Along
}

// write waits for its message to be handled.
type write struct {
	id zulip.MessageID
	do func(notes *bbolt.Bucket) error
}

var _ zulip.QueueStore = (*Store)(nil)

// Open opens the store in the file at path. It creates the file, mode 0600, and its folder, mode 0700, if they are
// absent. It refuses, and leaves as it was, whatever it cannot use: a file that another process holds (after
// waiting a second for it), that another program wrote, that is damaged, or that a newer version wrote. The error names
// the file and says what to do. The caller closes the store.
func Open(path string) (*Store, error) {
	db, err := boltfile.Open(path, layout)
	if err != nil {
		return nil, fmt.Errorf("boltqueue: open %s: %w", path, err)
	}
	return &Store{db: db, path: path}, nil
}

// LoadQueue implements [zulip.QueueStore]. A run begins with it: what [Store.Along] was given before and was not
// written belongs to messages that will come again, and is forgotten.
func (s *Store) LoadQueue(ctx context.Context) (state zulip.QueueState, err error) {
	if err := ctx.Err(); err != nil {
		return state, err
	}
	s.mu.Lock()
	s.writes = nil
	s.mu.Unlock()
	err = s.view("load the queue from", func(tx *bbolt.Tx) error {
		raw := tx.Bucket(queueBucket).Get(stateKey)
		if raw == nil {
			return nil
		}
		if err := json.Unmarshal(raw, &state); err != nil {
			return fmt.Errorf("the place in the queue cannot be read (restore a backup, or choose another file): %w", err)
		}
		return nil
	})
	return state, err
}

// SaveQueue implements [zulip.QueueStore]. When it returns, the state is on the disk, together with what [Store.Along]
// was given for messages that it counts as handled. It waits for the disk, for longer than ctx if need be.
func (s *Store) SaveQueue(ctx context.Context, state zulip.QueueState) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	raw, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("boltqueue: write the place in the queue: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.save(raw, state.Handled); err != nil {
		return s.fail("save the queue to", err)
	}
	s.writes = slices.DeleteFunc(s.writes, func(w write) bool { return state.Handled(w.id) })
	return nil
}

func (s *Store) save(raw []byte, handled func(zulip.MessageID) bool) error {
	tx, err := s.db.Begin(true)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after a commit
	for _, w := range s.writes {
		if !handled(w.id) {
			continue
		}
		if err := w.do(tx.Bucket(notesBucket)); err != nil {
			return fmt.Errorf("a write along with message %d: %w", int64(w.id), err)
		}
	}
	if err := tx.Bucket(queueBucket).Put(stateKey, raw); err != nil {
		return err
	}
	return boltfile.Commit(tx)
}

// Along has do write to the program's own bucket in the transaction that counts the message as handled: either both are
// on the disk or neither. A handler calls it; do runs later, once for each time that it was given, and must neither
// call the store nor keep the bucket. An error of do ends the event loop. What a handler gave before it was
// cut off is not written; the message comes again.
func (s *Store) Along(id zulip.MessageID, do func(notes *bbolt.Bucket) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes = append(s.writes, write{id, do})
}

// View reads the program's own bucket. The bucket and what comes from it is lent for the time of read.
func (s *Store) View(read func(notes *bbolt.Bucket) error) error {
	return s.view("read", func(tx *bbolt.Tx) error { return read(tx.Bucket(notesBucket)) })
}

func (s *Store) view(doing string, read func(*bbolt.Tx) error) error {
	if err := s.db.View(read); err != nil {
		return s.fail(doing, err)
	}
	return nil
}

// Close lets other processes open the file. It waits for calls that run.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return s.fail("close", err)
	}
	return nil
}

func (s *Store) fail(doing string, err error) error {
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		err = ErrClosed
	}
	return fmt.Errorf("boltqueue: %s %s: %w", doing, s.path, err)
}
