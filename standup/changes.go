package standup

import (
	"fmt"
	"time"
)

// changes is what a decision wants: records to write and remove, and messages
// to send. Applying it in one transaction makes them happen together.
type changes struct {
	writes   []write
	messages []outboxRow
}

type write struct {
	key   string
	value any // nil removes the record.
}

// present is the value of a record that says all with its key.
type present struct{}

func (c *changes) put(key string, value any) { c.writes = append(c.writes, write{key, value}) }
func (c *changes) remove(key string)         { c.writes = append(c.writes, write{key, nil}) }
func (c *changes) send(m outboxRow)          { c.messages = append(c.messages, m) }

func (c *changes) run(r Run)           { c.put(runKey(r.Team, r.Date), r) }
func (c *changes) response(r Response) { c.put(r.id().key(), r) }
func (c *changes) at(d due)            { c.put(d.key(), present{}) }

// merge adds the changes of another decision.
func (c *changes) merge(other changes) {
	c.writes = append(c.writes, other.writes...)
	c.messages = append(c.messages, other.messages...)
}

// team writes a team whose people, schedule or pause changed, and moves its
// next run in the timetable.
func (c *changes) team(before, after Team) {
	if !before.Next.OpenAt.IsZero() {
		c.remove(before.listing().key())
		c.remove(before.opening().key())
	}
	if !after.Next.OpenAt.IsZero() {
		if after.ListedAt.Before(after.listing().at) {
			c.at(after.listing())
		}
		c.at(after.opening())
	}
	for _, m := range before.Members {
		if _, still := after.member(m.ID); !still {
			c.remove(memberKey(m.ID, after.ID))
		}
	}
	for _, m := range after.Members {
		if _, known := before.member(m.ID); !known {
			c.put(memberKey(m.ID, after.ID), present{})
		}
	}
	c.put(teamKey(after.ID), after)
}

// apply writes the changes into a transaction.
func (c *changes) apply(tx Tx) error {
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
		number, err := nextNumber(tx)
		if err != nil {
			return err
		}
		if err := save(tx, m.key(number), m); err != nil {
			return err
		}
	}
	return nil
}

// nextNumber returns a number that is greater than all before it, as the part
// of a key that keeps records in order.
func nextNumber(tx Tx) (string, error) {
	number, _, err := load[uint64](tx, "sequence")
	if err != nil {
		return "", err
	}
	number++
	return fmt.Sprintf("%016x", number), save(tx, "sequence", number)
}

// priority orders the outbox: who waits for an answer goes first.
type priority int

const (
	prioritySoon priority = iota // Somebody has just written and waits.
	priorityBulk                 // Prompts, reminders and reports, which may be many.
)

// outboxRow is a message that is committed and not yet known to be sent.
type outboxRow struct {
	Outgoing  `json:"outgoing"`
	Priority  priority    `json:"priority"`
	ExpiresAt time.Time   `json:"expires_at"`         // Not sent any more from then on.
	Asks      *responseID `json:"asks,omitempty"`     // The response whose question this message asks.
	Keep      bool        `json:"keep,omitempty"`     // The message may be edited later.
	Replaces  string      `json:"replaces,omitempty"` // The key of the sent message that this one edits.

	Attempts  int       `json:"attempts,omitempty"`
	NotBefore time.Time `json:"not_before,omitzero"`
	Doubt     bool      `json:"doubt,omitempty"`   // An attempt has begun whose outcome is not known.
	TriedAt   time.Time `json:"tried_at,omitzero"` // When it began.
	After     MessageID `json:"after,omitempty"`   // The newest message in the conversation before the first attempt.
}

func (m outboxRow) key(number string) string {
	return joinKey("outbox", fmt.Sprint(int(m.Priority)), number)
}
