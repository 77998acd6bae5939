package semaphore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// exampleServer is a server in this process with a project and a template, and a client of its administrator.
func exampleServer(script semaphoretest.Script) (
	server *semaphoretest.Server, client *semaphore.Client, project semaphore.ProjectID, template semaphore.TemplateID,
) {
	server = semaphoretest.New()
	trains := server.AddProject("trains")
	release := server.AddTemplate(trains, semaphoretest.Template{
		Name: "release", Script: script, Fields: map[string]any{"survey_vars": []map[string]any{
			{"name": "stage", "title": "Stage", "type": "enum", "default_value": "test", "values": []map[string]string{
				{"name": "Test", "value": "test"}, {"name": "Live", "value": "live"},
			}},
		}},
	})
	client, err := semaphore.NewClient(
		semaphore.Credentials{URL: server.URL(), Token: semaphore.NewSecret(server.Admin().Token)},
		semaphore.WithTransport(server.Transport()),
	)
	if err != nil {
		panic(err)
	}
	return server, client, semaphore.ProjectID(trains.ID), semaphore.TemplateID(release.ID)
}

func ExampleClient_Templates() {
	server, client, project, _ := exampleServer(semaphoretest.Script{})
	defer server.Close()

	templates, err := client.Templates(context.Background(), project, semaphore.TemplatesRequest{})
	if err != nil {
		panic(err)
	}
	for _, template := range templates {
		fmt.Println(template.Name, template.App, template.Playbook)
	}
	// Output: release bash release.sh
}

