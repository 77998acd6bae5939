package chatops

import (
	"context"
	"errors"
	"fmt"
)

// outcome is what became of an attempt to send a row.
type outcome struct {
	id    MessageID // The message, where err is nil.
	err   error
	known bool // Whether the message is in the chat or not, it is known.
}

var (
	errExpired = errors.New("the message is too old to be sent")

	// errReplacedGone says that an edit has nothing to edit.
	errReplacedGone = errors.New("the message to be edited was never sent")

	// errAbsent says that a message in doubt was not sent after all.
	errAbsent = fmt.Errorf("%w: it is not in the chat", ErrNotSent)

	// errNotYet says that a message in doubt may still appear.
	errNotYet = errors.New("the message is not in the chat yet")
)

// sendOne posts a message, edits one, or looks for one that may have been posted.
func (e *Engine) sendOne(ctx context.Context, c claimed) outcome {
	ctx, cancel := context.WithTimeout(ctx, deliverTimeout)
	defer cancel()
	row, expired := c.row, !e.Now().Before(c.row.ExpiresAt)
	if row.Replaces != "" {
		return e.editOne(ctx, row, expired)
	}
	if expired && !c.doubt {
		return outcome{err: errors.Join(ErrUndeliverable, errExpired), known: true}
	}
	m, err := e.complete(ctx, row)
	switch {
	case err != nil && !c.doubt:
		return outcome{err: fmt.Errorf("%w: %w", ErrNotSent, err), known: true}
	case err != nil:
		return outcome{err: err}
	case c.doubt:
		return e.lookFor(ctx, row, m)
	}
	id, err := e.Chat.Send(ctx, m)
	return outcome{id: id, err: err, known: err == nil || errors.Is(err, ErrNotSent) || errors.Is(err, ErrUndeliverable)}
}

// complete adds to a message what is found out only when it is sent: the thread that it goes to, and its file.
func (e *Engine) complete(ctx context.Context, row outboxRow) (Outgoing, error) {
	m := row.Outgoing
	if row.Under != nil {
		id, err := e.sentID(ctx, row.Under.Key)
		if err != nil {
			return m, err
		}
		if id != "" { // Else the message above it could not be sent.
			m.To = e.Chat.Thread(m.To, id, row.Under.Title)
		}
	}
	if row.Log == nil {
		return m, nil
	}
	file, err := e.logFile(ctx, *row.Log)
	if err != nil {
		return m, fmt.Errorf("read the log of task %d: %w", row.Log.Task, err)
	}
	if m.File = file; file == nil {
		m.Body = append(m.Body, para(plain("Semaphore does not have its log any more.")))
	}
	return m, nil
}

// lookFor finds out what became of a message in doubt. Absence counts only when the chat has had time to finish what it
// was doing.
func (e *Engine) lookFor(ctx context.Context, row outboxRow, m Outgoing) outcome {
	id, found, err := e.Chat.Find(ctx, m, row.After)
	since := e.Now().Sub(row.TriedAt).Abs() // Where the clock was set back, it may have been at any time.
	switch {
	case found:
		return outcome{id: id, known: true}
	case !e.Now().Before(row.ExpiresAt):
		return outcome{err: errors.Join(ErrUndeliverable, errExpired), known: true}
	case errors.Is(err, ErrUndeliverable):
		return outcome{err: err, known: true}
	case err != nil:
		return outcome{err: fmt.Errorf("find out whether it was sent: %w", err)}
	case since < doubtLasts:
		return outcome{err: errNotYet}
	}
	return outcome{err: errAbsent, known: true}
}

// editOne edits a message that was sent before. Repeating an edit is harmless, so there is no doubt to be cleared.
func (e *Engine) editOne(ctx context.Context, row outboxRow, expired bool) outcome {
	id, err := e.sentID(ctx, row.Replaces)
	switch {
	case err != nil:
		return outcome{err: err}
	case expired:
		return outcome{err: errors.Join(ErrUndeliverable, errExpired), known: true}
	case id == "":
		return outcome{err: errors.Join(ErrUndeliverable, errReplacedGone), known: true}
	}
	err = e.Chat.Edit(ctx, id, row.Outgoing)
	return outcome{id: id, err: err, known: err == nil || errors.Is(err, ErrUndeliverable)}
}

// sentID is [sentAs] in a transaction of its own.
func (e *Engine) sentID(ctx context.Context, key string) (id MessageID, err error) {
	err = e.Store.View(ctx, func(tx Tx) (err error) {
		id, err = sentAs(tx, key)
		return err
	})
	return id, err
}
