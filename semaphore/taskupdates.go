package semaphore

import (
	"context"
	"encoding/json"
	"iter"
	"sync"
)

// TaskUpdate is a hint that something happened to a task, or that something may have been missed.
type TaskUpdate struct {
	// Gap says that the connection began, ended or lost something: whatever happened before is not told. Look at
	// everything then. The fields about a task are zero.
	Gap bool
	// Live says whether there is a connection. Without one nothing is told, so ask more often.
	Live bool

	ProjectID  ProjectID
	TemplateID TemplateID
	TaskID     TaskID
	// Status is what the server said. It says so before it stores it, so that [Client.Task] may know it a moment later.
	Status TaskStatus
}

// maxUpdates bounds the updates that wait for a slow reader of ours; over that they become a gap.
const maxUpdates = 4 << 10

// TaskUpdates tells about the tasks of all projects of the user as their statuses change, as soon as the server's
// WebSocket says so. It begins with a gap, connects again by itself and never gives up: it ends when ctx does. These are
// hints alone. The server repeats nothing and drops readers that it finds slow, and tells a user nothing of tasks that
// were queued before the user joined their project; so what is true is what [Client.Tasks] and [Client.Task] answer,
// asked at each gap, at each hint, and from time to time. With [WithoutWebSocket] there is one gap and nothing after it.
// A reader may take its time. API: GET /ws.
func (c *Client) TaskUpdates(ctx context.Context) iter.Seq[TaskUpdate] {
	return func(yield func(TaskUpdate) bool) {
		f := &updateFeed{wake: make(chan struct{}, 1)}
		if !yield(TaskUpdate{Gap: true}) {
			return
		}
		stop := c.startListening(ctx, f)
		defer stop()
		for {
			select {
			case <-f.wake:
			case <-ctx.Done():
				return
			}
			for _, update := range f.take() {
				if ctx.Err() != nil || !yield(update) {
					return
				}
			}
		}
	}
}

// updateFeed is what the WebSocket says about all tasks, between the goroutine that reads and the one that delivers.
type updateFeed struct {
	wake chan struct{} // has a place for one

	mu    sync.Mutex
	queue []TaskUpdate
	live  bool
}

// take gives what came since the last time.
func (f *updateFeed) take() []TaskUpdate {
	f.mu.Lock()
	defer f.mu.Unlock()
	queue := f.queue
	f.queue = nil
	return queue
}

// add notes an update and wakes the reader. A gap makes what waits before it needless.
func (f *updateFeed) add(update TaskUpdate) {
	f.mu.Lock()
	update.Live = f.live
	if len(f.queue) >= maxUpdates {
		update = TaskUpdate{Gap: true, Live: f.live}
	}
	if update.Gap {
		f.queue = nil
	}
	f.queue = append(f.queue, update)
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

func (f *updateFeed) connected(live bool) {
	f.mu.Lock()
	f.live = live
	f.mu.Unlock()
	f.add(TaskUpdate{Gap: true})
}

// message leaves everything alone that is no update. Lines of logs are most of what comes, so nothing is kept of them.
func (f *updateFeed) message(data []byte) {
	var m struct {
		Type       string     `json:"type"`
		ProjectID  ProjectID  `json:"project_id"`
		TemplateID TemplateID `json:"template_id"`
		TaskID     TaskID     `json:"task_id"`
		Status     TaskStatus `json:"status"`
	}
	if json.Unmarshal(data, &m) != nil || m.Type != "update" {
		return
	}
	f.add(TaskUpdate{ProjectID: m.ProjectID, TemplateID: m.TemplateID, TaskID: m.TaskID, Status: m.Status})
}
