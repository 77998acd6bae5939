package zulip

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// pending is an event under way.
type pending struct {
	event   int64
	message MessageID
	done    bool
}

// take delivers an event unless nobody needs it.
func (l *listener) take(ctx context.Context, event *Event) error {
	entry := &pending{event: event.ID}
	if event.Message != nil {
		entry.message = event.Message.ID
	}
	l.mu.Lock()
	l.await(ctx, reorderWindow-1)
	if ctx.Err() != nil {
		l.mu.Unlock()
		return context.Cause(ctx)
	}
	entry.done = event.Type == EventHeartbeat || event.Type == EventRestart && !l.delivers(EventRestart) || entry.message != 0 && (l.handled.has(entry.message) || l.isBusy(entry.message))
	l.busy = append(l.busy, entry)
	if entry.done {
		l.settle()
	}
	l.mu.Unlock()
	if entry.done {
		return nil
	}
	if !l.deliver(*event, func() { l.finish(ctx, entry) }) {
		return errStopped
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return l.err()
}

// await returns when at most n events are under way or ctx has ended. It is called with mu held.
func (l *listener) await(ctx context.Context, n int) {
	for len(l.busy) > n && ctx.Err() == nil {
		l.idle.Wait()
	}
}

func (l *listener) isBusy(id MessageID) bool {
	return slices.ContainsFunc(l.busy, func(p *pending) bool { return p.message == id })
}

// finish is called once for each delivered event when it has been handled.
func (l *listener) finish(ctx context.Context, entry *pending) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.done = true
	if entry.message != 0 {
		l.handled.add(entry.message)
		l.state.Watermark = max(l.state.Watermark, entry.message)
	}
	l.settle()
	if entry.message != 0 {
		l.write(ctx)
	}
}

// settle moves the place in the queue over all events that are handled with everything before them.
func (l *listener) settle() {
	n := 0
	for n < len(l.busy) && l.busy[n].done {
		if l.busy[n].event >= 0 {
			l.state.LastEventID = l.busy[n].event
		}
		l.busy[n] = nil
		n++
	}
	if n == len(l.busy) {
		l.busy = l.busy[:0]
	} else {
		l.busy = l.busy[n:]
	}
	if l.state.QueueID != "" {
		l.handled.trim() // while a back-fill goes on all ids are needed
	}
	l.idle.Broadcast()
}

// save writes the state at the end of a batch when something is new.
func (l *listener) save(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state.LastEventID != l.saved {
		l.write(ctx)
	}
	return l.failure
}

// storeTimeout bounds a save, which goes on after ctx has ended.
const storeTimeout = 30 * time.Second

// write gives the state to the store.
func (l *listener) write(ctx context.Context) {
	if l.req.Store == nil || l.failure != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	state := l.state
	state.Recent = l.handled.recent()
	if err := l.req.Store.SaveQueue(ctx, state); err != nil {
		l.failure = permanentError{fmt.Errorf("zulip: listen: save the queue: %w", err)}
		return
	}
	l.saved = state.LastEventID
}

func (l *listener) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failure
}
