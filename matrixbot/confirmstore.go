package matrixbot

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// confirmation is a question on record.
type confirmation struct {
	Confirmation

	Key               string          `json:"key"` // What it was asked for: the request, and which send of it.
	Arguments         json.RawMessage `json:"arguments"`
	Allowed           []id.UserID     `json:"allowed,omitempty"`
	TwoPeople         bool            `json:"two_people,omitempty"`
	PlaintextReaction bool            `json:"plaintext_reaction,omitempty"`
	State             Decision        `json:"state"`          // Asked, Confirmed, Cancelled or Expired.
	Done              bool            `json:"done,omitempty"` // What follows from the state is done.
}

// Bounds for what is kept.
const (
	maxOpen          = 16             // questions of one person that are open
	maxConfirmations = 1000           // questions on record
	kept             = 24 * time.Hour // how long one is, after it could be answered, to tell who comes late
)

// desk keeps the questions in the bot's store.
type desk struct{ store *boltstore.Store }

func (d desk) records() *boltstore.Records { return d.store.Records("confirmations") }

// all returns all questions.
func (d desk) all() (all []*confirmation, err error) {
	err = d.store.Update(func(tx *boltstore.Tx) error {
		all, err = d.scan(tx)
		return err
	})
	return all, err
}

func (d desk) scan(tx *boltstore.Tx) ([]*confirmation, error) {
	var all []*confirmation
	for _, record := range tx.Scan(d.records(), "") {
		c := &confirmation{}
		if err := json.Unmarshal(record.Value, c); err != nil {
			return nil, fmt.Errorf("the question %q on record: %w", record.Key, err)
		}
		all = append(all, c)
	}
	return all, nil
}

// open puts a new question on record and gives it an id, or loads into c the one that was asked for the same.
func (d desk) open(tx *boltstore.Tx, c *confirmation) error {
	all, err := d.scan(tx)
	if err != nil {
		return err
	}
	byID, open := map[string]bool{}, 0
	for _, other := range all {
		if other.Key == c.Key {
			*c = *other
			return nil
		}
		byID[other.ID] = true
		if other.State == Asked && other.Requester == c.Requester {
			open++
		}
	}
	if len(all) >= maxConfirmations {
		if all, err = d.forgetOne(tx, all); err != nil {
			return err
		}
	}
	if open >= maxOpen || len(all) >= maxConfirmations {
		return &RefusalError{
			Decision: Limited, Reason: "open questions",
			Notice: "There are too many open questions. Answer some of them, or try again later.",
		}
	}
	length := shortestID
	for byID[confirmationID(c.Key, length)] {
		length++
	}
	c.ID = confirmationID(c.Key, length)
	return d.put(tx, c)
}

// forgetOne removes the oldest of the questions that are settled, so that nobody can fill the records with those.
func (d desk) forgetOne(tx *boltstore.Tx, all []*confirmation) ([]*confirmation, error) {
	oldest := -1
	for i, c := range all {
		if _, what := c.due(); what == dueForget && (c.Done || c.State == Expired) && (oldest < 0 || c.Expires.Before(all[oldest].Expires)) {
			oldest = i
		}
	}
	if oldest < 0 {
		return all, nil
	}
	forgotten := all[oldest].ID
	return slices.Delete(all, oldest, oldest+1), tx.Delete(d.records(), forgotten)
}

// change changes a question if it is still in the state in which the caller saw it. In any case c is what is on record
// afterwards.
func (d desk) change(c *confirmation, change func(c *confirmation)) (changed bool, err error) {
	state, done := c.State, c.Done
	err = d.store.Update(func(tx *boltstore.Tx) error {
		if err := d.load(tx, c); err != nil || c.State != state || c.Done != done {
			return err
		}
		change(c)
		changed = true
		return d.put(tx, c)
	})
	return changed, err
}

// sent notes that a question was sent, and from then on counts until when it can be answered.
func (d desk) sent(c *confirmation, question id.EventID, expires time.Time) error {
	return d.store.Update(func(tx *boltstore.Tx) error {
		if err := d.load(tx, c); err != nil {
			return err
		}
		c.Question = question
		if c.State == Asked {
			c.Expires = expires
		}
		return d.put(tx, c)
	})
}

func (d desk) load(tx *boltstore.Tx, c *confirmation) error {
	now := &confirmation{}
	if err := json.Unmarshal(tx.Get(d.records(), c.ID), now); err != nil {
		return fmt.Errorf("the question %q on record: %w", c.ID, err)
	}
	*c = *now
	return nil
}

func (d desk) put(tx *boltstore.Tx, c *confirmation) error {
	value, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return tx.Put(d.records(), c.ID, value)
}
