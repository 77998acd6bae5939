package chatops

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

const (
	maxWatches  = 50 // in a conversation
	longestMute = 31 * 24 * time.Hour
)

// watchCommands are the commands about watches.
func (e *Engine) watchCommands() []command {
	id := []commandline.Arg{{Name: "watch", Summary: "as watch shows it"}}
	return []command{
		{
			name: "watch", aliases: []string{"watches"}, summary: "be told about tasks that are started elsewhere", role: Viewer, do: doWatch,
			detail: "Of all projects, as watch all, of one or of one template. Without --status it is told how they end, and without --trigger about those " +
				"that people, schedules and integrations start in Semaphore, not about those that are started in the chat. Viewers watch in " +
				"direct messages; in a room it takes the role runner. Without anything it lists what is watched here.",
			spec: commandline.Spec{
				Args: []commandline.Arg{
					{Name: "project", Summary: "its name or number, or all", Default: "list"},
					{Name: "template", Summary: "its name or number", Optional: true},
				},
				Flags: []commandline.Flag{
					{Name: "status", Repeated: true, Summary: "some of " + strings.Join(allHappens(), ",")},
					{Name: "trigger", Repeated: true, Summary: "some of " + strings.Join(triggers(), ",")},
				},
			},
		},
		{
			name: "unwatch", summary: "end a watch", role: Viewer, do: doUnwatch, spec: commandline.Spec{Args: id},
		},
		{
			name: "mute", summary: "silence a watch for a while", role: Viewer, do: doMute,
			detail: "What happens meanwhile is not told later. --for 0s lets it speak again.",
			spec: commandline.Spec{Args: id, Flags: []commandline.Flag{
				{Name: "for", Kind: commandline.Duration, Default: "1h", Summary: "how long, 31 days at most"},
			}},
		},
	}
}

func doWatch(ctx context.Context, e *Engine, c *call) (decision, error) {
	project, template := c.values.Text("project"), c.values.Text("template")
	if strings.EqualFold(project, "list") && template == "" {
		if c.values.Has("status") || c.values.Has("trigger") {
			return nil, refusedAs("written wrongly", "Of which project?", e.Prefix+" watch all --status error")
		}
		return e.listWatches(c), nil
	}
	w := watch{By: c.in.From, ByName: clean(c.in.FromName, maxName), Where: c.in.reply(), Place: c.policy.place(c.in), Since: c.now}
	w.Where.ReplyTo = ""
	var err error
	if w.Happens, err = chosen(c, "status", allHappens(), []happens{hasWorked, hasFailed, hasStopped}); err != nil {
		return nil, err
	}
	if w.Triggers, err = chosen(c, "trigger", triggers(), []trigger{byUser, bySchedule, byIntegration}); err != nil {
		return nil, err
	}
	projects, _, err := e.projects(ctx, c, age{catalogFresh, catalogStale})
	if err != nil {
		return nil, err
	}
	if !strings.EqualFold(project, "all") || template != "" {
		if w.Target, err = e.findScope(ctx, c, project, template); err != nil {
			return nil, err
		}
		projects = []listed{{id: int64(w.Target.Project), name: w.Target.ProjectName}}
	}
	if err := c.mayWatch(w); err != nil {
		return nil, err
	}
	cursors, err := e.newCursors(ctx, projects)
	if err != nil {
		return nil, err
	}
	return e.addWatch(c, w, cursors), nil
}

// addWatch adds a watch, and cursors of projects that nobody watched before.
func (e *Engine) addWatch(c *call, w watch, cursors []cursor) decision {
	return func(tx Tx) (ch changes, err error) {
		for _, begin := range cursors {
			began, err := begin.keep(tx)
			if err != nil {
				return changes{}, err
			}
			ch.merge(began)
		}
		there, err := all[watch](tx, "watch/")
		if err != nil {
			return changes{}, err
		}
		there = slices.DeleteFunc(there, func(o watch) bool { return o.Where.conversation() != w.Where.conversation() })
		if len(there) >= maxWatches {
			return changes{}, refusedf("too many watches", "There are %d watches here already, and that is the limit.", len(there))
		}
		for _, o := range there {
			if o.Where == w.Where && o.Target == w.Target && slices.Equal(o.Happens, w.Happens) && slices.Equal(o.Triggers, w.Triggers) {
				return changes{}, refusedf("watched already", "That is watched already: %s.", o.ID)
			}
		}
		number, err := nextNumber(tx, "watch")
		if err != nil {
			return changes{}, err
		}
		w.ID = fmt.Sprintf("w%d", number)
		ch.put(watchKey(w.ID), w)
		ch.messages = e.reply(c.in, c.in.key("watch"), say(
			plain("Watching "), bold(w.scope()), plain(" as "), code(w.ID), plain(": "+list(w.Happens)+", started by "+list(w.Triggers)+". "),
			code(e.Prefix+" unwatch "+w.ID), plain(" ends it."),
		))
		ch.note(w.audited("watched"))
		return ch, nil
	}
}

// audited is an entry about the watch.
func (w watch) audited(what string) AuditEntry {
	entry := AuditEntry{Decision: DecisionDone, Reason: what + " " + w.ID}
	if w.Target.Project != 0 {
		entry.Target = auditTarget(w.Target)
	}
	return entry
}

// mayWatch refuses viewers who want to have a room told: they watch for themselves.
func (c *call) mayWatch(w watch) error {
	if c.in.Direct {
		return nil
	}
	role := c.policy.role(c.in)
	if w.Target.Project != 0 {
		role = c.policy.role(c.in, w.Target)
	}
	if role < Runner {
		r := tooLow("In a room this", Runner, role)
		r.notice = append(r.notice, para(plain("Watch in a direct message to me.")))
		return r
	}
	return nil
}

// newCursors are cursors of projects that begin now, for those that have none.
func (e *Engine) newCursors(ctx context.Context, projects []listed) ([]cursor, error) {
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	known := map[string]bool{}
	_, keys, err := e.watches(ctx)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		known[key] = true
	}
	var mu sync.Mutex
	var cursors []cursor
	var failed error
	eachOf(projects, func(p listed) {
		if known[cursorKey(p.project().Project)] {
			return
		}
		began, err := e.newCursor(ctx, p.project().Project)
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			failed = err
		}
		cursors = append(cursors, began)
	})
	return cursors, failed
}

// wordsOfNotices are how notices call what a flag calls otherwise.
var wordsOfNotices = map[string]string{"failed": string(hasFailed), "succeeded": string(hasWorked)}

// chosen reads a flag that is a list of words, with commas or given several times.
func chosen[T ~string](c *call, flag string, words []string, usual []T) ([]T, error) {
	var picked []T
	for _, text := range c.values.Texts(flag) {
		for word := range strings.SplitSeq(text, ",") {
			word = strings.ToLower(strings.TrimSpace(word))
			word = cmp.Or(wordsOfNotices[word], word)
			if !slices.Contains(words, word) {
				did := ""
				if near := commandline.Suggest(word, words); near != "" {
					did = " Did you mean " + near + "?"
				}
				return nil, refusedf("unknown "+flag, "--%s is some of %s, not %s.%s", flag, strings.Join(words, ","), commandline.Show(word), did)
			}
			if !slices.Contains(picked, T(word)) {
				picked = append(picked, T(word))
			}
		}
	}
	if len(picked) == 0 {
		return usual, nil
	}
	slices.SortFunc(picked, func(a, b T) int { return slices.Index(words, string(a)) - slices.Index(words, string(b)) })
	return picked, nil
}
