package semaphore_test

import (
	"bytes"
	"image/png"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		c, ctx := y.client, t.Context()
		user := y.AddUser(semaphoretest.User{Username: "ada", Password: "lovelace"})
		id := semaphore.UserID(user.ID)
		factor, err := c.EnableTOTP(ctx, id)
		require.NoError(t, err)
		assert.NotEmpty(t, factor.RecoveryCode.Reveal())
		_, err = c.EnableTOTP(ctx, id)
		require.ErrorIs(t, err, semaphore.ErrInvalid, "one is enough")
		picture, err := c.TOTPImage(ctx, id, factor.ID)
		require.NoError(t, err)
		_, err = png.Decode(bytes.NewReader(picture))
		require.NoError(t, err)
		got, err := c.User(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, factor.ID, got.TOTP.ID)
		methods, err := c.LoginMethods(ctx)
		require.NoError(t, err)
		assert.True(t, methods.Factors.TOTP.AllowRecovery)

		session, err := c.Login(ctx, "ada", semaphore.NewSecret("lovelace"))
		require.NoError(t, err)
		_, err = session.OwnUser(ctx)
		require.ErrorIs(t, err, semaphore.ErrSecondFactor)
		require.ErrorIs(t, err, semaphore.ErrUnauthorized)
		require.ErrorIs(t, session.VerifyTOTP(ctx, semaphore.NewSecret("no code")), semaphore.ErrInvalid)
		code := y.TOTPCode(user.ID)
		time.Sleep(2 * time.Minute)
		require.ErrorIs(t, session.VerifyTOTP(ctx, semaphore.NewSecret(code)), semaphore.ErrInvalid, "it is too old")
		require.NoError(t, session.VerifyTOTP(ctx, semaphore.NewSecret(y.TOTPCode(user.ID))))
		token, err := session.CreateToken(ctx, "for the bot")
		require.NoError(t, err)
		assert.Equal(t, "for the bot", token.Name)

		session, err = c.Login(ctx, "ada", semaphore.NewSecret("lovelace"))
		require.NoError(t, err)
		require.NoError(t, session.RecoverLogin(ctx, factor.RecoveryCode))
		me, err := session.OwnUser(ctx)
		require.NoError(t, err)
		assert.Nil(t, me.TOTP, "the recovery took it away")
		require.NoError(t, session.VerifyTOTP(ctx, semaphore.NewSecret("")), "there is nothing to verify")
		require.ErrorIs(t, c.DisableTOTP(ctx, id, factor.ID), semaphore.ErrNotFound)
		for _, request := range y.Requests() {
			assert.NotContains(t, request.Body, factor.RecoveryCode.Reveal())
		}
	})
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		c, ctx := y.client, t.Context()
		guest := y.AddUser(semaphoretest.User{Username: "bo", Email: "bo@example.org"})
		other := y.clientOf(t, y.AddUser(semaphoretest.User{Username: "cy"}))
		invited := y.clientOf(t, guest)

		_, err := c.CreateInvite(ctx, y.id, semaphore.InviteRequest{Role: semaphore.RoleGuest})
		require.ErrorIs(t, err, semaphore.ErrInvalid)
		invite, err := c.CreateInvite(ctx, y.id, semaphore.InviteRequest{Email: "bo@example.org", Role: semaphore.RoleTaskRunner})
		require.NoError(t, err)
		assert.Equal(t, semaphore.InvitePending, invite.Status)
		assert.Equal(t, invite.Created.Add(7*24*time.Hour), invite.Expires)
		token := semaphore.NewSecret(y.InviteToken(y.project.ID, int(invite.ID)))
		_, err = other.AcceptInvite(ctx, token)
		require.ErrorIs(t, err, semaphore.ErrForbidden)
		project, err := invited.AcceptInvite(ctx, token)
		require.NoError(t, err)
		assert.Equal(t, y.id, project)
		role, err := invited.OwnRole(ctx, y.id)
		require.NoError(t, err)
		assert.Equal(t, semaphore.RoleTaskRunner, role.Role)
		_, err = invited.AcceptInvite(ctx, token)
		require.ErrorIs(t, err, semaphore.ErrInvalid, "once is enough")
		_, err = c.CreateInvite(ctx, y.id, semaphore.InviteRequest{UserID: semaphore.UserID(guest.ID), Role: semaphore.RoleGuest})
		require.ErrorIs(t, err, semaphore.ErrConflict)

		invite, err = c.CreateInvite(ctx, y.id, semaphore.InviteRequest{
			Email: "late@example.org", Role: semaphore.RoleGuest, Expires: time.Now().Add(time.Hour),
		})
		require.NoError(t, err)
		late := y.clientOf(t, y.AddUser(semaphoretest.User{Email: "late@example.org"}))
		time.Sleep(2 * time.Hour)
		_, err = late.AcceptInvite(ctx, semaphore.NewSecret(y.InviteToken(y.project.ID, int(invite.ID))))
		require.ErrorIs(t, err, semaphore.ErrInvalid)
		require.NoError(t, c.SetInviteStatus(ctx, y.id, invite.ID, semaphore.InviteExpired))
		require.ErrorIs(t, c.SetInviteStatus(ctx, y.id, invite.ID, semaphore.InvitePending), semaphore.ErrInvalid)
		invite, err = c.Invite(ctx, y.id, invite.ID)
		require.NoError(t, err)
		assert.Equal(t, semaphore.InviteExpired, invite.Status)
		require.NoError(t, c.DeleteInvite(ctx, y.id, invite.ID))
		list, err := c.Invites(ctx, y.id)
		require.NoError(t, err)
		require.Len(t, list, 1)
		assert.Equal(t, semaphore.UserID(guest.ID), list[0].UserID)
	})
}

