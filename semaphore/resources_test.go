package semaphore_test

import (
	"io"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// onBoth runs a test against both generations of the API.
func onBoth(t *testing.T, test func(t *testing.T, y *yard)) {
	t.Helper()
	for name, generation := range map[string]semaphoretest.Generation{"2.10": semaphoretest.Gen210, "2.16": semaphoretest.Gen216} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newYard(t, semaphoretest.WithGeneration(generation)))
		})
	}
}

func TestProjectFromNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, y *yard) {
		c, ctx := y.client, t.Context()
		project, err := c.CreateProject(ctx, semaphore.Project{Name: "signals"})
		require.NoError(t, err)
		id := project.ID

		key, err := c.CreateKey(ctx, id, "deploy", semaphore.KeySecret{LoginPassword: &semaphore.LoginPassword{
			Login: "git", Password: semaphore.NewSecret("hunter2"),
		}})
		require.NoError(t, err)
		assert.Equal(t, semaphore.KeyLoginPassword, key.Type)
		assert.NotZero(t, key.ID)

		repository, err := c.CreateRepository(ctx, id, semaphore.Repository{
			Name: "code", GitURL: "https://git.example/code.git", GitBranch: "main", KeyID: key.ID,
		})
		require.NoError(t, err)
		assert.NotZero(t, repository.ID)

		inventory, err := c.CreateInventory(ctx, id, semaphore.Inventory{
			Name: "hosts", Inventory: "localhost", Type: semaphore.InventoryStatic, KeyID: key.ID,
		})
		require.NoError(t, err)

		environment, err := c.CreateEnvironment(ctx, id, semaphore.Environment{
			Name: "live", Variables: semaphore.Variables{"stage": "live"}, Env: semaphore.Variables{"DEBUG": 1},
			Secrets: []semaphore.EnvironmentSecret{{Type: semaphore.SecretEnv, Name: "KEY", Value: semaphore.NewSecret("s")}},
		})
		require.NoError(t, err)
		assert.NotZero(t, environment.ID)
		assert.Equal(t, "live", environment.Variables["stage"])
		environment, err = c.Environment(ctx, id, environment.ID)
		require.NoError(t, err)
		require.Len(t, environment.Secrets, 1)

		view, err := c.CreateView(ctx, id, semaphore.View{Title: "Board"})
		require.NoError(t, err)

		template, err := c.CreateTemplate(ctx, id, semaphore.Template{
			Name: "release", App: semaphore.AppAnsible, Playbook: "release.yml", RepositoryID: repository.ID,
			InventoryID: inventory.ID, EnvironmentIDs: []semaphore.EnvironmentID{environment.ID}, ViewID: view.ID,
			Arguments: semaphore.Arguments{"-v"}, AllowOverrideArguments: true,
		})
		require.NoError(t, err)
		assert.Equal(t, semaphore.Arguments{"-v"}, template.Arguments)
		assert.Equal(t, []semaphore.EnvironmentID{environment.ID}, template.EnvironmentIDs)

		changed, err := c.UpdateTemplate(ctx, id, template.ID, func(t *semaphore.Template) { t.Description = "of the train" })
		require.NoError(t, err)
		assert.Equal(t, "of the train", changed.Description)
		template, err = c.Template(ctx, id, template.ID)
		require.NoError(t, err)
		assert.Equal(t, "of the train", template.Description)
		assert.Equal(t, inventory.ID, template.InventoryID, "what was not changed stays")
		assert.Equal(t, semaphore.Arguments{"-v"}, template.Arguments)

		require.NoError(t, c.SetEnvironmentSecrets(ctx, id, environment.ID,
			semaphore.EnvironmentSecret{Type: semaphore.SecretEnv, Name: "KEY", Value: semaphore.NewSecret("new")},
			semaphore.EnvironmentSecret{Type: semaphore.SecretVariable, Name: "other", Value: semaphore.NewSecret("o")}))
		_, err = c.UpdateEnvironment(ctx, id, environment.ID, func(e *semaphore.Environment) {
			e.Variables = semaphore.Variables{"stage": "test"}
		})
		require.NoError(t, err)
		environment, err = c.Environment(ctx, id, environment.ID)
		require.NoError(t, err)
		require.Len(t, environment.Secrets, 2)
		assert.Equal(t, semaphore.Variables{"stage": "test"}, environment.Variables)
		require.NoError(t, c.RemoveEnvironmentSecrets(ctx, id, environment.ID, environment.Secrets[0].ID))
		environment, err = c.Environment(ctx, id, environment.ID)
		require.NoError(t, err)
		require.Len(t, environment.Secrets, 1)

		references, err := c.RepositoryReferences(ctx, id, repository.ID)
		require.NoError(t, err)
		assert.Equal(t, []semaphore.Reference{{ID: int64(template.ID), Name: "release"}}, references.Templates)
		require.ErrorIs(t, c.DeleteRepository(ctx, id, repository.ID), semaphore.ErrInUse)

		schedule, err := c.CreateSchedule(ctx, id, semaphore.Schedule{Name: "nightly", TemplateID: template.ID, Cron: "0 3 * * *", Active: true})
		require.NoError(t, err)
		require.NoError(t, c.SetScheduleActive(ctx, id, schedule.ID, false))
		require.NoError(t, c.ValidateCron(ctx, id, "@daily"))
		require.ErrorIs(t, c.ValidateCron(ctx, id, "now and then"), semaphore.ErrInvalid)
		_, err = c.CreateSchedule(ctx, id, semaphore.Schedule{Name: "lost", TemplateID: 999, Cron: "@daily"})
		require.ErrorIs(t, err, semaphore.ErrNotFound, "a schedule without a template would break the list")

		require.NoError(t, c.SetKeySecret(ctx, id, key.ID, semaphore.KeySecret{String: semaphore.NewSecret("x")}))
		_, err = c.UpdateKey(ctx, id, key.ID, func(k *semaphore.Key) { k.Name = "renamed" })
		require.NoError(t, err)
		key, err = c.Key(ctx, id, key.ID)
		require.NoError(t, err)
		assert.Equal(t, "renamed", key.Name)
		assert.Equal(t, semaphore.KeyString, key.Type)

		backup, err := c.Backup(ctx, id)
		require.NoError(t, err)
		restored, err := c.Restore(ctx, backup)
		require.NoError(t, err)
		assert.Equal(t, "signals", restored.Name)
		require.NoError(t, c.DeleteProject(ctx, id))
		_, err = c.Project(ctx, id)
		require.ErrorIs(t, err, semaphore.ErrNotFound)
	})
}

