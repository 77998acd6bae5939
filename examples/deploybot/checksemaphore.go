package main

import (
	"context"
	"fmt"
	"log/slog"

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
	for _, project := range projects {
		role, err := client.OwnRole(ctx, project.ID)
		if err == nil && !role.Permissions.Has(semaphore.CanRunTasks) {
			err = fmt.Errorf("user %s has the role %s there, with which nothing runs", user.Username, role.Role)
		}
		c.look("right to run tasks in "+project.Name, err)
	}
	targets, err := readTargets(ctx, client)
	if err != nil {
		c.look("templates", err)
		return
	}
	if s.Policy != "" {
		c.look("projects and templates in the policy", policy.CheckTargets(targets))
	}
}

// readTargets lists all that can be run: each project, and each of its templates.
func readTargets(ctx context.Context, client *semaphore.Client) ([]chatops.TargetRef, error) {
	projects, err := client.Projects(ctx)
	if err != nil {
		return nil, err
	}
	var all []chatops.TargetRef
	for _, project := range projects {
		all = append(all, chatops.TargetRef{Project: project.ID, ProjectName: project.Name})
		templates, err := client.Templates(ctx, project.ID, semaphore.TemplatesRequest{})
		if err != nil {
			return nil, fmt.Errorf("templates of %s: %w", project.Name, err)
		}
		for _, t := range templates {
			all = append(all, chatops.TargetRef{Project: project.ID, ProjectName: project.Name, Template: t.ID, TemplateName: t.Name})
		}
	}
	return all, nil
}
