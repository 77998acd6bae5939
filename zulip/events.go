package zulip

import (
	"context"
	"iter"
	"time"
)

// ListenRequest says what [Client.Events] listens for.
type ListenRequest struct {
	// EventTypes to receive, as [EventMessage]. Nil: all that the server has.
	EventTypes []string
	// Narrow leaves out messages that do not match. The server takes channels by name, topics, senders by e-mail
	// and states here; terms cannot be negated.
	Narrow []NarrowTerm
	// AllPublicChannels delivers messages of public channels that the bot is not subscribed to.
	AllPublicChannels bool
	// KeepRaw sets [Event.Raw] for every event, for fields that are newer than this package. It costs a second pass over
	// the JSON.
	KeepRaw bool
	// Store keeps the place between two runs. Nil: memory, and each run starts with what is new then.
	Store QueueStore
	// IdleTimeout is how long the server keeps the queue while nobody polls, at most 7 days.
	// 0: 12 hours with a Store, the server's default of 10 minutes without.
	IdleTimeout time.Duration
}

// storedIdleTimeout lets a program with a store be away for half a day without a back-fill.
const storedIdleTimeout = 12 * time.Hour

// Events delivers what happens, for ever: each message once, none left out, also when the network fails, the event
// queue is lost, the server is restarted, or (with a Store) this program is killed and started again.
//
// An event counts as handled when the body of the range statement has come to its end; leaving the body with
// break, return or a panic leaves the event unhandled, to be delivered again by the next run with the same Store.
//
// The first run begins with the present. When the queue is lost, a new one is made first, then the messages that
// were missed are read from the history and delivered, then an [EventResynced] event tells the bounds of the gap,
// then the new queue goes on. Messages of one conversation come in the order of their ids, except
// for one that the server makes visible late.
//
// Trouble that can pass is logged and waited out: up to a minute between attempts, or what a 429 asks for.
// An error is yielded once, last: the cause of the end of ctx, wrong credentials or a deactivated account
// ([ErrUnauthorized]), a request that the server refuses, a Store that fails, a Store with the state of another
// bot ([ErrForeignQueue]). Without a Store the queue is deleted at the end.
//
// The loop runs in the caller's goroutine; nothing stays behind after it.
func (c *Client) Events(ctx context.Context, req ListenRequest) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		l := newListener(c, req, func(event Event, done func()) bool {
			if !yield(event, nil) {
				return false
			}
			done()
			return true
		})
		if err := l.run(ctx); err != nil {
			yield(Event{}, err)
		}
	}
}
