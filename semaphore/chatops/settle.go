package chatops

import (
	"errors"
	"time"
)

// settle records what became of an attempt to send a row.
func settle(tx Tx, c claimed, o outcome, now time.Time) error {
	row := c.row
	if there, err := tx.Get(c.key); err != nil || there == nil {
		return err // An edit that a newer one has replaced meanwhile.
	}
	if o.err != nil && !now.Before(row.ExpiresAt) {
		return dequeue(tx, c.key, row)
	}
	if o.known && errors.Is(o.err, ErrUndeliverable) {
		return giveUp(tx, c.key, row, o.err)
	}
	if o.err != nil {
		row.Doubt = !o.known
		if !errors.Is(o.err, errAbsent) { // Else it is sent at once.
			row.Attempts++
			row.NotBefore = now.Add(min(firstBackoff<<min(row.Attempts-1, 6), longestBackoff))
		}
		return save(tx, c.key, row)
	}
	if err := dequeue(tx, c.key, row); err != nil {
		return err
	}
	if row.Asks != "" {
		if err := save(tx, questionKey(o.id), question{Request: row.Asks}); err != nil {
			return err
		}
	}
	if row.Replaces != "" {
		return nil
	}
	if row.Keep {
		if err := save(tx, sentKey(row.Key), sent{ID: o.id, At: now}); err != nil {
			return err
		}
	}
	return save(tx, lastKey(row.To.conversation()), sent{ID: o.id, At: now})
}

// tooMuch is how many bytes a message has at least of which it is worth to send less, where a chat refuses it.
const tooMuch = 1000

// giveUp drops a message that the chat refuses for good. Where it may be that there was too much of it, one that says so
// takes its place: nobody is left without an answer. In place of a question it asks nothing: what nobody has seen cannot be
// confirmed. An edit that must not be lost becomes a new message: Zulip lets nobody edit what is older than some minutes.
func giveUp(tx Tx, key string, row outboxRow, why error) error {
	switch {
	case row.Anew && !errors.Is(why, errReplacedGone):
		if err := dequeue(tx, key, row); err != nil {
			return err
		}
		row.Key, row.Replaces, row.Anew = row.Key+".anew", "", false
	case row.Log != nil:
		row.Log = nil
		row.Body = append(row.Body, para(plain("The chat does not take the whole log; it is in Semaphore.")))
	case len(row.Body.String()) > tooMuch:
		row.Body = sentence("What I have to say here is too much for the chat. Please ask for less at once.")
		if row.Asks != "" {
			row.Asks, row.Keep, row.Buttons = "", false, nil
		}
	default:
		return dequeue(tx, key, row)
	}
	row.Doubt, row.Attempts, row.NotBefore = false, 0, time.Time{}
	return save(tx, key, row)
}