func TestMembers(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, y *yard) {
		c, ctx := y.client, t.Context()
		user, err := c.CreateUser(ctx, semaphore.User{Username: "eve", Name: "Eve", Email: "eve@example.com"}, semaphore.NewSecret("pass-word-1"))
		require.NoError(t, err)
		require.NoError(t, c.AddMember(ctx, y.id, user.ID, semaphore.RoleGuest))
		require.ErrorIs(t, c.AddMember(ctx, y.id, user.ID, semaphore.RoleGuest), semaphore.ErrConflict)
		require.NoError(t, c.SetMemberRole(ctx, y.id, user.ID, semaphore.RoleTaskRunner))

		session, err := c.Login(ctx, "eve", semaphore.NewSecret("pass-word-1"))
		require.NoError(t, err)
		_, err = c.Login(ctx, "eve", semaphore.NewSecret("wrong"))
		require.ErrorIs(t, err, semaphore.ErrUnauthorized)
		token, err := session.CreateToken(ctx, "bot")
		require.NoError(t, err)
		eve := y.clientOf(t, &semaphoretest.User{Token: token.ID.Reveal()})
		own, err := eve.OwnUser(ctx)
		require.NoError(t, err)
		assert.Equal(t, user.ID, own.ID)
		role, err := eve.OwnRole(ctx, y.id)
		require.NoError(t, err)
		assert.True(t, role.Permissions.Has(semaphore.CanRunTasks))
		assert.False(t, role.Permissions.Has(semaphore.CanManageResources))
		_, err = eve.CreateView(ctx, y.id, semaphore.View{Title: "no"})
		require.ErrorIs(t, err, semaphore.ErrForbidden)
		_, err = eve.CreateProject(ctx, semaphore.Project{Name: "no"})
		require.ErrorIs(t, err, semaphore.ErrForbidden, "401 for who is no administrator")

		members, err := c.Members(ctx, y.id)
		require.NoError(t, err)
		assert.Contains(t, members, semaphore.Member{ID: user.ID, Username: "eve", Name: "Eve", Role: semaphore.RoleTaskRunner})
		require.NoError(t, c.RemoveMember(ctx, y.id, user.ID))
		_, err = eve.Project(ctx, y.id)
		require.ErrorIs(t, err, semaphore.ErrNotFound)
		require.NoError(t, session.DeleteToken(ctx, token.ID))
		_, err = eve.OwnUser(ctx)
		require.ErrorIs(t, err, semaphore.ErrUnauthorized)
	})
}

