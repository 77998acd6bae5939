package boltstore

import (
	"errors"
	"time"
)

// defaultCommitAfter is how long a write waits for company at most.
const defaultCommitAfter = time.Second

type config struct {
	commitAfter time.Duration
}

// Option changes a [Store]. Options are for [Open].
type Option func(*config) error

// CommitAfter sets how long a write waits at most before it is committed, which without
// this option is one second. 0 commits after every call: the store is then hardly ahead of
// the disk, and some ten times slower.
func CommitAfter(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return errors.New("the time after which to commit is negative")
		}
		c.commitAfter = d
		return nil
	}
}
