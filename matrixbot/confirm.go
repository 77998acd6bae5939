package matrixbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// Question is what somebody has to answer before something is done, see [Action.Ask].
type Question struct {
	// Markdown is the question, with data in it through [Escape], [Code], [CodeBlock] and [Link]. It should say all that
	// would be done. How to answer is added to it.
	Markdown string
	// Allowed are the people who may say yes; they are mentioned. Empty: those whom the action's Access lets, or, where
	// it has none, the sender of the request. That sender may say no in any case.
	Allowed []id.UserID
	// TwoPeople keeps the sender of the request from saying yes.
	TwoPeople bool
	// Expires is for how long an answer counts, from ten seconds to a week. 0 means five minutes.
	Expires time.Duration
	// AllowPlaintextReaction lets a reaction answer in an encrypted room too. Reactions are not encrypted there: who
	// runs the homeserver can make them up, in anybody's name.
	AllowPlaintextReaction bool
}

// Confirmation is a question that was asked, and what became of it.
type Confirmation struct {
	ID         string     `json:"id"`     // A few letters, by which people can name it.
	Action     string     `json:"action"` // Its name.
	Room       id.RoomID  `json:"room"`
	Thread     id.EventID `json:"thread,omitempty"` // "" outside threads.
	Request    id.EventID `json:"request"`          // The message that led to it,
	Requester  id.UserID  `json:"requester"`        // and who wrote that.
	Question   id.EventID `json:"question,omitempty"`
	Asked      time.Time  `json:"asked"`
	Expires    time.Time  `json:"expires"`
	Answer     id.EventID `json:"answer,omitempty"` // The message or reaction,
	AnsweredBy id.UserID  `json:"answered_by,omitempty"`
	Attempt    int        `json:"attempt,omitempty"` // 1, or more where the process ended while the action ran.
}

// ActionConfig is what an [Action] is made from.
type ActionConfig[T any] struct {
	// Name is what the action is called in the bot's records: lower-case letters, digits and dashes. A question that
	// was asked before a restart finds its action by it.
	Name string
	// Access is a rule for those who say yes, checked when they do and in addition to Question.Allowed. It may be left
	// out.
	Access Access
	// Run does what was confirmed. Its request is that of the answer, except that its Event is the question: replies
	// answer that. It runs once, with one exception: when the process ends before Run returned, it runs again after the
	// restart, with Confirmation.Attempt 2. Where doing it twice would be bad, look then what the first attempt did.
	Run func(ctx context.Context, r *Request, c Confirmation, arguments T) error
}

// Action is something that is done once somebody has confirmed it, also when the bot was restarted in between. T is
// what it needs to know, which JSON can hold.
type Action[T any] struct {
	router *Router
	name   string
}

// storedAction is an action whatever its T.
type storedAction struct {
	access Access
	run    func(ctx context.Context, r *Request, c Confirmation, arguments json.RawMessage) error
}

// NewAction adds an action to a router. It must not be called while the router is in use.
func NewAction[T any](rt *Router, config ActionConfig[T]) (*Action[T], error) {
	_, taken := rt.actions[config.Name]
	switch {
	case !commandline.ValidName(config.Name):
		return nil, fmt.Errorf("matrixbot: new action: the name %q is not made of lower-case letters, digits and single dashes", config.Name)
	case taken:
		return nil, fmt.Errorf("matrixbot: new action: there is an action %q already", config.Name)
	case config.Run == nil:
		return nil, fmt.Errorf("matrixbot: new action: %q has no Run", config.Name)
	case config.Access.err != nil:
		return nil, fmt.Errorf("matrixbot: new action: %q: %w", config.Name, config.Access.err)
	}
	rt.actions[config.Name] = storedAction{
		access: config.Access,
		run: func(ctx context.Context, r *Request, c Confirmation, arguments json.RawMessage) error {
			var t T
			if err := json.Unmarshal(arguments, &t); err != nil {
				return fmt.Errorf("matrixbot: action %q: the arguments on record are of an older version: %w", c.Action, err)
			}
			return config.Run(ctx, r, c, t)
		},
	}
	return &Action[T]{router: rt, name: config.Name}, nil
}

// The bounds of Question.Expires.
const (
	usualExpiry    = 5 * time.Minute
	shortestExpiry = 10 * time.Second
	longestExpiry  = 7 * 24 * time.Hour
)

// check refuses questions that nobody could answer, and fills in what was left out.
func (q *Question) check(requester id.UserID) error {
	if q.Expires == 0 {
		q.Expires = usualExpiry
	}
	switch {
	case q.Markdown == "":
		return errors.New("the question has no text")
	case q.Expires < shortestExpiry || q.Expires > longestExpiry:
		return fmt.Errorf("the question must expire after %s to %s", shortestExpiry, longestExpiry)
	case q.TwoPeople && len(q.Allowed) == 1 && q.Allowed[0] == requester:
		return errors.New("the question needs two people, and nobody else is allowed to answer it")
	}
	return nil
}
