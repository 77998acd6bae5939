package semaphore

import (
	"slices"
	"sync"
)

// stopMemory knows the latest tasks that were asked to stop: the server ends a task that was stopped gracefully with
// the status error, like one that failed.
type stopMemory struct {
	mu    sync.Mutex
	tasks []stoppedTask
}

type stoppedTask struct {
	project ProjectID
	task    TaskID
}

// rememberedStops bounds the memory.
const rememberedStops = 1000

func newStopMemory() *stopMemory { return &stopMemory{} }

func (m *stopMemory) add(project ProjectID, task TaskID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.tasks) >= rememberedStops {
		m.tasks = slices.Delete(m.tasks, 0, 1)
	}
	m.tasks = append(m.tasks, stoppedTask{project, task})
}

func (m *stopMemory) has(project ProjectID, task TaskID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Contains(m.tasks, stoppedTask{project, task})
}
