package chatops

import (
	"time"
)

// changes is what a decision wants: records to write and remove, messages to send, and what the audit says. Applying it
// in one transaction makes them happen together.
type changes struct {
	writes   []write
	messages []outboxRow
	audit    []AuditEntry
}

type write struct {
	key   string
	value any // nil removes the record.
}

func (c *changes) put(key string, value any) { c.writes = append(c.writes, write{key, value}) }
func (c *changes) remove(key string)         { c.writes = append(c.writes, write{key, nil}) }
func (c *changes) send(m outboxRow)          { c.messages = append(c.messages, m) }
func (c *changes) note(entry AuditEntry)     { c.audit = append(c.audit, entry) }

// merge adds the changes of another decision.
func (c *changes) merge(other changes) {
	c.writes = append(c.writes, other.writes...)
	c.messages = append(c.messages, other.messages...)
	c.audit = append(c.audit, other.audit...)
}

// outboxRow is a message that is committed and not yet known to be sent.
type outboxRow struct {
	Outgoing  `json:"outgoing"`
	ExpiresAt time.Time `json:"expires_at,omitzero"` // Not sent any more from then on; zero: a day after it was written.
	Keep      bool      `json:"keep,omitempty"`      // Its id is kept under sentKey, to edit it or to write below it.
	Replaces  string    `json:"replaces,omitempty"`  // The key of the kept message that this one edits. The newest edit wins.
	Anew      bool      `json:"anew,omitempty"`      // Where the chat refuses the edit for good, it is posted as a new message.
	Asks      string    `json:"asks,omitempty"`      // The id of the request that this message asks about: reactions to it are answers.
	Under     *under    `json:"under,omitempty"`     // It goes into the thread below a kept message.
	Log       *TaskRef  `json:"log,omitempty"`       // It is sent with the whole log of a task as a file.

	Attempts  int       `json:"attempts,omitempty"`
	NotBefore time.Time `json:"not_before,omitzero"`
	Doubt     bool      `json:"doubt,omitempty"`   // An attempt has begun whose outcome is not known.
	TriedAt   time.Time `json:"tried_at,omitzero"` // When it began.
	After     MessageID `json:"after,omitempty"`   // The newest message in the conversation before the first attempt.
}

// under is the thread below a message.
type under struct {
	Key   string `json:"key"`   // Of the kept message.
	Title string `json:"title"` // Of the topic, on chats that have these.
}

// apply writes the changes into a transaction.
func (c *changes) apply(tx Tx, now time.Time) error {
	for _, w := range c.writes {
		var err error
		if w.value == nil {
			err = tx.Delete(w.key)
		} else {
			err = save(tx, w.key, w.value)
		}
		if err != nil {
			return err
		}
	}
	for _, m := range c.messages {
		if err := enqueue(tx, m, now); err != nil {
			return err
		}
	}
	for _, entry := range c.audit {
		number, err := nextNumber(tx, "audit")
		if err != nil {
			return err
		}
		entry.Seq, entry.Time = number, now
		if err := save(tx, auditKey(number), entry); err != nil {
			return err
		}
	}
	return nil
}

// numberKey is the key of the last number of a kind.
func numberKey(kind string) string { return joinKey("number", kind) }

// nextNumber returns a number that is greater than all before it of its kind.
func nextNumber(tx Tx, kind string) (uint64, error) {
	number, _, err := load[uint64](tx, numberKey(kind))
	if err != nil {
		return 0, err
	}
	number++
	return number, save(tx, numberKey(kind), number)
}
