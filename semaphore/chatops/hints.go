package chatops

import (
	"context"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// follows is what the engine keeps in memory about the tasks that it follows and the projects that it watches. The zero
// value is ready.
type follows struct {
	mu        sync.Mutex
	listening bool                             // Hints are being listened to,
	live      bool                             // and there are any.
	active    map[string]*following            // By the key of the record.
	projects  map[semaphore.ProjectID]*lookout // Those that somebody watches.
	tails     int                              // How many show live lines.
}

// listen listens to Semaphore's hints from now on, so that what happens is seen when it happens.
func (e *Engine) listen(ctx context.Context) {
	f := &e.follows
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listening {
		return
	}
	f.listening = true
	e.running.Go(func() {
		defer func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.listening, f.live = false, false
		}()
		defer e.survive(ctx, "listen to hints")
		for update := range e.Semaphore.TaskUpdates(ctx) {
			e.heard(update)
		}
	})
}

// heard wakes those whom a hint concerns. After a gap these are all.
func (e *Engine) heard(update semaphore.TaskUpdate) {
	f := &e.follows
	f.mu.Lock()
	f.live = update.Live
	ref := TaskRef{Project: update.ProjectID, Task: update.TaskID}
	for _, one := range f.active {
		if update.Gap || one.ref == ref {
			one.ring()
		}
	}
	watched := false
	for id, project := range f.projects {
		if update.Gap || id == update.ProjectID {
			project.hinted(time.Now())
			watched = true
		}
	}
	f.mu.Unlock()
	if watched {
		e.Wake()
	}
}

// hasHints says whether what happens is told at once.
func (f *follows) hasHints() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.live
}
