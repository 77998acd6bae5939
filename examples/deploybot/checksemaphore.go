package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// semaphore tries the token, what it may do, and whether all that the policy
// names exists.
func (c *checklist) semaphore(ctx context.Context, s settings, policy chatops.Policy) {
	client, err := newSemaphore(s, slog.New(slog.DiscardHandler))
	if err == nil {
		err = client.Ping(ctx)
	}
	if !c.look("Semaphore "+s.Semaphore.URL, err) {
		return
	}
	user, err := client.OwnUser(ctx)
	if !c.look("token of Semaphore", err) {
		return
	}
	if user.Admin {
		c.note("the token is that of an administrator of Semaphore: a user with the role task_runner is enough")
	}
	projects, err := client.Projects(ctx)
	if err == nil && len(projects) == 0 {
		err = fmt.Errorf("user %s is in no project: add them to a team", user.Username)
	}
	if !c.look("projects", err) {
		return
	}
	names := newTargets()
	for _, project := range projects {
		role, err := client.OwnRole(ctx, project.ID)
		if err == nil && !role.Permissions.Has(semaphore.CanRunTasks) {
			err = fmt.Errorf("user %s has the role %s there, with which nothing runs", user.Username, role.Role)
		}
		c.look("right to run tasks in "+project.Name, err)
		templates, err := client.Templates(ctx, project.ID, semaphore.TemplatesRequest{})
		if err != nil {
			c.look("templates of "+project.Name, err)
			return
		}
		names.add(project, templates)
	}
	if scopes := scopesOf(policy); len(scopes) > 0 {
		c.look("projects and templates in the policy", names.missing(scopes))
	}
}

// targets are the names and numbers of all that can be run, in small letters.
type targets struct{ projects, templates map[string]bool }

func newTargets() targets { return targets{map[string]bool{}, map[string]bool{}} }

func (t targets) add(project semaphore.Project, templates []semaphore.Template) {
	of := []string{strings.ToLower(project.Name), strconv.FormatInt(int64(project.ID), 10)}
	for _, name := range of {
		t.projects[name] = true
	}
	for _, template := range templates {
		for _, name := range []string{strings.ToLower(template.Name), strconv.FormatInt(int64(template.ID), 10)} {
			t.templates[name] = true
			for _, project := range of {
				t.templates[project+"/"+name] = true
			}
		}
	}
}

// missing names what does not exist, or is not for the bot to see: a rule about
// it would never hold.
func (t targets) missing(scopes []chatops.Scope) error {
	var wrong []error
	said := map[string]bool{}
	for _, scope := range scopes {
		for what, each := range map[string]struct {
			names []string
			known map[string]bool
		}{"project": {scope.Projects, t.projects}, "template": {scope.Templates, t.templates}} {
			for _, name := range each.names {
				if !each.known[strings.ToLower(name)] && !said[what+name] {
					said[what+name] = true
					wrong = append(wrong, fmt.Errorf("there is no %s %q, or the bot may not see it", what, name))
				}
			}
		}
	}
	return errors.Join(wrong...)
}

func scopesOf(policy chatops.Policy) (scopes []chatops.Scope) {
	for _, grant := range policy.Grants {
		scopes = append(scopes, grant.Scope)
	}
	for _, rule := range policy.Approvals {
		scopes = append(scopes, rule.Scope)
	}
	for _, freeze := range policy.Freezes {
		scopes = append(scopes, freeze.Scope)
	}
	for _, rule := range policy.Arguments {
		scopes = append(scopes, rule.Scope)
	}
	return scopes
}
