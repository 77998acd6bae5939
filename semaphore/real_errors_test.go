package semaphore_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
)

func TestRealErrors(t *testing.T) {
	ctx, y := newRealYard(t)
	const unknown = 987_654
	for name, call := range map[string]func() error{
		"project":  func() error { _, err := y.client.Project(ctx, unknown); return err },
		"task":     func() error { _, err := y.client.Task(ctx, y.id, unknown); return err },
		"output":   func() error { return lastError(y.client.Output(ctx, y.id, unknown)) },
		"follow":   func() error { return lastError(y.client.Follow(ctx, y.id, unknown, semaphore.FollowRequest{})) },
		"wait":     func() error { _, err := y.client.Wait(ctx, y.id, unknown, semaphore.WaitRequest{}); return err },
		"stop":     func() error { return y.client.StopTask(ctx, y.id, unknown, true) },
		"confirm":  func() error { return y.client.ConfirmTask(ctx, y.id, unknown) },
		"template": func() error { _, err := y.client.Template(ctx, y.id, unknown); return err },
		"start": func() error {
			_, err := y.client.StartTask(ctx, y.id, semaphore.StartTaskRequest{TemplateID: unknown})
			return err
		},
		"start in an unknown project": func() error {
			_, err := y.client.StartTask(ctx, unknown, semaphore.StartTaskRequest{TemplateID: 1})
			return err
		},
		"key": func() error { _, err := y.client.Key(ctx, y.id, unknown); return err },
		"repository with an unknown key": func() error {
			_, err := y.client.CreateRepository(ctx, y.id, semaphore.Repository{Name: "r", GitURL: "https://git.example.org/r", GitBranch: "main", KeyID: unknown})
			return err
		},
		"schedule": func() error { _, err := y.client.Schedule(ctx, y.id, unknown); return err },
		"user":     func() error { _, err := y.client.User(ctx, unknown); return err },
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, call(), semaphore.ErrNotFound)
		})
	}
}

// lastError reads lines to the end.
func lastError(lines func(func(semaphore.LogLine, error) bool)) error {
	var last error
	for _, err := range lines {
		last = err
	}
	return last
}

func TestRealCredentials(t *testing.T) {
	ctx, y := newRealYard(t)
	strange, err := semaphore.NewClient(
		semaphore.Credentials{URL: y.client.URL(), Token: semaphore.NewSecret("no-such-token")}, semaphore.WithInsecureHTTP())
	require.NoError(t, err)
	_, err = strange.OwnUser(ctx)
	require.ErrorIs(t, err, semaphore.ErrUnauthorized)
	assert.NotContains(t, err.Error(), "no-such-token")
	_, err = strange.StartTask(ctx, y.id, semaphore.StartTaskRequest{TemplateID: 1})
	require.ErrorIs(t, err, semaphore.ErrUnauthorized)
	require.NoError(t, strange.Ping(ctx), "it needs no credentials")

	lost, err := semaphore.NewClient(
		semaphore.Credentials{URL: y.client.URL() + "/no/such/prefix", Token: semaphore.NewSecret("t")}, semaphore.WithInsecureHTTP())
	require.NoError(t, err)
	require.ErrorIs(t, lost.Ping(ctx), semaphore.ErrWrongURL)
	_, err = lost.Projects(ctx)
	require.ErrorIs(t, err, semaphore.ErrWrongURL)
	_, err = lost.CreateProject(ctx, semaphore.Project{Name: "lost"})
	require.ErrorIs(t, err, semaphore.ErrWrongURL)
}
