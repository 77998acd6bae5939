package main

import (
	"sync"
	"time"
)

// demoClock stands still until it is set, so that a day passes as fast as
// people are answered.
type demoClock struct {
	mu sync.Mutex
	at time.Time
}

func newDemoClock(at time.Time) *demoClock { return &demoClock{at: at} }

func (c *demoClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *demoClock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// The demo plays in June, when Berlin and Lagos are an hour apart.
func tuesdayAfternoon() time.Time { return time.Date(2026, time.June, 16, 14, 0, 0, 0, time.UTC) }

// standupDay is the day after.
const standupDay = "2026-06-17"
