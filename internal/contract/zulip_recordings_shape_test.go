package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A shape is the form of a JSON value: for each place in it, such as ".messages[].id", the kinds of values found there.
type shape map[string]map[string]bool

// variable are keys of an object that are ids or addresses, not names.
var variable = regexp.MustCompile(`^\d+$|@`)

func shapeOf(body []byte) (shape, error) {
	v, err := decoded(body)
	if err != nil {
		return nil, err
	}
	s := shape{}
	s.add("", v)
	return s, nil
}

// decoded keeps numbers as they were written.
func decoded(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

func (s shape) add(at string, v any) {
	kind := "string"
	switch x := v.(type) {
	case nil:
		kind = "null"
	case bool:
		kind = "bool"
	case json.Number:
		kind = "integer"
		if strings.Contains(x.String(), ".") {
			kind = "float"
		}
	case []any:
		kind = "array"
		for _, e := range x {
			s.add(at+"["+eventKind(at, e)+"]", e)
		}
	case object:
		kind = "object"
		for k, e := range x {
			if variable.MatchString(k) {
				k = "*"
			}
			s.add(at+"."+k, e)
		}
	}
	if s[at] == nil {
		s[at] = map[string]bool{}
	}
	s[at][kind] = true
}

// eventKind tells events apart: each kind has a shape of its own.
func eventKind(at string, v any) string {
	o, isObject := v.(object)
	if at != ".events" || !isObject {
		return ""
	}
	var kind strings.Builder
	fmt.Fprint(&kind, o["type"])
	for _, key := range []string{"op", "property", "flag", "message_type"} {
		if part, has := o[key].(string); has {
			kind.WriteString("/" + part)
		}
	}
	return kind.String()
}

// differences lists where the two are not alike, one sentence each; what is below a place that only one of them has
// is not listed again.
func differences(there, here shape) []difference {
	all := maps.Clone(there)
	maps.Copy(all, here)
	var list []difference
	for at := range all {
		if end := strings.LastIndexAny(at, ".["); end > 0 && (there[at[:end]] == nil || here[at[:end]] == nil) {
			continue
		}
		if a, b := kinds(there[at]), kinds(here[at]); a != b {
			list = append(list, difference{at: at, real: a, fake: b})
		}
	}
	slices.SortFunc(list, func(a, b difference) int { return strings.Compare(a.at, b.at) })
	return list
}

// kinds is empty where there is nothing.
func kinds(set map[string]bool) string { return strings.Join(slices.Sorted(maps.Keys(set)), " or ") }

// A difference is one place at which the real server and the fake are not alike; empty is nothing.
type difference struct{ at, real, fake string }

func (d difference) String() string {
	return fmt.Sprintf("%s: the real server has %q, the fake %q", d.at, d.real, d.fake)
}
