package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// handleReaction takes a reaction to a question.
func (rt *Router) handleReaction(ctx context.Context, r *Request) error {
	all, err := desk{r.sender.storage()}.all()
	if err != nil {
		return fmt.Errorf("matrixbot: reaction: %w", err)
	}
	for _, c := range all {
		if c.Room != r.Room || c.Question != r.Reaction.To {
			continue
		}
		yes, ok := parseSign(r.Reaction.Key)
		if !ok {
			return nil
		}
		return rt.take(ctx, r, c, answer{yes: yes, reaction: true})
	}
	return rt.other(ctx, r)
}

// handleAnswer takes a message that answers a question. The text is what follows a trigger, if there is one.
func (rt *Router) handleAnswer(ctx context.Context, r *Request, text string, by int) (done bool, err error) {
	said, ok := rt.answer(r, text, by)
	if !ok {
		return false, nil
	}
	found, explicit, err := rt.asked(r, said)
	if err != nil {
		return true, err
	}
	switch len(found) {
	case 0:
		return false, nil
	case 1:
		return true, rt.take(ctx, r, found[0], answer{yes: said.yes, explicit: explicit})
	}
	var ids []string
	for _, c := range found[:min(len(found), maxOpen)] {
		ids = append(ids, "confirm "+c.ID+" or cancel "+c.ID)
	}
	return true, r.notice(ctx, "which", noticeContent(
		"Several questions are open. Answer with: "+strings.Join(ids, ", ")+".", "", r.Thread, r.Event))
}

// answer returns the answer that a message is, unless it is a command.
func (rt *Router) answer(r *Request, text string, by int) (said spoken, ok bool) {
	if by == noTrigger {
		text = r.Text
	}
	said, ok = parseAnswer(text)
	word, _ := firstWord(text)
	return said, ok && (by == noTrigger || said.id != "" || rt.root.child(word) == nil)
}

// asked looks the questions up that an answer may be for.
func (rt *Router) asked(r *Request, said spoken) (found []*confirmation, explicit bool, err error) {
	all, err := desk{r.sender.storage()}.all()
	if err != nil {
		return nil, false, fmt.Errorf("matrixbot: answer: %w", err)
	}
	found, explicit = rt.meant(r, said, all, time.Now())
	return found, explicit, nil
}

// meant returns the questions that an answer may be for: one where it names it, or replies to it, or where only one
// is open there that the sender may answer. Where the sender may answer none of those that are open, it is one of these,
// so that the attempt is on record.
func (rt *Router) meant(r *Request, said spoken, all []*confirmation, now time.Time) (found []*confirmation, explicit bool) {
	var others []*confirmation
	for _, c := range all {
		switch {
		case c.Room != r.Room:
		case c.Question == "" && c.ID != said.id: // Nobody has seen it yet, as far as is known here.
		case c.Answer != "" && c.Answer == r.Event: // It was taken before a crash.
			return []*confirmation{c}, true
		case said.id != "":
			if c.ID == said.id {
				found, explicit = append(found, c), true
			}
		case r.ReplyTo != "":
			if c.Question == r.ReplyTo {
				found, explicit = append(found, c), true
			}
		case c.State != Asked || r.Thread != c.Thread && r.Thread != c.Question || !now.Before(c.Expires):
		case c.permits(r.Sender, said.yes, rt.actions[c.Action].access.isSet()):
			found = append(found, c)
		default:
			others = append(others, c)
		}
	}
	if len(found) == 0 && len(others) > 0 {
		return others[:1], false
	}
	return found, explicit
}

// take has an answer count, if it does.
func (rt *Router) take(ctx context.Context, r *Request, c *confirmation, a answer) error {
	if c.Answer != "" && c.Answer == r.Event {
		return rt.follow(ctx, r, c)
	}
	a.by, a.event = r.Sender, r.Event
	a.plaintext = !r.Encrypted && encrypted(ctx, r.sender, r.Room)
	began := time.Now()
	action := rt.actions[c.Action]
	err := c.judge(a, action.access.isSet(), began)
	if err == nil && action.access.isSet() && (a.yes || a.by != c.Requester) {
		err = action.access.allows(ctx, r)
	}
	if err == nil {
		changed, storeErr := desk{r.sender.storage()}.change(c, func(c *confirmation) {
			c.State, c.Answer, c.AnsweredBy = Cancelled, a.event, a.by
			if a.yes {
				c.State = Confirmed
			}
		})
		if storeErr != nil {
			return fmt.Errorf("matrixbot: answer: %w", storeErr)
		}
		if !changed { // Between reading and writing it was answered, or expired.
			err = c.judge(a, action.access.isSet(), began)
		}
	}
	if err != nil {
		rt.audit(ctx, r, c, began, err)
		answered := r.Event
		if a.reaction { // One cannot answer these.
			answered = c.Question
		}
		return rt.settle(ctx, r, answered, err)
	}
	rt.audit(ctx, r, c, began, &RefusalError{Decision: c.State})
	return rt.follow(ctx, r, c)
}

