//go:build goolm || libolm

package boltstore

import (
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"time"
	"weak"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/olm"
	"maunium.net/go/mautrix/id"
)

// olmCache knows the pointer that was given out for each session, for as long as somebody
// holds it. Two objects for one session would each go on from the same step of its
// ratchet, and the other side could read only one of the messages.
type olmCache map[string]weak.Pointer[crypto.OlmSession]

func (cache *olmCache) forget() { *cache = nil }

// remember makes the pointer the one for the session.
func (c *Crypto) remember(k string, session *crypto.OlmSession) {
	if c.sessions == nil {
		c.sessions = make(olmCache)
	}
	c.sessions[k] = weak.Make(session)
	runtime.AddCleanup(session, c.dropUnused, k)
}

// dropUnused runs when nobody holds the pointer for a session any more.
func (c *Crypto) dropUnused(k string) {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	if pointer, ok := c.sessions[k]; ok && pointer.Value() == nil { // not if there is a new one
		delete(c.sessions, k)
	}
}

// olmRecord is the record of a session: three times, then the pickle.
type olmRecord struct {
	created, encrypted, decrypted time.Time
	pickle                        []byte
}

func decodeOlm(value []byte) (olmRecord, error) {
	if len(value) < 3*timeSize {
		return olmRecord{}, damaged("an Olm session")
	}
	return olmRecord{
		created: readTime(value), encrypted: readTime(value[timeSize:]), decrypted: readTime(value[2*timeSize:]),
		pickle: value[3*timeSize:],
	}, nil
}

func (c *Crypto) encodeOlm(session *crypto.OlmSession) ([]byte, error) {
	pickled, err := session.Internal.Pickle(c.pickleKey())
	if err != nil {
		return nil, fmt.Errorf("boltstore: Olm session: %w", err)
	}
	value := make([]byte, 0, 3*timeSize+len(pickled))
	value = appendTime(value, session.CreationTime)
	value = appendTime(value, session.LastEncryptedTime)
	value = appendTime(value, session.LastDecryptedTime)
	return append(value, pickled...), nil
}

// AddSession implements [crypto.Store].
func (c *Crypto) AddSession(_ context.Context, sender id.SenderKey, session *crypto.OlmSession) error {
	value, err := c.encodeOlm(session)
	if err != nil {
		return err
	}
	return c.store.Update(func(tx *Tx) error {
		k := key(string(sender), string(session.ID()))
		if err := tx.put(olmBucket, k, value); err != nil {
			return err
		}
		c.remember(string(k), session)
		return nil
	})
}

// UpdateSession implements [crypto.Store]. A session that was deleted meanwhile stays so.
func (c *Crypto) UpdateSession(_ context.Context, sender id.SenderKey, session *crypto.OlmSession) error {
	value, err := c.encodeOlm(session)
	if err != nil {
		return err
	}
	return c.store.Update(func(tx *Tx) error {
		k := key(string(sender), string(session.ID()))
		if !tx.has(olmBucket, k) {
			return nil
		}
		return tx.put(olmBucket, k, value)
	})
}

// DeleteSession implements [crypto.Store].
func (c *Crypto) DeleteSession(_ context.Context, sender id.SenderKey, session *crypto.OlmSession) error {
	return c.store.Update(func(tx *Tx) error {
		k := key(string(sender), string(session.ID()))
		if err := tx.remove(olmBucket, k); err != nil {
			return err
		}
		delete(c.sessions, string(k))
		return nil
	})
}

// HasSession implements [crypto.Store]. It says no where the store cannot be read.
func (c *Crypto) HasSession(_ context.Context, sender id.SenderKey) (has bool) {
	_ = c.store.Update(func(tx *Tx) error {
		for range tx.lend(olmBucket, prefix(string(sender))) {
			has = true
			break
		}
		return nil
	})
	return has
}

// GetSessions implements [crypto.Store]. The session that decrypted last comes first.
func (c *Crypto) GetSessions(_ context.Context, sender id.SenderKey) (list crypto.OlmSessionList, err error) {
	err = c.store.Update(func(tx *Tx) error {
		records, err := olmRecords(tx, sender)
		if err != nil {
			return err
		}
		list = make(crypto.OlmSessionList, 0, len(records))
		for _, r := range records {
			session, err := c.olmSession(sender, r)
			if err != nil {
				return err
			}
			list = append(list, session)
		}
		return nil
	})
	return list, err
}

