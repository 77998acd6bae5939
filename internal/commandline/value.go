package commandline

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// value reads text as a value of the kind. Its error completes "<name> ...".
func value(kind Kind, choices []string, text string) (any, error) {
	if len(choices) > 0 && !slices.Contains(choices, text) {
		if near := Suggest(text, choices); near != "" {
			return nil, wrong("cannot be %s; did you mean %s?", Show(text), near)
		}
		return nil, wrong("cannot be %s; it is one of %s", Show(text), strings.Join(choices, ", "))
	}
	switch kind {
	case Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, wrong("is a whole number, not %s", Show(text))
		}
		return n, nil
	case Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return nil, wrong("is a time such as 90s, 15m or 1h30m, not %s", Show(text))
		}
		return d, nil
	case Bool:
		switch text {
		case "true", "yes", "on":
			return true, nil
		case "false", "no", "off":
			return false, nil
		}
		return nil, wrong("is true or false, not %s", Show(text))
	case Text:
	}
	return text, nil
}
