package storetest

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/signalbox-go/signalbox/standup"
)

func (s *suite) rollbackOnError(t *testing.T) {
	store := s.fresh(t)
	put(t, store, "a", "1", "b", "2")
	refused := errors.New("refused")
	change := func(tx standup.Tx) error {
		noError(t, tx.Put("a", []byte("9")))
		noError(t, tx.Put("c", []byte("9")))
		noError(t, tx.Delete("b"))
		return refused
	}
	if err := store.Update(t.Context(), change); !errors.Is(err, refused) {
		t.Errorf("Update = %v, want the function's error", err)
	}
	if err := store.View(t.Context(), func(standup.Tx) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("View = %v, want the function's error", err)
	}
	holds(t, store, "a=1 b=2")
	put(t, store, "c", "3") // the store is not stuck
	holds(t, store, "a=1 b=2 c=3")
}

func (s *suite) rollbackOnPanic(t *testing.T) {
	store := s.fresh(t)
	put(t, store, "a", "1")
	panics := func(run func(context.Context, func(standup.Tx) error) error, fn func(standup.Tx)) {
		defer func() {
			if got := recover(); got != "crash" {
				t.Errorf("recovered %v, want the function's panic", got)
			}
		}()
		err := run(t.Context(), func(tx standup.Tx) error {
			fn(tx)
			panic("crash")
		})
		t.Errorf("returned %v, want the function's panic", err)
	}
	panics(store.Update, func(tx standup.Tx) { noError(t, tx.Put("a", []byte("9"))) })
	panics(store.View, func(standup.Tx) {})
	panics(store.View, func(tx standup.Tx) { // also from inside a scan
		for _, err := range tx.Scan("", "") {
			noError(t, err)
			panic("crash")
		}
	})
	holds(t, store, "a=1")
	put(t, store, "b", "2") // the store is not stuck
	holds(t, store, "a=1 b=2")
}

func (s *suite) readOnly(t *testing.T) {
	store := s.fresh(t)
	put(t, store, "a", "1")
	view(t, store, func(tx standup.Tx) error {
		if err := tx.Put("a", nil); !errors.Is(err, s.traits.ReadOnly) {
			t.Errorf("Put = %v, want %v", err, s.traits.ReadOnly)
		}
		if err := tx.Delete("a"); !errors.Is(err, s.traits.ReadOnly) {
			t.Errorf("Delete = %v, want %v", err, s.traits.ReadOnly)
		}
		got, err := scan(tx, "", "") // and it can be read on
		if got != "a=1" {
			t.Errorf("after a refused write the view sees %q", got)
		}
		return err
	})
	holds(t, store, "a=1")
}

func (s *suite) viewIsolated(t *testing.T) {
	store := s.fresh(t)
	put(t, store, "a", "1", "b", "1")
	view(t, store, func(tx standup.Tx) error {
		first, err := tx.Get("a")
		noError(t, err)
		updated := make(chan error, 1)
		go func() {
			updated <- store.Update(t.Context(), func(tx standup.Tx) error {
				return errors.Join(tx.Put("a", []byte("2")), tx.Put("b", []byte("2")), tx.Put("c", []byte("2")))
			})
		}()
		select {
		case err := <-updated:
			noError(t, err)
		case <-time.After(time.Minute):
			t.Fatal("an Update waits for a View to end, so a View must never wait for an Update")
		}
		if string(first) != "1" {
			t.Errorf("the view began with a=%q, want 1", first)
		}
		got, err := scan(tx, "", "")
		if got != "a=1 b=1" {
			t.Errorf("the view sees %q after another transaction committed, want what it began with", got)
		}
		return err
	})
	holds(t, store, "a=2 b=2 c=2")
}

func (s *suite) serialUpdates(t *testing.T) {
	store := s.fresh(t)
	const workers, rounds = 8, 10
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range rounds {
				err := store.Update(t.Context(), func(tx standup.Tx) error {
					old, err := tx.Get("counter")
					if err != nil {
						return err
					}
					n, _ := strconv.Atoi(string(old)) // absent is 0
					return tx.Put("counter", []byte(strconv.Itoa(n+1)))
				})
				if err != nil {
					t.Errorf("Update: %v", err)
				}
			}
		})
	}
	wg.Wait()
	holds(t, store, "counter="+strconv.Itoa(workers*rounds))
}

func (s *suite) cancelled(t *testing.T) {
	store := s.fresh(t)
	put(t, store, "a", "1")
	ctx, cancel := context.WithCancel(t.Context())
	err := store.Update(ctx, func(tx standup.Tx) error {
		noError(t, tx.Put("a", []byte("9")))
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Update whose context ended before the commit = %v, want context.Canceled", err)
	}
	unreachable := func(standup.Tx) error {
		t.Error("the function is called although the context was cancelled before")
		return nil
	}
	if err := store.Update(ctx, unreachable); !errors.Is(err, context.Canceled) {
		t.Errorf("Update = %v, want context.Canceled", err)
	}
	if err := store.View(ctx, unreachable); !errors.Is(err, context.Canceled) {
		t.Errorf("View = %v, want context.Canceled", err)
	}
	holds(t, store, "a=1")
}

func (s *suite) cancelledWaiting(t *testing.T) {
	store := s.fresh(t)
	update(t, store, func(standup.Tx) error {
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		var err error
		wg.Go(func() {
			err = store.Update(ctx, func(tx standup.Tx) error { return tx.Put("second", nil) })
		})
		cancel() // the second Update waits for this one, or is about to
		wg.Wait()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Update = %v, want context.Canceled", err)
		}
		return nil
	})
	holds(t, store, "")
}

func (s *suite) closed(t *testing.T) {
	store := s.open(t, filepath.Join(t.TempDir(), "store"))
	noError(t, store.Close())
	noError(t, store.Close())
	unreachable := func(standup.Tx) error {
		t.Error("the function is called although the store is closed")
		return nil
	}
	if err := store.Update(t.Context(), unreachable); !errors.Is(err, s.traits.Closed) {
		t.Errorf("Update = %v, want %v", err, s.traits.Closed)
	}
	if err := store.View(t.Context(), unreachable); !errors.Is(err, s.traits.Closed) {
		t.Errorf("View = %v, want %v", err, s.traits.Closed)
	}
}

func (s *suite) reopen(t *testing.T) {
	if !s.traits.Persistent {
		t.Skip("skipped: the store is declared not to be persistent")
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "store")
	for round, want := range []string{"", "a=0", "a=1", "a=2"} {
		store := s.open(t, path)
		holds(t, store, want)
		put(t, store, "a", strconv.Itoa(round))
		noError(t, store.Close())
	}
	other := s.open(t, filepath.Join(folder, "other"))
	holds(t, other, "")
	noError(t, other.Close())
}

// faults shows Faulty, and that the store keeps its word under it.
func (s *suite) faults(t *testing.T) {
	crash := errors.New("crash")
	for _, c := range []struct {
		at   Boundary
		want string
	}{
		{BeforeCommit, "a=1"},
		{AfterCommit, "a=2"},
	} {
		store := s.fresh(t)
		put(t, store, "a", "1")
		broken := Faulty(store, func(b Boundary) error {
			if b == c.at {
				return crash
			}
			return nil
		})
		err := broken.Update(t.Context(), func(tx standup.Tx) error { return tx.Put("a", []byte("2")) })
		if !errors.Is(err, crash) {
			t.Errorf("%s: Update = %v, want the hook's error", c.at, err)
		}
		holds(t, store, c.want)
	}
}
