package matrixbot

import (
	"context"
	"errors"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// AuditEntry says who asked for what and what became of it. It holds nothing that people wrote, but Err may.
type AuditEntry struct {
	Time         time.Time // When the bot began with it.
	Duration     time.Duration
	Sender       id.UserID // Empty where time ran out.
	Device       id.DeviceID
	Trust        e2ee.Trust
	Encrypted    bool
	Room         id.RoomID
	Event        id.EventID // The message or reaction; the question where time ran out.
	Attempt      int        // 1, or more after a crash in the middle: there is an entry for each.
	Command      string     // See [CommandName]; for a question the name of its action.
	Confirmation string     // The id of the question that it is about, if any.
	Decision     Decision
	Reason       string // Of a refusal.
	Err          error  // Of a failure or refusal.
}

// errPanic stands for a panic in an AuditEntry.
var errPanic = errors.New("the handler panicked")

// Audit tells hook of each request when its handler is through, be it by a panic. A [Router] with an Audit has it
// around every command; bots without a router may use it by itself.
func Audit(hook func(ctx context.Context, entry AuditEntry)) Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, r *Request) error {
			entry := auditEntry(r)
			entry.Command = CommandName(ctx)
			err := errPanic
			defer func() {
				entry.finish(err)
				hook(context.WithoutCancel(ctx), entry)
			}()
			err = next(ctx, r)
			return err
		}
	}
}

// auditEntry begins an entry.
func auditEntry(r *Request) AuditEntry {
	return AuditEntry{
		Time: time.Now(), Sender: r.Sender, Device: r.Device, Trust: r.Trust, Encrypted: r.Encrypted,
		Room: r.Room, Event: r.Event, Attempt: r.Attempt,
	}
}

// finish completes it.
func (e *AuditEntry) finish(err error) {
	e.Duration, e.Err, e.Decision = time.Since(e.Time), err, Done
	if refusal, ok := errors.AsType[*RefusalError](err); ok {
		e.Decision, e.Reason = refusal.decision(), refusal.Reason
	} else if err != nil {
		e.Decision = Failed
	}
}
