package standup

import "time"

// minWindow is the shortest time that a person gets to answer: nobody is
// prompted later than this before the cutoff.
const minWindow = 30 * time.Minute

// searchDays bounds the search for the next run. Every set of weekdays comes
// round in a week; the rest of the year is room for holidays.
const searchDays = 400

// window is the instants of one run in the standup's own zone.
type window struct {
	prompt, remind, cutoff time.Time
}

// windowOn returns the instants of the run with nominal date d, or false when
// the date does not exist in the zone.
func (s Schedule) windowOn(d Date, loc *time.Location) (window, bool) {
	var w window
	var ok bool
	if w.prompt, ok = Resolve(d, s.Prompt, loc); !ok {
		return window{}, false
	}
	if w.remind, ok = resolveOffset(d, s.Prompt, s.reminderOffset(), loc); !ok {
		return window{}, false
	}
	if w.cutoff, ok = resolveOffset(d, s.Prompt, s.cutoffOffset(), loc); !ok {
		return window{}, false
	}
	return w, true
}

// resolveOffset resolves the local time that the clock shows the given minutes
// after t on date d.
func resolveOffset(d Date, t TimeOfDay, minutes int, loc *time.Location) (time.Time, bool) {
	total := int(t) + minutes
	return Resolve(d.AddDays(total/minutesPerDay), TimeOfDay(total%minutesPerDay), loc)
}

// promptAt is when a person in zone is asked in the run on d: at the prompt
// time on their own clock, or with the team where that would be too late. An
// empty or unknown zone follows the team.
func (s Schedule) promptAt(d Date, w window, zone string) time.Time {
	if zone == "" || zone == s.Zone {
		return w.prompt
	}
	loc, err := LoadZone(zone)
	if err != nil {
		return w.prompt
	}
	own, ok := Resolve(d, s.Prompt, loc)
	if !ok || own.After(w.cutoff.Add(-minWindow)) {
		return w.prompt
	}
	return own
}

// nextRun finds the team's first run whose own prompt instant is after now and
// whose date is after the team's last run. It opens when the first of its
// people is due, who may live where that is earlier. The zones are the people's
// own, "" for those who follow the team. It returns the zero NextRun when the
// schedule allows no run.
func (t Team) nextRun(now time.Time, zones []string, holidays HolidayCalendar) NextRun {
	loc, err := LoadZone(t.Schedule.Zone)
	if err != nil {
		return NextRun{}
	}
	first := DateOf(now, loc).AddDays(-1) // The window of yesterday's date may still lie ahead after a change of zone.
	if !t.LastRun.IsZero() && !first.After(t.LastRun) {
		first = t.LastRun.AddDays(1)
	}
	for i := range searchDays {
		d := first.AddDays(i)
		if !t.Schedule.Days.Has(d.Weekday()) || t.skips(d, holidays) {
			continue
		}
		w, ok := t.Schedule.windowOn(d, loc)
		if !ok || !w.prompt.After(now) {
			continue
		}
		open := w.prompt
		for _, zone := range zones {
			if at := t.Schedule.promptAt(d, w, zone); at.Before(open) {
				open = at
			}
		}
		return NextRun{Date: d, OpenAt: open}
	}
	return NextRun{}
}

// skips reports whether d is a public holiday on which the team rests. A day
// that is only estimated to be a holiday is held.
func (t Team) skips(d Date, holidays HolidayCalendar) bool {
	if t.IgnoreHolidays || holidays == nil {
		return false
	}
	h, ok := holidays.On(d)
	return ok && h.Certain()
}
