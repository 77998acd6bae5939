package standup

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of what people may configure and answer, in code points.
const (
	MaxQuestions      = 10
	MaxQuestionLength = 200
	MaxAnswerLength   = 4000
)

// Team is the recurring standup of one channel: who is asked what, and when.
type Team struct {
	ID          TeamID    `json:"id"`
	Channel     ChannelID `json:"channel"`
	ChannelName string    `json:"channel_name"`
	Owner       UserID    `json:"owner"` // Who set it up; may configure it, as may the chat's administrators.
	Paused      bool      `json:"paused,omitempty"`

	Schedule  Schedule `json:"schedule"`
	Questions []string `json:"questions,omitempty"` // Empty means the default questions.

	HolidayCountry string `json:"holiday_country,omitempty"` // "" means none.
	IgnoreHolidays bool   `json:"ignore_holidays,omitempty"` // Hold the standup on public holidays as well.

	// Members are the people who are asked, as last read from the chat. The
	// list is read again shortly before each run opens.
	Members  []Member  `json:"members"`
	ListedAt time.Time `json:"listed_at,omitzero"` // When Members were read.

	LastRun Date    `json:"last_run"` // The newest run that was opened or missed.
	Next    NextRun `json:"next"`     // The run to come; zero while paused.
}

// NextRun is when and for which date a team's next run opens.
type NextRun struct {
	Date   Date      `json:"date"`
	OpenAt time.Time `json:"open_at"`
}

// Schedule is when a standup happens: on which days, and at which local times
// in which zone.
type Schedule struct {
	Days Weekdays `json:"days"`
	Zone string   `json:"zone"` // IANA name.

	// Prompt, Reminder and Cutoff follow each other within twelve hours. A
	// Reminder or Cutoff that is smaller than the one before it is on the next
	// day, so that a night shift has its standup across midnight.
	Prompt   TimeOfDay `json:"prompt"`
	Reminder TimeOfDay `json:"reminder"`
	Cutoff   TimeOfDay `json:"cutoff"`
}

// listLead is how long before a run opens the team's people are read: longer
// than a minute, so that reading them does not use up what a chat's limit allows
// in the minute of the prompts.
const listLead = 2 * time.Minute

// opening and listing are the steps of the next run.
func (t Team) opening() due { return due{t.Next.OpenAt, stepOpen, t.ID, t.Next.Date} }

func (t Team) listing() due {
	return due{t.Next.OpenAt.Add(-listLead), stepList, t.ID, t.Next.Date}
}

// DefaultQuestions returns the questions of a team that has set none.
// {last_day} becomes the day of the run before, as in "last Friday".
func DefaultQuestions() []string {
	return []string{
		"What did you work on {last_day}?",
		"What are you planning to work on today?",
		"Any blockers?",
	}
}

// questions returns the questions that a run opened now would ask.
func (t Team) questions() []string {
	if len(t.Questions) == 0 {
		return DefaultQuestions()
	}
	return slices.Clone(t.Questions)
}

func (t Team) member(id UserID) (Member, bool) {
	i := slices.IndexFunc(t.Members, func(m Member) bool { return m.ID == id })
	if i < 0 {
		return Member{}, false
	}
	return t.Members[i], true
}

// longestWindow bounds the time from prompt to cutoff, so that times given out
// of order are told from a window across midnight.
const longestWindow = 12 * 60

// Validate reports what is wrong with the schedule in a sentence for the
// person who set it.
func (s Schedule) Validate() error {
	if s.Days == 0 {
		return errors.New("choose at least one day")
	}
	if _, err := LoadZone(s.Zone); err != nil {
		return err
	}
	toReminder, toCutoff := s.reminderOffset(), s.cutoffOffset()
	if toReminder <= 0 || toCutoff <= toReminder || toCutoff > longestWindow {
		return fmt.Errorf("the times must follow each other within 12 hours: prompt %v, then reminder %v, then cutoff %v are out of order",
			s.Prompt, s.Reminder, s.Cutoff)
	}
	return nil
}

const minutesPerDay = 24 * 60

// reminderOffset is the minutes on the clock from prompt to reminder.
func (s Schedule) reminderOffset() int {
	return (int(s.Reminder-s.Prompt) + minutesPerDay) % minutesPerDay
}

// cutoffOffset is the minutes on the clock from prompt to cutoff.
func (s Schedule) cutoffOffset() int {
	return s.reminderOffset() + (int(s.Cutoff-s.Reminder)+minutesPerDay)%minutesPerDay
}

// validateQuestions reports what is wrong with a list of questions.
func validateQuestions(questions []string) error {
	if len(questions) == 0 {
		return fmt.Errorf("give between 1 and %d questions, a line each or separated by |", MaxQuestions)
	}
	if len(questions) > MaxQuestions {
		return fmt.Errorf("%d questions are too many: give between 1 and %d", len(questions), MaxQuestions)
	}
	for i, q := range questions {
		if n := utf8.RuneCountInString(q); n > MaxQuestionLength {
			return fmt.Errorf("question %d has %d characters: the limit is %d", i+1, n, MaxQuestionLength)
		}
		if strings.ContainsFunc(q, func(r rune) bool { return r < ' ' }) {
			return fmt.Errorf("question %d contains a control character: write it on one line", i+1)
		}
	}
	return nil
}
