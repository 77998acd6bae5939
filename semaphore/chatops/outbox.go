package chatops

import (
	"fmt"
	"time"
)

// keepsTrying is how long a message is tried to be sent that says nothing else.
const keepsTrying = 24 * time.Hour

// outboxKey is the key of a row of the outbox; rows are sent in the order of their numbers.
func outboxKey(number uint64) string { return joinKey("outbox", fmt.Sprintf("%016x", number)) }

// editKey is the key of the record that names the row with the newest edit of a kept message.
func editKey(kept string) string { return joinKey("edit", kept) }

// enqueue writes a message to the outbox. Of the edits of one message only the newest is of interest, so an older one
// that was not sent is dropped.
func enqueue(tx Tx, m outboxRow, now time.Time) error {
	if m.ExpiresAt.IsZero() {
		m.ExpiresAt = now.Add(keepsTrying)
	}
	number, err := nextNumber(tx, "outbox")
	if err != nil {
		return err
	}
	key := outboxKey(number)
	if m.Replaces != "" {
		older, found, err := load[string](tx, editKey(m.Replaces))
		if err != nil {
			return err
		}
		if found {
			before, _, err := load[outboxRow](tx, older)
			if err != nil {
				return err
			}
			m.Anew = m.Anew || before.Anew
			if err := tx.Delete(older); err != nil {
				return err
			}
		}
		if err := save(tx, editKey(m.Replaces), key); err != nil {
			return err
		}
	}
	return save(tx, key, m)
}

// dequeue removes a row that is done with.
func dequeue(tx Tx, key string, m outboxRow) error {
	if m.Replaces != "" {
		newest, _, err := load[string](tx, editKey(m.Replaces))
		if err != nil {
			return err
		}
		if newest == key {
			if err := tx.Delete(editKey(m.Replaces)); err != nil {
				return err
			}
		}
	}
	return tx.Delete(key)
}

// sent is the record of a message whose id is kept.
type sent struct {
	ID MessageID `json:"id"`
	At time.Time `json:"at"`
}

// sentAs returns the id of the message that was sent under a key, "" if none was.
func sentAs(tx Tx, key string) (MessageID, error) {
	s, _, err := load[sent](tx, sentKey(key))
	return s.ID, err
}

// wasShown says whether a kept message may be in the chat. One that waits or was refused is not.
func wasShown(tx Tx, key string) (bool, error) {
	if id, err := sentAs(tx, key); err != nil || id != "" {
		return id != "", err
	}
	for record, err := range tx.Scan("outbox/", "") {
		if err != nil {
			return false, err
		}
		row, err := decode[outboxRow](record)
		if err != nil {
			return false, err
		}
		if row.Key == key {
			return row.Doubt, nil
		}
	}
	return false, nil
}
