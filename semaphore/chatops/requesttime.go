package chatops

import (
	"fmt"
	"time"
)

// startLate is how late at most something is started that has a time.
const startLate = 15 * time.Minute

// scheduled says whether the request is agreed and waits for its time.
func (r request) scheduled() bool {
	return r.State == Starting && !r.NotBefore.IsZero() && r.Tried.IsZero()
}

// answerBy is until when an answer is waited for: it is of no use any more when it is time to start.
func (r request) answerBy(now time.Time, wait time.Duration) time.Time {
	by := now.Add(wait)
	if !r.NotBefore.IsZero() && r.NotBefore.Before(by) {
		return r.NotBefore
	}
	return by
}

// startBy is until when it is tried to start the request, if it is agreed now.
func (r request) startBy(now time.Time) time.Time {
	if r.NotBefore.IsZero() {
		return now.Add(startTime)
	}
	return r.NotBefore.Add(startLate)
}

// due is when a request that is agreed is to be started.
func (r request) due() time.Time {
	if r.NotBefore.IsZero() {
		return r.Expires.Add(-startTime)
	}
	return r.NotBefore
}

// tooLate says why a request is not started any more.
func (r request) tooLate() Text {
	if r.NotBefore.IsZero() {
		return sentence(fmt.Sprintf("It could not be started within %d minutes, and is not started later. Please ask again.", startTime/time.Minute))
	}
	return sentence(fmt.Sprintf("It was to run on %s, and is not started more than %d minutes late. Please ask again.", moment(r.NotBefore), startLate/time.Minute))
}

// atTime says when something happens that is ahead.
func atTime(t, now time.Time) string {
	if when := until(t, now); when != clock(t) {
		return "on " + when
	}
	return "at " + clock(t)
}

// word is where the request stands, in a word.
func (r request) word() string {
	if r.scheduled() {
		return "scheduled"
	}
	return string(r.State)
}

// stage is where the request stands, for a table.
func (r request) stage(now time.Time) string {
	if r.scheduled() {
		return "🕒 once, " + until(r.NotBefore, now)
	}
	return "❔ " + string(r.State)
}
