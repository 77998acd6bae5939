package standup

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Date is a day of the calendar (proleptic Gregorian), without a time and
// without a zone. A run is named by one. Its text and JSON form is
// "2026-11-23".
//
// The zero value is no date; its text form is empty.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the date that a calendar on the wall shows in loc at the
// instant t. It panics if loc is nil.
func DateOf(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	return Date{y, m, d}
}

// ParseDate reads the form "2026-11-23". Other forms, and days that the
// calendar does not have, are refused with an [*InputError].
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, inputError("date", s, "write the year, month and day of an existing day, for example 2026-11-23")
	}
	return DateOf(t, time.UTC), nil
}

// String returns the form that [ParseDate] reads, or "" for the zero value.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// IsZero reports whether d is the zero value.
func (d Date) IsZero() bool { return d == Date{} }

// AddDays returns the date n days after d, or before it when n is negative.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC), time.UTC)
}

// Weekday returns the day of the week of d.
func (d Date) Weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday()
}

// Compare returns -1 when d comes before other, 0 when they are the same day
// and +1 when d comes after it. It fits [slices.SortFunc].
func (d Date) Compare(other Date) int {
	return cmp.Or(cmp.Compare(d.Year, other.Year), cmp.Compare(d.Month, other.Month), cmp.Compare(d.Day, other.Day))
}

// Before reports whether d comes before other.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// After reports whether d comes after other.
func (d Date) After(other Date) bool { return d.Compare(other) > 0 }

// MarshalText implements [encoding.TextMarshaler]. A value that [ParseDate]
// would not read back, such as 30 February, is an error: it would be lost in a
// store.
func (d Date) MarshalText() ([]byte, error) {
	s := d.String()
	if s == "" {
		return nil, nil
	}
	if _, err := ParseDate(s); err != nil {
		return nil, err
	}
	return []byte(s), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler]. Empty text gives the
// zero value.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// InputError reports text that does not name what it should: a date, a time of
// day, weekdays, a time zone or a country. Its parts let a command answer the
// person who wrote it in their own form.
type InputError struct {
	Kind string // What was expected, for example "time of day".
	Text string // What was written instead, cut after 40 characters.
	Hint string // What to write, without a full stop: "the nearest name is Africa/Lagos".
}

// Error implements error.
func (e *InputError) Error() string {
	return fmt.Sprintf("standup: parse %s %q: %s", e.Kind, e.Text, e.Hint)
}

func inputError(kind, text, hint string) *InputError {
	const limit = 40 // Enough to recognise a typing error, too little to flood a channel or a log.
	n := 0
	for i := range text {
		if n++; n > limit {
			text = text[:i] + "…"
			break
		}
	}
	return &InputError{Kind: kind, Text: strings.ToValidUTF8(text, "\uFFFD"), Hint: hint}
}
