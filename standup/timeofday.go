package standup

import (
	"fmt"
	"strings"
)

// TimeOfDay is what a clock on the wall shows, in minutes after midnight: 0 to
// 1439. Its text and JSON form is "09:30". The zero value is midnight.
type TimeOfDay int

// ParseTimeOfDay reads the forms "09:30" and "9:30", from 00:00 to 23:59.
// Anything else is refused with an [*InputError].
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	hours, minutes, found := strings.Cut(s, ":")
	h, okH := digits(hours)
	m, okM := digits(minutes)
	if !found || !okH || !okM || len(minutes) != 2 {
		return 0, inputError("time of day", s, "write hours and minutes of the 24-hour clock, for example 09:30")
	}
	if h > 23 || m > 59 {
		return 0, inputError("time of day", s, "hours go from 00 to 23 and minutes from 00 to 59, for example 09:30")
	}
	return TimeOfDay(h*60 + m), nil
}

// digits reads one or two ASCII digits; strconv would also take a sign.
func digits(s string) (n int, ok bool) {
	if len(s) < 1 || len(s) > 2 {
		return 0, false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// String returns the form "09:30".
func (t TimeOfDay) String() string {
	return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60)
}

// MarshalText implements [encoding.TextMarshaler]. A value outside one day is
// an error.
func (t TimeOfDay) MarshalText() ([]byte, error) {
	if !t.valid() {
		return nil, fmt.Errorf("standup: marshal time of day: %d minutes are not within one day", int(t))
	}
	return []byte(t.String()), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (t *TimeOfDay) UnmarshalText(text []byte) error {
	parsed, err := ParseTimeOfDay(string(text))
	if err != nil {
		return err
	}
	*t = parsed
	return nil
}

func (t TimeOfDay) valid() bool { return t >= 0 && t < minutesPerDay }
