package main

import (
	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// demoServer is a server in this process with one template, whose task takes
// two seconds. What follows it takes another to be sure that no more comes.
func demoServer() *semaphoretest.Server {
	const rate = 9 // Lines a second.
	lines := demoLog()
	server := semaphoretest.New()
	server.AddTemplate(server.AddProject("shop"), semaphoretest.Template{
		Name:   "release",
		Fields: map[string]any{"type": "build", "start_version": "1.4.0"},
		Script: semaphoretest.Script{Lines: len(lines), Rate: rate, Line: func(i int) string { return lines[i] }},
	})
	return server
}

func demoCredentials(server *semaphoretest.Server) semaphore.Credentials {
	return semaphore.Credentials{URL: server.URL(), Token: semaphore.NewSecret(server.Admin().Token)}
}

// demoLog looks like Ansible's.
func demoLog() []string {
	const ok, changed = "\x1b[0;32m", "\x1b[0;33m"
	return []string{
		"",
		"PLAY [release the shop] ********************************************",
		"",
		"TASK [fetch the sources] *******************************************",
		ok + "ok: [web1]" + unstyled,
		ok + "ok: [web2]" + unstyled,
		"",
		"TASK [build] *******************************************************",
		changed + "changed: [web1]" + unstyled,
		changed + "changed: [web2]" + unstyled,
		"",
		"TASK [restart] *****************************************************",
		changed + "changed: [web1]" + unstyled,
		changed + "changed: [web2]" + unstyled,
		"",
		"PLAY RECAP *********************************************************",
		changed + "web1" + unstyled + " : " + ok + "ok=3" + unstyled + " " + changed + "changed=2" + unstyled + " unreachable=0 failed=0",
		changed + "web2" + unstyled + " : " + ok + "ok=3" + unstyled + " " + changed + "changed=2" + unstyled + " unreachable=0 failed=0",
	}
}
