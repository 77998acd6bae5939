package chatops

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// asks is the text of a question about the request: exactly what would be run, then what is to be done now.
func (r request) asks(now ...Span) Text {
	text := Text{para(bold("Run "+targetName(r.Target)+"?"), plain(" Request "), code(r.ID), plain(", asked for by "), person(r.By, clean(r.ByName, maxName)))}
	text = append(text, r.shown()...)
	return append(text, para(now...))
}

// shown are the parts of what is to be run, each as it is, and their digest.
func (r request) shown() []Block {
	var blocks []Block
	add := func(name, value string) {
		if strings.Contains(value, "\n") {
			blocks = append(blocks, item(plain(name+":")), codeBlock(value))
			return
		}
		if value == "" {
			value = `""`
		}
		blocks = append(blocks, item(plain(name+": "), code(value)))
	}
	add("template", fmt.Sprintf("%d of project %d", r.Target.Template, r.Target.Project))
	s := r.Start
	for _, list := range []struct {
		name   string
		values []string
	}{{"limit", s.Limit}, {"tags", s.Tags}, {"skip-tags", s.SkipTags}} {
		if len(list.values) > 0 {
			add(list.name, strings.Join(list.values, ","))
		}
	}
	if s.Branch != "" {
		add("branch", s.Branch)
	}
	if s.DryRun {
		blocks = append(blocks, item(plain("dry run: nothing is changed")))
	}
	if s.Debug {
		blocks = append(blocks, item(plain("debug")))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Variables)) {
		add("variable "+clean(name, maxName), fmt.Sprint(s.Variables[name]))
	}
	for _, name := range s.Secrets {
		blocks = append(blocks, item(plain("variable "+clean(name, maxName)+": secret, never shown")))
	}
	if s.Arguments != nil {
		quoted := make([]string, len(s.Arguments))
		for i, word := range s.Arguments {
			quoted[i] = commandline.Quote(word)
			if strings.HasPrefix(word, "-") && quoted[i] == `"`+word+`"` {
				quoted[i] = word // A flag; the quotes would only be in the way.
			}
		}
		add("arguments, in place of the template's", strings.Join(quoted, " "))
	}
	if s.Message != "" {
		add("message", s.Message)
	}
	add("digest", r.digest())
	return blocks
}

// clock is a time of day, for people in all time zones.
func clock(t time.Time) string { return t.UTC().Format("15:04") + " UTC" }

// until says up to when something holds, with the day where that is not today.
func until(t, now time.Time) string {
	if t.UTC().Format(time.DateOnly) == now.UTC().Format(time.DateOnly) {
		return clock(t)
	}
	return t.UTC().Format("Monday, 2 January ") + clock(t)
}

// people counts them in words.
func people(n int) string {
	if n == 1 {
		return "one other person"
	}
	return fmt.Sprintf("%d other people", n)
}

// orElse is text, or another one where that is empty.
func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
