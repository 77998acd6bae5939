package chatops

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/internal/commandline"
	"github.com/signalbox-go/signalbox/semaphore"
)

// findScope returns the template that somebody means or, where that is "", the project as a whole. Both may be in one
// word, as "website/deploy", and the name of the only project may be left out. It is for what starts nothing: locks,
// watches, lists. What is wrong is a *refusal. While Semaphore is down it goes by what was last heard, for a day.
func (e *Engine) findScope(ctx context.Context, c *call, project, template string) (TargetRef, error) {
	p, t, err := search{e, c, catalogStale}.target(ctx, project, template)
	if err != nil || t == nil {
		return p.project(), err
	}
	return t.template(p), nil
}

// findTarget returns the template that somebody wants to run, as Semaphore has it now. The name of the only template of a
// project may be left out too. What is wrong is a *refusal.
func (e *Engine) findTarget(ctx context.Context, c *call, project, template string) (TargetRef, semaphore.Template, error) {
	s := search{e, c, 0}
	p, t, err := s.target(ctx, project, template)
	if err == nil && t == nil {
		t, err = s.template(ctx, p, "")
	}
	if err != nil {
		return TargetRef{}, semaphore.Template{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	current, err := e.Semaphore.Template(ctx, p.project().Project, semaphore.TemplateID(t.id))
	// It may have been renamed meanwhile, and rules go by names.
	ref := listed{id: t.id, name: remembered(current.Name)}.template(p)
	if errors.Is(err, semaphore.ErrNotFound) || err == nil && c.policy.role(c.in, ref) < Viewer {
		return TargetRef{}, semaphore.Template{}, refusedf("template is gone", "The template %s is not there any more.", t.label())
	}
	return ref, current, err
}

// refusedf is a refusal in one sentence.
func refusedf(reason, format string, args ...any) *refusal {
	return &refusal{notice: sentence(fmt.Sprintf(format, args...)), decision: DecisionRefused, reason: reason}
}

// refusedAs is a refusal that ends with how a command is written.
func refusedAs(reason, says, command string) *refusal {
	return &refusal{notice: say(plain(says+" As: "), code(command)), decision: DecisionRefused, reason: reason}
}

// search finds what who gave a command means: a number, a name in any case, or "" for the only one. Only what he may know
// of is found, suggested and listed.
type search struct {
	*Engine

	call  *call
	stale time.Duration // How old may be what it goes by while Semaphore is down.
}

// project returns the project of that name or number, or the only one.
func (s search) project(ctx context.Context, written string) (listed, error) {
	all, p, err := s.tryProject(ctx, written)
	if err != nil || p != nil {
		return deref(p), err
	}
	return listed{}, s.unknown("project", written, all, s.Prefix+" projects")
}

// tryProject returns nil where there is no such project.
func (s search) tryProject(ctx context.Context, written string) (all []listed, p *listed, err error) {
	return s.pick("project", "projects", written, func(fresh time.Duration) ([]listed, error) {
		all, _, err := s.projects(ctx, s.call, age{fresh, s.stale})
		return all, err
	})
}

// template returns the template of that name or number in a project, or the only one.
func (s search) template(ctx context.Context, p listed, written string) (*listed, error) {
	all, t, err := s.tryTemplate(ctx, p, written)
	if err != nil || t != nil {
		return t, err
	}
	return nil, s.unknown("template", written, all, s.Prefix+" templates "+p.word())
}

func (s search) tryTemplate(ctx context.Context, p listed, written string) (all []listed, t *listed, err error) {
	return s.pick("template", "templates of "+p.shown(), written, func(fresh time.Duration) ([]listed, error) {
		all, _, err := s.templates(ctx, s.call, p, age{fresh, s.stale})
		return all, err
	})
}

// target finds a project and a template; no template where none is named.
func (s search) target(ctx context.Context, project, template string) (p listed, t *listed, err error) {
	if template != "" || project == "" {
		if p, err = s.project(ctx, project); err == nil && template != "" {
			t, err = s.template(ctx, p, template)
		}
		return p, t, err
	}
	all, one, err := s.tryProject(ctx, project)
	if err != nil || one != nil {
		return deref(one), nil, err
	}
	for i, r := range project {
		if r != '/' || i == 0 || i == len(project)-1 {
			continue
		}
		if i > maxNameBytes {
			break // No name is as long.
		}
		_, one, err := s.tryProject(ctx, project[:i])
		if err != nil {
			return listed{}, nil, err
		}
		if one != nil {
			t, err := s.template(ctx, *one, project[i+1:])
			return *one, t, err
		}
	}
	if len(all) != 1 {
		return listed{}, nil, s.unknown("project", project, all, s.Prefix+" projects")
	}
	t, err = s.template(ctx, all[0], project)
	return all[0], t, err
}

// pick returns what somebody means of a list: by number or name, or, where nothing is written, the only one. It looks
// anew before it says that there is no such thing, which is nil.
func (s search) pick(
	one, many, written string, list func(fresh time.Duration) ([]listed, error),
) (all []listed, picked *listed, err error) {
	for _, fresh := range []time.Duration{catalogFresh, catalogAgain} {
		if all, err = list(fresh); err != nil {
			return nil, nil, err
		}
		matches := matching(written, all)
		switch {
		case len(matches) == 1:
			return all, &matches[0], nil
		case written == "" && len(all) > 1:
			return nil, nil, refusedf(one+" is not named", "Which one? There are %d %s: %s.", len(all), many, labels(all))
		case len(matches) > 1:
			return nil, nil, refusedf(one+" is ambiguous", "Several %s are called that: %s. Please use the number.", many, labels(matches))
		}
	}
	return all, nil, nil
}

// matching returns what is meant by a number, by a name in any case, or by nothing at all. If names differ in case alone
// the one in the right case is meant.
func matching(written string, all []listed) []listed {
	if written == "" {
		return all
	}
	var matches, exact []listed
	for _, one := range all {
		if shown := one.shown(); names(written, one.name, one.id) || names(written, shown, one.id) {
			matches = append(matches, one)
			if one.name == written || shown == written {
				exact = append(exact, one)
			}
		}
	}
	if len(exact) == 1 {
		return exact
	}
	return matches
}

// unknown says that there is no such thing, and what may be meant.
func (s search) unknown(one, written string, all []listed, see string) *refusal {
	r := &refusal{decision: DecisionRefused, reason: "no such " + one}
	if written == "" {
		r.notice = sentence("There is no " + one + " here that you may see.")
		return r
	}
	var candidates []string
	for _, l := range all {
		candidates = append(candidates, l.shown())
	}
	r.notice = say(plain("There is no " + one + " " + commandline.Show(written) + " here. "))
	if near := commandline.Suggest(written, candidates); near != "" && near != written { // A name that is a number is none.
		r.notice[0].Spans = append(r.notice[0].Spans, plain("Did you mean "), bold(near), plain("? "))
	}
	r.notice[0].Spans = append(r.notice[0].Spans, code(see), plain(" lists what there is."))
	return r
}

// labels lists a few things by name and number.
func labels(all []listed) string {
	const some = 10
	var shown []string
	for _, l := range all[:min(some, len(all))] {
		shown = append(shown, l.label())
	}
	text := strings.Join(shown, ", ")
	if len(all) > some {
		text += fmt.Sprintf(" … and %d more", len(all)-some)
	}
	return text
}

// deref is what p points to, or nothing.
func deref(p *listed) listed {
	if p == nil {
		return listed{}
	}
	return *p
}
