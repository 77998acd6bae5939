package matrixbot

import (
	"context"
	"encoding/json"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// A transaction id alone does not keep a letter from being sent twice: Dendrite knows a transaction from the moment on
// in which it has answered, and not at all where the client was gone by then. So before a letter is sent once more, of
// which it is not known what became the last time, the bot waits a moment, in which the syncs would show it: to the
// device that has sent an event they tell its transaction id.

const (
	// settleTime is how long the homeserver may take to show an event after the request for it has ended.
	settleTime = time.Second
	// settleStart is how long letters from before a restart wait for the first sync.
	settleStart = 10 * time.Second
)

// settle waits until it is known what became of the last attempt to send a letter: its event has been seen, and is
// returned, or would have been.
func (o *outbox) settle(ctx context.Context, l *letter) (seen id.EventID, err error) {
	o.mu.Lock()
	tried := l.tried
	o.mu.Unlock()
	if tried.IsZero() {
		return "", nil
	}
	// A clock that was set back must not hold letters.
	quiet := time.NewTimer(min(settleTime, settleTime-time.Since(tried)))
	defer quiet.Stop()
	synced, late := o.synced, o.late // One of them is enough.
	for due := quiet.C; due != nil || synced != nil; {
		select {
		case <-l.seen:
			return l.event, nil
		case <-due:
			due = nil
		case <-synced:
			synced, late = nil, nil
		case <-late:
			synced, late = nil, nil
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
	select {
	case <-l.seen:
		return l.event, nil
	default:
		return "", nil
	}
}

// trying notes that the request for a letter may leave: the barrier has the note on the disk before it does.
func (o *outbox) trying(l *letter) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	l.tried = time.Now()
	if l.event != "" {
		return nil // Its record is gone.
	}
	return o.write(l)
}

// write makes the record of a letter; o.mu is held.
func (o *outbox) write(l *letter) error {
	content, ok := l.Content.(json.RawMessage)
	if !ok {
		return ErrMessage
	}
	raw, err := json.Marshal(letterRecord{
		Key: l.Key, Room: l.Room, Type: l.Type.Type, Content: content, Redacts: l.Redacts, Tried: l.tried,
	})
	if err != nil {
		return err
	}
	return o.unsent.Put(l.record, o.bot.sealer.seal(unsentSet, l.record, raw))
}

// arrived takes an event of the bot's own from a sync: the letter in it has arrived.
func (o *outbox) arrived(ctx context.Context, evt *event.Event) error {
	if evt.Unsigned.TransactionID == "" || evt.ID == "" {
		return nil
	}
	if err := o.open(ctx); err != nil { // The letters from before are loaded then.
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, l := range o.letters {
		if l.event != "" || txnID(l.Key) != evt.Unsigned.TransactionID {
			continue
		}
		if err := o.file(l, evt.ID); err != nil {
			return err
		}
		l.event = evt.ID
		close(l.seen)
	}
	return nil
}

// sync notes that a sync was taken in.
func (o *outbox) sync() { o.syncOnce.Do(func() { close(o.synced) }) }

// file moves the record of a letter to those that were sent, or removes it where there is no event; o.mu is held.
func (o *outbox) file(l *letter, eventID id.EventID) error {
	return o.bot.store.Update(func(tx *boltstore.Tx) error {
		if err := tx.Delete(o.unsent, l.record); err != nil || eventID == "" {
			return err
		}
		if err := tx.Put(o.sent, l.Key, []byte(eventID)); err != nil {
			return err
		}
		return tx.Put(o.days, time.Now().UTC().Format(time.DateOnly)+"/"+l.Key, []byte{})
	})
}
