package main

import (
	"fmt"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// newDemoSemaphore is a Semaphore in this process with a project of three
// templates, one of which fails.
func newDemoSemaphore() *semaphoretest.Server {
	const slow, fast = 5, 15
	server := semaphoretest.New()
	project := server.AddProject("website")
	for _, template := range []struct {
		name     string
		lines    []string
		rate     float64 // Lines a second.
		exitCode int
	}{
		{"deploy-prod", playLog("deploy the website", []string{"fetch release 1.4", "stop the queue", "migrate the database", "start the queue", "reload nginx", "ask /health"}, ""), slow, 0},
		{"deploy-staging", playLog("deploy the website", []string{"fetch release 1.5", "migrate the database"}, failedTask), fast, exitFailed},
		{"smoke-test", playLog("test the website", []string{"ask /health"}, ""), fast, 0},
	} {
		server.AddTemplate(project, semaphoretest.Template{
			Name: template.name, App: "ansible",
			Script: semaphoretest.Script{
				Lines: len(template.lines), Rate: template.rate, ExitCode: template.exitCode, Line: func(i int) string { return template.lines[i] },
			},
		})
	}
	return server
}

const (
	failedTask = "the column price of articles exists already"
	exitFailed = 2 // Ansible's, when a host has failed.
)

// playLog looks like Ansible's: the tasks of a play on two hosts, of which the
// last one fails for a reason where there is one.
func playLog(play string, tasks []string, reason string) []string {
	const ok, changed, bad, unstyled = "\x1b[0;32m", "\x1b[0;33m", "\x1b[0;31m", "\x1b[0m"
	lines := []string{"", "PLAY [" + play + "] ********************", ""}
	for i, task := range tasks {
		lines = append(lines, "TASK ["+task+"] ********************")
		if reason != "" && i == len(tasks)-1 {
			lines = append(lines, fmt.Sprintf("%sfatal: [web1]: FAILED! => {\"changed\": false, \"msg\": %q}%s", bad, reason, unstyled))
		} else {
			lines = append(lines, changed+"changed: [web1]"+unstyled, ok+"ok: [web2]"+unstyled)
		}
		lines = append(lines, "")
	}
	return append(lines, "PLAY RECAP ********************", fmt.Sprintf("web1 : ok=%d", len(tasks)), fmt.Sprintf("web2 : ok=%d", len(tasks)))
}
