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

var cronFields = []cronField{
	{low: 0, high: 59}, // minutes
	{low: 0, high: 23}, // hours
	{low: 1, high: 31}, // days
	{low: 1, high: 12, names: []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{low: 0, high: 6, names: []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
}

var cronWords = []string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}

// parseCron checks a schedule of five fields, or a word such as @daily, and refuses others in the server's words.
func parseCron(text string) error {
	if text == "" {
		return errors.New("empty spec string")
	}
	for _, zone := range []string{"TZ=", "CRON_TZ="} {
		if rest, found := strings.CutPrefix(text, zone); found {
			name, after, _ := strings.Cut(rest, " ")
			if _, err := time.LoadLocation(name); err != nil {
				return fmt.Errorf("provided bad location %s: %w", name, err)
			}
			text = strings.TrimSpace(after)
		}
	}
	if strings.HasPrefix(text, "@") {
		if every, found := strings.CutPrefix(text, "@every "); found {
			if _, err := time.ParseDuration(every); err != nil {
				return fmt.Errorf("failed to parse duration %s: %w", text, err)
			}
			return nil
		}
		if !slices.Contains(cronWords, text) {
			return fmt.Errorf("unrecognized descriptor: %s", text)
		}
		return nil
	}
	parts := strings.Fields(text)
	if len(parts) != len(cronFields) {
		return fmt.Errorf("expected exactly 5 fields, found %d: %s", len(parts), parts)
	}
	for i, part := range parts {
		for option := range strings.SplitSeq(part, ",") {
			if err := cronFields[i].check(option); err != nil {
				return err
			}
		}
	}
	return nil
}

// check refuses what is no number, name, range or step of this field.
func (f cronField) check(text string) error {
	span, step, stepped := strings.Cut(text, "/")
	if stepped {
		n, err := cronNumber(step)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("step of range should be a positive number: %s", text)
		}
	}
	if span == "*" || span == "?" {
		return nil
	}
	first, last, isRange := strings.Cut(span, "-")
	from, err := f.value(first)
	if err != nil {
		return err
	}
	to := from
	if isRange {
		to, err = f.value(last)
	}
	switch {
	case err != nil:
		return err
	case from < f.low:
		return fmt.Errorf("beginning of range (%d) below minimum (%d): %s", from, f.low, text)
	case to > f.high:
		return fmt.Errorf("end of range (%d) above maximum (%d): %s", to, f.high, text)
	case from > to:
		return fmt.Errorf("beginning of range (%d) beyond end of range (%d): %s", from, to, text)
	}
	return nil
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
