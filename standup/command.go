package standup

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Command is what a person asks of the standup; [ParseCommand] makes one. The
// set is closed: HelpCommand, SetupCommand, StatusCommand, PauseCommand,
// ResumeCommand, ConfigCommand, TimezoneCommand, ParticipantsCommand,
// HistoryCommand, SearchCommand, StatsCommand, TestPromptCommand and
// DebugCommand.
type Command interface{ command() }

type (
	// HelpCommand asks what there is: "help".
	HelpCommand struct{}

	// SetupCommand starts a standup in a channel, or changes its times:
	// "setup [PROMPT [REMINDER [CUTOFF]]] [ZONE]". Nil times and an empty zone
	// were not given.
	SetupCommand struct {
		Prompt, Reminder, Cutoff *TimeOfDay
		Zone                     string
	}

	// StatusCommand asks how the standup is configured and what comes next:
	// "status".
	StatusCommand struct{}

	// PauseCommand stops the standup until ResumeCommand: "pause".
	PauseCommand struct{}

	// ResumeCommand starts a paused standup again: "resume".
	ResumeCommand struct{}

	// ConfigCommand changes one setting, or shows them all where Set is nil:
	// "config [KEY VALUE]".
	ConfigCommand struct{ Set Setting }

	// TimezoneCommand sets the sender's own time zone, shows it where Zone is
	// empty, or follows the team's again where Zone is "off": "timezone [ZONE]".
	TimezoneCommand struct{ Zone string }

	// ParticipantsCommand asks who is asked: "participants".
	ParticipantsCommand struct{}

	// HistoryCommand asks for the newest runs: "history [N]". N is 1 to 30.
	HistoryCommand struct{ N int }

	// SearchCommand looks for a text in the answers, whatever its case:
	// "search TERM".
	SearchCommand struct{ Term string }

	// StatsCommand asks who took part how often: "stats".
	StatsCommand struct{}

	// TestPromptCommand shows the sender alone what a prompt looks like:
	// "test-prompt".
	TestPromptCommand struct{}

	// DebugCommand asks for the state of the engine: "debug".
	DebugCommand struct{}
)

func (HelpCommand) command()         {}
func (SetupCommand) command()        {}
func (StatusCommand) command()       {}
func (PauseCommand) command()        {}
func (ResumeCommand) command()       {}
func (ConfigCommand) command()       {}
func (TimezoneCommand) command()     {}
func (ParticipantsCommand) command() {}
func (HistoryCommand) command()      {}
func (SearchCommand) command()       {}
func (StatsCommand) command()        {}
func (TestPromptCommand) command()   {}
func (DebugCommand) command()        {}

// CommandError says in one sentence for its author why a command was not
// understood. [ParseCommand] returns it.
type CommandError struct {
	Reason string // A whole sentence, ready to be shown.
}

// Error implements error.
func (e *CommandError) Error() string { return e.Reason }

func commandErrorf(format string, args ...any) error {
	return &CommandError{Reason: fmt.Sprintf(format, args...)}
}

// commandNames are the words that a command begins with, in the order of the
// help text.
var commandNames = []string{
	"help", "setup", "status", "pause", "resume", "config", "timezone",
	"participants", "history", "search", "stats", "test-prompt", "debug",
}

// Default and largest number of runs that the history command shows.
const (
	defaultHistory = 7
	maxHistory     = 30
)

// ParseCommand reads a command as a person types it: a name from
// [HelpCommand] to [DebugCommand] in any case and what belongs to it, with or
// without "/standup" before it. An empty text is "help". Whatever is wrong is a
// [*CommandError].
func ParseCommand(text string) (Command, error) {
	text, _ = cutSlash(text)
	name, rest := cutWord(text)
	switch strings.ToLower(name) {
	case "", "help", "usage":
		return HelpCommand{}, nil
	case "setup":
		return parseSetup(rest)
	case "config":
		return parseConfig(rest)
	case "timezone":
		return parseTimezone(rest)
	case "history":
		return parseHistory(rest)
	case "search":
		if rest == "" {
			return nil, commandErrorf("What should I search for? Write `search TERM`.")
		}
		return SearchCommand{Term: rest}, nil
	}
	simple := map[string]Command{
		"status": StatusCommand{}, "pause": PauseCommand{}, "resume": ResumeCommand{},
		"participants": ParticipantsCommand{}, "stats": StatsCommand{},
		"test-prompt": TestPromptCommand{}, "debug": DebugCommand{},
	}
	c, ok := simple[strings.ToLower(name)]
	if !ok {
		return nil, unknownWord("command", name, commandNames, "`help` lists them all")
	}
	if rest != "" {
		return nil, commandErrorf("`%s` takes nothing after it.", strings.ToLower(name))
	}
	return c, nil
}

