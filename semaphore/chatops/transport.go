package chatops

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/semaphore"
)

// transportable refuses what the server would silently leave out or replace: what is confirmed has to be what is run.
func (e *Engine) transportable(ctx context.Context, r request, t semaphore.Template) error {
	s := r.Start
	tags, branch := len(s.Tags)+len(s.SkipTags) > 0, s.Branch != "" && !t.AllowOverrideBranch
	names := append(slices.Sorted(maps.Keys(s.Variables)), r.Missing...)
	if !tags && !branch && len(names) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	old, err := e.oldServer(ctx)
	switch {
	case err != nil:
		return err
	case old && tags && !t.AllowOverrideArguments:
		return refusedf("server ignores tags", "This version of Semaphore passes tags on only where the template allows arguments, and this one does not: "+
			"all of it would run. Its setting “Allow CLI args in Task” changes that.")
	case !old && branch:
		return refusedf("template takes no branch", "The template does not let a task choose its branch, so Semaphore would ignore it.")
	case old:
		return e.overruled(ctx, r, t, names)
	}
	return nil
}

// overruled refuses variables that the template's environment has too: on servers before 2.16 that wins. Who may not look
// there cannot be told.
func (e *Engine) overruled(ctx context.Context, r request, t semaphore.Template, names []string) error {
	for _, id := range t.EnvironmentIDs {
		environment, err := e.Semaphore.Environment(ctx, r.Target.Project, id)
		if errors.Is(err, semaphore.ErrForbidden) || errors.Is(err, semaphore.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		for _, name := range names {
			if _, there := environment.Variables[name]; there && !slices.Contains(r.Start.Secrets, name) {
				return refusedf("environment overrules a variable", "The template's environment %s sets %s too, and on this version of Semaphore that wins.",
					clean(environment.Name, maxName), clean(name, maxName))
			}
		}
	}
	return nil
}

// oldServer says whether the server is of the generation before 2.16.
func (e *Engine) oldServer(ctx context.Context) (bool, error) {
	info, err := e.Semaphore.Info(ctx)
	if err != nil {
		return false, err
	}
	major, minor, _, ok := info.Release()
	return ok && (major < 2 || major == 2 && minor < 16), nil
}

// prepareStart is what Semaphore is to be asked for. Rules go by names, and what was confirmed by what the template takes,
// its defaults included, so a template that was changed in that since is another one.
func (e *Engine) prepareStart(ctx context.Context, r request) (req semaphore.StartTaskRequest, err error) {
	project, err := e.Semaphore.Project(ctx, r.Target.Project)
	if err != nil {
		return req, err
	}
	template, err := e.Semaphore.Template(ctx, r.Target.Project, r.Target.Template)
	if err != nil {
		return req, err
	}
	if remembered(project.Name) != r.Target.ProjectName || remembered(template.Name) != r.Target.TemplateName ||
		template.App != r.App || !sameSurvey(bounded(template.SurveyVars), r.Survey) {
		return req, refusedf("template was changed", "Its template was changed since it was asked for.")
	}
	if err := e.transportable(ctx, r, template); err != nil {
		return req, err
	}
	return e.startRequestOf(ctx, r, template)
}

// sameSurvey says whether two surveys ask for the same, and fill in the same where nobody answers.
func sameSurvey(a, b []semaphore.SurveyVar) bool {
	return slices.EqualFunc(a, b, func(a, b semaphore.SurveyVar) bool {
		return a.Name == b.Name && a.Type == b.Type && a.Required == b.Required && a.Default == b.Default && a.Target == b.Target &&
			slices.Equal(a.Values, b.Values)
	})
}

// startRequestOf is what Semaphore is asked for. Servers before 2.16 leave tags out in silence wherever they are but in
// the arguments; these take the place of the template's, so those come first.
func (e *Engine) startRequestOf(ctx context.Context, r request, template semaphore.Template) (semaphore.StartTaskRequest, error) {
	s := r.Start
	req := semaphore.StartTaskRequest{
		TemplateID: r.Target.Template, Message: s.Message, Mark: r.mark(), Variables: s.Variables,
		Arguments: s.Arguments, GitBranch: s.Branch, Limit: s.Limit, Tags: s.Tags, SkipTags: s.SkipTags, Debug: s.Debug, DryRun: s.DryRun,
	}
	if len(s.Tags) == 0 && len(s.SkipTags) == 0 {
		return req, nil
	}
	old, err := e.oldServer(ctx)
	if err != nil || !old {
		return req, err
	}
	if req.Arguments == nil {
		req.Arguments = template.Arguments
	}
	req.Arguments = slices.Clone(req.Arguments)
	if len(s.Tags) > 0 {
		req.Arguments = append(req.Arguments, "--tags="+strings.Join(s.Tags, ","))
	}
	if len(s.SkipTags) > 0 {
		req.Arguments = append(req.Arguments, "--skip-tags="+strings.Join(s.SkipTags, ","))
	}
	req.Tags, req.SkipTags = nil, nil
	return req, nil
}
