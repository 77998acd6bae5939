package zulip

import (
	"context"
	"iter"
	"slices"
)

// resync makes a new queue and closes the gap before it. The order matters: the queue collects from the moment it
// exists, so what the history does not have yet comes through the queue, and what comes twice is recognised by its id.
// The state names the queue only when everything before it and its first batch are handled: a program that is
// killed earlier begins again from the watermark.
func (l *listener) resync(ctx context.Context) error {
	if err := l.mark(ctx); err != nil {
		return err
	}
	if l.next == nil {
		queue, err := l.c.Register(ctx, RegisterRequest{
			EventTypes: l.wants(), Narrow: l.req.Narrow,
			AllPublicChannels: l.req.AllPublicChannels, IdleTimeout: l.req.IdleTimeout,
		})
		if err != nil {
			return err
		}
		l.next, l.last, l.filled = &queue, queue.LastEventID, false
	}
	if !l.filled {
		if err := l.backfill(ctx); err != nil {
			return err
		}
		l.filled = true
	}
	if _, err := l.poll(ctx, l.next.ID, true); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.await(ctx, 0); ctx.Err() != nil {
		return context.Cause(ctx)
	}
	l.queueID, l.next, l.first = l.next.ID, nil, false
	l.state.QueueID, l.state.LastEventID, l.state.GapAfter = l.queueID, l.last, 0
	l.write(ctx)
	return l.failure
}

// mark notes where the history ends at the very first start, before the first queue exists: what comes later is
// either in the queue or above the mark.
func (l *listener) mark(ctx context.Context) error {
	l.mu.Lock()
	marked := len(l.handled.ids) > 0
	l.mu.Unlock()
	if marked || !l.delivers(EventMessage) {
		return nil
	}
	var newest MessageID
	for _, narrow := range l.narrows() {
		page, err := l.c.Messages(ctx, MessagesRequest{Anchor: AnchorNewest, NumBefore: 1, Narrow: narrow})
		if err != nil {
			return err
		}
		for _, message := range page.Messages {
			newest = max(newest, message.ID)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state.Watermark = newest
	l.handled.add(newest)
	l.write(ctx)
	return l.failure
}

// wants are the types to ask the server for: restarts are always of interest, as the server may be another one then.
func (l *listener) wants() []string {
	if l.delivers(EventRestart) {
		return l.req.EventTypes
	}
	return append(slices.Clone(l.req.EventTypes), EventRestart)
}

func (l *listener) delivers(kind string) bool {
	return l.req.EventTypes == nil || slices.Contains(l.req.EventTypes, kind)
}

// narrows are the searches that together find every message that the queue would have delivered.
func (l *listener) narrows() [][]NarrowTerm {
	narrows := [][]NarrowTerm{l.req.Narrow}
	if l.req.AllPublicChannels {
		narrows = append(narrows, append(slices.Clone(l.req.Narrow), publicChannels))
	}
	return narrows
}

// backfill delivers the messages of the gap and then says how wide it was.
func (l *listener) backfill(ctx context.Context) error {
	l.mu.Lock()
	from := l.state.Watermark
	if l.state.GapAfter == 0 && !l.first {
		l.state.GapAfter = from // kept until the gap is closed, also by a later run
	}
	gap := Resynced{After: l.state.GapAfter, UpTo: from, Reason: l.reason}
	l.mu.Unlock()
	if l.delivers(EventMessage) {
		var histories []iter.Seq2[Message, error]
		for _, narrow := range l.narrows() {
			// The anchor comes along, which is settled: the server excludes it only at an end of the range.
			histories = append(histories, l.c.AllMessages(ctx, MessagesRequest{
				Anchor:    AnchorAt(from),
				NumBefore: handledWindow, NumAfter: historyPage - handledWindow, Narrow: narrow,
			}))
		}
		for message, err := range mergeByID(histories) {
			if err != nil {
				return err
			}
			if l.settled(message.ID) {
				continue
			}
			if err := l.take(ctx, &Event{ID: -1, Type: EventMessage, Message: &message}); err != nil {
				return err
			}
			gap.UpTo = max(gap.UpTo, message.ID)
		}
	}
	if l.first {
		return nil
	}
	l.c.log.InfoContext(ctx, "event queue replaced", "after", int64(gap.After), "up_to", int64(gap.UpTo))
	return l.take(ctx, &Event{ID: -1, Type: EventResynced, Resynced: &gap})
}

func (l *listener) settled(id MessageID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.handled.settled(id) || l.isBusy(id)
}

// mergeByID makes one ascending sequence of several.
func mergeByID(sequences []iter.Seq2[Message, error]) iter.Seq2[Message, error] {
	if len(sequences) == 1 {
		return sequences[0]
	}
	return func(yield func(Message, error) bool) {
		type head struct {
			message Message
			next    func() (Message, error, bool)
		}
		var heads []head
		for _, sequence := range sequences {
			next, stop := iter.Pull2(sequence)
			defer stop()
			heads = append(heads, head{next: next})
		}
		advance := func(h *head) (ok bool, err error) {
			message, err, ok := h.next()
			h.message = message
			return ok, err
		}
		for i := 0; i < len(heads); {
			ok, err := advance(&heads[i])
			if err != nil {
				yield(Message{}, err)
				return
			}
			if !ok {
				heads = slices.Delete(heads, i, i+1)
				continue
			}
			i++
		}
		for len(heads) > 0 {
			least := 0
			for i := range heads {
				if heads[i].message.ID < heads[least].message.ID {
					least = i
				}
			}
			if !yield(heads[least].message, nil) {
				return
			}
			ok, err := advance(&heads[least])
			if err != nil {
				yield(Message{}, err)
				return
			}
			if !ok {
				heads = slices.Delete(heads, least, least+1)
			}
		}
	}
}
