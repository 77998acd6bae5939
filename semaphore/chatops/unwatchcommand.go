package chatops

import (
	"context"
	"strings"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// listWatches shows what is watched in the conversation.
func (e *Engine) listWatches(c *call) decision {
	return func(tx Tx) (ch changes, err error) {
		there, err := all[watch](tx, "watch/")
		if err != nil {
			return changes{}, err
		}
		here := c.in.reply().conversation()
		rows := [][]string{{"Watch", "Of", "Tells", "Started by", "Since", "For"}}
		for _, w := range there {
			if w.Where.conversation() != here {
				continue
			}
			since := stamp(w.Since, c.now)
			if c.now.Before(w.Muted) {
				since = "muted until " + until(w.Muted, c.now)
			}
			rows = append(rows, []string{w.ID, w.scope(), list(w.Happens), list(w.Triggers), since, clean(w.ByName, 40)})
		}
		text := Text{table(rows...)}
		if len(rows) == 1 {
			text = sentence("Nothing is watched here.")
		}
		ch.messages = e.reply(c.in, c.in.key("watches"), text)
		return ch, nil
	}
}

func doUnwatch(_ context.Context, e *Engine, c *call) (decision, error) {
	return e.onWatch(c, Admin, func(w watch, ch *changes) Text {
		ch.remove(watchKey(w.ID))
		ch.note(w.audited("unwatched"))
		return say(bold(w.scope()), plain(" is not watched as "), code(w.ID), plain(" any more."))
	}), nil
}

func doMute(_ context.Context, e *Engine, c *call) (decision, error) {
	d := c.values.Duration("for")
	if d < 0 || d > longestMute {
		return nil, refusedf("too long", "A watch is silent for 31 days at most.")
	}
	return e.onWatch(c, Runner, func(w watch, ch *changes) Text {
		w.Muted = c.now.Add(d)
		ch.put(watchKey(w.ID), w)
		ch.note(w.audited("muted"))
		if d == 0 {
			return say(code(w.ID), plain(" speaks again."))
		}
		return say(code(w.ID), plain(" is silent until "+until(w.Muted, c.now)+"."))
	}), nil
}

// onWatch does something with the watch that is named: that of who gives the command, or one of the same conversation
// where he has a role.
func (e *Engine) onWatch(c *call, role Role, do func(watch, *changes) Text) decision {
	return func(tx Tx) (ch changes, err error) {
		id := strings.ToLower(c.values.Text("watch"))
		w, found, err := load[watch](tx, watchKey(id))
		if err != nil {
			return changes{}, err
		}
		own := found && w.By == c.in.From
		if !own && (!found || w.Where.conversation() != c.in.reply().conversation()) {
			r := refusedf("no such watch", "There is no watch %s here.", commandline.Show(id))
			r.notice[0].Spans = append(r.notice[0].Spans, plain(" "), code(e.Prefix+" watch"), plain(" lists them."))
			return changes{}, r
		}
		if !own {
			if err := c.needsFor(role, w); err != nil {
				return changes{}, err
			}
		}
		ch.messages = e.reply(c.in, c.in.key("watch"), do(w, &ch))
		return ch, nil
	}
}

// needsFor refuses who has less than a role for what somebody else watches.
func (c *call) needsFor(role Role, w watch) error {
	if w.Target.Project != 0 {
		return c.needs(role, w.Target)
	}
	return c.needsEverywhere(role)
}
