package matrixbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix/event"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// lateMessage is a message whose key has not come. Keys and messages travel by different ways.
type lateMessage struct {
	key      string // Its number, which it keeps when it can be read.
	event    *event.Event
	age      time.Duration // When it was received.
	received time.Time
	asked    bool
}

const (
	// lateHold is how long later messages of a room wait for one without its key, so that it comes before them.
	lateHold = 3 * time.Second
	// lateTime is how long a key is waited for.
	lateTime = 10 * time.Minute
	// maxLate is how many messages wait for their keys; more are given up.
	maxLate = 1000
)

// lateRecord is what is stored of a lateMessage. The event is encrypted by nature.
type lateRecord struct {
	Event    *event.Event  `json:"event"`
	Age      time.Duration `json:"age"`
	Received time.Time     `json:"received"`
}

func (x *inbox) loadLate(record boltstore.Record) error {
	var stored lateRecord
	if err := json.Unmarshal(record.Value, &stored); err != nil || stored.Event == nil {
		return fmt.Errorf("a message that waits for its key cannot be read: the store is damaged: %w", err)
	}
	prepare(stored.Event.RoomID, events{stored.Event})
	x.late = append(x.late, &lateMessage{key: record.Key, event: stored.Event, age: stored.Age, received: stored.Received})
	return nil
}

// writeLate is the part of commit about messages without keys.
func (x *inbox) writeLate(tx *boltstore.Tx, changes *batch) error {
	for _, late := range changes.lates {
		value, err := json.Marshal(lateRecord{late.event, late.age, late.received})
		if err != nil {
			return err
		}
		if err := tx.Put(x.lates, late.key, value); err != nil {
			return err
		}
		x.late = append(x.late, late)
	}
	for _, late := range changes.resolved {
		if err := tx.Delete(x.lates, late.key); err != nil {
			return err
		}
		x.late = slices.DeleteFunc(x.late, func(l *lateMessage) bool { return l == late })
	}
	return nil
}

// waiting says whether messages wait for their keys.
func (x *inbox) waiting() bool { return len(x.late) > 0 }

// decrypt decrypts an event. Whatever the event is, a mistake in what decrypts it must not end the bot.
func (b *Bot) decrypt(ctx context.Context, evt *event.Event) (decrypted *event.Event, err error) {
	defer func() {
		if what := recover(); what != nil {
			decrypted, err = nil, fmt.Errorf("%w: %v", e2ee.ErrUndecryptable, what)
		}
	}()
	if decrypted, err = b.crypto.Decrypt(ctx, evt); err != nil {
		return nil, err
	}
	decrypted.Mautrix.WasEncrypted = true
	if decrypted.Content.Parsed == nil {
		parse(decrypted)
	}
	return decrypted, nil
}

// hopeless says whether waiting for a key is of no use.
func hopeless(err error) bool {
	return errors.Is(err, e2ee.ErrUndecryptable) || errors.Is(err, e2ee.ErrRedacted)
}

// receiveEncrypted takes an encrypted message in, or has it wait for its key.
func (s *syncer) receiveEncrypted(ctx context.Context, evt *event.Event, age time.Duration, changes *batch) error {
	b := s.bot
	if b.crypto == nil {
		b.log.DebugContext(ctx, "an encrypted message was left out: the bot has no encryption", "room", evt.RoomID, "event", evt.ID)
		return nil
	}
	decrypted, err := b.decrypt(ctx, evt)
	if err == nil {
		return s.accept(ctx, decrypted, age, b.inbox.number(), changes)
	}
	changes.seen[evt.ID] = true
	if hopeless(err) || len(b.inbox.late)+len(changes.lates) >= maxLate {
		b.log.WarnContext(ctx, "a message cannot be decrypted", "room", evt.RoomID, "event", evt.ID, "sender", evt.Sender, "error", err)
		return nil
	}
	b.log.InfoContext(ctx, "the key to a message is late", "room", evt.RoomID, "event", evt.ID, "sender", evt.Sender, "error", err)
	changes.lates = append(changes.lates, &lateMessage{key: b.inbox.number(), event: evt, age: age, received: time.Now()})
	return nil
}

// retryLate looks whether keys have come. When one is late by more than the time of a hold, it is asked for.
func (s *syncer) retryLate(ctx context.Context, changes *batch) error {
	b := s.bot
	for _, late := range b.inbox.late {
		evt, waited := late.event, time.Since(late.received)
		decrypted, err := b.decrypt(ctx, evt)
		switch {
		case err == nil:
			changes.resolved = append(changes.resolved, late)
			if err := s.accept(ctx, decrypted, late.age+max(0, waited), late.key, changes); err != nil {
				return err
			}
		case hopeless(err) || waited > lateTime || waited < 0:
			changes.resolved = append(changes.resolved, late)
			b.log.WarnContext(ctx, "the key to a message did not come", "room", evt.RoomID, "event", evt.ID, "sender", evt.Sender, "error", err)
		case !late.asked && waited >= lateHold:
			late.asked = true
			content := evt.Content.AsEncrypted()
			//nolint:staticcheck // Old clients name the key and the device; the others' fields are empty.
			b.crypto.RequestSession(ctx, evt.RoomID, content.SenderKey, content.SessionID, evt.Sender, content.DeviceID)
		}
	}
	return nil
}
