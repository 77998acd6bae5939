package chatops

import (
	"context"
	"errors"
	"fmt"
)

// Note puts an entry into the audit that no event of the chat led to: that the program which runs the engine was started
// or stopped, or that a policy was read or refused. Seq and Time are the engine's, and of texts no more than 300
// characters are kept, on one line. It returns when the entry is stored and, unless the disk refuses, in the file, also
// where [Engine.Run] does not work. Without an audit it does nothing.
//
// An entry needs a Command, as "start", and a Decision.
func (e *Engine) Note(ctx context.Context, entry AuditEntry) error {
	const most = 300
	if entry.Command == "" || entry.Decision == "" {
		return errors.New("chatops: note: an entry needs a command and a decision")
	}
	entry.Command, entry.Reason, entry.Target = clean(entry.Command, most), clean(entry.Reason, most), clean(entry.Target, most)
	err := e.commit(ctx, func(Tx) (c changes, _ error) {
		c.note(entry)
		return c, nil
	})
	if err != nil {
		return fmt.Errorf("chatops: note: %w", err)
	}
	for e.writeAudit(ctx) == 0 { // What was before it comes first.
	}
	return nil
}
