package zulip

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/internal/httpx"
)

// listener is one run of the event loop. Only run's goroutine touches the fields above mu.
type listener struct {
	c       *Client
	req     ListenRequest
	deliver func(event Event, done func()) bool
	loaded  func(self User) // called before the first event; may be nil

	wait   backoff
	buffer pollBuffer
	events []Event
	// queueID is polled; last is the newest event that came from it. Empty: there is no queue that can be trusted.
	queueID string
	last    int64
	// next is a new queue that waits for the back-fill; filled is set when that is done.
	next   *Queue
	filled bool
	// first is a start without any past: no gap can be reported.
	first bool
	// reason is why the last queue was given up; losses counts queues given up since the last good poll.
	reason string
	losses int
	// empties counts answers without events, in a row; unreadable those that are no JSON.
	empties, unreadable int

	mu      sync.Mutex
	state   QueueState // without Recent
	handled handledSet
	busy    []*pending // in the order of delivery
	saved   int64      // the event id of the last save
	failure error      // of the store
	idle    *sync.Cond
}

// errStopped means that the consumer wants no more.
var errStopped = errors.New("stopped")

// errPollTimeout means that the server did not even send a heartbeat.
var errPollTimeout = errors.New("no answer within the time of a long poll")

func newListener(c *Client, req ListenRequest, deliver func(Event, func()) bool) *listener {
	if req.IdleTimeout == 0 && req.Store != nil {
		req.IdleTimeout = storedIdleTimeout
	}
	l := &listener{c: c, req: req, deliver: deliver, last: -1, wait: backoff{jitter: c.jitter}}
	l.idle = sync.NewCond(&l.mu)
	return l
}

// run delivers until the consumer stops (nil), ctx ends or an error cannot pass.
func (l *listener) run(ctx context.Context) error {
	if _, err := registerNarrow(l.req.Narrow); err != nil {
		return fmt.Errorf("zulip: listen: %w", err)
	}
	stopWaking := context.AfterFunc(ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.idle.Broadcast()
	})
	defer stopWaking()
	ready := false
	defer l.c.sends.listen("")
	defer func() {
		if ready {
			_ = l.save(ctx) // A failure here repeats events, which is what it has to do.
		}
		l.release(ctx)
	}()
	for {
		var err error
		if !ready {
			err = l.load(ctx)
			ready = err == nil
		} else {
			err = l.step(ctx)
		}
		if err = l.judge(ctx, err); err != nil {
			if errors.Is(err, errStopped) {
				return nil
			}
			return err
		}
	}
}

// judge decides what an error means: nil to go on, perhaps after a wait, else the end.
func (l *listener) judge(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil && !errors.Is(err, errStopped):
		return context.Cause(ctx)
	case err == nil:
		return nil
	case errors.Is(err, errStopped):
		return err
	case l.lost(err):
		l.discard(ctx, err)
		l.c.log.WarnContext(ctx, "event queue lost", "error", err)
		l.giveUpQueue(err)
		if l.losses < 2 {
			return nil
		}
	case permanent(err):
		return err
	default:
		l.c.log.WarnContext(ctx, "event loop waits after an error", "error", err)
	}
	return sleep(ctx, l.wait.next(err))
}

// permanentError marks trouble on this side of the network.
type permanentError struct{ error }

func (e permanentError) Unwrap() error { return e.error }

func permanent(err error) bool {
	if _, ok := errors.AsType[permanentError](err); ok {
		return true
	}
	api, ok := errors.AsType[*APIError](err)
	return ok && !api.Temporary()
}

// pollError marks an error of GET /events, where some codes mean more than elsewhere.
type pollError struct{ error }

func (e pollError) Unwrap() error { return e.error }

// lost tells whether the queue can never be polled again: it is unknown, or the place in it is. The texts of the
// latter ("has already been pruned", "was not in this queue") are translated; their code is BAD_REQUEST.
func (l *listener) lost(err error) bool {
	if _, ok := errors.AsType[pollError](err); !ok {
		return false
	}
	if l.poisoned(err) {
		return true
	}
	api, _ := errors.AsType[*APIError](err)
	return api != nil && (errors.Is(api, ErrBadEventQueueID) || api.Status == http.StatusBadRequest && api.Code == "BAD_REQUEST")
}

// maxUnreadable is how often an answer may be no JSON. A proxy can cut one; what stays so is in the queue itself.
const maxUnreadable = 5

// poisoned tells whether the queue lives but what is in it cannot be had. Messages come from the history, in pages.
func (l *listener) poisoned(err error) bool {
	if errors.Is(err, httpx.ErrBodyTooLarge) {
		return true
	}
	return l.unreadable >= maxUnreadable
}

