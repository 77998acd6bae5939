package standup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"
)

// How the outbox is worked off.
const (
	deliverAtOnce  = 8                // Conversations that are sent to at the same time.
	deliverTimeout = 3 * time.Minute  // One message, the waiting for a rate limit included.
	doubtLasts     = 30 * time.Second // A chat may still be at work on a message whose connection broke.
	firstBackoff   = time.Second
	longestBackoff = time.Minute
)

// sender works off the outbox during one Run. Each message is sent and settled
// on its own, so that a slow one holds up only its own conversation.
type sender struct {
	*Engine
	sends sync.WaitGroup

	mu   sync.Mutex
	busy map[string]bool // Conversations with a message on its way.
}

// work starts to send all messages that may be sent now, and says when to look
// again. A message that ends wakes it earlier.
func (s *sender) work(ctx context.Context) time.Duration {
	if err := s.unparkAll(ctx); err != nil {
		s.logFailure(ctx, "handle parked messages", err)
		return firstBackoff
	}
	batch, wait, err := s.claim(ctx)
	if err != nil {
		s.logFailure(ctx, "read the outbox", err)
		return firstBackoff
	}
	for _, c := range batch {
		s.sends.Go(func() {
			s.deliver(ctx, c)
			s.mu.Lock()
			delete(s.busy, c.row.To.conversation())
			s.mu.Unlock()
			s.Wake()
		})
	}
	return wait
}

// claimed is an outbox row that is being sent.
type claimed struct {
	key string
	row outboxRow
	// doubt says that an earlier attempt may have sent the row already.
	doubt bool
}

