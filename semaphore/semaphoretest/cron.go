package semaphoretest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A cronField is one of the five parts of a schedule.
type cronField struct {
	low, high int
	names     []string // of the values from low on; nil has none
}

var cronFields = [...]cronField{
	{low: 0, high: 59}, // minutes
	{low: 0, high: 23}, // hours
	{low: 1, high: 31}, // days
	{low: 1, high: 12, names: []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{low: 0, high: 6, names: []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
}

// cronWords are the words for schedules.
var cronWords = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
	"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}

// A cronSet is the values of a field that fit; free if the field was "*" and so asks for nothing.
type cronSet struct {
	bits uint64
	free bool
}

func (c cronSet) has(value int) bool { return c.bits&(1<<value) != 0 }

// A cron is a schedule that was understood.
type cron struct {
	fields [len(cronFields)]cronSet
	every  time.Duration  // in place of the fields, if not zero
	zone   *time.Location // nil is the server's
}

// parseCron reads a schedule of five fields, or a word such as @daily, and refuses others in the server's words.
func parseCron(text string) (c cron, err error) {
	if text == "" {
		return c, errors.New("empty spec string")
	}
	for _, zone := range []string{"TZ=", "CRON_TZ="} {
		if rest, found := strings.CutPrefix(text, zone); found {
			name, after, _ := strings.Cut(rest, " ")
			if c.zone, err = time.LoadLocation(name); err != nil {
				return c, fmt.Errorf("provided bad location %s: %w", name, err)
			}
			text = strings.TrimSpace(after)
		}
	}
	if strings.HasPrefix(text, "@") {
		if every, found := strings.CutPrefix(text, "@every "); found {
			if c.every, err = time.ParseDuration(every); err != nil {
				return c, fmt.Errorf("failed to parse duration %s: %w", text, err)
			}
			c.every = max(c.every.Truncate(time.Second), time.Second)
			return c, nil
		}
		if cronWords[text] == "" {
			return c, fmt.Errorf("unrecognized descriptor: %s", text)
		}
		text = cronWords[text]
	}
	parts := strings.Fields(text)
	if len(parts) != len(cronFields) {
		return c, fmt.Errorf("expected exactly 5 fields, found %d: %s", len(parts), parts)
	}
	for i, part := range parts {
		for option := range strings.SplitSeq(part, ",") {
			set, err := cronFields[i].parse(option)
			if err != nil {
				return c, err
			}
			c.fields[i].bits |= set.bits
			c.fields[i].free = c.fields[i].free || set.free
		}
	}
	return c, nil
}

// parse reads a number, name, range or step of this field.
func (f cronField) parse(text string) (cronSet, error) {
	span, stepText, stepped := strings.Cut(text, "/")
	step := 1
	if stepped {
		var err error
		if step, err = cronNumber(stepText); err != nil {
			return cronSet{}, err
		}
		if step == 0 {
			return cronSet{}, fmt.Errorf("step of range should be a positive number: %s", text)
		}
	}
	if span == "*" || span == "?" {
		return cronSet{bits: cronBits(f.low, f.high, step), free: step == 1}, nil
	}
	first, last, isRange := strings.Cut(span, "-")
	from, err := f.value(first)
	if err != nil {
		return cronSet{}, err
	}
	to := from
	switch {
	case isRange:
		to, err = f.value(last)
	case stepped:
		to = f.high // "5/10" goes on to the end
	}
	switch {
	case err != nil:
		return cronSet{}, err
	case from < f.low:
		return cronSet{}, fmt.Errorf("beginning of range (%d) below minimum (%d): %s", from, f.low, text)
	case to > f.high:
		return cronSet{}, fmt.Errorf("end of range (%d) above maximum (%d): %s", to, f.high, text)
	case from > to:
		return cronSet{}, fmt.Errorf("beginning of range (%d) beyond end of range (%d): %s", from, to, text)
	}
	return cronSet{bits: cronBits(from, to, step)}, nil
}

func cronBits(from, to, step int) (bits uint64) {
	for i := from; i <= to; i += step {
		bits |= 1 << i
	}
	return bits
}

func (f cronField) value(text string) (int, error) {
	if i := slices.Index(f.names, strings.ToLower(text)); i >= 0 {
		return f.low + i, nil
	}
	return cronNumber(text)
}

func cronNumber(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("failed to parse int from %s: %w", text, err)
	}
	if n < 0 {
		return 0, fmt.Errorf("negative number (%d) not allowed: %s", n, text)
	}
	return n, nil
}
