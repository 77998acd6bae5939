package storetest

import (
	"context"

	"github.com/signalbox-go/signalbox/standup"
)

// Boundary is a side of a commit at which [Faulty] calls its hook.
type Boundary string

// The boundaries of a commit.
const (
	// BeforeCommit is after the function of an Update returned nil and before
	// anything is durable. An error or a panic of the hook rolls back.
	BeforeCommit Boundary = "before commit"
	// AfterCommit is when everything is durable and Update has not returned
	// yet. After an error or a panic of the hook the caller does not know that
	// it succeeded, but it did.
	AfterCommit Boundary = "after commit"
)

// Faulty returns store with a hook on both sides of each commit. What the hook
// returns, Update returns; a hook that panics stands for a process that dies
// there. A store that calls the function of an Update again also calls the hook
// for BeforeCommit again. Concurrent Updates may call hook concurrently at
// AfterCommit. View and Close pass through.
func Faulty(store standup.Store, hook func(Boundary) error) standup.Store {
	return &faulty{Store: store, hook: hook}
}

type faulty struct {
	standup.Store
	hook func(Boundary) error
}

// Update implements [standup.Store].
func (f *faulty) Update(ctx context.Context, fn func(standup.Tx) error) error {
	err := f.Store.Update(ctx, func(tx standup.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return f.hook(BeforeCommit)
	})
	if err != nil {
		return err
	}
	return f.hook(AfterCommit)
}
