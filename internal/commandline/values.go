package commandline

import (
	"fmt"
	"time"
)

// Values are what somebody wrote, by the names of arguments and flags. [Spec.Parse] makes them; the zero value has
// none.
//
// Each method wants a name that the spec has, of the method's kind, and panics otherwise: a misspelt name in a program
// must not read as a flag that nobody ever sets.
type Values struct {
	given map[string][]any // what was written
	kinds map[string]Kind
	usual map[string]any // defaults
}

// Has says whether somebody wrote a value.
func (v Values) Has(name string) bool {
	if _, ok := v.kinds[name]; !ok {
		panic(fmt.Sprintf("commandline: there is no flag or argument %q", name))
	}
	return len(v.given[name]) > 0
}

// Text returns a text: the last one where there are several, the default where there is none, and "" without a default.
func (v Values) Text(name string) string { return last[string](v, name, Text) }

// Int returns a whole number in the same way, without a default 0.
func (v Values) Int(name string) int { return last[int](v, name, Int) }

// Duration returns a time in the same way, without a default 0.
func (v Values) Duration(name string) time.Duration { return last[time.Duration](v, name, Duration) }

// Bool says whether a flag is set.
func (v Values) Bool(name string) bool { return last[bool](v, name, Bool) }

// Texts returns the values of a text that may be repeated, in the order they were written, or the default alone.
func (v Values) Texts(name string) []string {
	if !v.Has(name) {
		if one := v.Text(name); one != "" {
			return []string{one}
		}
		return nil
	}
	v.want(name, Text)
	texts := make([]string, 0, len(v.given[name]))
	for _, each := range v.given[name] {
		text, _ := each.(string) // want has seen to it
		texts = append(texts, text)
	}
	return texts
}

// want panics where a value is of another kind.
func (v Values) want(name string, kind Kind) {
	if v.kinds[name] != kind {
		panic(fmt.Sprintf("commandline: the flag or argument %q is of another kind", name))
	}
}

func last[T any](v Values, name string, kind Kind) T {
	has := v.Has(name)
	v.want(name, kind)
	latest := v.usual[name]
	if has {
		latest = v.given[name][len(v.given[name])-1]
	}
	t, _ := latest.(T) // nil without a default
	return t
}