// GetLatestSession implements [crypto.Store]: the session that decrypted last.
func (c *Crypto) GetLatestSession(_ context.Context, sender id.SenderKey) (session *crypto.OlmSession, err error) {
	err = c.store.Update(func(tx *Tx) error {
		records, err := olmRecords(tx, sender)
		if err != nil || len(records) == 0 {
			return err
		}
		session, err = c.olmSession(sender, records[0])
		return err
	})
	return session, err
}

// GetNewestSessionCreationTS implements [crypto.Store]. Sessions that were never used do not
// count.
func (c *Crypto) GetNewestSessionCreationTS(_ context.Context, sender id.SenderKey) (newest time.Time, err error) {
	err = c.store.Update(func(tx *Tx) error {
		records, err := olmRecords(tx, sender)
		if err != nil {
			return err
		}
		for _, r := range records {
			used := !r.encrypted.Equal(r.created) || !r.decrypted.Equal(r.created)
			if used && r.created.After(newest) {
				newest = r.created
			}
		}
		return nil
	})
	return newest, err
}

type namedOlmRecord struct {
	olmRecord

	id string
}

// olmRecords returns the sessions with somebody, the one that decrypted last first. It goes
// by the records: others may be at work with the objects.
func olmRecords(tx *Tx, sender id.SenderKey) ([]namedOlmRecord, error) {
	var records []namedOlmRecord
	for sessionID, value := range tx.lend(olmBucket, prefix(string(sender))) {
		r, err := decodeOlm(value)
		if err != nil {
			return nil, err
		}
		records = append(records, namedOlmRecord{r, string(sessionID)})
	}
	slices.SortStableFunc(records, func(a, b namedOlmRecord) int { return b.decrypted.Compare(a.decrypted) })
	return records, nil
}

// olmSession returns the one pointer for a session.
func (c *Crypto) olmSession(sender id.SenderKey, r namedOlmRecord) (*crypto.OlmSession, error) {
	k := string(key(string(sender), r.id))
	if session := c.sessions[k].Value(); session != nil {
		return session, nil
	}
	session := &crypto.OlmSession{Internal: olm.NewBlankSession()}
	session.CreationTime, session.LastEncryptedTime, session.LastDecryptedTime = r.created, r.encrypted, r.decrypted
	if err := c.unpickle(session.Internal, string(r.pickle), "an Olm session"); err != nil {
		return nil, err
	}
	c.remember(k, session)
	return session, nil
}

// PutOlmHash implements [crypto.Store]. The first time for a hash stays.
func (c *Crypto) PutOlmHash(_ context.Context, hash [32]byte, received time.Time) error {
	return c.store.Update(func(tx *Tx) error {
		if tx.has(olmHashBucket, hash[:]) {
			return nil
		}
		at := appendTime(nil, received)
		if err := tx.put(olmHashBucket, hash[:], at); err != nil {
			return err
		}
		return tx.put(olmTimeBucket, append(sortable(received), hash[:]...), nil)
	})
}

// GetOlmHash implements [crypto.Store]. It returns the zero time for an unknown hash.
func (c *Crypto) GetOlmHash(_ context.Context, hash [32]byte) (received time.Time, err error) {
	err = c.store.Update(func(tx *Tx) error {
		at := tx.get(olmHashBucket, hash[:])
		if at == nil {
			return nil
		}
		if len(at) != timeSize {
			return damaged("the hash of an Olm message")
		}
		received = readTime(at)
		return nil
	})
	return received, err
}

// DeleteOldOlmHashes implements [crypto.Store].
func (c *Crypto) DeleteOldOlmHashes(_ context.Context, before time.Time) error {
	return c.store.Update(func(tx *Tx) error {
		var old [][]byte
		limit := string(sortable(before))
		for k := range tx.lend(olmTimeBucket, nil) {
			if len(k) != len(limit)+32 {
				return damaged("the time of an Olm message")
			}
			if string(k[:len(limit)]) >= limit {
				break
			}
			old = append(old, clone(k))
		}
		for _, k := range old {
			if err := tx.remove(olmHashBucket, k[len(limit):]); err != nil {
				return err
			}
			if err := tx.remove(olmTimeBucket, k); err != nil {
				return err
			}
		}
		return nil
	})
}

// sortable is a time, to the millisecond, in bytes that sort by time.
func sortable(t time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(t.UnixMilli())^1<<63)
}
