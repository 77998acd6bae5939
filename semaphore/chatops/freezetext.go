package chatops

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// freezes is a table of the freezes that hold or will, for something or, without a project, for all that who asks may
// know of; nothing where there are none.
func (e *Engine) freezes(ctx context.Context, c *call, of TargetRef) (Text, error) {
	if len(c.policy.Freezes) == 0 {
		return nil, nil
	}
	targets := []TargetRef{of}
	if of.Project == 0 {
		projects, _, err := e.projects(ctx, c, age{catalogFresh, catalogStale})
		if err != nil {
			return nil, err
		}
		targets = nil
		for _, p := range projects {
			targets = append(targets, p.project())
		}
	}
	rows := [][]string{{"Frozen", "When", "Reason"}}
	left := 0
	for _, f := range c.policy.Freezes {
		if f.Weekly == nil && !c.now.Before(f.To) {
			continue
		}
		var about []string
		for _, t := range targets {
			if f.restricts(t, c.policy.place(c.in)) {
				about = append(about, f.name(t))
			}
		}
		if of.Project == 0 && len(f.Projects)+len(f.Templates) == 0 && len(about) > 0 {
			about = []string{"everything"}
		}
		switch {
		case len(about) == 0:
		case len(rows) > mostListed:
			left++
		default:
			rows = append(rows, []string{clean(strings.Join(about, ", "), 300), f.when(c.now), clean(f.why(), longestReason)})
		}
	}
	if len(rows) == 1 {
		return nil, nil
	}
	text := Text{table(rows...)}
	if left > 0 {
		text = append(text, andMore(left))
	}
	return text, nil
}

// name is what of a target the freeze is about.
func (f Freeze) name(t TargetRef) string {
	if t.Template == 0 && len(f.Templates) > 0 {
		return "templates of " + scopeName(t)
	}
	return scopeName(t)
}

// why is the reason, and who may run things all the same.
func (f Freeze) why() string {
	if f.Admins {
		return strings.TrimSpace(f.Reason + " (not for admins)")
	}
	return f.Reason
}

// when says in which time the freeze holds, and whether that is now.
func (f Freeze) when(now time.Time) string {
	if end, holds := f.holds(now); holds {
		return "now, until " + until(end, now)
	}
	if w := f.Weekly; w != nil {
		return fmt.Sprintf("each week, %s %s to %s %s (%s)", w.FromDay, timeOfDay(w.FromTime), w.ToDay, timeOfDay(w.ToTime), w.Zone)
	}
	return fmt.Sprintf("%s to %s", until(f.From, now), until(f.To, now))
}

// timeOfDay writes a time since midnight as a clock shows it.
func timeOfDay(d time.Duration) string { return time.Time{}.Add(d).Format("15:04") }
