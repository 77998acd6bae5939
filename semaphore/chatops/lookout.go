package chatops

import (
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// How often a project is looked at.
const (
	lookEvery  = 5 * time.Second
	lookOpen   = 2 * time.Second        // while a task of it runs and no hints come
	lookSpread = 250 * time.Millisecond // between two projects on average, where there are many
	lookAtMost = 150 * time.Millisecond // however many hints come
)

// lookout says when to look at a project. It is kept in memory alone.
type lookout struct {
	next  time.Time     // When to look by all means.
	soon  []time.Time   // When to look because of a hint, in order.
	began time.Time     // When it was looked at last.
	fails time.Duration // How long was waited after the last failure.
}

// hinted plans to look now and a moment later: the server tells about a change before it stores it.
func (l *lookout) hinted(now time.Time) {
	first := later(now, l.began.Add(lookAtMost))
	l.soon = []time.Time{first, first.Add(lookAtMost), first.Add(time.Second)}
}

// due is when to look.
func (l *lookout) due() time.Time {
	if len(l.soon) > 0 && l.soon[0].Before(l.next) {
		return l.soon[0]
	}
	return l.next
}

// looks notes that it is being looked at.
func (l *lookout) looks(now time.Time) {
	l.began = now
	for len(l.soon) > 0 && !l.soon[0].After(now) {
		l.soon = l.soon[1:]
	}
}

// looked plans the next look after one that found so many open tasks, or failed.
func (l *lookout) looked(now time.Time, open int, err error, live bool, projects int) {
	wait := lookEvery
	switch {
	case err != nil:
		l.fails = min(max(lookEvery, 2*l.fails), longestSleep)
		wait = l.fails
	case open > 0 && !live:
		wait = lookOpen
		fallthrough
	default:
		l.fails = 0
	}
	l.next = now.Add(max(wait, time.Duration(projects)*lookSpread))
}

// lookouts returns those of the projects that are watched now, and forgets the others.
func (f *follows) lookouts(watched []listed) map[semaphore.ProjectID]*lookout {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept := map[semaphore.ProjectID]*lookout{}
	for _, p := range watched {
		id := p.project().Project
		if kept[id] = f.projects[id]; kept[id] == nil {
			kept[id] = &lookout{}
		}
	}
	f.projects = kept
	return kept
}
