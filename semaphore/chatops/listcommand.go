package chatops

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// maxRows is how many rows of a list are shown at once.
const maxRows = 50

// pageFlags choose what of a long list is shown.
func pageFlags() []commandline.Flag {
	return []commandline.Flag{
		{Name: "like", Short: 'l', Summary: "only those that contain this"},
		{Name: "page", Short: 'p', Summary: fmt.Sprintf("which %d of them", maxRows), Kind: commandline.Int, Default: "1"},
	}
}

// listCommands are the commands that show what Semaphore has.
func (e *Engine) listCommands() []command {
	return []command{
		{
			name: "projects", aliases: []string{"project"}, role: Viewer,
			summary: "list the projects",
			spec:    commandline.Spec{Flags: pageFlags()},
			do:      doProjects,
		},
		{
			name: "templates", aliases: []string{"template"}, role: Viewer,
			summary: "list what can be run",
			detail:  "Projects and templates may be called by name, in quotes where it has blanks, or by number. The only project need not be named.",
			spec: commandline.Spec{
				Args:  []commandline.Arg{{Name: "project", Optional: true}},
				Flags: pageFlags(),
			},
			do: doTemplates,
		},
	}
}

func doProjects(ctx context.Context, e *Engine, c *call) (decision, error) {
	all, at, err := e.projects(ctx, c, age{catalogFresh, catalogStale})
	if err != nil {
		return nil, err
	}
	rows := [][]string{{"Project", "Number"}}
	for _, p := range like(all, c.values.Text("like")) {
		rows = append(rows, []string{p.shown(), p.number()})
	}
	text, err := c.page(rows, "project", e.Prefix+" projects")
	if err != nil {
		return nil, err
	}
	return e.answers(c, c.dated(text, at)), nil
}

func doTemplates(ctx context.Context, e *Engine, c *call) (decision, error) {
	p, err := search{e, c, catalogStale}.project(ctx, c.values.Text("project"))
	if err != nil {
		return nil, err
	}
	all, at, err := e.templates(ctx, c, p, age{catalogFresh, catalogStale})
	if err != nil {
		return nil, err
	}
	rows := [][]string{{"Template", "Number", "App", "Description"}}
	for _, t := range like(all, c.values.Text("like")) {
		rows = append(rows, []string{t.shown(), t.number(), clean(string(t.app), 20), clean(t.description, 100)})
	}
	text, err := c.page(rows, "template", e.Prefix+" templates "+p.word())
	if err != nil {
		return nil, err
	}
	return e.answers(c, c.dated(append(say(plain("Templates of "), bold(p.shown()), plain(" (project "+p.number()+"):")), text...), at)), nil
}

// like leaves the things whose names or descriptions contain a text, in any case.
func like(all []listed, text string) []listed {
	if text == "" {
		return all
	}
	var some []listed
	for _, l := range all {
		if strings.Contains(strings.ToLower(l.name+"\n"+l.description), strings.ToLower(text)) {
			some = append(some, l)
		}
	}
	return some
}

// page shows the rows, of which the first is the heading, that somebody wants of a list of such things, and how to see
// the others: by the command again.
func (c *call) page(rows [][]string, thing, again string) (Text, error) {
	head, rows := rows[0], rows[1:]
	page, pages := c.values.Int("page"), max(1, (len(rows)+maxRows-1)/maxRows)
	wanted := c.values.Text("like")
	if wanted != "" {
		again += " --like " + commandline.Quote(clean(wanted, maxName))
	}
	switch {
	case page < 1 || page > pages:
		return nil, refusedf("no such page", "There is no page %d: the last one is %d.", page, pages)
	case len(rows) == 0 && wanted != "":
		return sentence("No " + thing + " that you may see contains " + commandline.Show(wanted) + "."), nil
	case len(rows) == 0:
		return sentence("There is no " + thing + " that you may see."), nil
	}
	from := (page - 1) * maxRows
	shown := rows[from:min(from+maxRows, len(rows))]
	text := Text{table(append([][]string{head}, shown...)...)}
	if pages > 1 {
		spans := []Span{plain(fmt.Sprintf("%d to %d of %d.", from+1, from+len(shown), len(rows)))}
		if page < pages {
			spans = append(spans, plain(" "), code(fmt.Sprintf("%s --page %d", again, page+1)), plain(" shows more"))
			if wanted == "" {
				spans = append(spans, plain(", "), code(again+" --like TEXT"), plain(" what you look for"))
			}
			spans = append(spans, plain("."))
		}
		text = append(text, para(spans...))
	}
	return text, nil
}

// dated adds to what was so at a time that it may not be so any more.
func (c *call) dated(t Text, at time.Time) Text {
	if c.now.Sub(at) <= catalogFresh {
		return t
	}
	return append(t, para(plain("Semaphore does not answer now. This is how it was at "+until(at, c.now)+".")))
}

// andMore ends a list that is too long.
func andMore(n int) Block { return para(plain(fmt.Sprintf("… and %d more", n))) }
