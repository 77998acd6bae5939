package chatops

import (
	"slices"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// watch is the wish to be told about tasks.
type watch struct {
	ID       string    `json:"id"`
	By       UserID    `json:"by"`
	ByName   string    `json:"by_name"`
	Where    Address   `json:"where"`
	Place    RoomID    `json:"place,omitempty"` // By which the policy judges, see [Policy.place].
	Target   TargetRef `json:"target,omitzero"` // A template, a project, or nothing for everything.
	Happens  []happens `json:"happens"`
	Triggers []trigger `json:"triggers"`
	Since    time.Time `json:"since"`
	Muted    time.Time `json:"muted,omitzero"` // Nothing is told before.
}

func (w watch) recordKey() string { return watchKey(w.ID) }

// happens is something that a watch tells.
type happens string

const (
	hasStarted happens = "started"
	hasAsked   happens = "confirm" // It waits for a confirmation.
	hasWorked  happens = "success"
	hasFailed  happens = "error"
	hasStopped happens = "stopped"
)

// allHappens are all of them.
func allHappens() []string {
	return []string{string(hasStarted), string(hasAsked), string(hasWorked), string(hasFailed), string(hasStopped)}
}

// wants says whether the watch is about a task, by the policy in force.
func (w watch) wants(what happens, by trigger, target TargetRef, policy *Policy, now time.Time) bool {
	return (w.Target.Project == 0 || w.Target.Project == target.Project) &&
		(w.Target.Template == 0 || w.Target.Template == target.Template) &&
		slices.Contains(w.Happens, what) && slices.Contains(w.Triggers, by) && !now.Before(w.Muted) &&
		policy.Role(w.By, w.Place, target) >= Viewer
}

// scope says in words what is watched.
func (w watch) scope() string {
	if w.Target.Project == 0 {
		return "all projects"
	}
	return scopeName(w.Target)
}

// happening is something that a task did.
type happening struct {
	what happens
	task semaphore.Task
}

// cursor is how far a project has been looked at. Ids of tasks do not tell their age, so it knows the newest ones.
type cursor struct {
	Project semaphore.ProjectID `json:"project"`
	Known   []knownTask         `json:"known,omitempty"` // The newest first.
	Since   time.Time           `json:"since"`           // Tasks that are older are not new, known or not. The server's clock.
	Open    []openTask          `json:"open,omitempty"`  // Those that had not ended.
}

func (c *cursor) recordKey() string { return cursorKey(c.Project) }

// knownTask is a task that is not new.
type knownTask struct {
	Task    semaphore.TaskID `json:"task"`
	Created time.Time        `json:"at"`
}

// openTask is a task of which something may still be told.
type openTask struct {
	Task    semaphore.TaskID `json:"task"`
	Name    string           `json:"name"`              // Of its template, which is told in lists alone.
	Started bool             `json:"started,omitempty"` // That it runs was told.
	Asked   bool             `json:"asked,omitempty"`   // That it waits for a confirmation was told.
}

// Bounds of a cursor.
const (
	maxKnown = 200
	maxOpen  = 200
)

// begin is the cursor that is at the present: nothing of what is there is new, but what has not ended is told when it does.
func begin(project semaphore.ProjectID, newest []semaphore.Task) cursor {
	c := cursor{Project: project}
	for _, task := range newest {
		c.know(task)
		if !task.Status.Ended() {
			c.Open = append(c.Open, openTask{
				Task: task.ID, Name: remembered(task.TemplateName), Started: runs(task.Status), Asked: task.Status == semaphore.StatusWaitingConfirmation,
			})
		}
	}
	c.trim()
	return c
}

func (c *cursor) know(task semaphore.Task) {
	c.Known = append(c.Known, knownTask{Task: task.ID, Created: task.Created})
	c.Since = later(c.Since, task.Created)
}

// isNew says whether a task was not there before.
func (c *cursor) isNew(task semaphore.Task) bool {
	return !slices.ContainsFunc(c.Known, func(k knownTask) bool { return k.Task == task.ID }) &&
		(task.Created.IsZero() || !task.Created.Before(c.Since))
}

// misses says whether the time of the end of a task that is to be told is not there yet: the server notes it a moment
// after the end.
func (c *cursor) misses(task semaphore.Task) bool {
	return task.Status.Ended() && task.End.IsZero() && !task.Start.IsZero() &&
		(c.isNew(task) || slices.ContainsFunc(c.Open, func(o openTask) bool { return o.Task == task.ID }))
}

// look returns what happened since the last look, the oldest task first. tasks are those of the project as they are now,
// the newest first; all that are new and those that were open. gone are open tasks that are there no more.
func (c *cursor) look(tasks []semaphore.Task, gone []semaphore.TaskID) (all []happening) {
	c.Open = slices.DeleteFunc(slices.Clone(c.Open), func(o openTask) bool { return slices.Contains(gone, o.Task) })
	c.Known = slices.Clone(c.Known)
	for _, task := range slices.Backward(tasks) {
		open := slices.IndexFunc(c.Open, func(o openTask) bool { return o.Task == task.ID })
		was := openTask{Task: task.ID, Name: remembered(task.TemplateName)}
		switch {
		case task.ID == 0 || task.Status == "":
			continue // Nonsense.
		case open >= 0:
			was = c.Open[open]
			task.TemplateName = was.Name
		case c.isNew(task):
			c.Known = slices.Insert(c.Known, 0, knownTask{Task: task.ID, Created: task.Created})
		default:
			continue
		}
		all = append(all, was.happened(task)...)
		switch {
		case !task.Status.Ended() && open < 0:
			c.Open = append(c.Open, was)
		case !task.Status.Ended():
			c.Open[open] = was
		case open >= 0:
			c.Open = slices.Delete(c.Open, open, open+1)
		}
	}
	c.trim()
	return all
}

// happened returns what a task did since it was seen last.
func (o *openTask) happened(task semaphore.Task) (all []happening) {
	if !o.Started && (runs(task.Status) || task.Status.Ended() && !task.Start.IsZero()) {
		o.Started = true
		all = append(all, happening{hasStarted, task})
	}
	asks := task.Status == semaphore.StatusWaitingConfirmation
	if asks && !o.Asked {
		all = append(all, happening{hasAsked, task})
	}
	o.Asked = o.Asked || asks
	switch task.Status {
	case semaphore.StatusSuccess:
		all = append(all, happening{hasWorked, task})
	case semaphore.StatusError:
		all = append(all, happening{hasFailed, task})
	case semaphore.StatusStopped:
		all = append(all, happening{hasStopped, task})
	}
	return all
}

// runs says whether a task with this status has begun to run.
func runs(s semaphore.TaskStatus) bool {
	return !s.Ended() && s != semaphore.StatusWaiting && s != semaphore.StatusStarting
}

// trim forgets the oldest tasks. What is as old as those is never new again.
func (c *cursor) trim() {
	if extra := len(c.Known) - maxKnown; extra > 0 {
		for _, k := range c.Known[maxKnown:] {
			if !k.Created.After(c.Known[0].Created) { // else it is nonsense
				c.Since = later(c.Since, k.Created.Add(1))
			}
		}
		c.Known = c.Known[:maxKnown]
	}
	if extra := len(c.Open) - maxOpen; extra > 0 {
		c.Open = c.Open[extra:]
	}
}

// list is a list in words.
func list[T ~string](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}
