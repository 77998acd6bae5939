//go:build goolm || libolm

package boltstore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"time"

	"maunium.net/go/mautrix/id"
)

// The parts of a record that says which event used which index of a session. There is one
// for each message, so they are short: the key is half the hash of the session and the
// index, the value half the hash of the event and the minute in which it was seen first.
const (
	hashSize   = 16
	indexSize  = 8
	minuteSize = 4
)

// pruneChunk is how many indexes are pruned at once, so that others get their turn.
const pruneChunk = 10_000

func sessionHash(sessionID id.SessionID) []byte {
	sum := sha256.Sum256([]byte(sessionID))
	return sum[:hashSize]
}

func eventHash(eventID id.EventID, timestamp int64) []byte {
	sum := sha256.Sum256(append(strconv.AppendInt(nil, timestamp, 10), " "+eventID...))
	return sum[:hashSize]
}

// ValidateMessageIndex implements [crypto.Store].
func (c *Crypto) ValidateMessageIndex(_ context.Context, sessionID id.SessionID, eventID id.EventID, index uint, timestamp int64) (valid bool, err error) {
	session := sessionHash(sessionID)
	k := binary.BigEndian.AppendUint64(bytes.Clone(session), uint64(index))
	now := uint32(time.Now().Unix() / 60)
	value := binary.BigEndian.AppendUint32(eventHash(eventID, timestamp), now)
	err = c.store.Update(func(tx *Tx) error {
		if known := tx.get(indexBucket, k); known != nil {
			valid = len(known) >= hashSize && bytes.Equal(known[:hashSize], value[:hashSize])
			return nil
		}
		if pruned := tx.get(prunedBucket, session); pruned != nil {
			if len(pruned) != indexSize {
				return damaged("which messages were pruned")
			}
			if uint64(index) <= binary.BigEndian.Uint64(pruned) {
				return nil // it may have been seen
			}
		}
		if eventID != "" || timestamp != 0 {
			if err := tx.put(indexBucket, k, value); err != nil {
				return err
			}
		}
		valid = true
		return nil
	})
	return valid && err == nil, err
}

// PruneMessageIndexes forgets which events used which message indexes where that was seen
// before the given time, and returns how many there were; mautrix itself never removes any.
// It does not open a door for replays: of each session it keeps the highest index forgotten,
// and from then on no message up to that one is valid. The space is used again, see also
// [Compact].
func (c *Crypto) PruneMessageIndexes(ctx context.Context, before time.Time) (pruned int, err error) {
	limit := before.Unix() / 60
	return c.prune(ctx, func(tx *Tx, from []byte) (int, []byte, error) {
		old, next := oldIndexes(tx, from, limit)
		for _, k := range old {
			if err := tx.pruneIndex(k); err != nil {
				return 0, nil, err
			}
		}
		return len(old), next, nil
	})
}

// prune calls chunk for one chunk after the other, beginning at the key that the last call returned, until that is nil.
// It returns the sum of what was pruned.
func (c *Crypto) prune(ctx context.Context, chunk func(tx *Tx, from []byte) (int, []byte, error)) (pruned int, err error) {
	var from []byte
	for done := false; !done; {
		if err := ctx.Err(); err != nil {
			return pruned, err
		}
		err := c.store.Update(func(tx *Tx) error {
			n, next, err := chunk(tx, from)
			pruned, from, done = pruned+n, next, next == nil
			return err
		})
		if err == nil {
			err = c.store.Flush(ctx) // or the transaction grows and grows
		}
		if err != nil {
			return pruned, err
		}
	}
	return pruned, nil
}

// oldIndexes looks at a chunk of indexes, beginning at a key. It returns those that are old,
// and where to go on; nil is the end.
func oldIndexes(tx *Tx, from []byte, limit int64) (old [][]byte, next []byte) {
	c := tx.bolt.Bucket(indexBucket).Cursor()
	seen := 0
	for k, v := c.Seek(from); k != nil; k, v = c.Next() {
		if seen++; seen > pruneChunk {
			return old, clone(k)
		}
		if len(k) == hashSize+indexSize && len(v) == hashSize+minuteSize && int64(binary.BigEndian.Uint32(v[hashSize:])) < limit {
			old = append(old, clone(k))
		}
	}
	return old, nil
}

// pruneIndex removes an index and raises the mark of its session.
func (tx *Tx) pruneIndex(k []byte) error {
	session, index := k[:hashSize], k[hashSize:]
	if mark := tx.get(prunedBucket, session); mark == nil || bytes.Compare(mark, index) < 0 {
		if err := tx.put(prunedBucket, session, index); err != nil {
			return err
		}
	}
	return tx.remove(indexBucket, k)
}
