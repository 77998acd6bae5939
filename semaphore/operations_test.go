package semaphore_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/signalbox-go/signalbox/semaphore"
)

// ids are the numbers in a path.
type ids []int64

// operation calls the method that belongs to a route.
type operation func(ctx context.Context, c *semaphore.Client, id ids) (any, error)

// just is an operation without a result.
func just(err error) (any, error) { return nil, err }

// touched is what updates write and creations name.
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
