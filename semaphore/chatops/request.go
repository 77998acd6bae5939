package chatops

import (
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// State is where a request to run something stands.
type State string

// The states of a request. The last four are final.
const (
	Prompting  State = "prompting"  // Values of the survey are asked for, one by one.
	Confirming State = "confirming" // Who asked has to say yes.
	Approving  State = "approving"  // Others have to approve.
	Starting   State = "starting"   // It is agreed, and Semaphore is told.
	Started    State = "started"    // The task is there.
	Cancelled  State = "cancelled"
	Expired    State = "expired"
	Failed     State = "failed" // Semaphore has refused to start it.
)

// request is something that somebody wants to run. What is in Start is what is shown, confirmed, approved and run.
type request struct {
	ID        string    `json:"id"` // A few letters, by which people can name it.
	State     State     `json:"state"`
	Target    TargetRef `json:"target"`
	Start     start     `json:"start"`
	By        UserID    `json:"by"`
	ByName    string    `json:"by_name"`
	Where     Address   `json:"where"` // Of the room or direct conversation in which it was asked.
	Event     EventID   `json:"event"`
	Asked     time.Time `json:"asked"`
	NotBefore time.Time `json:"not_before,omitzero"` // When it is to be started; zero: as soon as it is agreed.
	Expires   time.Time `json:"expires,omitzero"`
	Approvals []UserID  `json:"approvals,omitempty"`
	Needed    int       `json:"needed,omitempty"` // How many approvals it takes.
	// Missing are the survey variables that are still to be asked for, in order.
	Missing []string `json:"missing,omitempty"`
	// Survey is what is known of the variables that are asked for, as the template had it when the request was made.
	Survey    []semaphore.SurveyVar `json:"survey,omitempty"`
	App       semaphore.AppID       `json:"app,omitempty"`
	Direct    bool                  `json:"direct,omitempty"`    // It was asked for in a direct conversation.
	Encrypted bool                  `json:"encrypted,omitempty"` // The room is encrypted, and reactions in it are not.
	Agreed    bool                  `json:"agreed,omitempty"`    // Nobody has to say yes any more; it only lacks secrets.
	Ask       asked                 `json:"ask,omitzero"`        // The message that asks at present.
	Confirmed asked                 `json:"confirmed,omitzero"`  // The one before, where others have to approve.
	Asks      int                   `json:"asks,omitempty"`      // How many there were.
	Tried     time.Time             `json:"tried,omitzero"`      // When Semaphore was told to start it, and may have done so.
	Retry     time.Time             `json:"retry,omitzero"`      // Not told again before then.
	Trouble   string                `json:"trouble,omitempty"`   // What the question says of a start that takes long.
	Task      TaskRef               `json:"task,omitzero"`
	Reason    string                `json:"reason,omitempty"` // Of the end, where it is not Started.
}

// asked is a message that asks something about a request, which is edited when it is answered.
type asked struct {
	Key string  `json:"key"`
	To  Address `json:"to"`
}

// start is what Semaphore is asked to run. Secret variables are kept in memory alone (see secretValues): after a restart
// they are asked for again.
type start struct {
	Message   string              `json:"message,omitempty"`
	Limit     []string            `json:"limit,omitempty"`
	Tags      []string            `json:"tags,omitempty"`
	SkipTags  []string            `json:"skip_tags,omitempty"`
	Branch    string              `json:"branch,omitempty"`
	DryRun    bool                `json:"dry_run,omitempty"`
	Debug     bool                `json:"debug,omitempty"`
	Variables semaphore.Variables `json:"variables,omitempty"`
	Secrets   []string            `json:"secrets,omitempty"` // The names of secret variables.
	Arguments semaphore.Arguments `json:"arguments,omitempty"`
}

// track is a task whose course the bot shows: one that it has started, or one that somebody watches.
type track struct {
	TaskRef
	Target  TargetRef            `json:"target"`
	Request string               `json:"request,omitempty"` // The id of the request; "" if the bot has not started it.
	By      UserID               `json:"by,omitempty"`
	ByName  string               `json:"by_name,omitempty"`
	Start   start                `json:"start"`
	Where   Address              `json:"where"` // Of the card.
	Card    string               `json:"card"`  // The key of the card's message.
	Status  semaphore.TaskStatus `json:"status"`
	Since   time.Time            `json:"since"` // When the bot began to track it.
	Shown   shown                `json:"shown,omitzero"`
}

// question says what a reaction to a message, or an answer to it, is about.
type question struct {
	Request string `json:"request"`
}
