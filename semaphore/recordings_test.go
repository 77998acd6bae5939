package semaphore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
)

// recording is an exchange with a real server.
type recording struct {
	Request struct {
		Method string
		Path   string
	}
	Response struct {
		Status   int
		Headers  map[string]string
		BodyJSON json.RawMessage `json:"body_json"`
		BodyText string          `json:"body_text"`
	}
}

// recordings reads the exchanges that lie beside the project or where SIGNALBOX_SHARED points.
func recordings(tb testing.TB) map[string]recording {
	tb.Helper()
	shared := os.Getenv("SIGNALBOX_SHARED")
	if shared == "" {
		shared = "../../shared"
	}
	files, err := filepath.Glob(filepath.Join(shared, "recordings", "semaphore", "[0-9]*.json"))
	require.NoError(tb, err)
	if len(files) == 0 {
		if os.Getenv("SIGNALBOX_REQUIRE_REAL") == "1" {
			tb.Fatal("there are no recordings; set SIGNALBOX_SHARED")
		}
		tb.Skip("there are no recordings; set SIGNALBOX_SHARED")
	}
	all := map[string]recording{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(tb, err)
		var r recording
		if json.Unmarshal(data, &r) == nil && r.Request.Method != "" { // the others are WebSockets and measurements
			all[strings.TrimSuffix(filepath.Base(file), ".json")] = r
		}
	}
	require.Greater(tb, len(all), 400)
	return all
}

// body is what the server sent; false when the recording has its beginning and end only.
func (r recording) body() (string, bool) {
	if r.Response.BodyJSON == nil {
		return r.Response.BodyText, true
	}
	var cut struct {
		Truncated bool `json:"_truncated"`
	}
	_ = json.Unmarshal(r.Response.BodyJSON, &cut) // most are no objects
	return string(r.Response.BodyJSON), !cut.Truncated
}

// ids are the numbers in a path.
type ids []int64

// operation calls the method that belongs to a route.
type operation func(ctx context.Context, c *semaphore.Client, id ids) (any, error)

// just is an operation without a result.
func just(err error) (any, error) { return nil, err }

// touch changes something in whatever there is.
const touched = "touched"

