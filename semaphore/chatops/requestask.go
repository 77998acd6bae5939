package chatops

import (
	"fmt"
	"slices"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// The reactions that are offered below a question.
const (
	thumbUp   = "👍"
	thumbDown = "👎"
)

// ask sends a question about the request, to which answers and reactions are bound.
func (c *changes) ask(r *request, to Address, alert bool, text Text, buttons ...string) {
	r.Asks++
	r.Ask = asked{Key: fmt.Sprintf("ask.%s.%d", r.ID, r.Asks), To: to}
	c.send(outboxRow{
		Outgoing:  Outgoing{Key: r.Ask.Key, To: to, Body: text, Alert: alert, Buttons: buttons},
		ExpiresAt: r.Expires, Keep: true, Asks: r.ID,
	})
}

// closeAsk edits the question that is open so that it asks no more. what names the edit.
func (c *changes) closeAsk(r request, what string, text Text) {
	if r.Ask.Key == "" {
		return
	}
	c.send(outboxRow{
		Outgoing: Outgoing{Key: r.Ask.Key + "." + what, To: r.Ask.To, Body: text},
		Replaces: r.Ask.Key,
	})
}

// closeAll edits the questions about a request so that none of them asks any more. what names the edits. With anew the
// newest is posted as a new message where it cannot be edited.
func (c *changes) closeAll(r request, what string, text Text, anew bool) {
	for _, q := range []asked{r.Confirmed, r.Ask} {
		if q.Key == "" {
			continue
		}
		c.send(outboxRow{
			Outgoing: Outgoing{Key: q.Key + "." + what, To: q.To, Body: text},
			Replaces: q.Key, Anew: anew && q == r.Ask,
		})
	}
}

// proceed brings a request as far as it goes without anybody's help, and asks for what it needs then.
func (c *changes) proceed(r *request, p *Policy, now time.Time) {
	switch {
	case len(r.Missing) > 0:
		r.State, r.Expires = Prompting, r.answerBy(now, p.confirmTime())
		c.prompt(r, now)
	case r.Agreed:
		r.State, r.Expires = Starting, r.startBy(now)
	default:
		r.State, r.Expires = Confirming, r.answerBy(now, p.confirmTime())
		how := "yes or no"
		if r.reactions(p) {
			how = "yes or no, or 👍 or 👎"
		}
		spans := []Span{person(r.By, clean(r.ByName, maxName)), plain(", answer " + how + " until " + until(r.Expires, now) + ".")}
		if r.Needed > 0 {
			spans = append(spans, plain(fmt.Sprintf(" After that %s must approve.", people(r.Needed))))
		}
		c.ask(r, r.Where, false, r.asks(spans...), r.buttons(p)...)
	}
	c.keep(*r)
}

// prompt asks for the first variable that is missing: a secret one in private.
func (c *changes) prompt(r *request, now time.Time) {
	v, _ := surveyVar(r.Survey, r.Missing[0])
	to := r.Where
	secret := v.Type == semaphore.SurveySecret
	if secret && !r.Direct {
		to = Address{User: r.By}
	}
	text := Text{para(
		bold(clean(orElse(v.Title, v.Name), maxName)), plain(" for "), plain(targetName(r.Target)), plain(", request "), code(r.ID), plain(". "),
	)}
	if d := clean(v.Description, 300); d != "" {
		text = append(text, para(plain(d)))
	}
	switch v.Type {
	case semaphore.SurveyEnum:
		text = append(text, para(plain("One of: "+choices(v))))
	case semaphore.SurveyInt:
		text = append(text, para(plain("A whole number.")))
	case semaphore.SurveySecret:
		text = append(text, para(plain("I keep it in memory until the task is started and show it to nobody. Delete your message afterwards.")))
	case semaphore.SurveyText, semaphore.SurveyLines:
	}
	how := "Reply to this message with the value"
	if secret || r.Direct {
		how = "Answer with the value"
	}
	end := []Span{person(r.By, clean(r.ByName, maxName)), plain(": " + how)}
	if v.Default != "" && !secret {
		end = append(end, plain(", or with "), code("-"), plain(" for "), code(clean(v.Default, maxName)))
	}
	end = append(end, plain(", until "+until(r.Expires, now)+". "), code("cancel"), plain(" gives up."))
	if more := len(r.Missing) - 1; more > 0 {
		end = append(end, plain(fmt.Sprintf(" %d more to come.", more)))
	}
	c.ask(r, to, false, append(text, para(end...)))
}

// awaitApproval asks others for their approval.
func (c *changes) awaitApproval(r *request, prefix string, p *Policy, now time.Time) {
	r.State, r.Expires, r.Confirmed = Approving, r.answerBy(now, p.approveTime()), r.Ask
	c.ask(r, r.Where, true, r.asksApproval(prefix, p, now), r.buttons(p)...)
	c.keep(*r)
}

// asksApproval is the question to those who may approve. prefix is what commands begin with.
func (r request) asksApproval(prefix string, p *Policy, now time.Time) Text {
	so := ""
	if n := len(r.Approvals); n > 0 {
		so = fmt.Sprintf(", and %d did", n)
	}
	how := "with "
	if r.reactions(p) {
		how = "with 👍 here or "
	}
	spans := []Span{
		plain(fmt.Sprintf("Confirmed; %s must approve until %s%s: %s", people(r.Needed), until(r.Expires, now), so, how)),
		code(prefix + " approve " + r.ID), plain("."),
	}
	for _, user := range r.invited(p) {
		spans = append(spans, plain(" "), mention(user, string(user)))
	}
	return r.asks(spans...)
}

// reactions says whether reactions count for the request.
func (r request) reactions(p *Policy) bool { return !r.Encrypted || p.PlaintextReactions }

func (r request) buttons(p *Policy) []string {
	if !r.reactions(p) {
		return nil
	}
	return []string{thumbUp, thumbDown}
}

// place is the room by which the policy judges the request.
func (r request) place(p *Policy) RoomID {
	return p.place(Incoming{Direct: r.Direct, Room: r.Where.Room})
}

// approver says whether the approval of somebody counts, who needs the role where it was asked for: grants and requests
// belong to rooms.
func (r request) approver(p *Policy, user UserID) bool {
	return user != r.By && p.Role(user, r.place(p), r.Target) >= Approver
}

// maxMentions bounds how many people are told at once that something waits for them.
const maxMentions = 5

// invited are some of those who may approve the request, in the order of the policy.
func (r request) invited(p *Policy) []UserID {
	var found []UserID
	for _, g := range p.Grants {
		for _, user := range g.Users {
			if len(found) < maxMentions && !slices.Contains(r.Approvals, user) && !slices.Contains(found, user) && r.approver(p, user) {
				found = append(found, user)
			}
		}
	}
	return found
}

// end brings a request to an end that is not a task. what names the edit of its question, and said is what it says then.
func (c *changes) end(r *request, state State, reason string, said ...Span) {
	told := state == Failed || state == Expired && r.State == Approving // By a message of its own.
	r.State, r.Reason = state, reason
	c.closeAll(*r, string(state), r.asks(said...), !told)
	c.keep(*r)
}