func TestIntegrations(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, y *yard) {
		c, ctx := y.client, t.Context()
		template := y.template("hooked", semaphoretest.Script{})
		integration, err := c.CreateIntegration(ctx, y.id, semaphore.Integration{Name: "push", TemplateID: template})
		require.NoError(t, err)
		_, err = c.UpdateIntegration(ctx, y.id, integration.ID, func(i *semaphore.Integration) { i.Name = "pushed" })
		require.NoError(t, err)
		matcher, err := c.CreateMatcher(ctx, y.id, integration.ID, semaphore.Matcher{
			Name: "m", MatchType: "body", Method: "equals", BodyDataType: "json", Key: "action", Value: "push",
		})
		require.NoError(t, err)
		_, err = c.UpdateMatcher(ctx, y.id, integration.ID, matcher.ID, func(m *semaphore.Matcher) { m.Value = "pull" })
		require.NoError(t, err)
		value, err := c.CreateExtractValue(ctx, y.id, integration.ID, semaphore.ExtractValue{
			Name: "v", ValueSource: "body", BodyDataType: "json", Key: "ref", Variable: "REF",
		})
		require.NoError(t, err)
		alias, err := c.CreateAlias(ctx, y.id, integration.ID)
		require.NoError(t, err)
		assert.Contains(t, alias.URL, y.URL()+"/api/integrations/")
		matchers, err := c.Matchers(ctx, y.id, integration.ID)
		require.NoError(t, err)
		require.Len(t, matchers, 1)
		assert.Equal(t, "pull", matchers[0].Value)
		require.NoError(t, c.DeleteAlias(ctx, y.id, integration.ID, alias.ID))
		require.NoError(t, c.DeleteExtractValue(ctx, y.id, integration.ID, value.ID))
		require.NoError(t, c.DeleteMatcher(ctx, y.id, integration.ID, matcher.ID))
		require.NoError(t, c.DeleteIntegration(ctx, y.id, integration.ID))
	})
}

func TestRunnersAppsOptions(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, y *yard) {
		c, ctx := y.client, t.Context()
		runner, err := c.CreateRunner(ctx, 0, semaphore.Runner{Name: "r1", MaxParallelTasks: 2, Active: true})
		require.NoError(t, err)
		assert.NotEmpty(t, runner.Token.Reveal())
		require.NoError(t, c.SetRunnerActive(ctx, 0, runner.ID, false))
		_, err = c.UpdateRunner(ctx, 0, runner.ID, func(r *semaphore.Runner) { r.Name = "r2" })
		require.NoError(t, err)
		list, err := c.Runners(ctx, 0)
		require.NoError(t, err)
		require.Len(t, list, 1)
		assert.Equal(t, "r2", list[0].Name)
		assert.False(t, list[0].Active)
		require.NoError(t, c.DeleteRunner(ctx, 0, runner.ID))

		require.NoError(t, c.SetAppActive(ctx, semaphore.AppPython, false))
		app, err := c.App(ctx, semaphore.AppPython)
		require.NoError(t, err)
		assert.False(t, app.Active)
		require.NoError(t, c.SetServerOption(ctx, "motto", "mind the gap"))
		_, err = c.ServerOptions(ctx)
		require.NoError(t, err)
		require.NoError(t, c.Ping(ctx))
		_, err = c.ProjectEvents(ctx, y.id)
		require.NoError(t, err)
	})
}