// operations are the routes and their methods. A number in a path is written as #, another changing part as *.
var operations = map[string]operation{
	"GET /ping":       func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return just(c.Ping(ctx)) },
	"GET /info":       func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.Info(ctx) },
	"GET /auth/login": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.LoginMethods(ctx) },
	"POST /auth/login": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		_, err := c.Login(ctx, "admin", semaphore.NewSecret("pass"))
		return nil, err
	},
	"POST /auth/logout": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return just(c.Logout(ctx)) },
	"GET /user":         func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.OwnUser(ctx) },
	"GET /user/tokens":  func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.Tokens(ctx) },
	"POST /user/tokens": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.CreateToken(ctx, "x") },
	"DELETE /user/tokens/*": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return just(c.DeleteToken(ctx, semaphore.NewSecret("any")))
	},
	"GET /users": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.Users(ctx) },
	"GET /users/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.User(ctx, semaphore.UserID(id[0]))
	},
	"POST /users": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.CreateUser(ctx, semaphore.User{Username: "x"}, semaphore.NewSecret("y"))
	},
	"PUT /users/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.UpdateUser(ctx, semaphore.UserID(id[0]), func(u *semaphore.User) { u.Name = touched })
	},
	"POST /users/#/password": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.SetPassword(ctx, semaphore.UserID(id[0]), semaphore.NewSecret("y")))
	},
	"DELETE /users/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.DeleteUser(ctx, semaphore.UserID(id[0])))
	},
	"GET /apps":      func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.Apps(ctx) },
	"GET /apps/bash": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.App(ctx, "bash") },
	"GET /options":   func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.ServerOptions(ctx) },
	"GET /tasks":     func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.ActiveTasks(ctx) },
	"GET /projects":  func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.Projects(ctx) },
	"POST /projects": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.CreateProject(ctx, semaphore.Project{Name: "x"})
	},
	"POST /projects/restore": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.Restore(ctx, json.RawMessage(`{"meta":{"name":"x"}}`))
	},
	"GET /events/last": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.Events(ctx) },
	"GET /project/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Project(ctx, semaphore.ProjectID(id[0]))
	},
	"PUT /project/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.UpdateProject(ctx, semaphore.ProjectID(id[0]), func(p *semaphore.Project) { p.Name = touched })
	},
	"DELETE /project/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.DeleteProject(ctx, semaphore.ProjectID(id[0])))
	},
	"GET /project/#/events/last": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.ProjectEvents(ctx, semaphore.ProjectID(id[0]))
	},
	"GET /project/#/role": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.OwnRole(ctx, semaphore.ProjectID(id[0]))
	},
	"GET /project/#/roles": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.CustomRoles(ctx, semaphore.ProjectID(id[0]))
	},
	"GET /project/#/users": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Members(ctx, semaphore.ProjectID(id[0]))
	},
	"POST /project/#/users": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.AddMember(ctx, semaphore.ProjectID(id[0]), 2, semaphore.RoleGuest))
	},
	"PUT /project/#/users/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.SetMemberRole(ctx, semaphore.ProjectID(id[0]), semaphore.UserID(id[1]), semaphore.RoleGuest))
	},
	"GET /project/#/keys": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Keys(ctx, semaphore.ProjectID(id[0]))
	},
	"GET /project/#/keys/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Key(ctx, semaphore.ProjectID(id[0]), semaphore.KeyID(id[1]))
	},
	"POST /project/#/keys": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.CreateKey(ctx, semaphore.ProjectID(id[0]), touched, semaphore.KeySecret{})
	},
	"PUT /project/#/keys/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.UpdateKey(ctx, semaphore.ProjectID(id[0]), semaphore.KeyID(id[1]), func(k *semaphore.Key) { k.Name = touched })
	},
	"DELETE /project/#/keys/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.DeleteKey(ctx, semaphore.ProjectID(id[0]), semaphore.KeyID(id[1])))
	},
	"GET /project/#/keys/#/refs": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.KeyReferences(ctx, semaphore.ProjectID(id[0]), semaphore.KeyID(id[1]))
	},
	"GET /project/#/repositories": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Repositories(ctx, semaphore.ProjectID(id[0]))
	},
	"GET /project/#/repositories/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Repository(ctx, semaphore.ProjectID(id[0]), semaphore.RepositoryID(id[1]))
	},
	"POST /project/#/repositories": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.CreateRepository(ctx, semaphore.ProjectID(id[0]), semaphore.Repository{Name: touched})
	},
	"PUT /project/#/repositories/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.UpdateRepository(ctx, semaphore.ProjectID(id[0]), semaphore.RepositoryID(id[1]),
			func(r *semaphore.Repository) { r.Name = touched })
	},
	"DELETE /project/#/repositories/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.DeleteRepository(ctx, semaphore.ProjectID(id[0]), semaphore.RepositoryID(id[1])))
	},
	"GET /project/#/repositories/#/refs": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.RepositoryReferences(ctx, semaphore.ProjectID(id[0]), semaphore.RepositoryID(id[1]))
	},
	"GET /project/#/inventory": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Inventories(ctx, semaphore.ProjectID(id[0]))
	},
	"GET /project/#/inventory/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Inventory(ctx, semaphore.ProjectID(id[0]), semaphore.InventoryID(id[1]))
	},
	"POST /project/#/inventory": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.CreateInventory(ctx, semaphore.ProjectID(id[0]), semaphore.Inventory{Name: touched})
	},
	"PUT /project/#/inventory/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.UpdateInventory(ctx, semaphore.ProjectID(id[0]), semaphore.InventoryID(id[1]),
			func(i *semaphore.Inventory) { i.Name = touched })
	},
	"DELETE /project/#/inventory/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.DeleteInventory(ctx, semaphore.ProjectID(id[0]), semaphore.InventoryID(id[1])))
	},
	"GET /project/#/inventory/#/refs": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.InventoryReferences(ctx, semaphore.ProjectID(id[0]), semaphore.InventoryID(id[1]))
	},
	"GET /project/#/environment": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Environments(ctx, semaphore.ProjectID(id[0]))
	},
	"GET /project/#/environment/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Environment(ctx, semaphore.ProjectID(id[0]), semaphore.EnvironmentID(id[1]))
	},
	"POST /project/#/environment": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.CreateEnvironment(ctx, semaphore.ProjectID(id[0]), semaphore.Environment{Name: touched})
	},
	"PUT /project/#/environment/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.UpdateEnvironment(ctx, semaphore.ProjectID(id[0]), semaphore.EnvironmentID(id[1]),
			func(e *semaphore.Environment) { e.Name = touched })
	},
	"DELETE /project/#/environment/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.DeleteEnvironment(ctx, semaphore.ProjectID(id[0]), semaphore.EnvironmentID(id[1])))
	},
	"GET /project/#/environment/#/refs": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.EnvironmentReferences(ctx, semaphore.ProjectID(id[0]), semaphore.EnvironmentID(id[1]))
	},
	"GET /project/#/views": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Views(ctx, semaphore.ProjectID(id[0]))
	},
	"GET /project/#/views/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.View(ctx, semaphore.ProjectID(id[0]), semaphore.ViewID(id[1]))
	},
	"GET /project/#/views/#/templates": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.ViewTemplates(ctx, semaphore.ProjectID(id[0]), semaphore.ViewID(id[1]))
	},
	"POST /project/#/views": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.CreateView(ctx, semaphore.ProjectID(id[0]), semaphore.View{Title: touched})
	},
	"POST /project/#/views/positions": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.SetViewPositions(ctx, semaphore.ProjectID(id[0]), map[semaphore.ViewID]int{1: 5, 2: 1}))
	},
	"PUT /project/#/views/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.UpdateView(ctx, semaphore.ProjectID(id[0]), semaphore.ViewID(id[1]), func(v *semaphore.View) { v.Title = touched })
	},
	"DELETE /project/#/views/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.DeleteView(ctx, semaphore.ProjectID(id[0]), semaphore.ViewID(id[1])))
	},
	"GET /project/#/templates": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Templates(ctx, semaphore.ProjectID(id[0]), semaphore.TemplatesRequest{})
	},
	"GET /project/#/templates/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Template(ctx, semaphore.ProjectID(id[0]), semaphore.TemplateID(id[1]))
	},
	"POST /project/#/templates": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.CreateTemplate(ctx, semaphore.ProjectID(id[0]), semaphore.Template{Name: touched, Playbook: "x", RepositoryID: 1})
	},
	"PUT /project/#/templates/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.UpdateTemplate(ctx, semaphore.ProjectID(id[0]), semaphore.TemplateID(id[1]),
			func(t *semaphore.Template) { t.Name = touched })
	},
	"DELETE /project/#/templates/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.DeleteTemplate(ctx, semaphore.ProjectID(id[0]), semaphore.TemplateID(id[1])))
	},
	"GET /project/#/templates/#/refs": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.TemplateReferences(ctx, semaphore.ProjectID(id[0]), semaphore.TemplateID(id[1]))
	},
	"GET /project/#/templates/#/schedules": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.TemplateSchedules(ctx, semaphore.ProjectID(id[0]), semaphore.TemplateID(id[1]))
	},
	"GET /project/#/templates/#/tasks/last": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Tasks(ctx, semaphore.ProjectID(id[0]), semaphore.TasksRequest{TemplateID: semaphore.TemplateID(id[1])})
	},
	"POST /project/#/templates/#/stop_all_tasks": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.StopAllTasks(ctx, semaphore.ProjectID(id[0]), semaphore.TemplateID(id[1]), false))
	},
	"GET /project/#/tasks": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		var tasks []semaphore.Task
		err := c.Call(ctx, http.MethodGet, []string{"project", strconv.FormatInt(id[0], 10), "tasks"}, nil, &tasks)
		return tasks, err
	},
	"GET /project/#/tasks/last": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Tasks(ctx, semaphore.ProjectID(id[0]), semaphore.TasksRequest{})
	},
	"POST /project/#/tasks": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.StartTask(ctx, semaphore.ProjectID(id[0]), semaphore.StartTaskRequest{TemplateID: 1})
	},
	"GET /project/#/tasks/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Task(ctx, semaphore.ProjectID(id[0]), semaphore.TaskID(id[1]))
	},
	"DELETE /project/#/tasks/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.DeleteTask(ctx, semaphore.ProjectID(id[0]), semaphore.TaskID(id[1])))
	},
	"GET /project/#/tasks/#/output": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		var lines []semaphore.LogLine
		for line, err := range c.Output(ctx, semaphore.ProjectID(id[0]), semaphore.TaskID(id[1])) {
			if err != nil {
				return nil, err
			}
			lines = append(lines, line)
		}
		return lines, nil
	},
	"GET /project/#/tasks/#/raw_output": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		_, err := c.RawOutput(ctx, semaphore.ProjectID(id[0]), semaphore.TaskID(id[1]))
		return nil, err
	},
	"GET /project/#/tasks/#/stages": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.TaskStages(ctx, semaphore.ProjectID(id[0]), semaphore.TaskID(id[1]))
	},
	"POST /project/#/tasks/#/stop": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.StopTask(ctx, semaphore.ProjectID(id[0]), semaphore.TaskID(id[1]), false))
	},
	"POST /project/#/tasks/#/confirm": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.ConfirmTask(ctx, semaphore.ProjectID(id[0]), semaphore.TaskID(id[1])))
	},
	"POST /project/#/tasks/#/reject": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.RejectTask(ctx, semaphore.ProjectID(id[0]), semaphore.TaskID(id[1])))
	},
	"GET /project/#/schedules": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Schedules(ctx, semaphore.ProjectID(id[0]))
	},
	"GET /project/#/schedules/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Schedule(ctx, semaphore.ProjectID(id[0]), semaphore.ScheduleID(id[1]))
	},
	"POST /project/#/schedules": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.CreateSchedule(ctx, semaphore.ProjectID(id[0]), semaphore.Schedule{Name: touched, TemplateID: 1})
	},
	"POST /project/#/schedules/validate": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.ValidateCron(ctx, semaphore.ProjectID(id[0]), "@daily"))
	},
	"PUT /project/#/schedules/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.UpdateSchedule(ctx, semaphore.ProjectID(id[0]), semaphore.ScheduleID(id[1]),
			func(s *semaphore.Schedule) { s.Name = touched })
	},
	"PUT /project/#/schedules/#/active": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.SetScheduleActive(ctx, semaphore.ProjectID(id[0]), semaphore.ScheduleID(id[1]), false))
	},
	"DELETE /project/#/schedules/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.DeleteSchedule(ctx, semaphore.ProjectID(id[0]), semaphore.ScheduleID(id[1])))
	},
	"GET /project/#/integrations": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Integrations(ctx, semaphore.ProjectID(id[0]))
	},
	"GET /project/#/integrations/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Integration(ctx, semaphore.ProjectID(id[0]), semaphore.IntegrationID(id[1]))
	},
	"POST /project/#/integrations": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.CreateIntegration(ctx, semaphore.ProjectID(id[0]), semaphore.Integration{Name: touched})
	},
	"PUT /project/#/integrations/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.UpdateIntegration(ctx, semaphore.ProjectID(id[0]), semaphore.IntegrationID(id[1]),
			func(i *semaphore.Integration) { i.Name = touched })
	},
	"DELETE /project/#/integrations/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.DeleteIntegration(ctx, semaphore.ProjectID(id[0]), semaphore.IntegrationID(id[1])))
	},
	"GET /project/#/integrations/#/matchers": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Matchers(ctx, semaphore.ProjectID(id[0]), semaphore.IntegrationID(id[1]))
	},
	"POST /project/#/integrations/#/matchers": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.CreateMatcher(ctx, semaphore.ProjectID(id[0]), semaphore.IntegrationID(id[1]), semaphore.Matcher{Name: touched})
	},
	"GET /project/#/integrations/#/values": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.ExtractValues(ctx, semaphore.ProjectID(id[0]), semaphore.IntegrationID(id[1]))
	},
	"POST /project/#/integrations/#/values": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.CreateExtractValue(ctx, semaphore.ProjectID(id[0]), semaphore.IntegrationID(id[1]), semaphore.ExtractValue{Name: touched})
	},
	"GET /project/#/integrations/#/aliases": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Aliases(ctx, semaphore.ProjectID(id[0]), semaphore.IntegrationID(id[1]))
	},
	"POST /project/#/integrations/#/aliases": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.CreateAlias(ctx, semaphore.ProjectID(id[0]), semaphore.IntegrationID(id[1]))
	},
	"GET /project/#/integrations/aliases": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Aliases(ctx, semaphore.ProjectID(id[0]), 0)
	},
	"GET /runners": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) { return c.Runners(ctx, 0) },
	"GET /runners/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Runner(ctx, 0, semaphore.RunnerID(id[0]))
	},
	"POST /runners": func(ctx context.Context, c *semaphore.Client, _ ids) (any, error) {
		return c.CreateRunner(ctx, 0, semaphore.Runner{Name: touched})
	},
	"PUT /runners/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.UpdateRunner(ctx, 0, semaphore.RunnerID(id[0]), func(r *semaphore.Runner) { r.Name = touched })
	},
	"POST /runners/#/active": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.SetRunnerActive(ctx, 0, semaphore.RunnerID(id[0]), true))
	},
	"DELETE /runners/#": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return just(c.DeleteRunner(ctx, 0, semaphore.RunnerID(id[0])))
	},
	"GET /project/#/runners": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Runners(ctx, semaphore.ProjectID(id[0]))
	},
	"GET /project/#/backup": func(ctx context.Context, c *semaphore.Client, id ids) (any, error) {
		return c.Backup(ctx, semaphore.ProjectID(id[0]))
	},
}

