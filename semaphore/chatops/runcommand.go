package chatops

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// runCommands are the commands that ask for tasks, and those that answer such questions.
func runCommands() []command {
	id := commandline.Arg{Name: "request", Optional: true, Summary: "the letters that the request is named by"}
	return []command{
		{
			name: "run", role: Runner, do: runDo,
			summary: "run a template, after a yes to what exactly is run",
			detail: "Nothing runs before you have said yes to it, and where the policy wants that others approve, before they did. " +
				"What the template cannot do without and is not given as --var is asked for one by one, and so is what --ask names; " +
				"secret values in a direct message, and never as --var. " +
				"Raw arguments come after --, or as one text with --args, and take the place of the template's.",
			spec: commandline.Spec{
				Args: []commandline.Arg{
					{Name: "project", Optional: true, Summary: "name or number; may be left out where there is one"},
					{Name: "template", Optional: true, Summary: "name or number; may be left out where there is one"},
					{Name: "arguments", Optional: true, Repeated: true, Behind: true, Summary: "raw arguments"},
				},
				Flags: runFlags(),
			},
		},
		{
			name: "approve", role: Approver, do: approveDo,
			summary: "approve what somebody else wants to run",
			detail:  "You cannot approve your own request. A 👍 to the question does the same, in encrypted rooms only where the policy lets reactions count.",
			spec:    commandline.Spec{Args: []commandline.Arg{id}},
		},
		{
			name: "cancel", aliases: []string{"reject"}, role: Runner, do: cancelDo,
			summary: "give up a request, or refuse somebody else's",
			detail:  "Who asked can cancel a request, approvers can refuse it while it waits for their approval, and admins always. What runs already is ended with stop.",
			spec:    commandline.Spec{Args: []commandline.Arg{id}},
		},
	}
}

// runFlags are the flags that say what is run.
func runFlags() []commandline.Flag {
	return []commandline.Flag{
		{Name: "limit", Short: 'l', Repeated: true, Summary: "hosts, with commas between them"},
		{Name: "tags", Short: 't', Repeated: true, Summary: "parts of the playbook that are run"},
		{Name: "skip-tags", Repeated: true, Summary: "parts that are left out"},
		{Name: "branch", Short: 'b', Summary: "what is checked out"},
		{Name: "message", Short: 'm', Summary: "shown with the task"},
		{Name: "dry-run", Short: 'n', Kind: commandline.Bool, Summary: "change nothing"},
		{Name: "debug", Kind: commandline.Bool, Summary: "say more in the log"},
		{Name: "var", Short: 'e', Repeated: true, Summary: "name=value, for what the template asks for"},
		{Name: "ask", Repeated: true, Summary: "names of variables that I am to ask for, with commas between them"},
		{Name: "args", Summary: "raw arguments in one text"},
	}
}

// mostRequests bounds the requests that are open, of one person and of all.
const (
	mostRequestsEach = 10
	mostRequests     = 200
)

// runDo makes a request of the command.
func runDo(ctx context.Context, e *Engine, c *call) (decision, error) {
	return e.askToRun(ctx, c, c.values.Text("template"), time.Time{})
}

// askToRun makes a request of a command with the flags of run, to be started at a time; zero: as soon as it is agreed.
func (e *Engine) askToRun(ctx context.Context, c *call, named string, at time.Time) (decision, error) {
	target, t, err := e.findTarget(ctx, c, c.values.Text("project"), named)
	if err != nil {
		return nil, err
	}
	room := c.policy.place(c.in)
	role := c.policy.Role(c.in.From, room, target)
	if role < Runner {
		return nil, &refusal{
			notice:   say(plain("Running "), bold(targetName(target)), plain(fmt.Sprintf(" takes the role runner, and yours is %s.", role))),
			decision: DecisionDenied, reason: "takes the role runner", target: auditTarget(target),
		}
	}
	r := request{
		ID: newRequestID(), Target: target, By: c.in.From, ByName: clean(c.in.FromName, maxName), Event: c.in.ID, Asked: c.now,
		NotBefore: at, Where: c.in.reply(), Direct: c.in.Direct, Encrypted: c.in.InEncrypted, Survey: bounded(t.SurveyVars), App: t.App,
	}
	r.Where.ReplyTo = ""
	if err := (filling{&r, c, role, t}).fill(c.values.Texts("arguments")); err != nil {
		return nil, err
	}
	if !at.IsZero() && len(r.Start.Secrets) > 0 {
		return nil, refusedf("takes secret values", "%s asks for secret values. I keep these in memory only, so they cannot wait.", targetName(target))
	}
	if err := e.transportable(ctx, r, t); err != nil {
		return nil, err
	}
	r.Needed = c.policy.approvals(target, room, r.Start)
	if err := r.possible(room); err != nil {
		return nil, err
	}
	if err := r.approvable(c.policy, room); err != nil {
		return nil, err
	}
	if !e.Chat.Fits(r.asks(plain(strings.Repeat("x", 1000)))) {
		return nil, refusedf("too long to be shown", "What would be run is too long for one message, so nobody could say yes to it.")
	}
	return func(tx Tx) (changes, error) {
		if err := r.hindered(tx, c.policy, c.now, role, room); err != nil {
			return changes{}, err
		}
		open, err := openRequests(tx)
		if err != nil {
			return changes{}, err
		}
		if err := tooMany(open, r.By); err != nil {
			return changes{}, err
		}
		var made changes
		r := r
		for { // The id of another, of which there are so many that this happens.
			taken, err := tx.Get(requestKey(r.ID))
			if err != nil {
				return changes{}, err
			}
			if taken == nil {
				break
			}
			r.ID = newRequestID()
		}
		made.proceed(&r, c.policy, c.now)
		made.note(r.audited(DecisionAsked, ""))
		return made, nil
	}, nil
}

// tooMany refuses one more request of somebody.
func tooMany(open []request, by UserID) error {
	own := 0
	for _, r := range open {
		if r.By == by {
			own++
		}
	}
	switch {
	case own >= mostRequestsEach:
		return refusedf("too many requests of one person", "%d requests of yours are open. Answer or cancel one of them first.", own)
	case len(open) >= mostRequests:
		return refusedf("too many requests", "%d requests are open, and more are not taken. Please try again later.", len(open))
	}
	return nil
}
