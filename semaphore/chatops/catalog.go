package chatops

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/internal/commandline"
	"github.com/signalbox-go/signalbox/semaphore"
)

const (
	// catalogFresh is how long the names of projects and templates are taken for those of now, and catalogStale for how
	// long they do while Semaphore is down.
	catalogFresh = 30 * time.Second
	catalogStale = 24 * time.Hour
	// catalogAgain is how old names are at most that are searched in vain.
	catalogAgain = 2 * time.Second
	// maxRemembered is of how many projects the templates are remembered.
	maxRemembered = 256
	// maxNameBytes is how long a name is at most that is remembered as it is.
	maxNameBytes = 500
)

// catalog is what the engine remembers of the projects and templates of Semaphore. The zero value is ready.
type catalog struct {
	mu       sync.Mutex
	listings map[semaphore.ProjectID]*listing // Of the templates of projects; under 0 the projects.
}

// listed is what is remembered of a project or a template.
type listed struct {
	id                int64
	name, description string
	app               semaphore.AppID
}

// listing is a list as Semaphore gave it at a time. One caller fetches it, and the others wait for that one.
type listing struct {
	turn  chan struct{} // Holds something while nobody fetches.
	items []listed
	at    time.Time // Zero: never.
}

// age is how old a list may be: usually, and while Semaphore is down.
type age struct{ fresh, stale time.Duration }

// projects lists the projects that who gave a command may know of, by name, and says when that was so.
func (e *Engine) projects(ctx context.Context, c *call, a age) ([]listed, time.Time, error) {
	all, at, err := e.list(ctx, 0, a, func(ctx context.Context) ([]listed, error) {
		projects, err := e.Semaphore.Projects(ctx)
		all := make([]listed, len(projects))
		for i, p := range projects {
			all[i] = listed{id: int64(p.ID), name: remembered(p.Name)}
		}
		return all, err
	})
	return e.known(c, all, func(p listed) TargetRef { return p.project() }), at, err
}

// templates lists those of a project in the same way.
func (e *Engine) templates(ctx context.Context, c *call, project listed, a age) ([]listed, time.Time, error) {
	id := semaphore.ProjectID(project.id)
	all, at, err := e.list(ctx, id, a, func(ctx context.Context) ([]listed, error) {
		templates, err := e.Semaphore.Templates(ctx, id, semaphore.TemplatesRequest{})
		all := make([]listed, len(templates))
		for i, t := range templates {
			all[i] = listed{id: int64(t.ID), name: remembered(t.Name), description: clean(t.Description, 200), app: t.App}
		}
		return all, err
	})
	return e.known(c, all, func(t listed) TargetRef { return t.template(project) }), at, err
}

// known leaves only what who gave the command may know of.
func (e *Engine) known(c *call, all []listed, ref func(listed) TargetRef) []listed {
	known := make([]listed, 0, len(all))
	for _, one := range all {
		if c.policy.role(c.in, ref(one)) >= Viewer {
			known = append(known, one)
		}
	}
	return known
}

// list returns a list that is no older than it may be, from memory or from Semaphore.
func (e *Engine) list(
	ctx context.Context, of semaphore.ProjectID, a age, fetch func(context.Context) ([]listed, error),
) ([]listed, time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	l := e.catalog.listing(of)
	select {
	case <-l.turn:
		defer func() { l.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, time.Time{}, ctx.Err()
	}
	now := e.Now()
	old := now.Sub(l.at) // Negative where the clock was set back.
	if old >= 0 && old <= a.fresh {
		return l.items, l.at, nil
	}
	items, err := fetch(ctx)
	switch {
	case err == nil:
		items = slices.DeleteFunc(items, func(l listed) bool { return l.id == 0 }) // a null in the list
		slices.SortStableFunc(items, func(a, b listed) int {
			return cmp.Or(strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name)), cmp.Compare(a.id, b.id))
		})
		l.items, l.at = items, now
	case l.at.IsZero(), old < 0, old > a.stale, !outage(err):
		return nil, time.Time{}, err
	}
	return l.items, l.at, nil
}

func (g *catalog) listing(of semaphore.ProjectID) *listing {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.listings == nil || g.listings[of] == nil && len(g.listings) > maxRemembered {
		g.listings = map[semaphore.ProjectID]*listing{}
	}
	l := g.listings[of]
	if l == nil {
		l = &listing{turn: make(chan struct{}, 1)}
		l.turn <- struct{}{}
		g.listings[of] = l
	}
	return l
}

// outage says whether an error tells that Semaphore does not work now, and nothing of what was asked for.
func outage(err error) bool {
	return !slices.ContainsFunc([]error{
		semaphore.ErrUnauthorized, semaphore.ErrForbidden, semaphore.ErrNotFound, semaphore.ErrInvalid,
	}, func(said error) bool { return errors.Is(err, said) })
}

// remembered is a name as it is, because rules go by it, unless it is so long that none does.
func remembered(name string) string {
	if len(name) > maxNameBytes {
		return clean(name, maxName)
	}
	return name
}

// project names a project as a whole.
func (l listed) project() TargetRef {
	return TargetRef{Project: semaphore.ProjectID(l.id), ProjectName: l.name}
}

// template names a template of a project.
func (l listed) template(project listed) TargetRef {
	ref := project.project()
	ref.Template, ref.TemplateName = semaphore.TemplateID(l.id), l.name
	return ref
}

// label is how a project or a template is shown beside others: its name and its number.
func (l listed) label() string { return l.shown() + " (" + l.number() + ")" }

func (l listed) number() string { return strconv.FormatInt(l.id, 10) }

// shown is its name as it is shown.
func (l listed) shown() string {
	if name := clean(l.name, maxName); name != "" {
		return name
	}
	return "(no name)"
}

// word is how it is named in a command.
func (l listed) word() string {
	if l.name == "" || clean(l.name, maxName) != l.name {
		return l.number()
	}
	return commandline.Quote(l.name)
}
