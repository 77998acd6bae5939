package chatops

import (
	"context"
	"time"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

const (
	// soonest and latest bound when something may be run once.
	soonest = time.Minute
	latest  = 60 * 24 * time.Hour // Questions are not edited any more after 90 days, see keepSent.
)

// runOnce asks whether a template is to be run at a time.
func (e *Engine) runOnce(ctx context.Context, c *call) (decision, error) {
	at, problem := onceAt(c)
	if problem != nil {
		return nil, problem
	}
	return e.askToRun(ctx, c, c.values.Text("name"), at)
}

// onceAt is the time that somebody has given.
func onceAt(c *call) (time.Time, *refusal) {
	at := c.in.At.Add(c.values.Duration("in"))
	if c.values.Has("at") == c.values.Has("in") {
		return at, refusedf("no time", "When? Give either --in, as --in 2h30m, or --at, as --at 2027-01-31T17:00Z.")
	}
	if written := c.values.Text("at"); written != "" {
		var err error
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
			if at, err = time.Parse(layout, written); err == nil {
				break
			}
		}
		if err != nil {
			return at, refusedf("written wrongly", "%s is not a time with its zone, as 2027-01-31T18:00+01:00 or 2027-01-31T17:00Z.", commandline.Show(written))
		}
	}
	switch ahead := at.Sub(c.now); {
	case ahead < soonest:
		return at, refusedf("too soon", "It has to be a minute from now at least.")
	case ahead > latest:
		return at, refusedf("too late", "It has to be within 60 days.")
	}
	return at.Add(time.Minute - 1).Truncate(time.Minute), nil // It is shown to the minute.
}
