package chatops

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Bounds of a policy. What is beyond is a mistake.
const (
	longestConfirm = 24 * time.Hour
	longestApprove = 7 * 24 * time.Hour
	mostApprovals  = 10
)

// Check returns what is wrong with the policy, all of it in one error, nil where nothing is. The zero value is not wrong.
// Rules that can never hold are wrong, because they give a false idea of what is allowed, except that a policy without any
// rooms may have rules for some: its rooms may come later.
func (p *Policy) Check() error {
	var problems []error
	add := func(format string, values ...any) { problems = append(problems, fmt.Errorf(format, values...)) }
	for i, room := range p.Rooms {
		if blank(string(room)) {
			add("rooms: entry %d is empty or has blanks around it", i+1)
		}
	}
	if p.Confirm < 0 || p.Confirm > longestConfirm {
		add("confirm: %s is not between 0 and %s", p.Confirm, longestConfirm)
	}
	if p.Approve < 0 || p.Approve > longestApprove {
		add("approve: %s is not between 0 and %s", p.Approve, longestApprove)
	}
	for i, g := range p.Grants {
		where := fmt.Sprintf("grants: entry %d", i+1)
		if len(g.Users) == 0 {
			add("%s: it names no users, so it grants nothing", where)
		}
		if slices.ContainsFunc(g.Users, func(u UserID) bool { return blank(string(u)) }) {
			add("%s: users: an entry is empty or has blanks around it", where)
		}
		if g.Role < Viewer || g.Role > Admin {
			add("%s: role: %s cannot be granted; it is one of viewer, runner, approver, admin", where, g.Role)
		}
		problems = append(problems, p.checkScope(where, g.Scope)...)
	}
	for i, rule := range p.Approvals {
		where := fmt.Sprintf("approvals: entry %d", i+1)
		if rule.Approvals < 1 || rule.Approvals > mostApprovals {
			add("%s: approvals: %d is not between 1 and %d", where, rule.Approvals, mostApprovals)
		} else if n := p.approvers(); n < rule.Approvals {
			add("%s: approvals: %d are wanted, and %d people are approvers or admins", where, rule.Approvals, n)
		}
		problems = append(problems, p.checkScope(where, rule.Scope)...)
	}
	for i, f := range p.Freezes {
		where := fmt.Sprintf("freezes: entry %d", i+1)
		if err := f.check(); err != nil {
			add("%s: %w", where, err)
		}
		problems = append(problems, p.checkScope(where, f.Scope)...)
	}
	for i, rule := range p.Arguments {
		where := fmt.Sprintf("arguments: entry %d", i+1)
		if len(rule.Flags) == 0 {
			add("%s: flags: it names none, so it lets nothing through", where)
		}
		for _, flag := range rule.Flags {
			if !strings.HasPrefix(flag, "-") || strings.ContainsAny(flag, "= \t\n") || strings.Trim(flag, "-") == "" {
				add("%s: flags: %q is not a flag, as --check or -e", where, flag)
			} else if slices.Contains(forbiddenAnsible, flag) || slices.Contains(forbiddenTerraform, flag) {
				add("%s: flags: %s is never let through: it reads files or changes how hosts are reached", where, flag)
			}
		}
		problems = append(problems, p.checkScope(where, rule.Scope)...)
	}
	return errors.Join(problems...)
}

// checkScope returns what is wrong with where a rule holds.
func (p *Policy) checkScope(where string, s Scope) []error {
	var problems []error
	for _, room := range s.Rooms {
		if len(p.Rooms) > 0 && !slices.Contains(p.Rooms, room) || blank(string(room)) {
			problems = append(problems, fmt.Errorf("%s: rooms: %q is not among the policy's rooms", where, room))
		}
	}
	for _, list := range []struct {
		name    string
		entries []string
	}{{"projects", s.Projects}, {"templates", s.Templates}} {
		if slices.ContainsFunc(list.entries, blank) {
			problems = append(problems, fmt.Errorf("%s: %s: an entry is empty or has blanks around it", where, list.name))
		}
	}
	return problems
}

// blank says whether a name is empty or has blanks around it, which nobody sees and nothing matches.
func blank(name string) bool { return name == "" || strings.TrimSpace(name) != name }

// approvers is how many people could approve something.
func (p *Policy) approvers() int {
	people := map[UserID]bool{}
	for _, g := range p.Grants {
		for _, user := range g.Users {
			if g.Role >= Approver {
				people[user] = true
			}
		}
	}
	return len(people)
}

func (f Freeze) check() error {
	dates := !f.From.IsZero() || !f.To.IsZero()
	switch {
	case f.Weekly == nil && !dates:
		return errors.New("it says no time: give from and to, or weekly")
	case f.Weekly != nil && dates:
		return errors.New("it says two times: give from and to, or weekly, not both")
	case f.Weekly != nil:
		return f.Weekly.check()
	case f.From.IsZero() || f.To.IsZero():
		return errors.New("it needs both from and to")
	case !f.From.Before(f.To):
		return errors.New("it ends before it begins")
	}
	return nil
}

func (w *WeeklyWindow) check() error {
	const day = 24 * time.Hour
	bad := func(clock time.Duration) bool { return clock < 0 || clock >= day || clock%time.Second != 0 }
	switch {
	case w.Zone == nil:
		return errors.New("weekly: it has no time zone")
	case bad(w.FromTime) || bad(w.ToTime):
		return errors.New("weekly: a time of day is between 00:00 and 23:59")
	case w.FromDay < time.Sunday || w.FromDay > time.Saturday || w.ToDay < time.Sunday || w.ToDay > time.Saturday:
		return errors.New("weekly: there is no such day of the week")
	case w.FromDay == w.ToDay && w.FromTime == w.ToTime:
		return errors.New("weekly: it ends when it begins; to freeze always grant nobody the role runner")
	}
	return nil
}
