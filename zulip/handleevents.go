package zulip

import (
	"context"
)

// HandleEvents is [Client.Events] for events that take time: handle is called for several at once, at most as many as
// there are workers (one at least). Messages of one conversation are handled one after the other and in their order;
// so are, among themselves, all events that are no messages. An event counts as handled when handle has returned nil.
//
// It blocks until ctx ends, handle returns an error, or listening is of no use any more; then it waits for the calls
// that are at work and returns the cause. What was not handled is delivered again by the next run with the same Store.
func (c *Client) HandleEvents(
	ctx context.Context, req ListenRequest, workers int, handle func(ctx context.Context, event Event) error,
) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	jobs := conversations{workers: max(1, min(workers, reorderWindow)), waiting: map[string][]func(){}}
	l := newListener(c, req, func(event Event, done func()) bool {
		conversation := "" // of no message
		if event.Message != nil {
			conversation = conversationKey(*event.Message)
		}
		jobs.add(conversation, func() {
			if ctx.Err() != nil {
				return // for the next run
			}
			if err := handle(ctx, event); err != nil {
				cancel(err)
				return
			}
			done()
		})
		return true
	})
	err := l.run(ctx)
	cancel(err)
	jobs.wg.Wait()
	return err
}