func ExampleClient_StartTask() {
	server, client, project, template := exampleServer(semaphoretest.Script{})
	defer server.Close()
	ctx := context.Background()

	task, err := client.StartTask(ctx, project, semaphore.StartTaskRequest{
		TemplateID: template, Message: "release 1.4", Variables: semaphore.Variables{"stage": "live"},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(task.Message, task.Variables)
	// Output: release 1.4 map[stage:live]
}

func ExampleClient_StartTask_wrongAnswer() {
	server, client, project, template := exampleServer(semaphoretest.Script{})
	defer server.Close()

	_, err := client.StartTask(context.Background(), project, semaphore.StartTaskRequest{
		TemplateID: template, Variables: semaphore.Variables{"stage": "moon"},
	})
	fmt.Println(err)
	// Output: semaphore: start task: stage cannot be "moon"; it can be "test", "live"
}

func ExampleClient_StartTask_once() {
	server, client, project, template := exampleServer(semaphoretest.Script{})
	defer server.Close()
	ctx := context.Background()

	// The mark names the reason, so that however often this runs, one task comes of it.
	req := semaphore.StartTaskRequest{TemplateID: template, Mark: "pipeline-4711"}
	first, err := client.StartTask(ctx, project, req)
	if err != nil {
		panic(err)
	}
	second, err := client.StartTask(ctx, project, req)
	fmt.Println(second.ID == first.ID, err)
	// Output: true <nil>
}

func ExampleClient_Follow() {
	server, client, project, template := exampleServer(semaphoretest.Script{Lines: 3})
	defer server.Close()
	ctx := context.Background()

	task, err := client.StartTask(ctx, project, semaphore.StartTaskRequest{TemplateID: template})
	if err != nil {
		panic(err)
	}
	for line, err := range client.Follow(ctx, project, task.ID, semaphore.FollowRequest{}) {
		if err != nil {
			panic(err)
		}
		if strings.HasPrefix(line.Output, "line") { // the server has something to say too
			fmt.Println(line.Output)
		}
	}
	// Output:
	// line 1
	// line 2
	// line 3
}

func ExampleClient_Wait() {
	server, client, project, template := exampleServer(semaphoretest.Script{ExitCode: 3})
	defer server.Close()
	ctx := context.Background()

	task, err := client.StartTask(ctx, project, semaphore.StartTaskRequest{TemplateID: template})
	if err != nil {
		panic(err)
	}
	result, err := client.Wait(ctx, project, task.ID, semaphore.WaitRequest{})
	fmt.Println(result.Outcome, err)
	// Output: failure <nil>
}

func ExampleClient_StopTask() {
	server, client, project, template := exampleServer(semaphoretest.Script{Hold: 1 << 40})
	defer server.Close()
	ctx := context.Background()

	task, err := client.StartTask(ctx, project, semaphore.StartTaskRequest{TemplateID: template})
	if err != nil {
		panic(err)
	}
	if err := client.StopTask(ctx, project, task.ID, false); err != nil {
		panic(err)
	}
	result, err := client.Wait(ctx, project, task.ID, semaphore.WaitRequest{})
	fmt.Println(result.Outcome, err)
	// Output: stopped <nil>
}

func ExampleClient_UpdateTemplate() {
	server, client, project, template := exampleServer(semaphoretest.Script{})
	defer server.Close()

	changed, err := client.UpdateTemplate(context.Background(), project, template, func(t *semaphore.Template) {
		t.Description = "Brings the release out."
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(changed.Name+":", changed.Description)
	// Output: release: Brings the release out.
}

func ExampleClient_CreateTemplate() {
	server, client, project, _ := exampleServer(semaphoretest.Script{})
	defer server.Close()
	ctx := context.Background()

	key, err := client.CreateKey(ctx, project, "git", semaphore.KeySecret{SSH: &semaphore.SSHKey{
		PrivateKey: semaphore.NewSecret("-----BEGIN OPENSSH PRIVATE KEY-----\n…"),
	}})
	if err != nil {
		panic(err)
	}
	repository, err := client.CreateRepository(ctx, project, semaphore.Repository{
		Name: "playbooks", GitURL: "git@git.example.org:ops/playbooks.git", GitBranch: "main", KeyID: key.ID,
	})
	if err != nil {
		panic(err)
	}
	environment, err := client.CreateEnvironment(ctx, project, semaphore.Environment{
		Name: "live", Variables: semaphore.Variables{"stage": "live"},
	})
	if err != nil {
		panic(err)
	}
	template, err := client.CreateTemplate(ctx, project, semaphore.Template{
		Name: "backup", App: semaphore.AppBash, Playbook: "backup.sh", RepositoryID: repository.ID,
		EnvironmentIDs: []semaphore.EnvironmentID{environment.ID},
	})
	if err != nil {
		panic(err)
	}
	schedule, err := client.CreateSchedule(ctx, project, semaphore.Schedule{
		Name: "nightly", TemplateID: template.ID, Cron: "0 3 * * *", Active: true,
	})
	fmt.Println(template.Name, schedule.Cron, err)
	// Output: backup 0 3 * * * <nil>
}

func ExampleClient_Login() {
	server, client, _, _ := exampleServer(semaphoretest.Script{})
	defer server.Close()
	ctx := context.Background()

	session, err := client.Login(ctx, "admin", semaphore.NewSecret("secret"))
	if err != nil {
		panic(err)
	}
	token, err := session.CreateToken(ctx, "deploybot")
	fmt.Println(token.ID, err)
	// Output: REDACTED <nil>
}

func ExampleClient_AllTasks() {
	server, client, project, template := exampleServer(semaphoretest.Script{})
	defer server.Close()
	ctx := context.Background()

	for _, message := range []string{"first", "second"} {
		if _, err := client.StartTask(ctx, project, semaphore.StartTaskRequest{TemplateID: template, Message: message}); err != nil {
			panic(err)
		}
	}
	for task, err := range client.AllTasks(ctx, project, semaphore.TasksRequest{}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(task.TemplateName, task.Message)
	}
	// Output:
	// release second
	// release first
}

func ExampleErrUnsupported() {
	server := semaphoretest.New(semaphoretest.WithGeneration(semaphoretest.Gen210))
	defer server.Close()
	client, err := semaphore.NewClient(
		semaphore.Credentials{URL: server.URL(), Token: semaphore.NewSecret(server.Admin().Token)},
		semaphore.WithTransport(server.Transport()),
	)
	if err != nil {
		panic(err)
	}
	_, err = client.CustomRoles(context.Background(), semaphore.ProjectID(server.AddProject("trains").ID))
	if api, ok := errors.AsType[*semaphore.APIError](err); ok && errors.Is(err, semaphore.ErrUnsupported) {
		fmt.Println("needs Semaphore", api.Since)
	}
	// Output: needs Semaphore 2.16
}