// follow does what follows from an answer that counts, unless it is done.
func (rt *Router) follow(ctx context.Context, r *Request, c *confirmation) error {
	if c.Done {
		return nil
	}
	if c.State == Cancelled {
		if err := r.notice(ctx, "cancelled", noticeContent("Cancelled: nothing was done.", "", c.Thread, c.Question)); err != nil {
			return err
		}
		return rt.finish(r, c)
	}
	began := time.Now()
	action, known := rt.actions[c.Action]
	// On the disk before the action begins: what it does may be out of the store's sight.
	if _, err := (desk{r.sender.storage()}).change(c, func(c *confirmation) { c.Attempt++ }); err != nil {
		return fmt.Errorf("matrixbot: confirmed action: %w", err)
	}
	if err := r.sender.storage().Flush(ctx); err != nil {
		return fmt.Errorf("matrixbot: confirmed action: %w", err)
	}
	err := errPanic
	defer func() {
		if errors.Is(err, errPanic) {
			rt.audit(ctx, r, c, began, err)
			_, _ = rt.finish(r, c), rt.tellFailed(ctx, r, c) // The panic says more.
		}
	}()
	if known {
		err = action.run(ctx, onQuestion(r, c), c.Confirmation, c.Arguments)
	} else {
		err = Refuse("I cannot do that any more. Ask for it again.")
	}
	rt.audit(ctx, r, c, began, err)
	late := errors.Is(context.Cause(ctx), errHandlerTimeout)
	if err != nil && ctx.Err() != nil && !late {
		return err // The bot stops; the answer is handled again after the restart.
	}
	if storeErr := rt.finish(r, c); storeErr != nil {
		return storeErr
	}
	if !late {
		err = rt.settle(ctx, r, c.Question, err)
	}
	if err != nil {
		err = errors.Join(err, rt.tellFailed(ctx, r, c))
	}
	return err
}

// tellFailed tells who has confirmed an action by a reaction that it failed: errors that reactions lead to are logged,
// not told. The time of the action may be over.
func (rt *Router) tellFailed(ctx context.Context, r *Request, c *confirmation) error {
	if r.Reaction == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTime)
	defer cancel()
	return r.notice(ctx, "failed", noticeContent("Sorry, that did not work. Details are in my log.", "", c.Thread, c.Question))
}

// finish notes that nothing is left to be done.
func (rt *Router) finish(r *Request, c *confirmation) error {
	if _, err := (desk{r.sender.storage()}).change(c, func(c *confirmation) { c.Done = true }); err != nil {
		return fmt.Errorf("matrixbot: confirmation: %w", err)
	}
	return nil
}

// onQuestion returns the request of an answer as one to which replies answer the question.
func onQuestion(r *Request, c *confirmation) *Request {
	on := *r
	if c.Question == "" { // The handler ended before it learned the id.
		return &on
	}
	on.Event, on.ReplyTo, on.Thread, on.Reaction, on.sent = c.Question, c.Request, c.Thread, nil, 0
	return &on
}

// audit tells what became of a question or an answer. The error may be a *RefusalError that is only a decision.
func (rt *Router) audit(ctx context.Context, r *Request, c *confirmation, began time.Time, err error) {
	if rt.config.Audit == nil {
		return
	}
	entry := auditEntry(r)
	entry.Time, entry.Command, entry.Confirmation = began, c.Action, c.ID
	entry.finish(err)
	if refusal, ok := errors.AsType[*RefusalError](err); ok && refusal.Reason == "" && refusal.Notice == "" {
		entry.Err = nil
	}
	rt.config.Audit(context.WithoutCancel(ctx), entry)
}
