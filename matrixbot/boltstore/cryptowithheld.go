//go:build goolm || libolm

package boltstore

import (
	"context"
	"time"

	"maunium.net/go/mautrix/event"
)

// PruneWithheld forgets for which sessions somebody said before the given time that their keys are withheld, and returns
// how many there were. Any member of a room can say so of any number of sessions. A session that was redacted stays as
// one that must not come back.
func (c *Crypto) PruneWithheld(ctx context.Context, before time.Time) (int, error) {
	return c.prune(ctx, func(tx *Tx, from []byte) (int, []byte, error) {
		old, next, err := oldWithheld(tx, from, before)
		for _, k := range old {
			if err == nil {
				err = tx.remove(inboundBucket, k)
			}
		}
		return len(old), next, err
	})
}

// oldWithheld looks at a chunk of sessions, beginning at a key. It returns those that were withheld long ago, and where to
// go on; nil is the end.
func oldWithheld(tx *Tx, from []byte, before time.Time) (old [][]byte, next []byte, err error) {
	c := tx.bolt.Bucket(inboundBucket).Cursor()
	seen := 0
	for k, v := c.Seek(from); k != nil; k, v = c.Next() {
		if seen++; seen > pruneChunk {
			return old, clone(k), nil
		}
		r, err := decodeInbound(v)
		if err != nil {
			return nil, nil, err
		}
		if r.withheld() && r.WithheldCode != event.RoomKeyWithheldBeeperRedacted && r.ReceivedAt.Before(before) {
			old = append(old, clone(k))
		}
	}
	return old, nil, nil
}
