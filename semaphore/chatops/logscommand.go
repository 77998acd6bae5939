package chatops

import (
	"context"
	"strings"
)

func doLogs(ctx context.Context, e *Engine, c *call) (decision, error) {
	switch strings.ToLower(c.values.Text("task")) {
	case "on":
		return e.showLogs(c, true)
	case "off":
		return e.showLogs(c, false)
	}
	t, err := e.findTask(ctx, c)
	if err != nil {
		return nil, err
	}
	x, err := excerptOf(e.Semaphore.Output(ctx, t.ProjectID, t.ID))
	if err != nil && x.lines == 0 && outage(err) {
		return nil, err
	}
	text := append(Text{e.headline(t.ref(), t.target, t.Task)}, x.report(t.Status, err)...)
	rows := e.reply(c.in, c.in.key("logs"), text)
	if x.file() {
		row := outboxRow{
			Outgoing: Outgoing{Key: c.in.key("logfile"), To: c.in.reply(), Body: sentence("The whole log so far: " + counted(x.lines, "line") + ".")},
			Log:      new(t.ref()),
		}
		if t.Status.Ended() {
			row.Body = sentence("The whole log: " + counted(x.lines, "line") + ".")
		}
		rows = append(rows, row)
	}
	return func(Tx) (ch changes, err error) {
		ch.messages = rows
		ch.note(t.audited(DecisionDone))
		return ch, nil
	}, nil
}

// showLogs decides whether the logs of tasks are shown live where the command was given.
func (e *Engine) showLogs(c *call, on bool) (decision, error) {
	if role := c.policy.role(c.in); role < Runner {
		return nil, tooLow("This", Runner, role)
	}
	key := tailKey(tailRoom(c.in.reply()))
	text, reason := "Logs of tasks that are started here are not shown while they run; how they end is.", "logs off"
	if on {
		text, reason = "Logs of tasks that are started here are shown in their threads while they run.", "logs on"
	}
	rows := e.reply(c.in, c.in.key("logs"), sentence(text))
	return func(Tx) (ch changes, err error) {
		ch.messages = rows
		if on {
			ch.put(key, present{At: c.now})
		} else {
			ch.remove(key)
		}
		ch.note(AuditEntry{Decision: DecisionDone, Reason: reason})
		return ch, nil
	}, nil
}
