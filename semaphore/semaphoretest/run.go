package semaphoretest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// How long the steps of a task take.
const (
	toPrepare = time.Millisecond      // until the server says that it has started
	toRun     = 2 * time.Millisecond  // until the status is running
	toFetch   = 3 * time.Millisecond  // until the repository is fetched
	toFetched = 10 * time.Millisecond // until it is there
	toScript  = 60 * time.Millisecond // until the script runs
	toEnd     = 50 * time.Millisecond // from the final status until the end is noted
	toDie     = 2 * time.Millisecond  // from a stop until the final status
	toAnswer  = 3 * time.Second       // between two looks for a confirmation
	atMost    = time.Millisecond      // lines that are written within such a time come together
)

// later plans the next step of a task, which is dropped when something else happens to the task before.
func (s *Server) later(t *task, d time.Duration, do func()) {
	phase := t.phase
	s.at(s.t.Add(d), func() {
		if t.phase == phase {
			do()
		}
	})
}

// run lets a task run that comes from the queue.
func (s *Server) run(t *task) {
	if t.Status == StatusStopping || t.Status == StatusStopped {
		s.setStatus(t, StatusStopped)
		s.end(t, toEnd)
		return
	}
	s.setStatus(t, StatusStarting)
	s.noteTask(t, "("+t.template.Name+") is running")
	s.later(t, toPrepare, func() {
		if s.gen == Gen216 {
			s.write(t, fmt.Sprintf("Started task #%d of template '%s'\n", t.ID, t.template.Name))
			return
		}
		s.write(t, "Started: "+strconv.Itoa(t.ID))
		s.write(t, "Run TaskRunner with template: "+t.template.Name+"\n")
	})
	s.later(t, toRun, func() { s.setStatus(t, StatusRunning) })
	s.later(t, toFetch, func() { s.write(t, "Preparing: "+strconv.Itoa(t.ID)) })
	s.later(t, toFetched, func() { s.fetchRepository(t) })
	s.later(t, toScript, func() { s.prepare(t) })
}

// fetchRepository writes what git says.
func (s *Server) fetchRepository(t *task) {
	r := find(t.project.repositories, t.template.RepositoryID)
	if r == nil || strings.HasPrefix(r.GitURL, "/") {
		return
	}
	if t.project.cloned[t.TemplateID] {
		s.write(t, "Updating Repository "+r.GitURL)
		s.write(t, "From "+r.GitURL)
		s.write(t, fmt.Sprintf(" * branch            %-10s -> FETCH_HEAD", r.GitBranch))
		s.write(t, "Already up to date.")
		return
	}
	s.write(t, "Cloning Repository "+r.GitURL)
	s.write(t, fmt.Sprintf("Cloning into 'repository_%d_%d'...", t.ProjectID, t.TemplateID))
	t.project.cloned[t.TemplateID] = !t.script.CloneFails
}

// prepare prepares the first script of a task and starts it, unless the preparation fails.
func (s *Server) prepare(t *task) {
	if t.script.CloneFails {
		s.write(t, "fatal: could not read from remote repository")
		s.write(t, "Failed updating repository: exit status 128")
		s.fail(t, "exit status 128")
		return
	}
	if t.template.InventoryID != nil {
		if inv := find(t.project.inventories, *t.template.InventoryID); inv != nil && strings.HasPrefix(inv.Type, "static") {
			s.write(t, "installing static inventory")
		}
	}
	if t.Arguments != nil && t.template.AllowOverrideArgsInTask {
		var list []string
		if err := json.Unmarshal([]byte(*t.Arguments), &list); err != nil {
			s.write(t, "Invalid format of the TaskRunner extra arguments, must be valid JSON")
			s.fail(t, err.Error())
			return
		}
	}
	s.play(t, t.script)
}

// play starts a script.
func (s *Server) play(t *task, sc Script) {
	t.script, t.printed, t.played = sc, 0, true
	script := sc
	t.log.open(s.config, logPart{begin: s.t, pause: sc.pause(), text: script.line})
	s.print(t)
}

// print writes the lines that are due and plans the next ones.
func (s *Server) print(t *task) {
	part := &t.log.parts[len(t.log.parts)-1]
	for t.printed < t.script.Lines && !part.at(t.printed).After(s.t) {
		i := t.printed
		t.printed++
		part.n = t.printed
		if len(s.sockets) > 0 {
			s.tellLine(t, part.at(i), part.text(i))
		}
	}
	if t.printed == t.script.Lines {
		s.later(t, t.script.Hold, func() { s.scriptDone(t) })
		return
	}
	s.later(t, max(part.at(t.printed).Sub(s.t), atMost), func() { s.print(t) })
}

