package chatops

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"
)

// gatherTimeout bounds what is asked of Semaphore and of the chat for one command.
const gatherTimeout = 15 * time.Second

// Handle takes in one event of the chat. When it returns nil, what the event leads to is stored, messages to send
// included, and handing the same event over again does nothing; the adapter may then acknowledge it. After an error
// nothing is stored and the event is to be handed over again, unless the error is [ErrInvalidEvent]. Events of one person
// are handed over one at a time and in order; those of different rooms may come at the same time, so that one who waits
// for Semaphore, for 15 seconds at most, holds up nobody else. Handle does not wait for messages to be sent; Run sends
// them.
func (e *Engine) Handle(ctx context.Context, in Incoming) error {
	if err := in.validate(); err != nil {
		return err
	}
	if in.FromBot || in.Edit {
		return nil
	}
	in.Text = strings.TrimSpace(strings.ToValidUTF8(in.Text, "\uFFFD"))
	err := e.handle(ctx, in)
	if err != nil {
		return fmt.Errorf("chatops: handle event: %w", err)
	}
	return nil
}

func (e *Engine) handle(ctx context.Context, in Incoming) error {
	var seen []byte
	err := e.Store.View(ctx, func(tx Tx) (err error) {
		seen, err = tx.Get(eventKey(in.ID))
		return err
	})
	if err != nil || seen != nil {
		return err
	}
	var v verdict
	if err = e.guarded(ctx, in, func() error { return e.judge(ctx, in, &v) }); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		v.decide = e.excuse(ctx, in, err)
	}
	if v.decide == nil {
		return nil
	}
	err = e.settleEvent(ctx, in, v)
	undecided, ok := errors.AsType[*decisionError](err)
	if !ok || ctx.Err() != nil {
		return err
	}
	v.decide = e.excuse(ctx, in, undecided.error)
	return e.settleEvent(ctx, in, v)
}

// verdict is what an event leads to. Without a decision it leads to nothing, and is not even recorded.
type verdict struct {
	command string // What the audit calls it.
	decide  decision
}

// decisionError is an error of a decision, as against one of the store in which it was made.
type decisionError struct{ error }

func (e *decisionError) Unwrap() error { return e.error }

// settleEvent carries out a verdict: what it changes, the event's record and the audit in one transaction.
func (e *Engine) settleEvent(ctx context.Context, in Incoming, v verdict) error {
	return e.commit(ctx, func(tx Tx) (c changes, err error) {
		seen, err := tx.Get(eventKey(in.ID))
		if err != nil || seen != nil {
			return changes{}, err
		}
		err = e.guarded(ctx, in, func() (err error) {
			c, err = v.decide(tx)
			return err
		})
		if err != nil {
			return changes{}, &decisionError{err}
		}
		if len(c.audit) == 0 {
			c.note(AuditEntry{Decision: DecisionDone})
		}
		for i := range c.audit {
			a := &c.audit[i]
			a.Event = in.ID
			if a.Actor == "" {
				a.Actor = in.From
			}
			if a.Room == "" {
				a.Room = in.Room
			}
			if a.Command == "" {
				a.Command = v.command
			}
		}
		c.put(eventKey(in.ID), present{At: e.Now()})
		return c, nil
	})
}

// panicError is what came of a panic.
type panicError struct{ what any }

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.what) }

// guarded runs f and turns a panic into an error.
func (e *Engine) guarded(ctx context.Context, in Incoming, f func() error) (err error) {
	defer func() {
		if what := recover(); what != nil {
			e.Logger.LogAttrs(ctx, slog.LevelError, "handling an event panicked",
				slog.String("event", string(in.ID)), slog.Any("error", what), slog.String("stack", string(debug.Stack())))
			err = &panicError{what}
		}
	}()
	return f()
}

// excuse is the decision where an event could not be decided: who caused it is told why.
func (e *Engine) excuse(ctx context.Context, in Incoming, err error) decision {
	if r, ok := errors.AsType[*refusal](err); ok {
		return e.refuse(in, r)
	}
	id := rand.Text()[:8]
	e.Logger.LogAttrs(ctx, slog.LevelError, "handling an event failed",
		slog.String("error_id", id), slog.String("event", string(in.ID)), slog.Any("error", err))
	return e.refuse(in, &refusal{notice: sentence(explain(err, id)), decision: DecisionFailed, reason: "error " + id})
}

// audited is the entry about a refusal.
func (r *refusal) audited() AuditEntry {
	return AuditEntry{Decision: r.decision, Reason: r.reason, Target: r.target, Request: r.request}
}

// refuse is the decision to do nothing but to say why.
func (e *Engine) refuse(in Incoming, r *refusal) decision {
	return func(Tx) (changes, error) {
		var c changes
		if len(r.notice) > 0 {
			c.messages = e.reply(in, in.key("refusal"), r.notice)
		}
		c.note(r.audited())
		return c, nil
	}
}
