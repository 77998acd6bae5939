package storetest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/signalbox-go/signalbox/standup"
)

// model compares a store with a map over a few thousand random operations, in
// transactions of which every third is given up.
func (s *suite) model(t *testing.T) {
	store := s.fresh(t)
	random := rand.New(rand.NewPCG(1, 2))
	key := func() string { return fmt.Sprintf("%c/%d", 'a'+random.IntN(3), random.IntN(400)) }
	giveUp := errors.New("given up")
	committed := map[string]string{}
	for round := range 30 {
		draft := maps.Clone(committed)
		err := store.Update(t.Context(), func(tx standup.Tx) error {
			for i := range 100 {
				k := key()
				if random.IntN(5) < round/10 { // later rounds delete more
					noError(t, tx.Delete(k))
					delete(draft, k)
				} else {
					value := fmt.Sprint(round, "-", i)
					noError(t, tx.Put(k, []byte(value)))
					draft[k] = value
				}
			}
			compare(t, tx, draft, fmt.Sprintf("%c/", 'a'+random.IntN(3)), key())
			if round%3 == 2 {
				return giveUp
			}
			return nil
		})
		if round%3 == 2 {
			if !errors.Is(err, giveUp) {
				t.Fatalf("Update = %v, want the function's error", err)
			}
		} else {
			noError(t, err)
			committed = draft
		}
		view(t, store, func(tx standup.Tx) error {
			compare(t, tx, committed, "", key())
			return nil
		})
	}
}

// compare fails the test unless tx scans what the model says, and gets it.
func compare(t *testing.T, tx standup.Tx, model map[string]string, prefix, from string) {
	t.Helper()
	var want []string
	for _, k := range slices.Sorted(maps.Keys(model)) {
		if strings.HasPrefix(k, prefix) && k >= from {
			want = append(want, k+"="+model[k])
		}
	}
	got, err := scan(tx, prefix, from)
	noError(t, err)
	if got != strings.Join(want, " ") {
		t.Fatalf("Scan(%q, %q) sees\n%s\nwant\n%s", prefix, from, got, strings.Join(want, " "))
	}
	value, err := tx.Get(from)
	noError(t, err)
	if want, ok := model[from]; string(value) != want || ok == (value == nil) {
		t.Fatalf("Get(%q) = %#v, want %q", from, value, want)
	}
}
