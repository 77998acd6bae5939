package boltstore

import (
	"context"
	"sync"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"
)

// Sync is the door for the place in the sync stream. It is made by [Store.Sync].
//
// mautrix saves the token of a sync response before the response is processed, and would
// lose what is in it when the process dies in between. So SaveNextBatch only remembers
// the token, and [Sync.Commit], called when everything in the response is in the store,
// writes it.
type Sync struct {
	store *Store

	mu     sync.Mutex
	filter map[id.UserID]string
}

var _ mautrix.SyncStore = (*Sync)(nil)

// Sync returns the door for the place in the sync stream.
func (s *Store) Sync() *Sync { return &Sync{store: s} }

// SaveFilterID implements [mautrix.SyncStore]. The id is kept for the life of the process
// only: a stored one would win over a filter that has changed since.
func (y *Sync) SaveFilterID(_ context.Context, userID id.UserID, filterID string) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.filter == nil {
		y.filter = make(map[id.UserID]string)
	}
	y.filter[userID] = filterID
	return nil
}

// LoadFilterID implements [mautrix.SyncStore].
func (y *Sync) LoadFilterID(_ context.Context, userID id.UserID) (string, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.filter[userID], nil
}

// SaveNextBatch implements [mautrix.SyncStore]. It remembers the token for [Sync.Commit].
func (y *Sync) SaveNextBatch(_ context.Context, userID id.UserID, token string) error {
	return y.store.Update(func(*Tx) error {
		if y.store.staged == nil {
			y.store.staged = make(map[string]string)
		}
		y.store.staged[string(userID)] = token
		return nil
	})
}

// LoadNextBatch implements [mautrix.SyncStore]. It returns the token that was written last,
// not one that waits for [Sync.Commit], and "" where there is none.
func (y *Sync) LoadNextBatch(_ context.Context, userID id.UserID) (token string, err error) {
	err = y.store.Update(func(tx *Tx) error {
		token = string(tx.get(syncBucket, key(string(userID))))
		return nil
	})
	return token, err
}

// Commit writes the token that was saved last, if there is a new one. Like every write it
// reaches the disk together with, or after, all writes before it.
func (y *Sync) Commit() error {
	return y.store.Update(func(tx *Tx) error { return y.store.commitSync(tx) })
}

// CommitSync is [Sync.Commit] within [Store.Update]: the token and other changes reach the
// disk in the same instant.
func (tx *Tx) CommitSync(y *Sync) error { return y.store.commitSync(tx) }

func (s *Store) commitSync(tx *Tx) error {
	for userID, token := range s.staged {
		if err := tx.put(syncBucket, key(userID), []byte(token)); err != nil {
			return err
		}
	}
	// Kept: writing it again changes nothing, and an Update that is taken back needs it.
	return nil
}
