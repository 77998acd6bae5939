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
		v := voting{tx: tx, in: in, policy: e.policy.Load(), prefix: e.Prefix, now: e.Now(), request: r}
		if !found || v.role() == Nobody {
			return changes{}, v.refuse(DecisionRefused, "no such request", "There is no request "+clean(id, 40)+".")
		}
		c, err := v.decide(yes)
		if err == nil {
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
	prefix string // Of commands.
	now    time.Time
	said   string // What who wrote it is told, where the question does not show it.
	closed string // What who clicked is told, because nothing is asked any more.
}

// role is what who votes may do with the template.
func (v *voting) role() Role { return v.policy.role(v.in, v.Target) }

func (v *voting) replies(e *Engine) []outboxRow {
	switch {
	case v.closed != "":
		return e.reply(v.in, v.in.key("closed"), say(person(v.in.From, clean(v.in.FromName, maxName)), plain(": "+v.closed)))
	case v.said != "" && v.in.Reaction == "":
		return e.reply(v.in, v.in.key("vote"), sentence(v.said))
	}
	return nil
}

// over refuses what comes when nothing is asked any more. The chat still shows the buttons, so who clicks is told too:
// once for each request, lest somebody make the bot talk by clicking.
func (v *voting) over(reason, says string) (c changes, err error) {
	r := v.refuse(DecisionRefused, reason, says)
	if v.in.Reaction == "" {
		return changes{}, r
	}
	key := toldKey(v.ID, v.in.From)
	told, err := v.tx.Get(key)
	switch {
	case err != nil:
		return changes{}, err
	case told != nil:
		return changes{}, r
	}
	v.closed = says
	c.put(key, present{At: v.now})
	c.note(r.audited())
	return c, nil
}

// toldKey is the key of the record that somebody was told that a request is closed.
func toldKey(request string, user UserID) string { return joinKey("told", request, string(user)) }

// refuse says why a vote does not count: to reactions in the audit alone, so that nobody makes the bot talk by clicking.
func (v *voting) refuse(d Decision, reason, says string) *refusal {
	r := &refusal{decision: d, reason: reason, request: clean(v.ID, 40), notice: sentence(says)}
	if v.Target.Project != 0 {
		r.target = auditTarget(v.Target)
	}
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
		return v.over("request is "+string(v.State), fmt.Sprintf("Request %s is over: it was %s.", v.ID, stateWord(v.State)))
	case overdue:
		v.said = fmt.Sprintf("Request %s has expired, so nothing was started.", v.ID)
		return v.expire(), nil
	case !yes:
		return v.no(own, role)
	case !v.sealedAs(v.in, v.policy):
		return changes{}, v.refuse(DecisionDenied, "not encrypted", fmt.Sprintf(
			"Request %s was asked for where messages are encrypted, so a yes to it counts only there or in another encrypted room.", v.ID))
	case v.State == Prompting && own:
		return changes{}, v.refuse(DecisionRefused, "a value is missing", "I still need a value: please answer the question above.")
	case v.State == Confirming && own:
		asks, err := sentAs(v.tx, v.Ask.Key)
		switch {
		case err != nil:
			return changes{}, err
		case v.in.Reaction != "" && v.in.Message != asks: // As one on the question for a value: it does not show what is run.
			return changes{}, v.refuse(DecisionRefused, "answers another question", "")
		}
		return v.confirm()
	case v.State == Approving && !own && role >= Approver && v.approver(v.policy, v.in.From):
		return v.approve()
	case v.State == Approving && own:
		return changes{}, v.refuse(DecisionDenied, "own request", "Somebody else has to approve what you want to run.")
	case v.scheduled() && (own || role >= Approver):
		return v.over("is agreed already", fmt.Sprintf("Request %s is agreed already and runs %s.", v.ID, atTime(v.NotBefore, v.now)))
	case v.State == Starting && (own || role >= Approver):
		return v.over("is agreed already", fmt.Sprintf("Request %s is agreed already and is being started.", v.ID))
	case v.State == Approving:
		return changes{}, v.refuse(DecisionDenied, "takes the role approver", "Approving this takes the role approver.")
	}
	return changes{}, v.refuse(DecisionDenied, "request of somebody else", fmt.Sprintf("Only %s can answer that.", clean(v.ByName, maxName)))
}

// sealedAs says whether an event is as well protected as the request: what came encrypted is not carried out by what
// anybody on the way may have written.
func (r request) sealedAs(in Incoming, p *Policy) bool {
	return !r.Encrypted || in.Encrypted || in.Reaction != "" && p.PlaintextReactions
}

// refusable says whether somebody with a role may say no to what somebody else wants to run.
func (r request) refusable(role Role) bool {
	return role >= Admin || r.State == Approving && role >= Approver
}

// no is a no of somebody.
func (v *voting) no(own bool, role Role) (changes, error) {
	switch {
	case !own && !v.refusable(role):
		return changes{}, v.refuse(DecisionDenied, "request of somebody else", "That is not for you to cancel.")
	case v.State == Starting && !v.Tried.IsZero():
		return changes{}, v.refuse(DecisionRefused, "is being started", fmt.Sprintf(
			"It is too late to cancel %s: Semaphore was told to start it. I look for its task until %s; when it is there, stop ends it.", v.ID, clock(v.Expires)))
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
	reason, approving := "nobody answered in time", r.State == Approving
	if approving {
		reason = "it was not approved in time"
	}
	c.end(&r, Expired, reason, plain("Expired at "+clock(now)+": "+reason+". Nothing was started."))
	if approving {
		c.tellNotStarted(r, sentence("It was not approved in time."))
	}
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
		c.awaitApproval(&r, v.prefix, v.policy, v.now)
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
		c.closeAsk(r, fmt.Sprintf("approved%d", len(r.Approvals)), r.asksApproval(v.prefix, v.policy, v.now))
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
	if !r.NotBefore.IsZero() {
		how = append(how, plain(" It runs "+atTime(r.NotBefore, now)+", unless it is locked or frozen then; "), code("cancel "+r.ID), plain(" calls it off."))
	}
	c.closeAll(*r, "agreed", r.asks(how...), true)
	c.proceed(r, p, now)
}

// stateWord completes "it was …".
func stateWord(s State) string {
	if s == Failed {
		return "not started"
	}
	return strings.ToLower(string(s))
}