// unreadable tells whether an answer came but is no JSON, or has an event that cannot be acknowledged.
func unreadable(err error) bool {
	_, syntax := errors.AsType[*json.SyntaxError](err)
	return syntax || errors.Is(err, errNoNumber)
}

// discard deletes a queue that lives but is of no use.
func (l *listener) discard(ctx context.Context, err error) {
	if !l.poisoned(err) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, releaseTimeout)
	defer cancel()
	if l.next != nil {
		l.delete(ctx, l.next.ID)
	} else {
		l.delete(ctx, l.queueID)
	}
}

func (l *listener) giveUpQueue(err error) {
	l.losses++
	l.queueID, l.last, l.next, l.filled, l.first = "", -1, nil, false, false
	l.reason, l.unreadable = "the event queue was lost", 0
	if api, ok := errors.AsType[*APIError](err); ok {
		l.reason = oneLine(api.Code+": "+api.Message, 200)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state.QueueID, l.state.LastEventID = "", -1
}

// load finds out who listens and where it left off.
func (l *listener) load(ctx context.Context) error {
	self, err := l.c.OwnUser(ctx)
	if err != nil {
		return err
	}
	var state QueueState
	if l.req.Store != nil {
		if state, err = l.req.Store.LoadQueue(ctx); err != nil {
			return permanentError{fmt.Errorf("zulip: listen: load the queue: %w", err)}
		}
	}
	site := l.c.Site()
	if state.Site != "" && (state.Site != site || state.BotID != self.ID) {
		return permanentError{fmt.Errorf("zulip: listen: %w: bot %d at %s, not %d at %s; use another store",
			ErrForeignQueue, state.BotID, state.Site, self.ID, site)}
	}
	if l.loaded != nil {
		l.loaded(self)
	}
	l.first = state.Site == ""
	registration, err := json.Marshal([]any{l.req.EventTypes, l.req.Narrow, l.req.AllPublicChannels})
	if err != nil {
		return permanentError{fmt.Errorf("zulip: listen: %w", err)}
	}
	l.reason = "the program listens for other events than before"
	if state.QueueID == "" {
		l.reason = "the last run ended before it had a queue"
	}
	if state.Registration == string(registration) {
		l.queueID, l.last = state.QueueID, state.LastEventID
	} else {
		if state.QueueID != "" {
			l.delete(ctx, state.QueueID)
		}
		state.QueueID, state.LastEventID = "", -1
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.handled.ids, state.Recent = slices.Sorted(slices.Values(state.Recent)), nil // a copy: the slice is the store's
	state.Site, state.BotID, state.Registration = site, self.ID, string(registration)
	l.state, l.saved = state, state.LastEventID
	return nil
}

// step makes a queue or polls the one that there is.
func (l *listener) step(ctx context.Context) error {
	if l.queueID == "" {
		return l.resync(ctx)
	}
	n, err := l.poll(ctx, l.queueID, false)
	if err != nil {
		return err
	}
	l.losses = 0
	if n > 0 {
		l.empties = 0
		l.wait.reset()
		return nil
	}
	// The server answers an abandoned poll with nothing, at once: another program polls the same queue.
	if l.empties++; l.empties > 1 {
		l.c.log.WarnContext(ctx, "empty answers from the event queue; does another program use the same one?")
		return sleep(ctx, l.wait.next(nil))
	}
	return nil
}

// poll asks once and delivers what came; it returns how many events that were.
func (l *listener) poll(ctx context.Context, queueID string, dontBlock bool) (int, error) {
	var err error
	l.c.sends.listen(queueID)
	clear(l.events)
	l.events, err = l.c.poll(ctx, EventsRequest{QueueID: queueID, LastEventID: l.last, DontBlock: dontBlock, KeepRaw: l.req.KeepRaw}, &l.buffer, l.events[:0])
	switch {
	case err != nil && unreadable(err):
		l.unreadable++
		return 0, pollError{err}
	case err != nil:
		return 0, pollError{err}
	}
	l.unreadable = 0
	l.c.sends.noteEchoes(l.events)
	for i := range l.events {
		event := &l.events[i]
		if event.ID <= l.last {
			continue // acknowledged already
		}
		if err := l.take(ctx, event); err != nil {
			return 0, err
		}
		l.last = event.ID
	}
	return len(l.events), l.save(ctx)
}

// releaseTimeout bounds the good-bye to the server.
const releaseTimeout = 5 * time.Second

// release deletes the queues that no later run can use.
func (l *listener) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	if l.next != nil {
		l.delete(ctx, l.next.ID)
	}
	if l.queueID != "" && l.req.Store == nil {
		l.delete(ctx, l.queueID)
	}
}

func (l *listener) delete(ctx context.Context, id string) {
	if err := l.c.DeleteQueue(ctx, id); err != nil {
		l.c.log.DebugContext(ctx, "event queue not deleted", "error", err)
	}
}
