package chatops

import (
	"context"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// taskCommands are the commands about tasks.
func (e *Engine) taskCommands() []command {
	optional := func(a commandline.Arg) commandline.Arg {
		a.Optional = true
		return a
	}
	one := []commandline.Flag{projectFlag()}
	scope := []commandline.Arg{
		{Name: "project", Summary: "its name or number", Optional: true},
		{Name: "template", Summary: "its name or number", Optional: true},
	}
	return []command{
		{
			name: "status", summary: "how a task stands", role: Viewer, do: doStatus,
			detail: "Without a number it is the latest task here, or the one in whose thread you write.",
			spec:   commandline.Spec{Args: []commandline.Arg{optional(taskArg("its number"))}, Flags: one},
		},
		{
			name: "stop", summary: "stop a task", role: Runner, do: doStop,
			detail: "The answer changes when the task has really stopped. By force its process is killed at once, which may leave things half done.",
			spec: commandline.Spec{Args: []commandline.Arg{taskArg("its number")}, Flags: append(one,
				commandline.Flag{Name: "force", Short: 'f', Kind: commandline.Bool, Summary: "kill it"})},
		},
		{
			name: "logs", aliases: []string{"log"}, summary: "show how a log ends, or show logs live", role: Viewer, do: doLogs,
			detail: "Without a number it is the latest task here. The whole log comes as a file. With on or off, the logs of tasks " +
				"that are started here are shown in their threads while they run, or are not; that takes the role runner.",
			spec: commandline.Spec{Args: []commandline.Arg{optional(taskArg("its number, or on, or off"))}, Flags: one},
		},
		{
			name: "history", summary: "the latest tasks", role: Viewer, do: doHistory,
			detail: "Of all projects, of one, or of one template, the newest first.",
			spec:   commandline.Spec{Args: scope},
		},
		{
			name: "queue", summary: "what waits and what runs", role: Viewer, do: doQueue,
			detail: "Tasks of all projects, or of one, that have not ended, and requests that wait for an answer.",
			spec:   commandline.Spec{Args: scope[:1]},
		},
		{
			name: "confirm-task", summary: "let a task go on that waits for a confirmation", role: Runner, do: doConfirmTask,
			detail: "Terraform's tasks wait after their plan. Where runs take approvals it takes an approver other than who asked for the task.",
			spec:   commandline.Spec{Args: []commandline.Arg{taskArg("its number")}, Flags: one},
		},
		{
			name: "reject-task", summary: "end a task that waits for a confirmation", role: Runner, do: doRejectTask,
			spec: commandline.Spec{Args: []commandline.Arg{taskArg("its number")}, Flags: one},
		},
	}
}

func doStatus(ctx context.Context, e *Engine, c *call) (decision, error) {
	t, err := e.findTask(ctx, c)
	if err != nil {
		return nil, err
	}
	rows := e.reply(c.in, c.in.key("reply"), t.state(e))
	return func(Tx) (changes, error) {
		ch := changes{messages: rows}
		ch.note(t.audited(DecisionDone))
		return ch, nil
	}, nil
}
