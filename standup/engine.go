package standup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Config is what an [Engine] works with.
type Config struct {
	Store Store // Required. The engine does not close it.
	Chat  Chat  // Required.

	Logger *slog.Logger // Nil means silent.

	// Now is the engine's clock. Nil means time.Now; a rehearsal shifts it.
	// After the clock has jumped call Engine.Wake.
	Now func() time.Time

	// Zone is the IANA time zone of a new standup whose owner gave none and
	// has none in the chat. "" means UTC.
	Zone string

	// Admins may configure every standup, beside its owner and those whom the
	// chat names as administrators.
	Admins []UserID

	// Allow limits commands: it says whether a person may have one answered now
	// and, if not, whether to tell them so. It is not asked about answers to
	// questions. Nil means no limit.
	Allow func(UserID) (allowed, notice bool)

	// Retention is how long runs and their answers are kept. 0 means 90 days.
	Retention time.Duration
}

const defaultRetention = 90 * 24 * time.Hour

// Engine holds standups: it opens runs when they are due, asks, collects
// answers, reminds and reports, and answers commands. Everything it knows is
// in its Store, so it goes on where it stopped, however it stopped. Make one
// with [New]. It is safe for concurrent use. One engine at a time works on a
// store.
type Engine struct {
	Config
	started time.Time

	timetable chan struct{} // A signal that something may be due earlier than planned.
	outgoing  chan struct{} // A signal that the outbox may have something to send.
}

// New returns an engine. It does nothing before [Engine.Run], [Engine.Handle]
// or [Engine.Tick] is called. An incomplete config is refused.
func New(c Config) (*Engine, error) {
	if c.Store == nil || c.Chat == nil {
		return nil, errors.New("standup: new engine: Config needs a Store and a Chat")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Zone == "" {
		c.Zone = "UTC"
	}
	if _, err := LoadZone(c.Zone); err != nil {
		return nil, fmt.Errorf("standup: new engine: Config.Zone: %w", err)
	}
	if c.Retention < 0 {
		return nil, errors.New("standup: new engine: Config.Retention is negative")
	}
	if c.Retention == 0 {
		c.Retention = defaultRetention
	}
	c.Admins = slices.Clone(c.Admins)
	return &Engine{
		Config:    c,
		started:   c.Now(),
		timetable: make(chan struct{}, 1),
		outgoing:  make(chan struct{}, 1),
	}, nil
}

// Run does what is due and sends what waits to be sent until ctx ends, then
// returns the cause. It may be started again, and another time on the same
// store after a crash.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.reschedule(ctx); err != nil {
		return fmt.Errorf("standup: run: %w", err)
	}
	var loops sync.WaitGroup
	loops.Go(func() { e.loop(ctx, e.timetable, e.keepTime) })
	outbox := &sender{Engine: e, busy: map[string]bool{}}
	loops.Go(func() { e.loop(ctx, e.outgoing, outbox.work) })
	loops.Wait()
	outbox.sends.Wait()
	return context.Cause(ctx)
}

// longestSleep bounds each sleep, so that a clock that was set or a machine
// that was suspended is noticed.
const longestSleep = time.Minute

// loop calls work, which says how long there is nothing to do, until ctx ends.
func (e *Engine) loop(ctx context.Context, wake <-chan struct{}, work func(context.Context) time.Duration) {
	for ctx.Err() == nil {
		timer := time.NewTimer(max(0, min(work(ctx), longestSleep)))
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Wake makes Run look at its clock now. Call it after Config.Now has jumped,
// as in a rehearsal or when a machine resumes. It does not block.
func (e *Engine) Wake() {
	for _, c := range []chan struct{}{e.timetable, e.outgoing} {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// Cursor returns what an adapter has saved under its name with SaveCursor, nil
// if nothing.
func (e *Engine) Cursor(ctx context.Context, source string) (cursor []byte, err error) {
	err = e.Store.View(ctx, func(tx Tx) error {
		cursor, err = tx.Get(cursorKey(source))
		return err
	})
	return cursor, err
}

// SaveCursor keeps how far an adapter has read its chat. The adapter saves it
// after Handle has returned, so that after a crash it reads again what may not
// have been handled.
func (e *Engine) SaveCursor(ctx context.Context, source string, cursor []byte) error {
	return e.Store.Update(ctx, func(tx Tx) error { return tx.Put(cursorKey(source), cursor) })
}

// holidays finds the built-in calendar of a country that a team has stored.
func holidays(country string) HolidayCalendar {
	calendar, err := HolidaysFor(country)
	if err != nil {
		return nil
	}
	return calendar
}
