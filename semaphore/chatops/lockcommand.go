package chatops

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// Bounds of locks.
const (
	longestLock   = 14 * 24 * time.Hour
	mostLocks     = 500
	longestReason = 300
)

// lockCommands are the commands that keep tasks from being started.
func lockCommands() []command {
	what := commandline.Arg{Name: "what", Summary: "a project, or a template as project/template"}
	optional := what
	optional.Optional = true
	return []command{
		{
			name: "lock", role: Runner, do: lockDo,
			summary: "keep others from running a template or anything of a project",
			detail:  "You can still run it yourself. Others can see who has locked it, why and how long. Who locked it or an admin unlocks it; when its time is over it unlocks itself.",
			spec: commandline.Spec{
				Args: []commandline.Arg{what, {Name: "reason", Repeated: true, Summary: "what the others are told"}},
				Flags: []commandline.Flag{
					{Name: "for", Kind: commandline.Duration, Default: "24h", Summary: "how long, as 30m or 2h"},
				},
			},
		},
		{
			name: "unlock", role: Runner, do: unlockDo,
			summary: "release a lock of yours; admins release any",
			spec:    commandline.Spec{Args: []commandline.Arg{what}},
		},
		{
			name: "locks", role: Viewer, do: locksDo,
			summary: "what is locked, by whom, why and how long",
			spec:    commandline.Spec{Args: []commandline.Arg{optional}},
		},
	}
}

// scopeName is what people call a template or a project.
func scopeName(t TargetRef) string {
	if t.Template == 0 {
		return clean(t.ProjectName, maxName)
	}
	return targetName(t)
}

// lockRole is what who gave the command may do with all that a lock is about.
func lockRole(c *call, t TargetRef) Role {
	if t.Template == 0 {
		return c.policy.wholeProject(c.in.From, c.policy.place(c.in), t)
	}
	return c.policy.role(c.in, t)
}

// lockDo locks.
func lockDo(ctx context.Context, e *Engine, c *call) (decision, error) {
	t, err := e.findScope(ctx, c, c.values.Text("what"), "")
	if err != nil {
		return nil, err
	}
	if role := lockRole(c, t); role < Runner {
		return nil, &refusal{
			notice:   sentence(fmt.Sprintf("Locking %s takes the role runner for all of it, and yours is %s.", scopeName(t), role)),
			decision: DecisionDenied, reason: "takes the role runner for " + auditTarget(t),
		}
	}
	length := c.values.Duration("for")
	if length < time.Minute || length > longestLock {
		return nil, refusedf("bad time", "A lock lasts between 1m and %dh.", int(longestLock.Hours()))
	}
	l := lock{
		Target: t, By: c.in.From, ByName: clean(c.in.FromName, maxName), Reason: clean(strings.Join(c.values.Texts("reason"), " "), longestReason),
		Since: c.now, Until: c.now.Add(length), Where: c.in.reply(),
	}
	l.Where.ReplyTo = ""
	said := e.reply(c.in, c.in.key("lock"), say(append([]Span{bold(scopeName(t)), plain(" is locked by ")}, l.told(c.now)...)...))
	return func(tx Tx) (changes, error) {
		before, found, err := load[lock](tx, lockKey(lockScope(t)))
		if err != nil {
			return changes{}, err
		}
		if found && c.now.Before(before.Until) && before.By != l.By {
			return changes{}, &refusal{
				notice:   say(append([]Span{bold(scopeName(t)), plain(" is locked already, by ")}, before.told(c.now)...)...),
				decision: DecisionRefused, reason: "locked already",
			}
		}
		locks, err := all[lock](tx, joinKey("lock")+"/")
		if err != nil {
			return changes{}, err
		}
		if len(locks) >= mostLocks {
			return changes{}, refusedf("too many locks", "There are %d locks, and more are not taken.", len(locks))
		}
		made := changes{messages: said}
		made.put(lockKey(lockScope(t)), l)
		made.note(AuditEntry{Decision: DecisionDone, Target: auditTarget(t), Reason: "until " + l.Until.UTC().Format(time.RFC3339)})
		return made, nil
	}, nil
}

// unlockDo releases a lock.
func unlockDo(ctx context.Context, e *Engine, c *call) (decision, error) {
	t, err := e.findScope(ctx, c, c.values.Text("what"), "")
	if err != nil {
		return nil, err
	}
	role := lockRole(c, t)
	return func(tx Tx) (changes, error) {
		l, found, err := load[lock](tx, lockKey(lockScope(t)))
		switch {
		case err != nil:
			return changes{}, err
		case !found:
			return changes{}, refusedf("not locked", "%s is not locked.", scopeName(t))
		case l.By != c.in.From && role < Admin:
			return changes{}, &refusal{
				notice:   say(append([]Span{plain("Only who locked it and admins unlock "), bold(scopeName(t)), plain(". It is locked by ")}, l.told(c.now)...)...),
				decision: DecisionDenied, reason: "lock of somebody else",
			}
		}
		spans := []Span{bold(scopeName(t)), plain(" is unlocked.")}
		if l.By != c.in.From {
			spans = append(spans, plain(" It was locked by "), mention(l.By, clean(l.ByName, maxName)), plain("."))
		}
		made := changes{messages: e.reply(c.in, c.in.key("unlock"), say(spans...))}
		made.remove(lockKey(lockScope(t)))
		made.note(AuditEntry{Decision: DecisionDone, Target: auditTarget(t)})
		return made, nil
	}, nil
}

// locksDo lists what is locked, as far as who asks may know of it.
func locksDo(ctx context.Context, e *Engine, c *call) (decision, error) {
	var of TargetRef
	if c.values.Has("what") {
		var err error
		if of, err = e.findScope(ctx, c, c.values.Text("what"), ""); err != nil {
			return nil, err
		}
	}
	return func(tx Tx) (changes, error) {
		locks, err := all[lock](tx, joinKey("lock")+"/")
		if err != nil {
			return changes{}, err
		}
		rows := [][]string{{"What", "By", "Until", "Reason"}}
		left := 0
		for _, l := range locks {
			t := l.Target
			about := of.Project == 0 || of.Project == t.Project && (of.Template == 0 || t.Template == 0 || of.Template == t.Template)
			switch {
			case !about || !c.now.Before(l.Until) || c.policy.role(c.in, t) < Viewer:
			case len(rows) > mostListed:
				left++
			default:
				rows = append(rows, []string{scopeName(t), clean(l.ByName, maxName), until(l.Until, c.now), clean(l.Reason, longestReason)})
			}
		}
		text := Text{table(rows...)}
		if len(rows) == 1 {
			text = sentence("Nothing is locked.")
		}
		if left > 0 {
			text = append(text, para(plain(fmt.Sprintf("… and %d more.", left))))
		}
		return changes{messages: e.reply(c.in, c.in.key("locks"), text)}, nil
	}, nil
}
