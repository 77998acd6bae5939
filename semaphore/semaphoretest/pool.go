package semaphoretest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A task is a task with what only the server knows of it.
type task struct {
	taskRow

	ordinal  int // counts tasks from one, in the order in which they were made
	project  *project
	template *template
	log      taskLog
	viewers  map[int]bool // the users who see its messages on WebSockets; fixed when it is made
	pooled   bool         // it is in the queue or runs
	orphan   bool
	first    bool   // its creation stopped the pool
	script   Script // what is being printed
	printed  int    // lines of that
	played   bool   // it was begun
	phase    int    // plans that were made for an earlier phase are dropped
	answered string // StatusConfirmed or StatusRejected, when that was asked for and answered
}

// active reports whether the task is in the queue or runs. A task that was left over by a restart is not.
func (t *task) active() bool { return t.pooled }

// A pool is what a restart of the server forgets: the queue and the tasks that run.
type pool struct {
	queue   []*task
	running []*task
	begin   time.Time // since when the queue is looked at
	last    time.Time // when a task was last taken from it
	planned bool      // a look at the queue is on the agenda
	epoch   int       // counts restarts
	dead    bool      // see WithDeadlock
}

// The queue's rhythm.
const (
	tick       = 5 * time.Second // between two tasks of Gen210
	dispatch   = time.Second     // between two tasks of Gen216
	backlogMax = 10_000          // lines that may wait to be stored
)

// create makes a task and puts it into the queue. It returns false, and a task that has failed already,
// when its environment is no JSON object or the template has none to which it could be added.
func (s *Server) create(p *project, tpl *template, row taskRow, by *user) (*task, bool) {
	wanted := row.ID
	row.Status, row.ProjectID, row.Created = StatusWaiting, p.ID, s.t
	row.Start, row.End, row.Secret, row.CommitMessage, row.Version, row.UserID = nil, nil, "", "", nil, nil
	if by != nil {
		row.UserID = &by.ID
	}
	if tpl.Type == "build" {
		row.Version = s.nextVersion(p, tpl)
	}
	if s.gen == Gen216 {
		row.Debug, row.DryRun, row.Diff = false, false, false
		if _, given := row.Params["limit"]; !given && row.Limit != "" {
			if row.Params == nil {
				row.Params = map[string]any{}
			}
			row.Params["limit"] = splitLimit(row.Limit)
		}
		row.Limit = ""
	}
	t := &task{taskRow: row, project: p, template: tpl, script: s.scriptFor(tpl), viewers: s.viewers(p)}
	t.ordinal = s.nextID("task", nil)
	switch {
	case s.db != Bolt:
		t.ID = t.ordinal
	case wanted != 0 && s.gen == Gen210:
		t.ID = wanted // and what had that id before is gone
		if old := s.tasks[wanted]; old != nil {
			s.forget(old)
		}
	default:
		t.ID = 1<<31 - 1 - s.nextID("falling task", nil)
	}
	s.tasks[t.ID] = t
	s.byAge = append(s.byAge, t)

	if row.Environment != "" {
		own := row.Environment
		if tpl.EnvironmentID == nil && len(tpl.EnvironmentIDs) == 0 {
			own = "" // it is merged with the template's, and nothing is no JSON
		}
		var variables map[string]any
		if err := json.Unmarshal([]byte(own), &variables); err != nil {
			s.write(t, "Error: "+err.Error())
			s.setStatus(t, StatusError)
			return t, false
		}
	}
	if s.deadlock && s.gen == Gen210 && !s.pool.dead && s.backlog() > backlogMax {
		s.pool.dead, t.first = true, true
		for _, other := range s.pool.running {
			other.phase++ // it goes on outside, and nobody looks
		}
	}
	if s.pool.dead {
		return t, true // it waits, and nobody takes it
	}
	s.pool.queue, t.pooled = append(s.pool.queue, t), true
	s.write(t, "Task "+strconv.Itoa(t.ID)+" added to queue")
	s.tell(t)
	s.noteTask(t, "queued for running")
	s.plan()
	return t, true
}

