package matrixbot

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// run sends letters until ctx ends, and waits for its workers. It is called once.
func (o *outbox) run(ctx context.Context) error {
	defer o.stop()
	if err := errors.Join(o.load(), o.bot.rooms.open()); err != nil {
		return fmt.Errorf("open the outbox: %w", err)
	}
	close(o.opened)
	var workers sync.WaitGroup
	defer workers.Wait()
	workers.Go(func() { o.bot.rooms.run(ctx) })
	late := time.AfterFunc(settleStart, func() { close(o.late) })
	defer late.Stop()
	pruning := time.NewTicker(pruneEvery)
	defer pruning.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-o.wake:
			for _, room := range o.idle() {
				workers.Go(func() { o.work(ctx, room) })
			}
		case <-pruning.C:
			if err := o.prune(time.Now()); err != nil {
				return fmt.Errorf("prune the outbox: %w", err)
			}
		}
	}
}

// idle returns the rooms with letters and without a worker, which they have from now on.
func (o *outbox) idle() []id.RoomID {
	o.mu.Lock()
	defer o.mu.Unlock()
	var rooms []id.RoomID
	for room, q := range o.queues {
		if !q.working {
			q.working = true
			rooms = append(rooms, room)
		}
	}
	return rooms
}

// work sends the letters to a room until there are none.
func (o *outbox) work(ctx context.Context, room id.RoomID) {
	for l := o.head(room); l != nil; l = o.head(room) {
		eventID, err := o.deliver(ctx, l)
		if err != nil && ctx.Err() != nil {
			return // It is a record, and goes out next time.
		}
		o.finish(l, eventID, err)
	}
}

// head returns the first letter to a room. Without one the queue ends.
func (o *outbox) head(room id.RoomID) *letter {
	o.mu.Lock()
	defer o.mu.Unlock()
	q := o.queues[room]
	if len(q.letters) == 0 {
		delete(o.queues, room)
		return nil
	}
	return q.letters[0]
}

// finish notes what became of the first letter to a room.
func (o *outbox) finish(l *letter, eventID id.EventID, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if l.event != "" { // A sync has shown it before the answer came, or none did.
		eventID, err = l.event, nil
	}
	l.event, l.err = eventID, err
	if noting := o.file(l, eventID); noting != nil {
		l.err = errors.Join(l.err, noting)
	}
	if err != nil {
		o.bot.log.Warn("message not sent", "room_id", l.Room.String(), "event_type", l.Type.Type, "error", err.Error())
	}
	q := o.queues[l.Room]
	q.letters = q.letters[1:]
	delete(o.letters, l.Key)
	close(l.done)
}

// prune forgets the ids of events that were sent long ago.
func (o *outbox) prune(now time.Time) error {
	until := now.Add(-keepSent).UTC().Format(time.DateOnly)
	records, err := o.days.Scan("")
	if err != nil {
		return err
	}
	return o.bot.store.Update(func(tx *boltstore.Tx) error {
		for _, r := range records {
			day, key := r.Key[:len(time.DateOnly)], r.Key[len(time.DateOnly)+1:]
			if day >= until {
				break
			}
			if err := tx.Delete(o.sent, key); err != nil {
				return err
			}
			if err := tx.Delete(o.days, r.Key); err != nil {
				return err
			}
		}
		return nil
	})
}

// txnID is the transaction id of a letter: a hash of its key, since keys have any length and characters.
func txnID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "sb" + base64.RawURLEncoding.EncodeToString(sum[:16])
}

// deliver sends a letter until it has arrived, or never will.
func (o *outbox) deliver(ctx context.Context, l *letter) (id.EventID, error) {
	return persist(ctx, o.bot.log, "send", attemptTimeout, func(ctx context.Context) (id.EventID, error) {
		if seen, err := o.settle(ctx, l); seen != "" || err != nil {
			return seen, err
		}
		room, content := o.bot.rooms.forward(l)
		if err := o.bot.rooms.ready(ctx, room); err != nil {
			return "", err
		}
		if err := o.trying(l); err != nil {
			return "", err
		}
		return o.attempt(ctx, room, l, content)
	})
}

// attempt makes the request for a letter.
func (o *outbox) attempt(ctx context.Context, room id.RoomID, l *letter, content json.RawMessage) (id.EventID, error) {
	client := o.bot.client
	var resp *mautrix.RespSendEvent
	var err error
	if l.Redacts != "" {
		var reason event.RedactionEventContent
		if err := json.Unmarshal(content, &reason); err != nil {
			return "", err
		}
		resp, err = client.RedactEvent(ctx, room, l.Redacts, mautrix.ReqRedact{Reason: reason.Reason, TxnID: txnID(l.Key)})
	} else {
		if err := o.bot.mayEncrypt(ctx, room, l.Type); err != nil {
			return "", err
		}
		resp, err = client.SendMessageEvent(ctx, room, l.Type, content, mautrix.ReqSendEvent{TransactionID: txnID(l.Key)})
	}
	if err != nil {
		return "", err
	}
	if resp == nil || resp.EventID == "" {
		return "", errNoEventID
	}
	return resp.EventID, nil
}

var errNoEventID = errors.New("the homeserver's answer has no event id")

// mayEncrypt makes sure that nothing goes in the clear into a room that is encrypted. Reactions always do: Matrix has
// no encrypted ones.
func (b *Bot) mayEncrypt(ctx context.Context, room id.RoomID, typ event.Type) error {
	if b.client.Crypto != nil || typ.Type == event.EventReaction.Type {
		return nil
	}
	encrypted, err := b.store.State().IsEncrypted(ctx, room)
	if err == nil && encrypted {
		return ErrPlaintext
	}
	return err
}
