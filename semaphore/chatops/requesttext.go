package chatops

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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
	blocks := []Block{item(plain("template: "), code(fmt.Sprintf("%d of project %d", r.Target.Template, r.Target.Project)))}
	for _, p := range r.parts() {
		switch {
		case p.words:
			blocks = append(blocks, item(plain(p.name+": "+p.value)))
		case strings.Contains(p.value, "\n"):
			blocks = append(blocks, item(plain(p.name+":")), codeBlock(p.value))
		default:
			blocks = append(blocks, item(plain(p.name+": "), code(p.value)))
		}
	}
	return append(blocks, item(plain("digest: "), code(r.digest())))
}

// summary are the parts of what is to be run for the audit: no more of them than one line of it has room for.
func (r request) summary() (parts []string) {
	const maxPart, maxAll = 500, 4_000
	left := maxAll
	for _, p := range r.parts() {
		text := clean(p.name+": "+p.value, min(maxPart, left))
		if left -= utf8.RuneCountInString(text); left < maxName {
			return append(parts, "…")
		}
		parts = append(parts, text)
	}
	return parts
}

// part is one thing of what is to be run.
type part struct {
	name, value string
	words       bool // The value is the bot's own words.
}

// parts are what is to be run, and how, but for the template. Secret values are not there.
func (r request) parts() []part {
	var parts []part
	add := func(name, value string) {
		if value == "" {
			value = `""`
		}
		parts = append(parts, part{name: name, value: value})
	}
	if !r.NotBefore.IsZero() {
		add("when", moment(r.NotBefore))
	}
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
		parts = append(parts, part{"dry run", "nothing is changed", true})
	}
	if s.Debug {
		parts = append(parts, part{"debug", "more is said in the log", true})
	}
	for _, name := range slices.Sorted(maps.Keys(s.Variables)) {
		add("variable "+clean(name, maxName), fmt.Sprint(s.Variables[name]))
	}
	for _, name := range s.Secrets {
		parts = append(parts, part{"variable " + clean(name, maxName), "secret, never shown", true})
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
	return parts
}

// clock is a time of day, for people in all time zones.
func clock(t time.Time) string { return t.UTC().Format("15:04") + " UTC" }

// moment is a day and a time of day, for people in all time zones.
func moment(t time.Time) string { return t.UTC().Format("Monday, 2 January 2006 ") + clock(t) }

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
