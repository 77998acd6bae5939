package chatops

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// vote is the decision on a yes or a no to a request.
func (e *Engine) vote(in Incoming, id string, yes bool) decision {
	return func(tx Tx) (changes, error) {
		r, found, err := load[request](tx, requestKey(id))
		if err != nil {
			return changes{}, err
		}
		v := voting{tx: tx, in: in, policy: e.policy.Load(), now: e.Now(), request: r}
		if !found || v.role() == Nobody {
			return changes{}, v.refuse(DecisionRefused, "no such request", "There is no request "+clean(id, 40)+".")
		}
		c, err := v.decide(yes)
		if err == nil && in.Reaction == "" {
			c.messages = append(c.messages, v.replies(e)...)
		}
		return c, err
	}
}

// voting is one yes or no, and all that its decision looks at.
type voting struct {
	request

	tx     Tx
	in     Incoming
	policy *Policy
	now    time.Time
	said   string // What who wrote it is told, where the question does not show it.
}

// role is what who votes may do with the template.
func (v *voting) role() Role { return v.policy.role(v.in, v.Target) }

func (v *voting) replies(e *Engine) []outboxRow {
	if v.said == "" {
		return nil
	}
	return e.reply(v.in, v.in.key("vote"), sentence(v.said))
}

// refuse says why a vote does not count: to reactions in the audit alone, so that nobody makes the bot talk by clicking.
func (v *voting) refuse(d Decision, reason, says string) *refusal {
	r := &refusal{decision: d, reason: reason + ", request " + clean(v.ID, 40), notice: sentence(says)}
	if v.in.Reaction != "" {
		r.notice = nil
	}
	return r
}

func (v *voting) decide(yes bool) (changes, error) {
	own, role := v.in.From == v.By, v.role()
	overdue := v.expires() && !v.now.Before(v.Expires)
	switch {
	case !v.open():
		return changes{}, v.refuse(DecisionRefused, "request is "+string(v.State), fmt.Sprintf("Request %s is over: it was %s.", v.ID, stateWord(v.State)))
	case overdue:
		v.said = fmt.Sprintf("Request %s has expired, so nothing was started.", v.ID)
		return v.expire(), nil
	case !yes:
		return v.no(own, role)
	case v.State == Prompting && own:
		return changes{}, v.refuse(DecisionRefused, "a value is missing", "I still need a value: please answer the question above.")
	case v.State == Confirming && own:
		return v.confirm()
	case v.State == Approving && !own && role >= Approver && v.approver(v.policy, v.in.From):
		return v.approve()
	case v.State == Approving && own:
		return changes{}, v.refuse(DecisionDenied, "own request", "Somebody else has to approve what you want to run.")
	case v.State == Starting && (own || role >= Approver):
		return changes{}, v.refuse(DecisionRefused, "is agreed already", fmt.Sprintf("Request %s is agreed already and is being started.", v.ID))
	case v.State == Approving:
		return changes{}, v.refuse(DecisionDenied, "takes the role approver", "Approving this takes the role approver.")
	}
	return changes{}, v.refuse(DecisionDenied, "request of somebody else", fmt.Sprintf("Only %s can answer that.", clean(v.ByName, maxName)))
}

// no is a no of somebody.
func (v *voting) no(own bool, role Role) (changes, error) {
	switch may := own || role >= Admin || v.State == Approving && role >= Approver; {
	case !may:
		return changes{}, v.refuse(DecisionDenied, "request of somebody else", "That is not for you to cancel.")
	case v.State == Starting && !v.Tried.IsZero():
		return changes{}, v.refuse(DecisionRefused, "is being started", fmt.Sprintf("Request %s is being started; end its task with stop.", v.ID))
	}
	var c changes
	word := "Cancelled by "
	if !own {
		word = "Refused by "
	}
	v.said = fmt.Sprintf("Request %s is cancelled.", v.ID)
	r := v.request
	c.end(&r, Cancelled, "cancelled by "+string(v.in.From), plain(word), person(v.in.From, clean(v.in.FromName, maxName)), plain(" at "+clock(v.now)+"."))
	c.note(r.audited(DecisionCancelled, ""))
	return c, nil
}

// expire ends a request to which nobody said yes in time.
func (v *voting) expire() changes { return expired(v.request, v.now) }

func expired(r request, now time.Time) changes {
	var c changes
	reason := "nobody answered in time"
	if r.State == Approving {
		reason = "it was not approved in time"
	}
	c.end(&r, Expired, reason, plain("Expired at "+clock(now)+": "+reason+". Nothing was started."))
	c.note(r.audited(DecisionExpired, reason))
	return c
}

// may checks that the request may still come to its task, and which approvals still count for it.
func (v *voting) may() error {
	place := v.place(v.policy)
	role := v.policy.Role(v.By, place, v.Target)
	if role < Runner {
		return v.refuse(DecisionDenied, "requester may not run it any more", clean(v.ByName, maxName)+" may not run this any more.")
	}
	if err := v.hindered(v.tx, v.policy, v.now, role, place); err != nil {
		return err
	}
	v.Needed = v.policy.approvals(v.Target, place, v.Start)
	v.Approvals = slices.DeleteFunc(v.Approvals, func(user UserID) bool { return !v.approver(v.policy, user) })
	return v.possible(place)
}

// confirm is the yes of who asked.
func (v *voting) confirm() (changes, error) {
	if err := v.may(); err != nil {
		return changes{}, err
	}
	var c changes
	r := v.request
	if r.Needed > 0 {
		c.closeAsk(r, "confirmed", r.asks(plain("Confirmed at "+clock(v.now)+"; it waits for approval.")))
		c.awaitApproval(&r, v.policy, v.now)
	} else {
		c.agree(&r, v.policy, v.now, plain("Confirmed at "+clock(v.now)+"."))
	}
	c.note(r.audited(DecisionConfirmed, ""))
	return c, nil
}

// approve is the yes of somebody else.
func (v *voting) approve() (changes, error) {
	if slices.Contains(v.Approvals, v.in.From) {
		return changes{}, v.refuse(DecisionRefused, "has approved already", "You have approved it already, and that counts once.")
	}
	if err := v.may(); err != nil {
		return changes{}, err
	}
	var c changes
	r := v.request
	r.Approvals = append(r.Approvals, v.in.From)
	if n := r.Needed - len(r.Approvals); n > 0 {
		v.said = fmt.Sprintf("Approved. %d more to come.", n)
		c.closeAsk(r, fmt.Sprintf("approved%d", len(r.Approvals)), r.asksApproval(v.policy, v.now))
		c.keep(r)
	} else {
		v.said = "Approved."
		c.agree(&r, v.policy, v.now, r.approvedBy(v.now)...)
	}
	c.note(r.audited(DecisionApproved, ""))
	return c, nil
}

// approvedBy says who has approved.
func (r request) approvedBy(now time.Time) []Span {
	spans := []Span{plain("Approved by ")}
	for i, user := range r.Approvals {
		if i > 0 {
			spans = append(spans, plain(", "))
		}
		spans = append(spans, person(user, string(user)))
	}
	return append(spans, plain(" at "+clock(now)+"."))
}

// agree has a request started: nobody has to say yes any more.
func (c *changes) agree(r *request, p *Policy, now time.Time, how ...Span) {
	r.Agreed = true
	c.closeAsk(*r, "agreed", r.asks(how...))
	c.proceed(r, p, now)
}

// stateWord completes "it was …".
func stateWord(s State) string {
	if s == Failed {
		return "not started"
	}
	return strings.ToLower(string(s))
}
