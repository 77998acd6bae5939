//go:build goolm || libolm

package boltstore

import (
	"context"

	"maunium.net/go/mautrix/id"
)

// DeleteGroupSession removes a session, or the note that it was withheld, as if it had never come. Messages that it has
// decrypted stay known: they cannot be sent again should the session come once more.
func (c *Crypto) DeleteGroupSession(_ context.Context, roomID id.RoomID, sessionID id.SessionID) error {
	return c.store.Update(func(tx *Tx) error {
		k := key(string(roomID), string(sessionID))
		c.inbound.drop(string(k))
		return tx.remove(inboundBucket, k)
	})
}

// GroupSessionUsed says whether a message was decrypted with a session.
func (c *Crypto) GroupSessionUsed(_ context.Context, sessionID id.SessionID) (used bool, err error) {
	err = c.store.Update(func(tx *Tx) error {
		session := sessionHash(sessionID)
		used = tx.has(prunedBucket, session)
		for range tx.lend(indexBucket, session) {
			used = true
			break
		}
		return nil
	})
	return used, err
}