// scriptDone works on the end of a script.
func (s *Server) scriptDone(t *task) {
	switch {
	case t.script.ExitCode != 0:
		s.fail(t, "exit status "+strconv.Itoa(t.script.ExitCode))
	case t.script.Confirm != nil:
		t.answered = ""
		s.setStatus(t, StatusWaitingConfirmation)
		s.later(t, toAnswer, func() { s.await(t, *t.script.Confirm) })
	default:
		s.succeed(t)
	}
}

func (s *Server) succeed(t *task) {
	if t.Status == StatusRunning {
		s.setStatus(t, StatusSuccess)
	}
	if t.Status == StatusSuccess || s.gen == Gen210 {
		s.autorun(t)
	}
	s.end(t, toEnd)
}

// fail ends a task whose program or preparation has failed.
func (s *Server) fail(t *task, why string) {
	if s.gen == Gen216 {
		s.write(t, "Failed to run task: "+why)
	} else {
		s.write(t, "Running app failed: "+why)
	}
	s.setStatus(t, StatusError)
	s.end(t, toEnd)
}

// await looks for the answer to a task that waits for a confirmation, every three seconds.
// A task of Gen210 that is asked to stop meanwhile waits for ever, unless it is forced.
func (s *Server) await(t *task, next Script) {
	if t.Status == StatusStopping && s.gen == Gen216 {
		s.setStatus(t, StatusStopped)
	}
	switch {
	case finished(t.Status):
		s.end(t, toEnd)
	case t.answered == StatusConfirmed:
		s.setStatus(t, StatusRunning)
		s.play(t, next)
	case t.answered == StatusRejected:
		s.setStatus(t, StatusError)
		s.end(t, toEnd)
	default:
		s.later(t, toAnswer, func() { s.await(t, next) })
	}
}

// autorun queues the deployments that follow a build.
func (s *Server) autorun(t *task) {
	for _, tpl := range t.project.templates {
		if tpl.Autorun && is(tpl.BuildTemplateID, t.TemplateID) {
			s.create(t.project, tpl, taskRow{TemplateID: tpl.ID, BuildTaskID: &t.ID}, nil)
		}
	}
}

// end notes the end of a task, after a while, and lets the next one run.
func (s *Server) end(t *task, after time.Duration) {
	s.later(t, after, func() {
		t.End = new(s.t)
		s.tell(t)
		what := "finished - " + strings.ToUpper(t.Status)
		if s.gen == Gen216 {
			what = "finished with status " + strings.ToUpper(t.Status)
		}
		s.noteTask(t, "("+t.template.Name+") "+what)
		s.leave(t)
		s.plan()
		if run := t.project.runOf(t); run != nil {
			s.progress(run)
		}
	})
}

// stop asks a task to end. One that has ended, or was left over by a restart, is called stopped, whatever it was.
func (s *Server) stop(t *task, force bool) {
	if !t.active() {
		t.viewers = s.viewers(t.project)
		s.setStatus(t, StatusStopped)
		s.noteTask(t, "("+t.template.Name+") finished - STOPPED")
		return
	}
	was := t.Status
	if force {
		s.setStatus(t, StatusStopped)
	} else {
		s.setStatus(t, StatusStopping)
	}
	if was != StatusRunning && was != StatusStarting {
		return // it is looked at when it leaves the queue, or when it looks for its confirmation
	}
	t.phase++
	linger := t.script.Linger
	if linger == 0 {
		linger = toDie
	}
	s.later(t, linger, func() { s.killed(t) })
}

// killed works on the end of a program that was stopped. 2.10 takes it for a failure.
func (s *Server) killed(t *task) {
	if s.gen == Gen216 {
		s.setStatus(t, StatusStopped)
	} else {
		s.write(t, "Running app failed: signal: killed")
		s.setStatus(t, StatusError) // which a task that is stopped already refuses
	}
	s.end(t, toDie)
}

// setStatus changes the status, unless the old one does not allow it, and tells everybody.
func (s *Server) setStatus(t *task, status string) {
	switch {
	case status == t.Status, t.Status == StatusStopped,
		t.Status == StatusStopping && (status == StatusWaiting || status == StatusRunning || status == StatusConfirmed),
		t.Status == StatusConfirmed && status == StatusWaitingConfirmation:
		return
	}
	if (status == StatusConfirmed || status == StatusRejected) && t.Status == StatusWaitingConfirmation {
		t.answered = status
	}
	t.Status = status
	if status == StatusRunning {
		t.Start = new(s.t)
	}
	s.tell(t)
}

// write adds a line of the server's own to the log and tells everybody.
func (s *Server) write(t *task, text string) {
	t.log.open(s.config, logPart{begin: s.t, n: 1, text: func(int) string { return text }, first: !t.played})
	s.tellLine(t, s.t, text)
}
