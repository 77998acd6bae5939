package semaphoretest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// deploy is the program under test in these examples: it starts a task and waits for its end.
func deploy(srv *semaphoretest.Server, tpl *semaphoretest.Template) (int, string, error) {
	var task struct {
		ID     int    `json:"id"`
		Status string `json:"status"`
	}
	call := func(method, path, body string) error {
		req, err := http.NewRequest(method, fmt.Sprintf("%s/api/project/%d%s", srv.URL(), tpl.ProjectID, path), strings.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+srv.Admin().Token)
		resp, err := srv.Client().Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode >= http.StatusBadRequest {
			return fmt.Errorf("the server answered %s", resp.Status)
		}
		return json.NewDecoder(resp.Body).Decode(&task)
	}
	err := call(http.MethodPost, "/tasks", fmt.Sprintf(`{"template_id":%d}`, tpl.ID))
	for err == nil && task.Status != "success" && task.Status != "error" {
		time.Sleep(time.Millisecond)
		err = call(http.MethodGet, fmt.Sprintf("/tasks/%d", task.ID), "")
	}
	return task.ID, task.Status, err
}

// A task prints and fails; with WithSpeed its minute is over in a moment.
func Example() {
	srv := semaphoretest.New(semaphoretest.WithSpeed(10_000))
	defer srv.Close()
	shop := srv.AddProject("shop")
	tpl := srv.AddTemplate(shop, semaphoretest.Template{
		Name:   "deploy",
		Script: semaphoretest.Script{Lines: 60, Rate: 1, ExitCode: 3},
	})

	id, status, err := deploy(srv, tpl)
	fmt.Println(status, err)
	lines := srv.Log(id)
	fmt.Println(lines[len(lines)-2])
	fmt.Println(lines[len(lines)-1])
	// Output:
	// error <nil>
	// line 60
	// Failed to run task: exit status 3
}

// The answer to a start is lost, although the task was started: sending it again would start a second one.
func ExampleServer_Fail() {
	srv := semaphoretest.New()
	defer srv.Close()
	tpl := srv.AddTemplate(srv.AddProject("shop"), semaphoretest.Template{Name: "deploy"})
	srv.Fail(
		semaphoretest.Match{Method: "POST", Path: "/project/*/tasks"},
		semaphoretest.Fault{CutAfter: true},
	)
	_, _, err := deploy(srv, tpl)
	fmt.Println(err != nil, len(srv.Tasks()))
	// Output: true 1
}

// Requests tells what a program asked for.
func ExampleServer_Requests() {
	srv := semaphoretest.New()
	defer srv.Close()
	tpl := srv.AddTemplate(srv.AddProject("shop"), semaphoretest.Template{Name: "deploy"})
	_, _, err := deploy(srv, tpl)
	r := srv.Requests()[0]
	fmt.Println(r.Method, r.Path, r.Body, r.Status, err)
	// Output: POST /project/1/tasks {"template_id":1} 201 <nil>
}