func (s *Server) noteTask(t *task, what string) {
	userID := 0
	if t.UserID != nil {
		userID = *t.UserID
	}
	s.note(t.project, userID, "task", t.ID, "Task ID "+strconv.Itoa(t.ID)+" "+what)
}

func (s *Server) backlog() int {
	n := 0
	for _, t := range s.byAge {
		n += t.log.backlog(s.t)
	}
	return n
}

// viewers are the members of a project and all administrators.
func (s *Server) viewers(p *project) map[int]bool {
	all := map[int]bool{}
	for _, m := range p.members {
		all[m.userID] = true
	}
	for _, u := range s.users {
		if u.Admin {
			all[u.ID] = true
		}
	}
	return all
}

// nextVersion counts the versions of a build template: the last number in the text goes up by one.
func (s *Server) nextVersion(p *project, tpl *template) *string {
	if tpl.StartVersion == nil {
		return nil
	}
	last := s.lastTask(p, tpl)
	if last == nil || last.Version == nil {
		return tpl.StartVersion
	}
	dot := strings.LastIndexByte(*last.Version, '.')
	n, err := strconv.Atoi((*last.Version)[dot+1:])
	if err != nil {
		return tpl.StartVersion
	}
	return new(fmt.Sprintf("%s%d", (*last.Version)[:dot+1], n+1))
}

// plan puts the next look at the queue on the agenda.
func (s *Server) plan() {
	if s.pool.planned || len(s.pool.queue) == 0 {
		return
	}
	when := s.t.Add(time.Millisecond)
	if s.gen == Gen210 {
		when = s.pool.begin.Add(s.t.Sub(s.pool.begin).Truncate(tick) + tick)
	} else if next := s.pool.last.Add(dispatch); next.After(when) {
		when = next
	}
	s.pool.planned = true
	epoch := s.pool.epoch
	s.at(when, func() {
		if s.pool.epoch == epoch {
			s.pool.planned = false
			s.take()
			s.plan()
		}
	})
}

// take lets the first task of the queue run, or go to the back if it may not yet.
func (s *Server) take() {
	if len(s.pool.queue) == 0 || s.pool.dead {
		return
	}
	t := s.pool.queue[0]
	s.pool.queue = s.pool.queue[1:]
	s.pool.last = s.t
	if s.blocked(t) {
		s.pool.queue = append(s.pool.queue, t)
		return
	}
	s.pool.running = append(s.pool.running, t)
	s.run(t)
}

// blocked reports whether a task must wait for others of its template or project.
func (s *Server) blocked(t *task) bool {
	n := 0
	for _, other := range s.pool.running {
		if other.project != t.project {
			continue
		}
		n++
		parallel := s.gen == Gen216 && t.template.AllowParallelTasks
		if other.TemplateID == t.TemplateID && !finished(other.Status) && !parallel {
			return true
		}
	}
	return t.project.MaxParallelTasks > 0 && n >= t.project.MaxParallelTasks
}

// leave takes a task out of the pool.
func (s *Server) leave(t *task) {
	t.pooled = false
	t.phase++
	same := func(other *task) bool { return other == t }
	s.pool.queue = slices.DeleteFunc(s.pool.queue, same)
	s.pool.running = slices.DeleteFunc(s.pool.running, same)
}

// forget deletes a task and its log.
func (s *Server) forget(t *task) {
	s.leave(t)
	delete(s.tasks, t.ID)
	s.byAge = slices.DeleteFunc(s.byAge, func(other *task) bool { return other == t })
}

// Restart kills the server and starts it again at once: WebSockets are cut without a word, the queue is forgotten, running
// tasks stay running and waiting ones stay waiting for ever, until they are asked to stop, and what was not stored
// of their logs is lost (see WithLogLag). Tokens and sessions live on.
func (s *Server) Restart() {
	s.lock()
	defer s.mu.Unlock()
	s.cutSockets(false)
	for _, t := range s.byAge {
		t.log.lose(s.t)
		if t.pooled || s.pool.dead && !finished(t.Status) {
			t.pooled, t.orphan = false, true
			t.phase++
		}
	}
	s.pool = pool{begin: s.t, epoch: s.pool.epoch + 1}
}
