package contract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A leaf is one value in an example: where it is, and what else could stand there.
type leaf struct {
	// name has the keys on the way, with [] for a list's elements and {} for keys that are data.
	name  string
	steps []any // keys and indexes
	value any
}

// leaves finds the values of an example. Empty lists and objects are values too.
func leaves(value any) []leaf {
	var all []leaf
	var walk func(name string, steps []any, value any)
	walk = func(name string, steps []any, value any) {
		switch inner := value.(type) {
		case map[string]any:
			if len(inner) > 0 {
				for key, v := range inner {
					walk(strings.TrimPrefix(name+"."+general(key), "."), append(slices.Clone(steps), key), v)
				}
				return
			}
		case []any:
			if len(inner) > 0 {
				for i, v := range inner {
					walk(name+"[]", append(slices.Clone(steps), i), v)
				}
				return
			}
		}
		all = append(all, leaf{name, steps, value})
	}
	walk("", nil, value)
	return all
}

// general is {} for a key that is a number or an address.
func general(key string) string {
	if _, err := strconv.Atoi(key); err == nil || strings.Contains(key, "@") {
		return "{}"
	}
	return key
}

// others are values that could stand in the place of a value. One of them at least is of the type that is expected there,
// or so different that reading it fails.
func others(value any) []any {
	switch value := value.(type) {
	case string:
		return []any{value + "x"}
	case float64:
		return []any{value + 1, value + 100_000}
	case bool:
		return []any{!value}
	case []any:
		return []any{[]any{7.0}, []any{"x"}, []any{object{"id": 7.0}}}
	case map[string]any:
		return []any{object{"7": "x"}, object{"7": 7.0}, object{"7": object{}}}
	}
	return []any{7.0, "x", true, []any{7.0}, object{}}
}

// with is a copy of root with another value in one place.
func with(root object, steps []any, value any) object {
	text, err := json.Marshal(root)
	if err != nil {
		panic(fmt.Sprint("the example is no JSON: ", err))
	}
	var copied object
	if err := json.Unmarshal(text, &copied); err != nil {
		panic(fmt.Sprint("the example is no JSON: ", err))
	}
	place := any(copied)
	for i, step := range steps {
		last := i == len(steps)-1
		switch container := place.(type) {
		case map[string]any:
			key, _ := step.(string)
			if last {
				container[key] = value
			}
			place = container[key]
		case []any:
			at, _ := step.(int)
			if last {
				container[at] = value
			}
			place = container[at]
		}
	}
	return copied
}

// reading finds the fields of an example that make a difference to what is read from it: shows is asked again and again
// with one value changed, and tells whether that shows.
func reading(example object, shows func(changed object) bool) fields {
	found := fields{map[string]bool{}, map[string]bool{}}
	for _, l := range leaves(example) {
		if found.read[l.name] || envelopeField[l.name] {
			continue
		}
		if slices.ContainsFunc(others(l.value), func(other any) bool { return shows(with(example, l.steps, other)) }) {
			found.read[l.name] = true
		} else {
			found.unread[l.name] = true
		}
	}
	return found
}

// envelopeField are what all answers have; the client deals with it.
var envelopeField = map[string]bool{"result": true, "msg": true}