func TestSecretStorages(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	c, ctx := y.client, t.Context()
	storage, err := c.CreateSecretStorage(ctx, y.id, semaphore.SecretStorage{
		Name: "vault", Type: semaphore.SecretStorageVault, Params: map[string]any{"url": "https://vault.example"},
	}, semaphore.NewSecret("s.token"))
	require.NoError(t, err)
	storage, err = c.UpdateSecretStorage(ctx, y.id, storage.ID, func(s *semaphore.SecretStorage) { s.ReadOnly = true })
	require.NoError(t, err)
	assert.True(t, storage.ReadOnly)
	list, err := c.SecretStorages(ctx, y.id)
	require.NoError(t, err)
	assert.Equal(t, []semaphore.SecretStorage{storage}, list)
	_, err = c.SecretStorageReferences(ctx, y.id, storage.ID)
	require.NoError(t, err)
	require.NoError(t, c.DeleteSecretStorage(ctx, y.id, storage.ID))
	_, err = c.SecretStorage(ctx, y.id, storage.ID)
	require.ErrorIs(t, err, semaphore.ErrNotFound)
	for _, request := range y.Requests() {
		assert.NotContains(t, request.Body, "s.token")
	}
}

func TestPreparedRunner(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	c, ctx := y.client, t.Context()
	for _, project := range []semaphore.ProjectID{0, y.id} {
		runner, err := c.PrepareRunner(ctx, project, semaphore.Runner{Name: "later", Active: true, Tags: []string{"linux"}})
		require.NoError(t, err)
		assert.False(t, runner.Registered)
		assert.False(t, runner.Active)
		registration, err := c.RegisterRunner(ctx, project, runner.ID)
		require.NoError(t, err)
		assert.Equal(t, runner.ID, registration.RunnerID)
		assert.Equal(t, project, registration.ProjectID)
		var answer struct{ Token string }
		body := map[string]string{"registration_token": registration.Token.Reveal()}
		require.NoError(t, c.Call(ctx, "POST", []string{"internal", "runners"}, body, &answer))
		assert.NotEmpty(t, answer.Token)
		_, err = c.RegisterRunner(ctx, project, runner.ID)
		require.ErrorIs(t, err, semaphore.ErrInvalid, "it has registered")
		require.NoError(t, c.ClearRunnerCache(ctx, project, runner.ID))
		runner, err = c.Runner(ctx, project, runner.ID)
		require.NoError(t, err)
		assert.True(t, runner.Registered)
		assert.NotZero(t, runner.CleaningRequested)
	}
	tags, err := c.RunnerTags(ctx, y.id)
	require.NoError(t, err)
	assert.Equal(t, []semaphore.RunnerTag{{Tag: "linux", Runners: 2}}, tags, "the server's counts too")
	tags, err = c.RunnerTags(ctx, 0)
	require.NoError(t, err)
	assert.Equal(t, []semaphore.RunnerTag{{Tag: "linux", Runners: 1}}, tags)
}

