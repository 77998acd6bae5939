package matrixbot

import (
	"slices"
	"time"

	"maunium.net/go/mautrix/id"
)

// answer is what counts of an answer to a question.
type answer struct {
	yes       bool
	by        id.UserID
	event     id.EventID
	plaintext bool // It was not encrypted, in a room that is.
	reaction  bool
	explicit  bool // It names the question, in words. Who does that is told why it does not count.
}

// permits says whether somebody may give that answer. Where the action has a rule, that has to let them too.
func (c *confirmation) permits(by id.UserID, yes, rule bool) bool {
	switch {
	case by == c.Requester && !yes:
		return true
	case by == c.Requester && c.TwoPeople:
		return false
	case len(c.Allowed) > 0:
		return slices.Contains(c.Allowed, by)
	case rule:
		return true
	default:
		return by == c.Requester
	}
}

// judge returns nil for an answer that counts, else a *RefusalError. Who may not answer learns nothing about the question.
func (c *confirmation) judge(a answer, rule bool, now time.Time) error {
	refusal := func(decision Decision, reason, notice string) error {
		if !a.explicit {
			notice = ""
		}
		return &RefusalError{Decision: decision, Reason: reason, Notice: notice}
	}
	switch {
	case !c.permits(a.by, a.yes, rule):
		return refusal(Denied, "not allowed to answer", notAllowed)
	case c.State == Confirmed || c.State == Cancelled:
		return refusal(Refused, "answered before", "The question "+c.ID+" was answered before.")
	case c.State == Expired || !now.Before(c.Expires):
		return refusal(Refused, "answered too late", "The question "+c.ID+" has expired.")
	case a.plaintext && a.reaction && !c.PlaintextReaction:
		return &RefusalError{
			Decision: Denied, Reason: "reaction without encryption",
			Notice: "A reaction does not count here, as it is not encrypted. Answer with: confirm " + c.ID + " or cancel " + c.ID,
		}
	case a.plaintext && !a.reaction:
		return &RefusalError{
			Decision: Denied, Reason: "answer without encryption",
			Notice: "That does not count here, as it is not encrypted.",
		}
	}
	return nil
}
