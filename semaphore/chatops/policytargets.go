package chatops

import (
	"errors"
	"fmt"
	"slices"
)

// CheckTargets returns which rules name projects or templates that are not among all that there are, all of it in one
// error, nil where none do: a rule with a slip of the pen in it protects nothing. targets has an entry for each template
// that the bot may see, and one without a template for each project.
func (p *Policy) CheckTargets(targets []TargetRef) error {
	var problems []error
	said := map[string]bool{}
	check := func(where string, s Scope) {
		missing := func(what string) {
			if !said[what] {
				said[what] = true
				problems = append(problems, fmt.Errorf("%s: there is no %s, or the bot may not see it", where, what))
			}
		}
		within := targets
		if of := (Scope{Projects: s.Projects}); len(s.Projects) > 0 {
			within = slices.DeleteFunc(slices.Clone(targets), func(t TargetRef) bool { return !of.touches(t) })
		}
		for _, name := range s.Projects {
			if !slices.ContainsFunc(targets, Scope{Projects: []string{name}}.touches) {
				missing(fmt.Sprintf("project %q", name))
			}
		}
		for _, name := range s.Templates {
			here := func(t TargetRef) bool { return t.Template != 0 && namesTemplate(name, t) }
			switch {
			case !slices.ContainsFunc(targets, here):
				missing(fmt.Sprintf("template %q", name))
			case len(within) > 0 && !slices.ContainsFunc(within, here):
				missing(fmt.Sprintf("template %q in the projects of the rule", name))
			}
		}
	}
	for i, g := range p.Grants {
		check(fmt.Sprintf("grants: entry %d", i+1), g.Scope)
	}
	for i, rule := range p.Approvals {
		check(fmt.Sprintf("approvals: entry %d", i+1), rule.Scope)
	}
	for i, f := range p.Freezes {
		check(fmt.Sprintf("freezes: entry %d", i+1), f.Scope)
	}
	for i, rule := range p.Arguments {
		check(fmt.Sprintf("arguments: entry %d", i+1), rule.Scope)
	}
	return errors.Join(problems...)
}