// unasked are recorded requests that no method makes, with the reason.
var unasked = map[string]string{
	"HEAD /ping":                         "GET says the same",
	"HEAD /user":                         "GET says the same",
	"HEAD /project/#/tasks/#/output":     "GET says the same",
	"POST /ping":                         "no such call",
	"GET /nonexistent":                   "no such call",
	"GET /project/#/nonexistent":         "no such call",
	"PATCH /projects":                    "no such call",
	"DELETE /projects":                   "no such call",
	"OPTIONS /projects":                  "no such call",
	"PUT /project/#/tasks":               "no such call",
	"GET /ws":                            "without an upgrade there is no answer",
	"GET /users/abc":                     "ids are numbers",
	"GET /project/abc":                   "ids are numbers",
	"GET /project/#/templates/abc":       "ids are numbers",
	"GET /project/#/tasks/abc":           "ids are numbers",
	"GET /project/#/users/#":             "the answer lacks the role; Members has it",
	"GET /events":                        "unbounded, and one event only on BoltDB",
	"GET /project/#/events":              "unbounded, and one event only on BoltDB",
	"GET /project/#/templates/#/tasks":   "tasks/last says the same",
	"GET /project/#/integrations/#/refs": "an integration can always be deleted",
	"GET /project/#/invites":             "through Call",
	"POST /integrations/*":               "for the senders of webhooks",
	"POST /internal/runners":             "for runners",
	"GET /internal/runners":              "for runners",
	"DELETE /internal/runners":           "for runners",
	"GET //projects":                     "no address of ours has two slashes",
	"GET outside":                        "not below /api",
}

