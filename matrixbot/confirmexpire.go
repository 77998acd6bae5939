package matrixbot

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// announceAgain is how long to wait after the news that a question expired could not be sent.
const announceAgain = 10 * time.Minute

// run lets questions expire that nobody answers, and tells so, until ctx ends. The bot runs it while it is connected.
func (rt *Router) run(ctx context.Context, s sender, log *slog.Logger) error {
	for ctx.Err() == nil {
		next, err := rt.expire(ctx, s, log, time.Now())
		if err != nil {
			return fmt.Errorf("matrixbot: questions: %w", err)
		}
		timer := time.NewTimer(time.Until(next))
		select {
		case <-ctx.Done():
		case <-rt.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// expire does what is due, and returns when it has to look again.
func (rt *Router) expire(ctx context.Context, s sender, log *slog.Logger, now time.Time) (next time.Time, err error) {
	d := desk{s.storage()}
	all, err := d.all()
	if err != nil {
		return now, err
	}
	next = now.Add(kept)
	for _, c := range all {
		due, what := c.due()
		if due.After(now) {
			next = earlier(next, due)
			continue
		}
		switch what {
		case dueForget:
			err = d.store.Update(func(tx *boltstore.Tx) error { return tx.Delete(d.records(), c.ID) })
		case dueExpire:
			err = rt.announce(ctx, s, d, c)
		}
		if err != nil && what == dueExpire && ctx.Err() == nil && c.State == Expired {
			log.WarnContext(ctx, "cannot tell that a question has expired", "room", c.Room, "question", c.ID, "error", err)
			next, err = earlier(next, now.Add(announceAgain)), nil
		}
		if err != nil {
			return next, err
		}
		if again, _ := c.due(); what == dueExpire && again.After(now) {
			next = earlier(next, again)
		}
	}
	return next, nil
}

// What is due next for a question.
const (
	dueExpire = iota // It expires, or it has and that is not told yet.
	dueForget        // Nobody needs its record any more.
)

// due returns when something has to be done about a question, and what.
func (c *confirmation) due() (at time.Time, what int) {
	if c.State == Asked || c.State == Expired && !c.Done && c.Question != "" {
		return c.Expires, dueExpire
	}
	return c.Expires.Add(kept), dueForget
}

// announce lets a question expire and tells so, once: the same key is never sent twice.
func (rt *Router) announce(ctx context.Context, s sender, d desk, c *confirmation) error {
	r := &Request{Room: c.Room, Event: c.Question, Thread: c.Thread, Attempt: 1, sender: s}
	if c.State == Asked {
		expired, err := d.change(c, func(c *confirmation) { c.State = Expired })
		if err != nil || !expired { // Somebody was quicker.
			return err
		}
		rt.audit(ctx, r, c, time.Now(), &RefusalError{Decision: Expired})
	}
	if c.Question == "" { // It was never sent.
		return nil
	}
	text := "The question " + c.ID + " has expired: nothing was done."
	if err := r.notice(ctx, "expired", noticeContent(text, "", c.Thread, c.Question)); err != nil {
		return err
	}
	return rt.finish(r, c)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
