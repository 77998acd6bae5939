package chatops

import (
	"fmt"
	"time"
)

// restricts says whether a rule with this scope holds for a template. One that names rooms holds in direct messages too:
// else these were a way around it.
func (s Scope) restricts(t TargetRef, room RoomID) bool {
	return (room == "" || s.inRoom(room)) && s.touches(t)
}

// approvals is how many people have to agree before a template is run.
func (p *Policy) approvals(t TargetRef, room RoomID, what start) int {
	most := 0
	for _, rule := range p.Approvals {
		// Raw arguments could make a dry run a real one.
		free := rule.DryRunFree && what.DryRun && len(what.Arguments) == 0
		if !free && rule.restricts(t, room) {
			most = max(most, rule.Approvals)
		}
	}
	return most
}

// couldApprove is how many people may approve what somebody else wants to run in a room.
func (p *Policy) couldApprove(t TargetRef, room RoomID, by UserID) int {
	people := map[UserID]bool{}
	for _, g := range p.Grants {
		for _, user := range g.Users {
			if user != by && p.Role(user, room, t) >= Approver {
				people[user] = true
			}
		}
	}
	return len(people)
}

// approvable refuses a request that fewer people could approve than have to.
func (r request) approvable(p *Policy, room RoomID) error {
	could := p.couldApprove(r.Target, room, r.By)
	if could >= r.Needed {
		return nil
	}
	only := "nobody else"
	if could > 0 {
		only = fmt.Sprintf("only %d", could)
	}
	return refusedf("fewer could approve it than have to", "Running %s takes the approval of %s, and the policy names %s who may approve it here: "+
		"somebody has to be granted the role approver.", targetName(r.Target), people(r.Needed), only)
}

// frozen says whether a template may not be run now by somebody with that role, and why; of several reasons the one that
// lasts longest.
func (p *Policy) frozen(now time.Time, t TargetRef, room RoomID, role Role) (why Freeze, until time.Time, frozen bool) {
	for _, f := range p.Freezes {
		if f.Admins && role >= Admin || !f.restricts(t, room) {
			continue
		}
		if end, holds := f.holds(now); holds && end.After(until) {
			why, until, frozen = f, end, true
		}
	}
	return why, until, frozen
}

// holds says whether it is the time of the freeze, and when that ends.
func (f Freeze) holds(now time.Time) (until time.Time, holds bool) {
	if f.Weekly != nil {
		return f.Weekly.holds(now)
	}
	return f.To, !now.Before(f.From) && now.Before(f.To)
}

const week = 7 * 24 * time.Hour

// holds goes by what clocks in the zone show, so that a change to summer time moves no window.
func (w *WeeklyWindow) holds(now time.Time) (until time.Time, holds bool) {
	local := now.In(w.Zone)
	at := clockOfWeek(local.Weekday(), time.Duration(local.Hour())*time.Hour+
		time.Duration(local.Minute())*time.Minute+time.Duration(local.Second())*time.Second)
	from, to := clockOfWeek(w.FromDay, w.FromTime), clockOfWeek(w.ToDay, w.ToTime)
	since, length := (at-from+week)%week, (to-from+week)%week
	if since >= length {
		return time.Time{}, false
	}
	days := (int(w.ToDay) - int(local.Weekday()) + 7) % 7
	if days == 0 && at > to {
		days = 7
	}
	y, m, d := local.Date()
	clock := int(w.ToTime / time.Second)
	return time.Date(y, m, d+days, 0, 0, clock, 0, w.Zone), true
}

// clockOfWeek is how far the clocks of a week have gone, from Sunday on.
func clockOfWeek(day time.Weekday, clock time.Duration) time.Duration {
	return time.Duration(day)*24*time.Hour + clock
}

// The times that hold where a policy names none.
const (
	usualConfirm = 5 * time.Minute
	usualApprove = time.Hour
)

func (p *Policy) confirmTime() time.Duration {
	if p.Confirm == 0 {
		return usualConfirm
	}
	return p.Confirm
}

func (p *Policy) approveTime() time.Duration {
	if p.Approve == 0 {
		return usualApprove
	}
	return p.Approve
}

// String is the word for the role in a policy file.
func (r Role) String() string {
	switch r {
	case Nobody:
		return "nobody"
	case Viewer:
		return "viewer"
	case Runner:
		return "runner"
	case Approver:
		return "approver"
	case Admin:
		return "admin"
	default:
		return fmt.Sprintf("role %d", int(r))
	}
}
