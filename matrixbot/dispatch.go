package matrixbot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"maunium.net/go/mautrix/id"
)

const (
	// maxAttempts is how often a handler is started for one message, should the process end while it runs, as it may
	// because of the message. It is started more often within the time of all attempts: the process may be killed again
	// and again for another reason.
	maxAttempts  = 5
	attemptsTime = time.Minute
	// answerTime is how long it may take to say that a handler failed.
	answerTime = 30 * time.Second
	// maxStack is how much is logged of where a handler panicked.
	maxStack = 4 << 10
)

// errHandlerTimeout is why the context of a handler ends that runs longer than Config.HandlerTimeout or [Timeout] lets it.
var errHandlerTimeout = errors.New("the handler took too long")

// handle has an entry handled. It reports false where the bot stopped before the handler was through: the entry is kept
// for the next start.
func (b *Bot) handle(ctx context.Context, e *entry) (done bool) {
	log := b.log.With("room", e.Room, "event", e.Event)
	r, err := b.request(ctx, e)
	if err != nil {
		log.ErrorContext(ctx, "a message cannot be handled", "error", err)
		return true
	}
	if e.Attempt > maxAttempts && time.Since(e.Started) > attemptsTime {
		b.failed(ctx, r, fmt.Errorf("given up after %d attempts", e.Attempt-1))
		return true
	}
	handler := b.handlerOf(ctx, e, r)
	if handler == nil {
		return true
	}
	err = b.call(ctx, handler, r)
	if err != nil && errors.Is(context.Cause(ctx), errStopping) {
		log.WarnContext(ctx, "a handler was interrupted and starts again with the bot", "attempt", e.Attempt, "error", err)
		return false
	}
	if refused, ok := errors.AsType[*RefusalError](err); ok { // Of a Handler without a Router, which would have told it.
		log.InfoContext(ctx, "a message was refused", "sender", r.Sender, "decision", refused.decision(), "reason", refused.Reason)
		return true
	}
	if err != nil {
		b.failed(ctx, r, err)
	}
	return true
}

// handlerOf returns the handler of a message, or nil where there is none.
func (b *Bot) handlerOf(ctx context.Context, e *entry, r *Request) Handler {
	if r.Reaction != nil {
		return b.config.Reactions // Nil after a start without the handler that the entry was kept for.
	}
	refused := !r.Encrypted && !b.config.Plaintext && encrypted(ctx, b, r.Room)
	switch old := e.Attempt == 1 && e.age() > b.config.MaxAge; {
	case old && refused:
		return nil // It may be from before the room was encrypted.
	case old:
		r.TooOld = true
		return b.handleOld
	case refused:
		return b.refusePlaintext
	}
	b.forgetOld(ctx, r)
	return b.config.Handler
}

// call runs a handler, and makes an error of a panic.
func (b *Bot) call(ctx context.Context, handler Handler, r *Request) (err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, b.config.HandlerTimeout, errHandlerTimeout)
	defer cancel()
	defer func() {
		if what := recover(); what != nil {
			stack := debug.Stack()
			err = &panicError{fmt.Sprint(what), string(stack[:min(len(stack), maxStack)])}
		}
	}()
	if err := handler(ctx, r); err != nil {
		if cause := context.Cause(ctx); cause != nil && errors.Is(err, ctx.Err()) {
			return cause
		}
		return err
	}
	return nil
}

// panicError is a panic of a handler.
type panicError struct{ what, stack string }

func (e *panicError) Error() string { return "the handler panicked: " + e.what }

// failed logs an error under a number, and tells the number to who wrote the message: what the error says may not be
// for everybody.
func (b *Bot) failed(ctx context.Context, r *Request, err error) {
	number := rand.Text()[:8]
	log := b.log.With("error_id", number, "room", r.Room, "event", r.Event, "sender", r.Sender, "attempt", r.Attempt)
	if panicked, ok := errors.AsType[*panicError](err); ok {
		log = log.With("stack", panicked.stack)
	}
	log.ErrorContext(ctx, "a handler failed", "error", err)
	if r.Reaction != nil {
		return // Nobody waits for an answer to a reaction.
	}
	text := "Sorry, that did not work. Details are in my log under " + number + "."
	if errors.Is(err, errHandlerTimeout) {
		text = "Sorry, that took too long, and I gave up. Details are in my log under " + number + "."
	}
	b.tell(ctx, r, "error", text)
}

// tell answers a message with a sentence of the bot's own.
func (b *Bot) tell(ctx context.Context, r *Request, name, text string) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if err := r.notice(ctx, name, noticeContent(text, "", r.Thread, r.Event)); err != nil {
		b.log.WarnContext(ctx, "an answer was not sent in time", "room", r.Room, "event", r.Event, "error", err)
	}
}

// The set of what rooms were told once, and the ends of its keys.
const (
	toldSet       = "told"
	toldOld       = "/old"
	toldPlaintext = "/plaintext"
)

// refusePlaintext is the handler of messages that are not encrypted although their room is.
func (b *Bot) refusePlaintext(ctx context.Context, r *Request) error {
	if b.config.Router != nil {
		if err := b.config.Router.refusePlaintext(ctx, r); err != nil {
			return err
		}
	}
	told := b.store.Records(toldSet)
	if before, err := told.Get(string(r.Room) + toldPlaintext); err != nil || before != nil {
		return err
	}
	b.log.WarnContext(ctx, "a message is not encrypted although its room is, and was not handled", "room", r.Room, "event", r.Event, "sender", r.Sender)
	if err := told.Put(string(r.Room)+toldPlaintext, []byte{}); err != nil {
		return err
	}
	b.tell(ctx, r, "plaintext", "I only listen to encrypted messages in this room, and this one was not encrypted.")
	return nil
}

// handleOld is the handler of messages that are too old: when Config.TooOld has said something to one, it gets no more
// of that room until a newer one came.
func (b *Bot) handleOld(ctx context.Context, r *Request) error {
	if b.config.TooOld == nil {
		return nil
	}
	told := b.store.Records(toldSet)
	if before, err := told.Get(string(r.Room) + toldOld); err != nil || before != nil && string(before) != string(r.Event) {
		return err
	}
	noting := &notingSender{Bot: b}
	r.sender = noting
	err := b.config.TooOld(ctx, r)
	if noting.sent {
		err = errors.Join(err, told.Put(string(r.Room)+toldOld, []byte(r.Event)))
	}
	return err
}

// forgetOld has the next old message answered again.
func (b *Bot) forgetOld(ctx context.Context, r *Request) {
	if err := b.store.Records(toldSet).Delete(string(r.Room) + toldOld); err != nil {
		b.log.ErrorContext(ctx, "the store failed", "error", err)
	}
}

// notingSender is a bot that notes whether something was sent.
type notingSender struct {
	*Bot

	sent bool
}

func (s *notingSender) send(ctx context.Context, out outgoing) (id.EventID, error) {
	s.sent = true
	return s.Bot.send(ctx, out)
}

// handleOld tells who gave a command that it is too old, and is silent about everything else.
func (rt *Router) handleOld(ctx context.Context, r *Request) error {
	if ignored(r) || r.Reaction != nil {
		return nil
	}
	in, ok := rt.invoked(rt.cut(r))
	if !ok || in.unknown != "" {
		return nil
	}
	if allowed := rt.mayUse(ctx, r, in.at) == nil; !allowed {
		return nil
	}
	return r.notice(ctx, "old", noticeContent("That came too late for me: it is too old, and so was not done. Say it again if it still matters.", "", r.Thread, r.Event))
}