// claim picks the messages to send next, at most one of each conversation so
// that its order holds, and marks them so that a crash from here on leaves a
// doubt instead of a second message. It also says when the next one is ready.
func (s *sender) claim(ctx context.Context) (batch []claimed, wait time.Duration, err error) {
	s.mu.Lock()
	busy := maps.Clone(s.busy)
	s.mu.Unlock()
	free := deliverAtOnce - len(busy)
	if free == 0 {
		return nil, longestSleep, nil
	}
	err = s.Store.View(ctx, func(tx Tx) (err error) {
		batch, wait, err = ready(tx, busy, free, s.Now())
		return err
	})
	if err != nil || len(batch) == 0 {
		return nil, wait, err
	}
	err = s.Store.Update(ctx, func(tx Tx) error {
		for i := range batch {
			if batch[i].row.Doubt {
				continue // It is looked for first.
			}
			if err := mark(tx, &batch[i], s.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	s.mu.Lock()
	for _, c := range batch {
		s.busy[c.row.To.conversation()] = true
	}
	s.mu.Unlock()
	return batch, wait, nil
}

// ready finds the first message of each conversation that may be sent now, at
// most free of them, and how long the others have to wait.
func ready(tx Tx, busy map[string]bool, free int, now time.Time) (batch []claimed, wait time.Duration, err error) {
	busy, wait = maps.Clone(busy), longestSleep
	for record, err := range tx.Scan("outbox/", "") {
		if err != nil {
			return nil, 0, err
		}
		row, err := decode[outboxRow](record)
		if err != nil {
			return nil, 0, err
		}
		conversation := row.To.conversation()
		if busy[conversation] {
			continue
		}
		busy[conversation] = true
		if until := row.NotBefore.Sub(now); until > 0 && now.Before(row.ExpiresAt) {
			wait = min(wait, until)
			continue
		}
		batch = append(batch, claimed{key: record.Key, row: row, doubt: row.Doubt})
		if len(batch) == free {
			break
		}
	}
	return batch, wait, nil
}

// mark notes in the store that an attempt to send a row begins.
func mark(tx Tx, c *claimed, now time.Time) (err error) {
	if c.row.After, _, err = load[MessageID](tx, lastKey(c.row.To.conversation())); err != nil {
		return err
	}
	c.row.Doubt, c.row.TriedAt = true, now
	if c.row.Asks != nil {
		if err := save(tx, doubtKey(c.row.Asks.User), present{}); err != nil {
			return err
		}
	}
	return save(tx, c.key, c.row)
}

// outcome is what became of an attempt to send a row.
type outcome struct {
	id    MessageID // The message, where err is nil.
	err   error
	known bool // Whether the message is in the chat or not, it is known.
}

// deliver sends one message and records what became of it.
func (s *sender) deliver(ctx context.Context, c claimed) {
	o := s.sendOne(ctx, c)
	if o.err != nil {
		s.logFailure(ctx, "send a message", o.err, slog.String("key", c.row.Key))
	}
	err := s.Store.Update(ctx, func(tx Tx) error { return settle(tx, c, o, s.Now()) })
	if err != nil {
		s.logFailure(ctx, "write the outbox", err)
		pause(ctx, firstBackoff)
	}
}

// pause waits, but not longer than the context lasts.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

var errExpired = errors.New("the message is too old to be sent")

// errReplacedGone says that an edit has nothing to edit.
var errReplacedGone = errors.New("the message to be edited was never sent")

// errAbsent says that a message in doubt was not sent after all.
var errAbsent = fmt.Errorf("%w: it is not in the chat", ErrNotSent)

// errNotYet says that a message in doubt may still appear.
var errNotYet = errors.New("the message is not in the chat yet")

// lookFor finds out what became of a message in doubt. Absence counts only when
// the chat has had time to finish what it was doing.
func (e *Engine) lookFor(ctx context.Context, row outboxRow) outcome {
	id, found, err := e.Chat.Find(ctx, row.Outgoing, row.After)
	since := e.Now().Sub(row.TriedAt) // Negative where the clock was set back.
	switch {
	case found:
		return outcome{id: id, known: true}
	case !e.Now().Before(row.ExpiresAt):
		return outcome{err: errors.Join(ErrUndeliverable, errExpired), known: true}
	case err != nil:
		return outcome{err: fmt.Errorf("find out whether it was sent: %w", err)}
	case since >= 0 && since < doubtLasts:
		return outcome{err: errNotYet}
	}
	return outcome{err: errAbsent, known: true}
}

// sendOne posts a message, or looks for one that may have been posted.
func (e *Engine) sendOne(ctx context.Context, c claimed) outcome {
	ctx, cancel := context.WithTimeout(ctx, deliverTimeout)
	defer cancel()
	row, expired := c.row, !e.Now().Before(c.row.ExpiresAt)
	if row.Replaces != "" {
		return e.editOne(ctx, row, expired)
	}
	if c.doubt {
		return e.lookFor(ctx, row)
	}
	if expired {
		return outcome{err: errors.Join(ErrUndeliverable, errExpired), known: true}
	}
	id, err := e.Chat.Send(ctx, row.Outgoing)
	return outcome{id: id, err: err, known: err == nil || errors.Is(err, ErrNotSent) || errors.Is(err, ErrUndeliverable)}
}

// editOne edits a message that was sent before.
func (e *Engine) editOne(ctx context.Context, row outboxRow, expired bool) outcome {
	id, err := e.sentAs(ctx, row.Replaces)
	switch {
	case err != nil:
		return outcome{err: err}
	case expired:
		return outcome{err: errors.Join(ErrUndeliverable, errExpired), known: true}
	case id == "":
		return outcome{err: errors.Join(ErrUndeliverable, errReplacedGone), known: true}
	}
	err = e.Chat.Edit(ctx, id, row.Outgoing)
	return outcome{id: id, err: err, known: err == nil || errors.Is(err, ErrUndeliverable)}
}

// sentAs returns the id of a message that was sent under key, "" if none was.
func (e *Engine) sentAs(ctx context.Context, key string) (id MessageID, err error) {
	err = e.Store.View(ctx, func(tx Tx) error {
		id, _, err = load[MessageID](tx, sentKey(key))
		return err
	})
	return id, err
}

// settle records what became of an attempt.
func settle(tx Tx, c claimed, o outcome, now time.Time) error {
	row := c.row
	final := o.known && errors.Is(o.err, ErrUndeliverable)
	if o.known && row.Asks != nil {
		if err := tx.Delete(doubtKey(row.Asks.User)); err != nil {
			return err
		}
	}
	if o.err != nil && !final {
		row.Doubt = !o.known
		if !errors.Is(o.err, errAbsent) { // Else it is sent at once.
			row.Attempts++
			row.NotBefore = now.Add(min(firstBackoff<<min(row.Attempts-1, 6), longestBackoff))
		}
		return save(tx, c.key, row)
	}
	if err := tx.Delete(c.key); err != nil {
		return err
	}
	if row.Asks != nil {
		if err := settleQuestion(tx, *row.Asks, o, now); err != nil {
			return err
		}
	}
	if final || row.Replaces != "" {
		return nil
	}
	if row.Keep {
		if err := save(tx, sentKey(row.Key), o.id); err != nil {
			return err
		}
	}
	return save(tx, lastKey(row.To.conversation()), o.id)
}

// settleQuestion records that a question reached a person, or that it never
// will.
func settleQuestion(tx Tx, id responseID, o outcome, now time.Time) error {
	r, found, err := load[Response](tx, id.key())
	if err != nil || !found {
		return err
	}
	if o.err != nil {
		r.Unreachable = r.AskedAt.IsZero() && len(r.Answers) == 0
	} else {
		r.AskedAt, r.AskedIn, r.AskedFirst = now, o.id, cmp.Or(r.AskedFirst, o.id)
	}
	return save(tx, id.key(), r)
}

// logFailure reports what failed and is tried again, unless it failed because
// the engine is stopping.
func (e *Engine) logFailure(ctx context.Context, what string, err error, attributes ...slog.Attr) {
	if ctx.Err() != nil {
		return
	}
	attributes = append(attributes, slog.String("what", what), slog.Any("error", err))
	e.Logger.LogAttrs(ctx, slog.LevelWarn, "an attempt failed and will be repeated", attributes...)
}
