//go:build goolm || libolm

package e2ee

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// kept is a store of things with a bound of 10 for who is known, 3 for a stranger, and 5 for all
// strangers.
type kept struct {
	things map[arrived]bool
	known  map[id.UserID]bool
	needed map[id.SessionID]bool
}

func newKept(store *boltstore.Store) (*kept, *bound) {
	k := &kept{map[arrived]bool{}, map[id.UserID]bool{}, map[id.SessionID]bool{}}
	return k, &bound{
		most: 10, each: 3, all: 5, arrivals: newArrivals(store, "test"),
		list:   func(a arrived) string { return quoted(string(a.User)) },
		known:  func(_ context.Context, a arrived) bool { return k.known[a.User] },
		needed: func(_ context.Context, a arrived) bool { return k.needed[a.Session] },
		drop: func(_ context.Context, a arrived) error {
			delete(k.things, a)
			return nil
		},
	}
}

// send has somebody send things with numbers.
func (k *kept) send(t *testing.T, b *bound, user id.UserID, from, to int) {
	t.Helper()
	for i := from; i <= to; i++ {
		a := arrived{User: user, Session: id.SessionID(fmt.Sprint(i))}
		require.NoError(t, b.admit(t.Context(), a))
		k.things[a] = true
	}
}

// of returns the numbers of what is kept from somebody.
func (k *kept) of(user id.UserID) (found []int) {
	for i := range 100 {
		if k.things[arrived{User: user, Session: id.SessionID(fmt.Sprint(i))}] {
			found = append(found, i)
		}
	}
	return found
}

// What strangers send is bounded for each and for all of them, who has most gives way, and the
// oldest goes first. What becomes known moves away from there. Nobody pushes out what somebody
// known has sent, and what is needed stays as long as possible.
func TestBound(t *testing.T) {
	t.Parallel()
	for name, lasting := range map[string]bool{"in memory": false, "in a store": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var store *boltstore.Store
			if lasting {
				var err error
				store, err = boltstore.Open(filepath.Join(t.TempDir(), "bot.db"))
				require.NoError(t, err)
				t.Cleanup(func() { assert.NoError(t, store.Close()) })
			}
			k, b := newKept(store)
			k.send(t, b, "eve", 1, 4)
			assert.Equal(t, []int{2, 3, 4}, k.of("eve"))
			k.send(t, b, "mallory", 1, 1)
			k.send(t, b, "ada", 1, 2)
			assert.Equal(t, []int{3, 4}, k.of("eve"), "she has most")
			assert.Equal(t, []int{1}, k.of("mallory"))
			assert.Equal(t, []int{1, 2}, k.of("ada"))

			// Ada becomes known: nothing of hers is dropped any more to make room among strangers.
			k.known["ada"] = true
			k.send(t, b, "eve", 5, 5)
			k.send(t, b, "mallory", 2, 3)
			k.send(t, b, "trudy", 1, 3)
			assert.Equal(t, []int{1, 2}, k.of("ada"))
			k.needed["1"] = true
			k.send(t, b, "ada", 3, 20)
			ada := k.of("ada")
			assert.LessOrEqual(t, len(ada), 10)
			assert.Contains(t, ada, 1, "it is needed")
			assert.NotContains(t, ada, 2)
			assert.Contains(t, ada, 20)
			if lasting { // another process
				again := k.things
				k, b = newKept(store)
				k.things, k.known["ada"] = again, true
			}
			k.send(t, b, "eve", 6, 40)
			assert.Len(t, k.of("eve"), 3)
			k.send(t, b, "trudy", 1, 30)
			assert.LessOrEqual(t, len(k.of("eve"))+len(k.of("mallory"))+len(k.of("trudy")), 5)
			assert.Equal(t, ada, k.of("ada"))

			for i := range 100 { // all are needed: the oldest goes
				k.needed[id.SessionID(fmt.Sprint(i))] = true
			}
			k.send(t, b, "ada", 21, 40)
			assert.NotContains(t, k.of("ada"), 1)
			assert.Contains(t, k.of("ada"), 40)
		})
	}
}

// A name that somebody makes up is not the beginning of another list.
func TestQuoted(t *testing.T) {
	t.Parallel()
	assert.NotEqual(t, quoted("a", "b"), quoted(`a"`+`"b`))
	assert.NotContains(t, quoted("a\x00b"), "\x00")
	assert.Equal(t, `"!a:b""@c:d"`, quoted("!a:b", "@c:d"))
}
