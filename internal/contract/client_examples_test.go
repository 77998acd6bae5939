package contract

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

// TestNothingIsLost reads all that both descriptions show: answers, events, and what the server sends to a program.
// Every field makes a difference to what the program gets, or there is a reason why not.
//
//nolint:tparallel // The parts add to what is checked at the end.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	reasons, read := leftAlone(), 0
	for name, load := range map[string]func() (*description, error){"newer": newer, "older": older} {
		t.Run(name, func(t *testing.T) {
			d := loaded(t, load)
			found := harvest{}
			t.Run("operations", func(t *testing.T) { readOperations(t, d, found) })
			t.Run("events", func(t *testing.T) { readEvents(t, d, found) })
			t.Run("key", func(t *testing.T) { readKey(t, d, found) })
			t.Run("webhook", func(t *testing.T) { readWebhook(t, d, found) })
			assert.Empty(t, found.lost(reasons), "fields that make no difference to what the client returns")
			read++
		})
	}
	if read == 2 {
		assert.Empty(t, needlessReasons(reasons))
	}
}

// readOperations does each operation that the description has: the request is valid, and the example of the answer is read.
func readOperations(t *testing.T, d *description, found harvest) {
	t.Helper()
	for _, op := range operations() {
		t.Run(op.by, func(t *testing.T) {
			example := d.example(op.name)
			found.add(op.name, check(t, d, op, example)) // as it is,
			d.fill(op.name, example)
			found.add(op.name, check(t, d, op, example)) // and with all fields
		})
	}
}

// check does an operation whose answer is the example and returns which fields of it the client reads.
func check(t *testing.T, d *description, op operation, example object) fields {
	t.Helper()
	s := newStub(t, d)
	if example != nil {
		s.answers[op.name] = example
	}
	w := watched(s)
	result, err := op.call(t.Context(), s.client(w))
	if d.operation(op.name) == nil || d.level < op.since {
		// Where the server is too old the client says so, or does the same in another way.
		if err != nil && !errors.Is(err, zulip.ErrChannelAlreadyExists) { // as it does in the example of the other way
			require.ErrorIs(t, err, zulip.ErrUnsupported)
		}
		return fields{}
	}
	require.NoError(t, err)
	assert.True(t, s.seen[op.name], "%s was not asked for, but %v", op.name, slices.Collect(maps.Keys(s.seen)))
	assert.NotEmpty(t, w.calls[op.by], "%s was not what called", op.by)
	return reading(example, func(changed object) bool {
		s := newStub(t, d)
		s.answers[op.name] = changed
		got, err := op.call(t.Context(), s.client(s))
		return err != nil || !reflect.DeepEqual(got, result)
	})
}

// TestEveryDescribedOperationHasAMethod holds the table against the description.
func TestEveryDescribedOperationHasAMethod(t *testing.T) {
	t.Parallel()
	d := loaded(t, newer)
	done := map[string]bool{}
	for _, op := range operations() {
		done[op.name] = true
	}
	for _, names := range needless {
		for _, name := range names {
			assert.NotNil(t, d.operation(name), "%s is not in the description", name)
			assert.False(t, done[name], "%s is done", name)
			done[name] = true
		}
	}
	var missing []string
	for path, item := range d.doc.Paths.Map() {
		for method := range item.Operations() {
			if name := method + " " + path; !done[name] && elsewhere[name] == "" {
				missing = append(missing, name)
			}
		}
	}
	slices.Sort(missing)
	assert.Empty(t, missing, "operations that the client does not do")
}
