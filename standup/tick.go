package standup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"
)

// keepTime does what is due and says how long nothing will be.
func (e *Engine) keepTime(ctx context.Context) time.Duration {
	next, err := e.Tick(ctx)
	if err != nil {
		e.logFailure(ctx, "read the timetable", err)
		return firstBackoff
	}
	if next.IsZero() {
		return longestSleep
	}
	return next.Sub(e.Now())
}

// Tick does everything that is due now and returns the next instant at which
// something will be, zero if nothing is planned. Run calls it; it is exported
// for hosts that keep time themselves. A step that fails is logged and tried
// again by the next Tick, and does not keep others waiting. Tick sends nothing;
// it puts messages into the store, from where Run sends them.
func (e *Engine) Tick(ctx context.Context) (next time.Time, err error) {
	failed := map[string]bool{}
	for {
		d, found, err := e.firstDue(ctx, failed)
		if err != nil {
			return time.Time{}, fmt.Errorf("standup: tick: %w", err)
		}
		if !found {
			return time.Time{}, nil
		}
		if d.at.After(e.Now()) {
			return d.at, nil
		}
		if err := e.do(ctx, d); err != nil {
			if ctx.Err() != nil {
				return time.Time{}, fmt.Errorf("standup: tick: %w", err)
			}
			e.Logger.LogAttrs(ctx, slog.LevelError, "a step of a standup failed",
				slog.String("step", string(d.step)), slog.String("team", string(d.team)), slog.String("date", d.date.String()), slog.Any("error", err))
			failed[d.key()] = true
		}
	}
}

// firstDue returns the first entry of the timetable that has not failed.
func (e *Engine) firstDue(ctx context.Context, failed map[string]bool) (d due, found bool, err error) {
	err = e.Store.View(ctx, func(tx Tx) error {
		for r, err := range tx.Scan("due/", "") {
			if err != nil {
				return err
			}
			if failed[r.Key] {
				continue
			}
			d, err = parseDue(r.Key)
			found = err == nil
			return err
		}
		return nil
	})
	return d, found, err
}

// do does one step, in one transaction with taking it off the timetable.
func (e *Engine) do(ctx context.Context, d due) (err error) {
	defer func() {
		if what := recover(); what != nil {
			err = fmt.Errorf("panic: %v\n%s", what, debug.Stack())
		}
	}()
	var fetched []Member
	if d.step == stepList || d.step == stepOpen {
		if fetched, err = e.list(ctx, d); err != nil {
			return err
		}
	}
	err = e.Store.Update(ctx, func(tx Tx) error {
		planned, err := tx.Get(d.key())
		if err != nil || planned == nil {
			return err // Somebody moved it since it was read.
		}
		if err := tx.Delete(d.key()); err != nil {
			return err
		}
		c, err := e.decideStep(tx, d, fetched, e.Now())
		if err != nil {
			return err
		}
		return c.apply(tx)
	})
	if err == nil {
		e.Wake()
	}
	return err
}

// list asks the chat for the people of a team, unless a run opens for which
// they were read lately. It returns nil where the chat does not tell.
func (e *Engine) list(ctx context.Context, d due) ([]Member, error) {
	var team Team
	err := e.Store.View(ctx, func(tx Tx) (err error) {
		team, _, err = load[Team](tx, teamKey(d.team))
		return err
	})
	if err != nil || d.step == stepOpen && e.Now().Sub(team.ListedAt) < 2*listLead {
		return nil, err
	}
	members, err := e.membersOf(ctx, team.Channel)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	return members, nil
}

// decideList keeps what the chat told of a team's people; somebody new may live
// where the run opens earlier.
func decideList(s opening, fetched []Member, now time.Time) changes {
	var c changes
	if fetched == nil {
		return c
	}
	after := s.team
	after.Members, after.ListedAt = s.members, now
	if after.Next.OpenAt.After(now) { // Else it is due already, and stays so.
		after.Next = after.nextRun(now, zonesOf(after.Members, s.zones), s.holidays)
	}
	c.team(s.team, after)
	return c
}