// route brings a path into the form in which operations has it.
func route(method, path string) (string, ids) {
	path, _, _ = strings.Cut(path, "?")
	path = strings.TrimPrefix(path, "/semaphore")
	rest, ok := strings.CutPrefix(path, "/api")
	if !ok {
		return method + " outside", nil
	}
	var numbers ids
	parts := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	for i, part := range parts {
		if n, err := strconv.ParseInt(part, 10, 64); err == nil {
			numbers, parts[i] = append(numbers, n), "#"
		} else if i > 0 && (parts[i-1] == "tokens" || parts[1] == "integrations" && i == 2) {
			parts[i] = "*"
		}
	}
	return method + " " + strings.Join(parts, "/"), numbers
}

// TestRecordings lets the client have every answer that a real server gave.
func TestRecordings(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for name, r := range recordings(t) {
		key, numbers := route(r.Request.Method, r.Request.Path)
		if _, ok := unasked[key]; ok || name == "251-err-wrong-base-path" {
			used[key] = true
			continue
		}
		call, ok := operations[key]
		require.True(t, ok, "%s: no method makes %s", name, key)
		used[key] = true
		body, whole := r.body()
		if !whole {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := call(t.Context(), answering(t, r.replay(key, body)), numbers)
			if r.Response.Status/100 == 2 {
				require.NoError(t, err)
				checkKeys(t, reflect.TypeOf(out), []byte(body), key)
				return
			}
			api, ok := errors.AsType[*semaphore.APIError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, r.Response.Status, api.Status)
			assert.NotEmpty(t, api.Message)
		})
	}
	for key := range operations {
		assert.True(t, used[key], "no recording of %s", key)
	}
	for key := range unasked {
		assert.True(t, used[key], "no recording of %s", key)
	}
}

