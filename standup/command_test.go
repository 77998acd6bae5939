package standup_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

func at(hour, minute int) *standup.TimeOfDay { return new(standup.TimeOfDay(hour*60 + minute)) }

func TestParseCommand(t *testing.T) {
	t.Parallel()
	set := func(s standup.Setting) standup.Command { return standup.ConfigCommand{Set: s} }
	for text, want := range map[string]standup.Command{
		"":                                   standup.HelpCommand{},
		"  HELP ":                            standup.HelpCommand{},
		"/standup":                           standup.HelpCommand{},
		"/Standup status":                    standup.StatusCommand{},
		"setup":                              standup.SetupCommand{},
		"setup 9:30 11:45 12:45":             standup.SetupCommand{Prompt: at(9, 30), Reminder: at(11, 45), Cutoff: at(12, 45)},
		"setup Europe/Berlin 08:00":          standup.SetupCommand{Prompt: at(8, 0), Zone: "Europe/Berlin"},
		"pause":                              standup.PauseCommand{},
		"resume":                             standup.ResumeCommand{},
		"participants":                       standup.ParticipantsCommand{},
		"stats":                              standup.StatsCommand{},
		"test-prompt":                        standup.TestPromptCommand{},
		"debug":                              standup.DebugCommand{},
		"history":                            standup.HistoryCommand{N: 7},
		"history 30":                         standup.HistoryCommand{N: 30},
		"search  two  words ":                standup.SearchCommand{Term: "two  words"},
		"timezone":                           standup.TimezoneCommand{},
		"timezone Asia/Tokyo":                standup.TimezoneCommand{Zone: "Asia/Tokyo"},
		"timezone OFF":                       standup.TimezoneCommand{Zone: "off"},
		"config":                             standup.ConfigCommand{},
		"config times 9:00 10:00 11:00":      set(standup.SetTimes{Prompt: at(9, 0), Reminder: at(10, 0), Cutoff: at(11, 0)}),
		"config prompt_time 8:15":            set(standup.SetTimes{Prompt: at(8, 15)}),
		"config reminder_time 8:15":          set(standup.SetTimes{Reminder: at(8, 15)}),
		"config cutoff_time 8:15":            set(standup.SetTimes{Cutoff: at(8, 15)}),
		"config days workdays":               set(standup.SetDays{Days: standup.Workdays}),
		"config days mon, tue, wed, thu fri": set(standup.SetDays{Days: standup.Workdays}),
		"config holidays United States":      set(standup.SetHolidays{Country: "US"}),
		"config holidays none":               set(standup.SetHolidays{}),
		"config skip_holidays off":           set(standup.SetSkipHolidays{Skip: false}),
		"config skip_holidays Yes":           set(standup.SetSkipHolidays{Skip: true}),
		"config timezone Africa/Lagos":       set(standup.SetZone{Zone: "Africa/Lagos"}),
		"config questions A?, B?":            set(standup.SetQuestions{Questions: []string{"A?", "B?"}}),
		"config questions A, or B? | C?":     set(standup.SetQuestions{Questions: []string{"A, or B?", "C?"}}),
		"config questions\nA | B?\nC?":       set(standup.SetQuestions{Questions: []string{"A | B?", "C?"}}),
		"config questions reset":             set(standup.SetQuestions{}),
	} {
		got, err := standup.ParseCommand(text)
		if assert.NoError(t, err, text) {
			assert.Equal(t, want, got, text)
		}
	}
}

func TestParseCommandRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"sttus":                      "Did you mean `status`?",
		"hsitory":                    "Did you mean `history`?",
		"dance":                      "I do not know the command \"dance\": `help` lists them all.",
		"status now":                 "`status` takes nothing after it.",
		"setup 25:99":                `I cannot read the time of day "25:99"`,
		"setup 1:00 2:00 3:00 4:00":  "at most three times",
		"setup Mars/Olympus":         `I cannot read the time zone "Mars/Olympus"`,
		"setup UTC Europe/Berlin":    "does not understand",
		"timezone Africa/Lagoss":     "Africa/Lagos.",
		"history 0":                  "a number from 1 to 30",
		"history 31":                 "a number from 1 to 30",
		"history many":               "a number from 1 to 30",
		"search":                     "What should I search for?",
		"config tmes 1 2 3":          "Did you mean `times`?",
		"config times 9:00":          "takes three times",
		"config times 9:00 x 11:00":  "I cannot read the time of day",
		"config prompt_time soon":    "I cannot read the time of day",
		"config days mon,funday":     "funday",
		"config holidays Atlantis":   "Atlantis",
		"config skip_holidays maybe": "takes `yes` or `no`",
		"config timezone Local":      "I cannot read the time zone",
		"config questions":           "give between 1 and 10 questions",
		"config questions  | | ":     "ive between 1 and 10 questions",
		"config questions " + strings.Repeat("q?|", 11): "11 questions are too many",
		"config questions " + strings.Repeat("q", 201):  "question 1 has 201 characters",
	} {
		_, err := standup.ParseCommand(text)
		problem, ok := errors.AsType[*standup.CommandError](err)
		if assert.True(t, ok, "%q gives %v", text, err) {
			assert.Contains(t, strings.ToLower(problem.Reason), strings.ToLower(want), text)
		}
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, s := range []string{"help", "setup 9:30 UTC", "config questions a|b", "config days mon", "/standup search x", "timezone x\x00y", "statsu ☃"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cmd, err := standup.ParseCommand(text)
		if err == nil {
			require.NotNil(t, cmd)
			again, err := standup.ParseCommand("/standup " + strings.TrimSpace(text))
			if !strings.HasPrefix(strings.ToLower(strings.TrimSpace(text)), "/standup") {
				require.NoError(t, err)
				require.Equal(t, cmd, again)
			}
			return
		}
		problem, ok := errors.AsType[*standup.CommandError](err)
		require.True(t, ok)
		require.Less(t, utf8.RuneCountInString(problem.Reason), 500, "an answer does not flood the chat")
	})
}
