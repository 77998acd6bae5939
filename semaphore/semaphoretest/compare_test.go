package semaphoretest_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// shapeDiff lists where a value has other keys or JSON types than a recorded one.
// Lists are compared element by element, as far as both go when only some are known.
func shapeDiff(at string, want, got any, some bool) []string {
	if kindOf(want) != kindOf(got) {
		return []string{fmt.Sprintf("%s: want %s, got %s", at, kindOf(want), kindOf(got))}
	}
	var found []string
	switch want := want.(type) {
	case map[string]any:
		got := got.(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(want)) {
			if _, there := got[key]; !there {
				found = append(found, at+"."+key+": is absent")
				continue
			}
			found = append(found, shapeDiff(at+"."+key, want[key], got[key], some)...)
		}
		for _, key := range slices.Sorted(maps.Keys(got)) {
			if _, there := want[key]; !there {
				found = append(found, at+"."+key+": is not in the recording")
			}
		}
	case []any:
		got := got.([]any)
		if !some && len(want) != len(got) || (len(want) == 0) != (len(got) == 0) {
			found = append(found, fmt.Sprintf("%s: want %d elements, got %d", at, len(want), len(got)))
		}
		for i := range min(len(want), len(got)) {
			found = append(found, shapeDiff(at+"["+strconv.Itoa(i)+"]", want[i], got[i], some)...)
		}
	}
	return found
}

// chance are the keys whose values no two servers have in common.
var chance = []string{"id", "created", "start", "end", "time", "output", "url", "token", "ansible"}

// valueDiff lists where a value of the same shape differs from a recorded one, apart from what is left to chance.
// The ids of tasks, and texts with them, are translated; other ids must be the same.
func (r *replay) valueDiff(at string, want, got any) []string {
	var found []string
	switch want := want.(type) {
	case map[string]any:
		for key, v := range want {
			_, isID := v.(float64)
			if !slices.Contains(chance, key) || key == "id" && isID {
				found = append(found, r.valueDiff(at+"."+key, v, got.(map[string]any)[key])...)
			}
		}
	case []any:
		for i := range min(len(want), len(got.([]any))) {
			found = append(found, r.valueDiff(at+"["+strconv.Itoa(i)+"]", want[i], got.([]any)[i])...)
		}
	default:
		text := name(want)
		for theirs, own := range r.names {
			if text == theirs || strings.Contains(text, "Task ID "+theirs+" ") {
				text = strings.ReplaceAll(text, theirs, own)
				break
			}
		}
		if text != name(got) && name(want) != name(got) {
			found = append(found, fmt.Sprintf("%s: want %v, got %v", at, want, got))
		}
	}
	return found
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "bool"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	default:
		return "object"
	}
}
