package storetest

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/signalbox-go/signalbox/standup"
)

// Traits say in what stores may differ. The zero value is a store that keeps
// nothing once it is closed.
type Traits struct {
	// Persistent: what was committed is there when the store is opened again.
	Persistent bool
	// Closed is what a closed store returns, and ReadOnly what a write in a View
	// does. Nil means [standup.ErrStoreClosed] and [standup.ErrReadOnly]; other
	// packages whose stores have the same contract have their own.
	Closed, ReadOnly error
}

// Run runs the conformance suite as subtests of t, in parallel. It calls open with
// a path in a new temporary folder; a store that is not a file derives a name
// from it. The same path means the same records, another path means none of them.
// Open ends the test if it cannot open a store. Run closes what it opens; open may
// register a cleanup for what else it made.
func Run(t *testing.T, open func(t *testing.T, path string) standup.Store, traits Traits) {
	t.Helper()
	if traits.Closed == nil {
		traits.Closed = standup.ErrStoreClosed
	}
	if traits.ReadOnly == nil {
		traits.ReadOnly = standup.ErrReadOnly
	}
	s := &suite{open: open, traits: traits}
	for _, c := range []struct {
		name string
		run  func(*suite, *testing.T)
	}{
		{"get, put and delete", (*suite).getPutDelete},
		{"own writes are visible", (*suite).ownWrites},
		{"empty is not absent", (*suite).emptyValue},
		{"put copies the value", (*suite).valueCopied},
		{"values outlive the transaction", (*suite).valueKept},
		{"a value of a megabyte", (*suite).largeValue},
		{"key limits", (*suite).keyLimits},
		{"every printable byte in a key", (*suite).everyByte},
		{"scan order and bounds", (*suite).scanBounds},
		{"scan stops with the loop", (*suite).scanBreak},
		{"scan of many records", (*suite).scanMany},
		{"random operations against a model", (*suite).model},
		{"an error rolls back", (*suite).rollbackOnError},
		{"a panic rolls back", (*suite).rollbackOnPanic},
		{"view is read-only", (*suite).readOnly},
		{"view sees one state", (*suite).viewIsolated},
		{"updates lose nothing to each other", (*suite).serialUpdates},
		{"a cancelled context changes nothing", (*suite).cancelled},
		{"waiting for an update ends with the context", (*suite).cancelledWaiting},
		{"closed", (*suite).closed},
		{"reopen", (*suite).reopen},
		{"faults at each side of a commit", (*suite).faults},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(s, t)
		})
	}
}

type suite struct {
	open   func(t *testing.T, path string) standup.Store
	traits Traits
}

// fresh opens an empty store that is closed at the end of the test.
func (s *suite) fresh(t *testing.T) standup.Store {
	t.Helper()
	store := s.open(t, filepath.Join(t.TempDir(), "store"))
	t.Cleanup(func() { noError(t, store.Close()) })
	return store
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

// update runs fn in an Update that has to succeed.
func update(t *testing.T, store standup.Store, fn func(standup.Tx) error) {
	t.Helper()
	noError(t, store.Update(t.Context(), fn))
}

// view runs fn in a View that has to succeed.
func view(t *testing.T, store standup.Store, fn func(standup.Tx) error) {
	t.Helper()
	noError(t, store.View(t.Context(), fn))
}

// put sets pairs of keys and values in one transaction.
func put(t *testing.T, store standup.Store, pairs ...string) {
	t.Helper()
	update(t, store, func(tx standup.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.Put(pairs[i], []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	})
}

// scan returns what a Scan yields as "key=value key=value".
func scan(tx standup.Tx, prefix, from string) (string, error) {
	var found []string
	for r, err := range tx.Scan(prefix, from) {
		if err != nil {
			return "", err
		}
		found = append(found, r.Key+"="+string(r.Value))
	}
	return strings.Join(found, " "), nil
}

// holds fails the test unless the store's records are want, written as scan does.
func holds(t *testing.T, store standup.Store, want string) {
	t.Helper()
	view(t, store, func(tx standup.Tx) error {
		got, err := scan(tx, "", "")
		if got != want {
			t.Errorf("the store holds %q, want %q", got, want)
		}
		return err
	})
}
