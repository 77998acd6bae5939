//go:build goolm || libolm

package e2ee

import (
	"sync"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// marks is a set of people that outlasts the process where there is a bbolt store.
type marks struct {
	records *boltstore.Records // nil where there is none

	mu     sync.Mutex
	memory map[id.UserID]bool
}

// maxMarks bounds a set that is kept in memory.
const maxMarks = 10_000

func newMarks(store *boltstore.Store, name string) *marks {
	if store == nil {
		return &marks{memory: map[id.UserID]bool{}}
	}
	return &marks{records: store.Records(name)}
}

// has says whether the user is in the set; also where that cannot be found out.
func (s *marks) has(user id.UserID) bool {
	if s.records != nil {
		found, err := s.records.Get(string(user))
		return err != nil || found != nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.memory[user]
}

// set puts the user into the set and says whether that is new.
func (s *marks) set(user id.UserID) bool {
	if s.records == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.memory[user] || len(s.memory) >= maxMarks {
			return false
		}
		s.memory[user] = true
		return true
	}
	s.mu.Lock() // or two could find it new
	defer s.mu.Unlock()
	found, err := s.records.Get(string(user))
	return err == nil && found == nil && s.records.Put(string(user), []byte{1}) == nil
}

// clear removes the user from the set.
func (s *marks) clear(user id.UserID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.memory, user)
	if s.records != nil {
		_ = s.records.Delete(string(user)) // whoever uses the store next is told what is wrong
	}
}