func TestCallReachesWhatHasNoMethod(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	var roles []struct{ Slug string }
	elements := []string{"project", "1", "roles"}
	require.NoError(t, y.client.Call(t.Context(), "POST", elements, map[string]any{"name": "Watcher", "slug": "watcher", "permissions": 1}, nil))
	require.NoError(t, y.client.Call(t.Context(), "GET", elements, nil, &roles))
	require.Len(t, roles, 1)
	custom, err := y.client.CustomRoles(t.Context(), y.id)
	require.NoError(t, err)
	assert.Equal(t, "watcher", custom[0].Slug)
	require.Error(t, y.client.Call(t.Context(), "GET", []string{"..", "x"}, nil, nil), "no path leads out of the API")
}

func TestNewerCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		c, ctx := y.client, t.Context()
		template := y.template("any", semaphoretest.Script{Lines: 2, Line: func(int) string { return "\x1b[31mred\x1b[0m" }})
		id := y.start(t, template)
		_, err := c.Wait(ctx, y.id, id, semaphore.WaitRequest{})
		require.NoError(t, err)
		raw, err := c.RawOutput(ctx, y.id, id)
		require.NoError(t, err)
		text, err := io.ReadAll(raw)
		require.NoError(t, err)
		require.NoError(t, raw.Close())
		assert.Contains(t, string(text), "\nred\nred\n")
		_, err = c.TaskStages(ctx, y.id, id)
		require.NoError(t, err)
		_, err = c.AnsibleHosts(ctx, y.id, id)
		require.NoError(t, err)
		_, err = c.AnsibleErrors(ctx, y.id, id)
		require.NoError(t, err)
		_, err = c.RepositoryBranches(ctx, y.id, semaphore.RepositoryID(y.project.RepositoryID))
		require.NoError(t, err)
		require.NoError(t, c.StopAllTasks(ctx, y.id, template, true))
		runner, err := c.CreateRunner(ctx, y.id, semaphore.Runner{Name: "own", Tags: []string{"linux"}})
		require.NoError(t, err)
		assert.Equal(t, y.id, runner.ProjectID)
		require.NoError(t, c.DeleteRunner(ctx, y.id, runner.ID))
		active, err := c.ActiveTasks(ctx)
		require.NoError(t, err)
		assert.Empty(t, active)
		require.NoError(t, c.DeleteTask(ctx, y.id, id))
		_, err = c.Task(ctx, y.id, id)
		require.ErrorIs(t, err, semaphore.ErrNotFound)
	})
}

func TestUnsupportedNamesTheVersion(t *testing.T) {
	t.Parallel()
	y := newYard(t, semaphoretest.WithGeneration(semaphoretest.Gen210))
	id := y.start(t, y.template("any", semaphoretest.Script{}))
	_, err := y.client.RawOutput(t.Context(), y.id, id)
	require.ErrorIs(t, err, semaphore.ErrUnsupported)
	assert.Contains(t, err.Error(), "Semaphore 2.16 and later")
	require.ErrorIs(t, y.client.RejectTask(t.Context(), y.id, id), semaphore.ErrUnsupported)
	_, err = y.client.Tasks(t.Context(), y.id, semaphore.TasksRequest{Before: id})
	require.ErrorIs(t, err, semaphore.ErrUnsupported)
}
