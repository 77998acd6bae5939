package semaphore_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// newerOperations are the methods for what servers of 2.10 do not have, so that no recording has it.
var newerOperations = map[string]operation{
	"user options": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.UserOptions(ctx) },
	"set user option": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.SetUserOption(ctx, "nav.unpinnedItems", "[]"))
	},
	"enable totp": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.EnableTOTP(ctx, 1) },
	"totp image":  func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.TOTPImage(ctx, 1, 1) },
	"disable totp": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.DisableTOTP(ctx, 1, 1))
	},
	"verify totp": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.VerifyTOTP(ctx, semaphore.NewSecret("123456")))
	},
	"recover login": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.RecoverLogin(ctx, semaphore.NewSecret("x")))
	},
	"invites": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.Invites(ctx, 1) },
	"invite":  func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.Invite(ctx, 1, 1) },
	"create invite": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.CreateInvite(ctx, 1, semaphore.InviteRequest{Email: "a@b.example", Role: semaphore.RoleGuest})
	},
	"set invite status": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.SetInviteStatus(ctx, 1, 1, semaphore.InviteDeclined))
	},
	"delete invite": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.DeleteInvite(ctx, 1, 1))
	},
	"accept invite": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.AcceptInvite(ctx, semaphore.NewSecret("x"))
	},
	"secret storages": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.SecretStorages(ctx, 1) },
	"secret storage":  func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.SecretStorage(ctx, 1, 1) },
	"create secret storage": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.CreateSecretStorage(ctx, 1, semaphore.SecretStorage{Name: "x"}, semaphore.NewSecret("y"))
	},
	"update secret storage": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.UpdateSecretStorage(ctx, 1, 1, func(s *semaphore.SecretStorage) { s.Name = touched })
	},
	"delete secret storage": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.DeleteSecretStorage(ctx, 1, 1))
	},
	"secret storage references": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.SecretStorageReferences(ctx, 1, 1)
	},
	"prepare project runner": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.PrepareRunner(ctx, 1, semaphore.Runner{Name: "x"})
	},
	"project runner": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.Runner(ctx, 1, 1) },
	"update project runner": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.UpdateRunner(ctx, 1, 1, func(r *semaphore.Runner) { r.Name = touched })
	},
	"set project runner active": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.SetRunnerActive(ctx, 1, 1, true))
	},
	"register runner": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.RegisterRunner(ctx, 0, 1) },
	"register project runner": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.RegisterRunner(ctx, 1, 1)
	},
	"clear runner cache": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.ClearRunnerCache(ctx, 0, 1))
	},
	"clear project runner cache": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.ClearRunnerCache(ctx, 1, 1))
	},
	"runner tags":         func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.RunnerTags(ctx, 0) },
	"project runner tags": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.RunnerTags(ctx, 1) },
	"task stats": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.TaskStats(ctx, 1, semaphore.TaskStatsRequest{UserID: 1, Start: time.Unix(0, 0)})
	},
	"template stats": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.TaskStats(ctx, 1, semaphore.TaskStatsRequest{TemplateID: 1})
	},
	"clear cache":         func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return just(c.ClearCache(ctx, 0)) },
	"clear project cache": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return just(c.ClearCache(ctx, 1)) },
	"test notification": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.SendTestNotification(ctx, 1))
	},
	"set template description": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.SetTemplateDescription(ctx, 1, 1, "x"))
	},
	"attach inventory": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.AttachInventory(ctx, 1, 1, 1))
	},
	"detach inventory": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.DetachInventory(ctx, 1, 1, 1))
	},
	"set default inventory": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.SetDefaultInventory(ctx, 1, 1, 1))
	},
	"stop all tasks": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.StopAllTasks(ctx, 1, 1, false))
	},
	"task stages":    func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.TaskStages(ctx, 1, 1) },
	"ansible hosts":  func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.AnsibleHosts(ctx, 1, 1) },
	"ansible errors": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.AnsibleErrors(ctx, 1, 1) },
	"branches": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.RepositoryBranches(ctx, 1, 1)
	},
	"custom roles": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.CustomRoles(ctx, 1) },
	"workflows":    func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.Workflows(ctx, 1) },
	"workflow":     func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.Workflow(ctx, 1, 1) },
	"create workflow": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.CreateWorkflow(ctx, 1, semaphore.Workflow{Name: "x", Nodes: []semaphore.WorkflowNode{{}}})
	},
	"update workflow": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.UpdateWorkflow(ctx, 1, 1, func(w *semaphore.Workflow) { w.Name = touched })
	},
	"delete workflow": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.DeleteWorkflow(ctx, 1, 1))
	},
	"run workflow":  func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.RunWorkflow(ctx, 1, 1) },
	"workflow runs": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.WorkflowRuns(ctx, 1, 1) },
	"workflow run":  func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.WorkflowRun(ctx, 1, 1, 1) },
	"stop workflow run": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.StopWorkflowRun(ctx, 1, 1, 1))
	},
	"workflow approvals": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.WorkflowApprovals(ctx, 1, 1, 1)
	},
	"resolve approval": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.ResolveApproval(ctx, 1, 1, 1, 1, true)
	},
	"workflow artifacts": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.WorkflowArtifacts(ctx, 1, 1, 1)
	},
}

// TestNewerOperations calls everything that 2.10 lacks on both generations: the old one says which version has it, the
// new one has it.
func TestNewerOperations(t *testing.T) {
	t.Parallel()
	for name, call := range newerOperations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, y *yard) {
				y.template("first", semaphoretest.Script{})
				_, err := call(t.Context(), y.client, nil)
				info, infoErr := y.client.Info(t.Context())
				require.NoError(t, infoErr)
				if _, minor, _, _ := info.Release(); minor >= 16 {
					require.NotErrorIs(t, err, semaphore.ErrUnsupported)
					return
				}
				require.ErrorIs(t, err, semaphore.ErrUnsupported)
				require.NotErrorIs(t, err, semaphore.ErrWrongURL)
				api, _ := errors.AsType[*semaphore.APIError](err)
				assert.NotEmpty(t, api.Since)
			})
		})
	}
}

// TestNoNewerAnswerPanics replaces every field of what the newer calls answer by null, wrong types and huge values.
func TestNoNewerAnswerPanics(t *testing.T) {
	t.Parallel()
	for name, call := range newerOperations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, _ := call(t.Context(), answering(t, answer(200, "application/json", "null")), nil)
			if out == nil {
				return
			}
			text, err := json.Marshal(filled(reflect.TypeOf(out), 4).Interface())
			require.NoError(t, err)
			var value any
			require.NoError(t, json.Unmarshal(text, &value))
			mutations(value, func(changed any) {
				text, err := json.Marshal(changed)
				if err != nil {
					return
				}
				_, _ = call(t.Context(), answering(t, answer(200, "application/json", string(text))), nil)
			})
		})
	}
}

// filled is a value of a type with something in every field, down to a depth.
func filled(typ reflect.Type, depth int) reflect.Value {
	v := reflect.New(typ).Elem()
	if depth == 0 {
		return v
	}
	switch typ.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(typ.Elem()))
		v.Elem().Set(filled(typ.Elem(), depth-1))
	case reflect.Slice:
		if typ.Elem().Kind() != reflect.Uint8 {
			v.Set(reflect.Append(v, filled(typ.Elem(), depth-1)))
		}
	case reflect.Struct:
		if typ == reflect.TypeFor[time.Time]() {
			return reflect.ValueOf(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				v.Field(i).Set(filled(typ.Field(i).Type, depth-1))
			}
		}
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	}
	return v
}
