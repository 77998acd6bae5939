//go:build goolm || libolm

package e2ee

import (
	"sync"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// told remembers which senders were told that their keys do not reach the bot.
type told struct {
	records *boltstore.Records // nil where there is no bbolt store

	mu     sync.Mutex
	memory map[id.UserID]bool
}

// maxTold bounds the memory.
const maxTold = 10_000

func newTold(store *boltstore.Store) *told {
	t := &told{memory: map[id.UserID]bool{}}
	if store != nil {
		t.records = store.Records("e2ee-withheld")
	}
	return t
}

// first says whether the user is to be told now, and remembers that they are.
func (t *told) first(user id.UserID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.memory[user] || len(t.memory) >= maxTold {
		return false
	}
	t.memory[user] = true
	if t.records == nil {
		return true
	}
	known, err := t.records.Get(string(user))
	if err != nil || known != nil {
		return false
	}
	return t.records.Put(string(user), []byte{1}) == nil
}

// forget lets the user be told again.
func (t *told) forget(user id.UserID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.memory, user)
	if t.records != nil {
		_ = t.records.Delete(string(user)) // the store tells its next user what is wrong with it
	}
}
