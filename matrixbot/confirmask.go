package matrixbot

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/event"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// Ask asks a question in answer to a request. Once somebody who may has said yes, in time, the action runs with the
// arguments. It returns when the question is sent; the answer comes later, as a request of its own: yes or no, a
// reaction, or confirm with the question's id. Other messages in between change nothing.
//
// A handler that runs again after a crash asks the same question, which is not sent twice. The error is a [*RefusalError]
// where the sender has too many open questions already.
func (a *Action[T]) Ask(ctx context.Context, r *Request, q Question, arguments T) (Confirmation, error) {
	stored, err := json.Marshal(arguments)
	if err != nil {
		return Confirmation{}, fmt.Errorf("matrixbot: ask: %w", err)
	}
	c, err := a.router.ask(ctx, r, a.name, q, stored)
	if err != nil {
		return Confirmation{}, fmt.Errorf("matrixbot: ask: %w", err)
	}
	return c, nil
}

func (rt *Router) ask(ctx context.Context, r *Request, action string, q Question, arguments json.RawMessage) (Confirmation, error) {
	s, err := r.bot()
	if err != nil {
		return Confirmation{}, err
	}
	if err := q.check(r.Sender); err != nil {
		return Confirmation{}, err
	}
	if !rt.actions[action].access.isSet() && len(q.Allowed) == 0 && q.TwoPeople {
		return Confirmation{}, fmt.Errorf("nobody could answer: name the people in Allowed, or give the action %q an Access", action)
	}
	key := r.key()
	now := time.Now()
	c := &confirmation{
		Confirmation: Confirmation{
			Action: action, Room: r.Room, Thread: r.Thread, Request: r.Event, Requester: r.Sender,
			Asked: now, Expires: now.Add(q.Expires),
		},
		Key: key, Arguments: arguments, Allowed: slices.Clone(q.Allowed), TwoPeople: q.TwoPeople,
		PlaintextReaction: q.AllowPlaintextReaction, State: Asked,
	}
	if sizeOf(questionContent(c, q, true)) > maxContent-100 { // It has no id yet.
		return Confirmation{}, fmt.Errorf("%w: the question", ErrTooLarge)
	}
	d := desk{s.storage()}
	if err := d.store.Update(func(tx *boltstore.Tx) error { return d.open(tx, c) }); err != nil {
		return Confirmation{}, err
	}
	if c.Question != "" || c.State != Asked { // The handler runs again.
		return c.Confirmation, nil
	}
	content := questionContent(c, q, q.AllowPlaintextReaction || !encrypted(ctx, s, r.Room))
	question, err := s.send(ctx, outgoing{Room: r.Room, Key: key, Type: event.EventMessage, Content: content})
	if err != nil {
		return Confirmation{}, err
	}
	if err := d.sent(c, question, time.Now().Add(q.Expires)); err != nil {
		return Confirmation{}, err
	}
	select {
	case rt.wake <- struct{}{}:
	default:
	}
	rt.audit(ctx, r, c, time.Now(), &RefusalError{Decision: Asked})
	return c.Confirmation, nil
}

// questionContent is the message with the question and how to answer it.
func questionContent(c *confirmation, q Question, reactions bool) *event.MessageEventContent {
	how := "Answer yes or no"
	if reactions {
		how = "React with 👍 or 👎, or answer yes or no"
	}
	how += " (or: confirm " + c.ID + ", cancel " + c.ID + ") within " + shortDuration(q.Expires) + "."
	if len(q.Allowed) > 0 {
		who := make([]string, 0, len(q.Allowed))
		for _, user := range q.Allowed {
			who = append(who, string(user))
		}
		how += "\nFor " + strings.Join(who, ", ") + "."
	}
	// Not a notice: of these clients tell nobody.
	m := Message{Thread: c.Thread, ReplyTo: c.Request, Mentions: q.Allowed, Alert: true}
	return m.content(append(parseMarkdown(q.Markdown), parseText(how)...), true)
}

// shortDuration leaves out the parts that are zero.
func shortDuration(d time.Duration) string {
	text := d.Round(time.Second).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// idLetters are those that are not mistaken for others.
var idLetters = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// shortestID is how many letters an id has unless another question has them.
const shortestID = 4

// confirmationID makes an id out of what a question is asked for: always the same one, so that a handler that runs
// again finds its question.
func confirmationID(key string, length int) string {
	sum := sha256.Sum256([]byte(key))
	return idLetters.EncodeToString(sum[:])[:length]
}
