package zulipchat

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// Engine is what takes in the events: a [chatops.Engine], or what a program puts before one. Handle is called from
// several goroutines at once.
type Engine interface {
	Handle(ctx context.Context, in chatops.Incoming) error
	Cursor(ctx context.Context, source string) ([]byte, error)
	SaveCursor(ctx context.Context, source string, cursor []byte) error
}

// workers is how many conversations are served at once.
const workers = 8

// Run reads what people write, and how they react to the bot's messages, and hands it to e.Handle until ctx ends; then
// it returns the cause. It blocks. Events of one conversation are handed over in order, those of several at once. The
// place in the event queue is kept with e.SaveCursor under the name "zulip", so that a later Run, in this program or the
// next, goes on where this one stopped. Two runs at once on one store are a mistake.
//
// An event that e.Handle refuses as invalid is logged and skipped. After any other error of it, or of asking Zulip who
// wrote, the event is tried again after 1 s, 2 s and so on up to 30 s, and later ones of its conversation wait.
//
// When the event queue was lost, the messages that were missed are read from the history, and the reactions from the
// bot's newest messages that offered them. Which ones the engine has had is kept under the name "zulip-reactions".
//
// Run returns another error only for what waiting does not mend: the server does not accept the bot's key any more
// ([zulip.ErrUnauthorized]), or the store holds the place of another bot ([zulip.ErrForeignQueue]).
// API: POST /register, GET /events, GET /messages.
func (c *Chat) Run(ctx context.Context, e Engine) error {
	if e == nil {
		return errors.New("zulipchat: run: the engine is nil")
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { c.putButtons(ctx) })
	defer running.Wait()
	defer cancel()
	in := &intake{chat: c, engine: e, heard: heard{engine: e, log: c.log}}
	err := zulipadapter.Run(ctx, e, c.log, func(ctx context.Context, store zulip.QueueStore) error {
		request := zulip.ListenRequest{EventTypes: []string{zulip.EventMessage, zulip.EventReaction}, Store: store}
		return c.client.HandleEvents(ctx, request, workers, func(ctx context.Context, event zulip.Event) error {
			return zulipadapter.Deliver(ctx, c.log, func(ctx context.Context) error { return in.handle(ctx, event) })
		})
	})
	if ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("zulipchat: run: %w", err)
}
