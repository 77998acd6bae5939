package chatops

import (
	"context"
	"time"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// command is one thing that people can have done by its name.
type command struct {
	name    string
	aliases []string
	summary string
	detail  string // What else there is to know, for its own help.
	spec    commandline.Spec
	role    Role // What somebody must be, somewhere, to have it carried out at all; do checks the rest.
	hidden  bool
	do      func(ctx context.Context, e *Engine, c *call) (decision, error)
}

// call is one command that somebody gave.
type call struct {
	in     Incoming
	name   string // Of the command.
	values commandline.Values
	policy *Policy // In force when the event came.
	now    time.Time
}

// A decision looks at what is stored and says what changes. It is made inside the transaction that also records the
// event, so it does nothing else; what it has to know of Semaphore was gathered before.
type decision func(tx Tx) (changes, error)

// refusal is an error that is answered to who gave the command, in plain words.
type refusal struct {
	notice   Text
	decision Decision
	reason   string // For the audit.
	target   string // What it is about, for the audit too; see [auditTarget].
	request  string // The id of the request that it is about.
}

func (r *refusal) Error() string { return "chatops: " + string(r.decision) + ": " + r.reason }