// decideStep loads what a step looks at and decides.
func (e *Engine) decideStep(tx Tx, d due, fetched []Member, now time.Time) (changes, error) {
	if d.step == stepList || d.step == stepOpen {
		s, found, err := loadOpening(tx, d, fetched)
		switch {
		case err != nil || !found:
			return changes{}, err
		case d.step == stepList:
			return decideList(s, fetched, now), nil
		}
		return decideOpen(s, now), nil
	}
	run, found, err := load[Run](tx, runKey(d.team, d.date))
	if err != nil || !found {
		return changes{}, err
	}
	p, err := loadPast(tx, run)
	if err != nil {
		return changes{}, err
	}
	switch d.step {
	case stepPrompt:
		return decidePrompt(p.run, p.responses, now), nil
	case stepRemind:
		return decideRemind(p.run, p.responses, now), nil
	case stepClose:
		c := decideClose(p.run, p.responses, now)
		old, err := e.expired(tx, d.team, now)
		c.merge(old)
		return c, err
	}
	return changes{}, damaged(d.key(), errors.New("unknown step"))
}

// loadOpening reads what the opening of a run looks at. Where the chat did not
// list the members those of the last time are asked.
func loadOpening(tx Tx, d due, fetched []Member) (s opening, found bool, err error) {
	if s.team, found, err = load[Team](tx, teamKey(d.team)); err != nil || !found {
		return s, false, err
	}
	if s.team.Next.Date != d.date || s.team.Paused {
		return s, false, nil
	}
	s.members = fetched
	if fetched == nil {
		s.members = s.team.Members
	}
	if s.zones, err = loadZones(tx, s.members); err != nil {
		return s, false, err
	}
	run, found, err := load[Run](tx, runKey(s.team.ID, s.team.LastRun))
	if err != nil {
		return s, false, err
	}
	if found {
		if s.before, err = loadPast(tx, run); err != nil {
			return s, false, err
		}
	}
	s.holidays = holidays(s.team.HolidayCountry)
	return s, true, nil
}

// seenDays is how long handled events are remembered. A chat does not hand
// over again what is older.
const seenDays = 7

// expired removes what is older than it is kept: a team's runs with all that
// belongs to them, and the memory of handled events.
func (e *Engine) expired(tx Tx, team TeamID, now time.Time) (changes, error) {
	var c changes
	today := DateOf(now, time.UTC)
	oldest := DateOf(now.Add(-e.Retention), time.UTC)
	runs, err := loadAll[Run](tx, joinKey("run", string(team))+"/")
	if err != nil {
		return c, err
	}
	for _, run := range runs {
		if !run.Date.Before(oldest) {
			break
		}
		p, err := loadPast(tx, run)
		if err != nil {
			return c, err
		}
		c.forget(p)
	}
	for r, err := range tx.Scan("seen/", "") {
		if err != nil {
			return c, err
		}
		day, _, _ := strings.Cut(strings.TrimPrefix(r.Key, "seen/"), "/")
		if day >= today.AddDays(-seenDays).String() {
			break
		}
		c.remove(r.Key)
	}
	return c, nil
}

// forget removes a run and all that belongs to it.
func (c *changes) forget(p past) {
	for _, r := range p.responses {
		for _, a := range r.Answers {
			for _, part := range a.Parts {
				c.remove(answerKey(part.Message))
			}
		}
		c.remove(r.id().key())
		c.remove(r.id().dialogueKey())
	}
	for part := range p.run.Parts {
		c.remove(sentKey(reportKey(p.run, part)))
	}
	c.remove(runKey(p.run.Team, p.run.Date))
}

// reschedule works out anew when each team's next run opens, since the rules
// of a time zone may have changed while nothing was running. What is due
// already stays due.
func (e *Engine) reschedule(ctx context.Context) error {
	var moved []TeamID
	now := e.Now()
	err := e.Store.View(ctx, func(tx Tx) error {
		moved = nil
		teams, err := loadAll[Team](tx, "team/")
		if err != nil {
			return err
		}
		for _, t := range teams {
			after, err := rescheduled(tx, t, now)
			if err != nil {
				return err
			}
			if after.Next.Date != t.Next.Date || !after.Next.OpenAt.Equal(t.Next.OpenAt) {
				moved = append(moved, t.ID)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range moved {
		err := e.Store.Update(ctx, func(tx Tx) error {
			t, found, err := load[Team](tx, teamKey(id))
			if err != nil || !found {
				return err
			}
			after, err := rescheduled(tx, t, now)
			if err != nil {
				return err
			}
			var c changes
			c.team(t, after)
			return c.apply(tx)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rescheduled returns a team with its next run worked out anew.
func rescheduled(tx Tx, t Team, now time.Time) (Team, error) {
	if t.Paused || !t.Next.OpenAt.After(now) {
		return t, nil
	}
	zones, err := loadZones(tx, t.Members)
	if err != nil {
		return t, err
	}
	t.Next = t.nextRun(now, zonesOf(t.Members, zones), holidays(t.HolidayCountry))
	return t, nil
}
