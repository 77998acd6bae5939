package chatops

import (
	"context"
	"fmt"
	"strconv"
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
	project := commandline.Arg{Name: "project", Summary: "its name or number"}
	template := commandline.Arg{Name: "template", Summary: "its name or number", Optional: true}
	optional := project
	optional.Optional = true
	return []command{
		{
			name: "lock", role: Runner, do: lockDo,
			summary: "keep others from running a template or anything of a project",
			detail: "A template is named behind its project, or with it as project/template; without one the whole project is locked. " +
				"You can still run it yourself. Others can see who has locked it, why and how long. Who locked it or an admin unlocks it; when its time is over it unlocks itself.",
			spec: commandline.Spec{
				Args: []commandline.Arg{project, {Name: "reason", Repeated: true, Summary: "what the others are told; the name of a template may stand before it"}},
				Flags: []commandline.Flag{
					{Name: "for", Kind: commandline.Duration, Default: "24h", Summary: "how long, as 30m or 2h"},
				},
			},
		},
		{
			name: "unlock", role: Runner, do: unlockDo,
			summary: "release a lock of yours; admins release any",
			spec:    commandline.Spec{Args: []commandline.Arg{project, template}},
		},
		{
			name: "locks", role: Viewer, do: locksDo,
			summary: "what is locked, by whom, why and how long, and what is frozen",
			spec:    commandline.Spec{Args: []commandline.Arg{optional, template}},
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

// toLock finds what is to be locked, and tells it from the reason. A word that names a template of the project is no
// reason: who writes a name wants only that locked. A number is one only where the project is a number too, since a reason
// may begin with one.
func (e *Engine) toLock(ctx context.Context, c *call) (t TargetRef, reason []string, err error) {
	project, words := c.values.Text("project"), c.values.Texts("reason")
	if t, err = e.findScope(ctx, c, project, ""); err != nil || t.Template != 0 {
		return t, words, err
	}
	if isNumber(words[0]) && !isNumber(project) {
		return t, words, nil
	}
	p := listed{id: int64(t.Project), name: t.ProjectName}
	_, template, err := search{e, c, catalogStale}.tryTemplate(ctx, p, words[0])
	if err != nil || template == nil {
		return t, words, err
	}
	if len(words) == 1 {
		return t, nil, refusedAs("no reason", "Why is it to be locked?", fmt.Sprintf("%s lock %s %s REASON", e.Prefix, commandline.Quote(project), commandline.Quote(words[0])))
	}
	return template.template(p), words[1:], nil
}

func isNumber(word string) bool {
	_, err := strconv.ParseInt(word, 10, 64)
	return err == nil
}

// lockDo locks.
func lockDo(ctx context.Context, e *Engine, c *call) (decision, error) {
	t, reason, err := e.toLock(ctx, c)
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
		Target: t, By: c.in.From, ByName: clean(c.in.FromName, maxName), Reason: clean(strings.Join(reason, " "), longestReason),
		Since: c.now, Until: c.now.Add(length), Where: c.in.reply(),
	}
	l.Where.ReplyTo = ""
	said := e.reply(c.in, c.in.key("lock"), l.told(scopeName(t), " is locked by ", c.now))
	return func(tx Tx) (changes, error) {
		before, found, err := load[lock](tx, lockKey(lockScope(t)))
		if err != nil {
			return changes{}, err
		}
		if found && before.holds(c.now) && before.By != l.By {
			return changes{}, &refusal{
				notice:   before.told(scopeName(t), " is locked already, by ", c.now),
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
	t, err := e.findScope(ctx, c, c.values.Text("project"), c.values.Text("template"))
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
			return changes{}, notLocked(tx, t, c.now)
		case l.By != c.in.From && role < Admin:
			notice := l.told(scopeName(t), " is locked by ", c.now)
			if !l.Unreadable {
				notice = append(notice, para(plain("Only who locked it and admins unlock "+scopeName(t)+".")))
			}
			return changes{}, &refusal{notice: notice, decision: DecisionDenied, reason: "lock of somebody else"}
		}
		spans := []Span{bold(scopeName(t)), plain(" is unlocked.")}
		switch {
		case l.Unreadable:
			spans = append(spans, plain(" By whom it was locked could not be read."))
		case l.By != c.in.From:
			spans = append(spans, plain(" It was locked by "), mention(l.By, clean(l.ByName, maxName)), plain("."))
		}
		made := changes{messages: e.reply(c.in, c.in.key("unlock"), say(spans...))}
		made.remove(lockKey(lockScope(t)))
		made.note(AuditEntry{Decision: DecisionDone, Target: auditTarget(t)})
		return made, nil
	}, nil
}

// notLocked says that something has no lock of its own, and that its project has one where that is so.
func notLocked(tx Tx, t TargetRef, now time.Time) error {
	holds, err := locksOn(tx, t, now)
	if err != nil {
		return err
	}
	r := refusedf("not locked", "%s is not locked.", scopeName(t))
	if len(holds) > 0 {
		whole := holds[0].Target
		r.notice = append(sentence(scopeName(t)+" is not locked by itself, but with its project."), holds[0].told(scopeName(whole), " is locked by ", now)...)
	}
	return r
}

// locksDo lists what is locked, as far as who asks may know of it.
func locksDo(ctx context.Context, e *Engine, c *call) (decision, error) {
	var of TargetRef
	if c.values.Has("project") {
		var err error
		if of, err = e.findScope(ctx, c, c.values.Text("project"), c.values.Text("template")); err != nil {
			return nil, err
		}
	}
	freezes, err := e.freezes(ctx, c, of)
	if err != nil {
		return nil, err
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
			case !about || !l.holds(c.now) || c.policy.role(c.in, t) < Viewer:
			case len(rows) > mostListed:
				left++
			case l.Unreadable:
				name := fmt.Sprintf("project %d", t.Project)
				if t.Template != 0 {
					name = fmt.Sprintf("template %d of project %d", t.Template, t.Project)
				}
				rows = append(rows, []string{name, "cannot be read", "an admin unlocks it", "the record was damaged"})
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
		text = append(text, freezes...)
		return changes{messages: e.reply(c.in, c.in.key("locks"), text)}, nil
	}, nil
}