func TestTaskStats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		c, ctx := y.client, t.Context()
		slow := y.template("slow", semaphoretest.Script{Hold: time.Minute})
		bad := y.template("bad", semaphoretest.Script{ExitCode: 1})
		start := time.Now()
		for range 2 {
			y.start(t, slow)
			y.start(t, bad)
			time.Sleep(24 * time.Hour)
		}
		stats, err := c.TaskStats(ctx, y.id, semaphore.TaskStatsRequest{})
		require.NoError(t, err)
		require.Len(t, stats, 2)
		assert.Equal(t, "2000-01-01", stats[0].Date)
		assert.Equal(t, map[semaphore.TaskStatus]int{semaphore.StatusSuccess: 1, semaphore.StatusError: 1}, stats[0].Tasks)
		stats, err = c.TaskStats(ctx, y.id, semaphore.TaskStatsRequest{TemplateID: slow, End: start})
		require.NoError(t, err)
		require.Len(t, stats, 1)
		assert.InDelta(t, 60, stats[0].AvgDuration, 1)
		stats, err = c.TaskStats(ctx, y.id, semaphore.TaskStatsRequest{UserID: 99})
		require.NoError(t, err)
		assert.Empty(t, stats)
	})
}

func TestSmallNewerThings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		c, ctx := y.client, t.Context()
		require.NoError(t, c.SetUserOption(ctx, "nav.unpinnedItems", "[]"))
		require.ErrorIs(t, c.SetUserOption(ctx, "motto", "mind the gap"), semaphore.ErrInvalid)
		options, err := c.UserOptions(ctx)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"nav.unpinnedItems": "[]"}, options)

		err = c.SendTestNotification(ctx, y.id)
		require.ErrorIs(t, err, semaphore.ErrConflict)
		assert.Contains(t, err.Error(), "switch them on")
		_, err = c.UpdateProject(ctx, y.id, func(p *semaphore.Project) { p.Alert = true })
		require.NoError(t, err)
		require.NoError(t, c.SendTestNotification(ctx, y.id))

		template := y.template("any", semaphoretest.Script{Hold: time.Hour})
		require.NoError(t, c.SetTemplateDescription(ctx, y.id, template, "of the train"))
		got, err := c.Template(ctx, y.id, template)
		require.NoError(t, err)
		assert.Equal(t, "of the train", got.Description)

		for _, step := range []struct {
			clear func() error
			want  string
		}{
			{func() error { return nil }, "Cloning"},
			{func() error { return nil }, "Updating"},
			{func() error { return c.ClearCache(ctx, y.id) }, "Cloning"},
			{func() error { return c.ClearCache(ctx, 0) }, "Cloning"},
		} {
			require.NoError(t, step.clear())
			task, err := c.StartTask(ctx, y.id, semaphore.StartTaskRequest{TemplateID: template})
			require.NoError(t, err)
			time.Sleep(time.Second)
			require.NoError(t, c.StopActiveTask(ctx, task.ID))
			time.Sleep(time.Second)
			require.NoError(t, c.StopActiveTask(ctx, task.ID), "it is left alone")
			assert.Contains(t, y.Log(int(task.ID))[3], step.want)
		}
		for _, task := range y.Tasks() {
			assert.Equal(t, semaphoretest.StatusStopped, task.Status)
		}
	})
}

func TestWorkspacesOfATemplate(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	c, ctx := y.client, t.Context()
	template, err := c.CreateTemplate(ctx, y.id, semaphore.Template{
		Name: "plan", App: semaphore.AppTerraform, RepositoryID: semaphore.RepositoryID(y.project.RepositoryID),
	})
	require.NoError(t, err)
	live, err := c.CreateInventory(ctx, y.id, semaphore.Inventory{Name: "live", Inventory: "live", Type: "terraform-workspace"})
	require.NoError(t, err)
	require.ErrorIs(t, c.SetDefaultInventory(ctx, y.id, template.ID, live.ID), semaphore.ErrInvalid, "it is not attached")
	require.NoError(t, c.AttachInventory(ctx, y.id, template.ID, live.ID))
	require.ErrorIs(t, c.AttachInventory(ctx, y.id, template.ID, live.ID), semaphore.ErrInvalid)
	require.NoError(t, c.SetDefaultInventory(ctx, y.id, template.ID, live.ID))
	template, err = c.Template(ctx, y.id, template.ID)
	require.NoError(t, err)
	assert.Equal(t, live.ID, template.InventoryID)
	require.NoError(t, c.DetachInventory(ctx, y.id, template.ID, live.ID))
	static := semaphore.InventoryID(y.project.InventoryID)
	require.ErrorIs(t, c.AttachInventory(ctx, y.id, template.ID, static), semaphore.ErrInvalid, "Terraform has no use for it")
}
