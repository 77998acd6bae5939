package standup

import (
	"strings"
	"time"
)

// Run is one occurrence of a team's standup, named by its nominal date in the
// standup's zone. It keeps what was true when it opened: later changes of the
// team's configuration concern later runs.
type Run struct {
	Team        TeamID    `json:"team"`
	Date        Date      `json:"date"`
	Channel     ChannelID `json:"channel"`
	ChannelName string    `json:"channel_name"`
	Zone        string    `json:"zone"`
	Questions   []string  `json:"questions"`

	OpenedAt time.Time `json:"opened_at"`
	RemindAt time.Time `json:"remind_at"`
	CutoffAt time.Time `json:"cutoff_at"`

	ReportedAt time.Time `json:"reported_at,omitzero"` // Zero until the report is posted.
	Parts      int       `json:"parts,omitempty"`      // How many messages the report has.
	Missed     bool      `json:"missed,omitempty"`     // The engine was not running while people could have answered.
}

// Response is one person's part in a run: when they were asked and what they
// answered.
type Response struct {
	Team TeamID `json:"team"`
	Date Date   `json:"date"`
	User UserID `json:"user"`
	Name string `json:"name"`
	Zone string `json:"zone"`           // The zone that this person's times are shown in.
	Plan string `json:"plan,omitempty"` // What they planned in the run before, shown with the prompt.

	PromptAt    time.Time `json:"prompt_at"`             // When they are to be asked.
	PromptedAt  time.Time `json:"prompted_at,omitzero"`  // When asking them was decided; zero before.
	AskedAt     time.Time `json:"asked_at,omitzero"`     // When the chat took the newest question; zero while it is on its way.
	AskedIn     MessageID `json:"asked_in,omitempty"`    // The message that asked it last, a reminder perhaps.
	AskedFirst  MessageID `json:"asked_first,omitempty"` // The message that asked it first.
	RemindedAt  time.Time `json:"reminded_at,omitzero"`  // When they were reminded; zero if never.
	CompletedAt time.Time `json:"completed_at,omitzero"` // When the last question was answered.
	Unreachable bool      `json:"unreachable,omitempty"` // The chat refused the prompt for good.

	Answers []Answer `json:"answers,omitempty"` // In the order of Run.Questions.
}

// Answer is the answer to one question. It has several parts when a person went
// on writing before the next question reached them.
type Answer struct {
	Parts []AnswerPart `json:"parts"`
	At    time.Time    `json:"at"` // When the chat received the newest part.
}

// AnswerPart is what one message contributed to an [Answer]. Editing the
// message edits the part.
type AnswerPart struct {
	Message  MessageID `json:"message"`
	Text     string    `json:"text"`
	EditedAt time.Time `json:"edited_at,omitzero"`
}

// Text returns the whole answer, a line end between its parts.
func (a Answer) Text() string {
	texts := make([]string, len(a.Parts))
	for i, p := range a.Parts {
		texts[i] = p.Text
	}
	return strings.Join(texts, "\n")
}

// Profile is what the engine knows of a person beyond one team.
type Profile struct {
	User UserID `json:"user"`
	Zone string `json:"zone,omitempty"` // Set by the timezone command; "" follows each team's zone.
}

func (r Response) prompted() bool  { return !r.PromptedAt.IsZero() }
func (r Response) completed() bool { return !r.CompletedAt.IsZero() }
func (r Run) closed() bool         { return !r.ReportedAt.IsZero() || r.Missed }