// replay answers the recorded request as recorded, and others so that the method gets to it.
func (r recording) replay(key, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		asked, _ := route(req.Method, req.URL.Path)
		switch {
		case asked == key:
			for name, value := range r.Response.Headers {
				if !strings.EqualFold(name, "Content-Length") && !strings.EqualFold(name, "Transfer-Encoding") {
					w.Header().Set(name, value)
				}
			}
			w.WriteHeader(r.Response.Status)
			_, _ = io.WriteString(w, body)
		case asked == strings.Replace(key, "POST", "GET", 1): // a list in which the new thing is looked up
			answer(200, "application/json", `[{"id":9,"name":"`+touched+`"}]`)(w, req)
		default:
			answer(200, "application/json", `{"id":9,"status":"running"}`)(w, req)
		}
	}
}

// unmapped are keys that no field has, with the reason.
var unmapped = map[string]string{
	"Task.limit":                  "read into Limit",
	"Task.secret":                 "never has content",
	"Template.environment_id":     "read into EnvironmentIDs",
	"Key.string":                  "never has content",
	"Key.login_password":          "never has content",
	"Key.ssh":                     "never has content",
	"Key.override_secret":         "means something in a request only",
	"Environment.password":        "no server uses it",
	"EnvironmentSecret.secret":    "never has content",
	"EnvironmentSecret.operation": "means something in a request only",
	"LogLine.task_id":             "the caller asked for it",
	"LogLine.task":                "never has content",
}

