package main

import "time"

// clock is the time that the program believes in: the real one and a shift,
// which is zero except in a rehearsal.
type clock struct{ shift time.Duration }

// clockAt returns a clock that shows the instant when it is really start, and
// runs at the normal speed from there. Without an instant it is right.
func clockAt(instant, start time.Time) clock {
	if instant.IsZero() {
		return clock{}
	}
	return clock{shift: instant.Sub(start)}
}

func (c clock) now() time.Time { return time.Now().Add(c.shift) }
