package chatops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"sync"
	"time"
)

// How the outbox is worked off.
const (
	deliverAtOnce  = 8                // Conversations that are sent to at the same time.
	deliverTimeout = 3 * time.Minute  // One message, the waiting for a rate limit included.
	doubtLasts     = 30 * time.Second // A chat may still be at work on a message whose connection broke.
	longestBackoff = time.Minute
)

// outbox is what is on its way to the chat at this moment. The zero value is ready.
type outbox struct {
	mu   sync.Mutex
	busy map[string]bool // Conversations with a message on its way.
}

// claimed is a row of the outbox that is being sent.
type claimed struct {
	key string
	row outboxRow
	// doubt says that an earlier attempt may have sent the row already.
	doubt bool
}

// deliver starts to send all messages that may be sent now, and says when to look again. A message that ends wakes it
// earlier. Each is sent and settled on its own, so that a slow one holds up only its own conversation.
func (e *Engine) deliver(ctx context.Context) time.Duration {
	batch, wait, err := e.claim(ctx)
	if err != nil {
		e.logFailure(ctx, "read the outbox", err)
		return firstBackoff
	}
	for _, c := range batch {
		e.running.Go(func() {
			e.deliverOne(ctx, c)
			e.outbox.mu.Lock()
			delete(e.outbox.busy, c.row.To.conversation())
			e.outbox.mu.Unlock()
			e.Wake()
		})
	}
	return wait
}

// claim picks the messages to send next, at most one of each conversation so that its order holds, and marks them so that
// a crash from here on leaves a doubt instead of a second message. It also says when the next one is ready.
func (e *Engine) claim(ctx context.Context) (batch []claimed, wait time.Duration, err error) {
	e.outbox.mu.Lock()
	busy := maps.Clone(e.outbox.busy)
	e.outbox.mu.Unlock()
	free := deliverAtOnce - len(busy)
	if free == 0 {
		return nil, longestSleep, nil
	}
	err = e.Store.View(ctx, func(tx Tx) (err error) {
		batch, wait, err = ready(tx, busy, free, e.Now())
		return err
	})
	if err != nil || len(batch) == 0 {
		return nil, wait, err
	}
	var marked []claimed
	err = e.Store.Update(ctx, func(tx Tx) error {
		marked = nil
		for _, c := range batch {
			there, err := mark(tx, &c, e.Now())
			if err != nil {
				return err
			}
			if there {
				marked = append(marked, c)
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	e.outbox.mu.Lock()
	defer e.outbox.mu.Unlock()
	if e.outbox.busy == nil {
		e.outbox.busy = map[string]bool{}
	}
	for _, c := range marked {
		e.outbox.busy[c.row.To.conversation()] = true
	}
	return marked, wait, nil
}

// ready finds the first message of each conversation that may be sent now, at most free of them, and how long the others
// have to wait.
func ready(tx Tx, busy map[string]bool, free int, now time.Time) (batch []claimed, wait time.Duration, err error) {
	busy, wait = maps.Clone(busy), longestSleep
	if busy == nil {
		busy = map[string]bool{}
	}
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
		// It is further away only where the clock was set back.
		if until := row.NotBefore.Sub(now); until > 0 && until <= longestBackoff && now.Before(row.ExpiresAt) {
			wait = min(wait, until)
			// A log that cannot be read does not hold up the conversation.
			busy[conversation] = row.Log == nil
			continue
		}
		busy[conversation] = true
		batch = append(batch, claimed{key: record.Key, row: row})
		if len(batch) == free {
			break
		}
	}
	return batch, wait, nil
}

// mark notes in the store that an attempt to send a row begins, unless the row is gone. One in doubt is looked for
// first, so its mark stays as it is.
func mark(tx Tx, c *claimed, now time.Time) (there bool, err error) {
	if c.row, there, err = load[outboxRow](tx, c.key); err != nil || !there {
		return false, err
	}
	if c.doubt = c.row.Doubt; c.doubt {
		return true, nil
	}
	last, _, err := load[sent](tx, lastKey(c.row.To.conversation()))
	if err != nil {
		return false, err
	}
	c.row.After, c.row.Doubt, c.row.TriedAt = last.ID, true, now
	return true, save(tx, c.key, c.row)
}

// deliverOne sends one message and records what became of it.
func (e *Engine) deliverOne(ctx context.Context, c claimed) {
	o := e.sendGuarded(ctx, c)
	switch key := slog.String("key", c.row.Key); {
	case errors.Is(o.err, ErrUndeliverable):
		e.Logger.LogAttrs(ctx, slog.LevelError, "the chat refuses a message for good", key, slog.Any("error", o.err))
	case o.err != nil:
		e.logFailure(ctx, "send a message", o.err, key)
	}
	err := e.Store.Update(ctx, func(tx Tx) error { return settle(tx, c, o, e.Now()) })
	if err != nil {
		e.logFailure(ctx, "write the outbox", err)
		pause(ctx, firstBackoff)
	}
}

// sendGuarded is sendOne, where a panic of the chat's adapter leaves a doubt about one message and nothing more.
func (e *Engine) sendGuarded(ctx context.Context, c claimed) (o outcome) {
	defer func() {
		if what := recover(); what != nil {
			e.Logger.LogAttrs(ctx, slog.LevelError, "sending a message panicked",
				slog.String("key", c.row.Key), slog.Any("error", what), slog.String("stack", string(debug.Stack())))
			o = outcome{err: fmt.Errorf("panic: %v", what)}
		}
	}()
	return e.sendOne(ctx, c)
}