// fieldsElsewhere are types whose JSON is read by another, unexported one.
var fieldsElsewhere = map[string][]string{
	"LogLine": {"id", "stage_id", "time", "output"},
	"Token":   {"id", "name", "created", "expired", "user_id"},
}

// checkKeys reports keys in the JSON of a value that its type has no field for.
func checkKeys(t *testing.T, typ reflect.Type, data []byte, where string) {
	t.Helper()
	data = bytes.TrimSpace(data)
	if typ == nil || len(data) == 0 {
		return
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case typ == reflect.TypeFor[semaphore.TasksPage]():
		checkKeys(t, reflect.TypeFor[[]semaphore.Task](), data, where)
	case typ == reflect.TypeFor[semaphore.NewRunner]():
		typ = reflect.TypeFor[semaphore.Runner]()
		var object map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(data, &object))
		delete(object, "token")
		again, err := json.Marshal(object)
		require.NoError(t, err)
		checkKeys(t, typ, again, where)
	case typ.Kind() == reflect.Slice && data[0] == '[':
		var list []json.RawMessage
		require.NoError(t, json.Unmarshal(data, &list), where)
		for _, one := range list {
			checkKeys(t, typ.Elem(), one, where)
		}
	case typ.Kind() == reflect.Struct && data[0] == '{':
		var object map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(data, &object), where)
		known := jsonFields(typ)
		for key, value := range object {
			field, ok := known[key]
			if !ok {
				assert.Contains(t, unmapped, typ.Name()+"."+key, "%s has a field that is not mapped: %.60s", where, value)
				continue
			}
			checkKeys(t, field, value, where)
		}
	}
}

// jsonFields are the keys of a struct and the types that they have.
func jsonFields(typ reflect.Type) map[string]reflect.Type {
	known := map[string]reflect.Type{}
	for _, name := range fieldsElsewhere[typ.Name()] {
		known[name] = nil
	}
	for field := range typ.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			known[name] = field.Type
		}
	}
	return known
}
