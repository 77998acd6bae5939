package semaphoretest

import "time"

// cronYears is how far ahead a schedule is looked up: a leap day is at most eight years away.
const cronYears = 8

// next finds the first moment after a time at which a schedule is due, by the clocks of its own zone or else of zone.
// It is false for one that never is, such as "0 0 30 2 *".
func (c cron) next(after time.Time, zone *time.Location) (time.Time, bool) {
	if c.every > 0 {
		return after.Add(c.every).Truncate(time.Second), true
	}
	if c.zone != nil {
		zone = c.zone
	}
	t := after.In(zone)
	t = t.Add(time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
	for limit := after.AddDate(cronYears, 0, 1); t.Before(limit); {
		switch {
		case !c.fields[3].has(int(t.Month())):
			t = later(t, time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, zone))
		case !c.onDay(t):
			t = later(t, time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, zone))
		case !c.fields[1].has(t.Hour()):
			t = t.Add(time.Hour - time.Duration(t.Minute())*time.Minute)
		case !c.fields[0].has(t.Minute()):
			t = t.Add(time.Minute)
		default:
			return t, true
		}
	}
	return time.Time{}, false
}

// onDay reports whether a day fits. When the day of the month and the weekday both ask for something, either will do.
func (c cron) onDay(t time.Time) bool {
	days, weekdays := c.fields[2], c.fields[4]
	inMonth, inWeek := days.has(t.Day()), weekdays.has(int(t.Weekday()))
	if days.free || weekdays.free {
		return inMonth && inWeek
	}
	return inMonth || inWeek
}

// later is a midnight after t, or an hour after t where clocks go forward at midnight so that there is none.
func later(t, midnight time.Time) time.Time {
	if midnight.After(t) {
		return midnight
	}
	return t.Add(time.Hour)
}