// cutSlash removes a leading "/standup" and reports whether it was there.
func cutSlash(text string) (rest string, found bool) {
	text = strings.TrimSpace(text)
	word, rest := cutWord(text)
	if strings.EqualFold(word, "/standup") {
		return rest, true
	}
	return text, false
}

// cutWord returns the first word of s and what follows it, without the spaces
// between and around them.
func cutWord(s string) (word, rest string) {
	s = strings.TrimSpace(s)
	i := strings.IndexAny(s, " \t\r\n\u00a0")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimSpace(s[i:])
}

func parseSetup(rest string) (Command, error) {
	var c SetupCommand
	times := []**TimeOfDay{&c.Prompt, &c.Reminder, &c.Cutoff}
	given := 0
	for word := range strings.FieldsSeq(rest) {
		if strings.ContainsFunc(word, func(r rune) bool { return r >= '0' && r <= '9' }) && strings.Contains(word, ":") {
			t, err := ParseTimeOfDay(word)
			if err != nil {
				return nil, refusal(err)
			}
			if given == len(times) {
				return nil, commandErrorf("`setup` takes at most three times: prompt, reminder and cutoff.")
			}
			*times[given] = &t
			given++
			continue
		}
		if c.Zone != "" {
			return nil, commandErrorf("`setup` does not understand %q: write `setup 09:30 11:45 12:45 Europe/Berlin`.", clip(word))
		}
		if _, err := LoadZone(word); err != nil {
			return nil, refusal(err)
		}
		c.Zone = word
	}
	return c, nil
}

// refusal makes a sentence for the person who typed what err is about.
func refusal(err error) error {
	if in, ok := errors.AsType[*InputError](err); ok {
		return commandErrorf("I cannot read the %s %q: %s.", in.Kind, clip(in.Text), strings.TrimSuffix(in.Hint, "."))
	}
	return commandErrorf("%s.", capitalise(err.Error()))
}

func parseTimezone(rest string) (Command, error) {
	if rest == "" {
		return TimezoneCommand{}, nil
	}
	if strings.EqualFold(rest, "off") {
		return TimezoneCommand{Zone: "off"}, nil
	}
	if _, err := LoadZone(rest); err != nil {
		return nil, refusal(err)
	}
	return TimezoneCommand{Zone: rest}, nil
}

func parseHistory(rest string) (Command, error) {
	if rest == "" {
		return HistoryCommand{N: defaultHistory}, nil
	}
	n, err := strconv.Atoi(rest)
	if err != nil || n < 1 || n > maxHistory {
		return nil, commandErrorf("`history` takes a number from 1 to %d.", maxHistory)
	}
	return HistoryCommand{N: n}, nil
}

// unknownWord says that a word is not known, and which known one is nearest.
func unknownWord(what, word string, known []string, otherwise string) error {
	if near, ok := nearest(word, known); ok {
		return commandErrorf("I do not know the %s %q. Did you mean `%s`?", what, clip(word), near)
	}
	return commandErrorf("I do not know the %s %q: %s.", what, clip(word), otherwise)
}

// nearest returns the known word that is at most two typing errors away.
func nearest(word string, known []string) (string, bool) {
	const furthest = 2
	word = strings.ToLower(word)
	if len(word) > 40 {
		return "", false
	}
	best, distance := "", furthest+1
	for _, k := range known {
		if d := typingErrors(word, k, distance); d < distance && d < len(k) {
			best, distance = k, d
		}
	}
	return best, best != ""
}

// clip shortens what a person typed before it is shown again, and takes out the
// backquotes, which mark code in the sentence around it.
func clip(s string) string {
	const longest = 40
	runes := []rune(strings.ReplaceAll(s, "`", "'"))
	if len(runes) <= longest {
		return string(runes)
	}
	return string(runes[:longest]) + "…"
}

func capitalise(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// oneOf reports whether word is one of words, whatever its case.
func oneOf(word string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, word) })
}
