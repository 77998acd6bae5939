package matrixbot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"maunium.net/go/mautrix/id"
)

// maxPending is how many messages may wait to be handled. When there are so many the bot receives no more: the
// homeserver keeps them.
const maxPending = 10_000

// errStopping is why the context of a handler ends when the bot stops and the handler took longer than it may.
var errStopping = errors.New("the bot stops")

// workers handle entries: those of one room one after the other, in the order of their keys, those of different rooms
// at the same time, as many as there are slots.
type workers struct {
	bot    *Bot
	ctx    context.Context //nolint:containedctx // Of all handlers; it outlives the one of Run by the grace time.
	cancel context.CancelCauseFunc
	fail   func(error) // Ends the bot.
	slots  chan struct{}
	ended  chan struct{} // Closed when nothing may be started any more.
	all    sync.WaitGroup

	mu      sync.Mutex
	lanes   map[id.RoomID]*lane
	pending int
	space   chan struct{} // Told, if it waits, that pending has become less.
	closed  bool
}

// lane is what waits in one room.
type lane struct {
	waiting []ticket             // By key.
	held    map[string]time.Time // Keys that may come before those that wait, and until when to wait for them.
	changed chan struct{}
	busy    bool // A goroutine works on it.
}

type ticket struct {
	key   string
	event id.EventID
}

func newWorkers(b *Bot, ctx context.Context, fail func(error)) *workers { //nolint:revive // The bot is the receiver in spirit.
	w := &workers{
		bot: b, fail: fail, slots: make(chan struct{}, b.config.Workers), ended: make(chan struct{}),
		lanes: map[id.RoomID]*lane{}, space: make(chan struct{}, 1),
	}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	return w
}

// lane returns that of a room; w.mu is held.
func (w *workers) lane(room id.RoomID) *lane {
	l := w.lanes[room]
	if l == nil {
		l = &lane{held: map[string]time.Time{}, changed: make(chan struct{}, 1)}
		w.lanes[room] = l
	}
	return l
}

// add has an entry handled.
func (w *workers) add(room id.RoomID, event id.EventID, key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return // It is in the store, and handled after the next start.
	}
	l := w.lane(room)
	at, _ := slices.BinarySearchFunc(l.waiting, key, func(t ticket, key string) int { return strings.Compare(t.key, key) })
	l.waiting = slices.Insert(l.waiting, at, ticket{key, event})
	w.pending++
	l.tell()
	if !l.busy {
		l.busy = true
		w.all.Go(func() { w.work(room, l) })
	}
}

// hold has entries with larger keys wait for one that may still come.
func (w *workers) hold(room id.RoomID, key string, until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lane(room).held[key] = until
}

// release ends a hold.
func (w *workers) release(room id.RoomID, key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if l := w.lanes[room]; l != nil {
		delete(l.held, key)
		l.tell()
		w.tidy(room, l)
	}
}

// withdraw takes an entry out that nobody has started on. Its record goes when its turn comes.
func (w *workers) withdraw(what roomEvent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if l := w.lanes[what.room]; l != nil {
		for i := range l.waiting {
			if l.waiting[i].event == what.event {
				l.waiting[i].event = ""
			}
		}
	}
}

func (l *lane) tell() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// tidy forgets a lane that has nothing; w.mu is held.
func (w *workers) tidy(room id.RoomID, l *lane) {
	if !l.busy && len(l.waiting) == 0 && len(l.held) == 0 {
		delete(w.lanes, room)
	}
}

// pause is how long the first of a lane has to wait for ones that may come before it; w.mu is held.
func (l *lane) pause() time.Duration {
	var longest time.Duration
	for key, until := range l.held {
		if rest := time.Until(until); rest <= 0 {
			delete(l.held, key)
		} else if key < l.waiting[0].key {
			longest = max(longest, rest)
		}
	}
	return longest
}

// take returns what is next in a room. It reports false when there is nothing, and the goroutine must end then.
func (w *workers) take(room id.RoomID, l *lane) (next ticket, found bool) {
	for {
		w.mu.Lock()
		if w.closed || len(l.waiting) == 0 {
			l.busy = false
			w.tidy(room, l)
			w.mu.Unlock()
			return ticket{}, false
		}
		pause := l.pause()
		if pause == 0 {
			next = l.waiting[0]
			l.waiting = slices.Delete(l.waiting, 0, 1)
			w.pending--
			w.mu.Unlock()
			select {
			case w.space <- struct{}{}:
			default:
			}
			return next, true
		}
		w.mu.Unlock()
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-l.changed:
		case <-w.ended:
		}
		timer.Stop()
	}
}

// work handles what waits in a room until there is nothing. One that was handled is removed together with the start of
// the next one, which spares the disk half of the waits.
func (w *workers) work(room id.RoomID, l *lane) {
	handled := ""
	for {
		next, found := w.peek(l)
		if !found && handled != "" {
			if _, err := w.bot.inbox.start(context.WithoutCancel(w.ctx), "", handled); err != nil {
				w.broken(err)
			}
			handled = ""
			continue
		}
		if next, found = w.take(room, l); !found {
			return
		}
		select {
		case w.slots <- struct{}{}:
		case <-w.ended:
			continue // and end; the entry is still in the store.
		}
		done, err := w.one(next, handled)
		<-w.slots
		if err != nil {
			w.broken(err)
			return // And the lane stays busy: nothing more can be done in this room.
		}
		handled = ""
		if done {
			handled = next.key
		}
	}
}

// peek says whether something could be taken at once.
func (w *workers) peek(l *lane) (next ticket, found bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || len(l.waiting) == 0 || l.pause() > 0 {
		return ticket{}, false
	}
	return l.waiting[0], true
}

// one handles an entry. It reports whether the entry is done with.
func (w *workers) one(next ticket, handled string) (done bool, err error) {
	ctx := context.WithoutCancel(w.ctx)
	if next.event == "" { // Withdrawn.
		_, err := w.bot.inbox.start(ctx, "", handled)
		return true, err
	}
	e, err := w.bot.inbox.start(ctx, next.key, handled)
	if err != nil || e == nil {
		return true, err
	}
	return w.bot.handle(w.ctx, e), nil
}

// broken ends the bot for an error of the store.
func (w *workers) broken(err error) {
	if w.ctx.Err() == nil {
		w.fail(err)
	}
}

// await blocks while too much waits to be handled.
func (w *workers) await(ctx context.Context) error {
	for {
		w.mu.Lock()
		full := w.pending >= maxPending
		w.mu.Unlock()
		if !full {
			return nil
		}
		select {
		case <-w.space:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// stop starts nothing more, and returns when the handlers that run have returned. Their contexts end after the grace.
func (w *workers) stop(grace time.Duration) {
	w.mu.Lock()
	if !w.closed {
		close(w.ended)
	}
	w.closed = true
	w.mu.Unlock()
	done := make(chan struct{})
	go func() {
		w.all.Wait()
		close(done)
	}()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		w.bot.log.Warn("handlers run longer than the grace time", "grace", grace)
	}
	w.cancel(errStopping)
	<-done
}
