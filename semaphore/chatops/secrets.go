package chatops

import (
	"slices"

	"github.com/signalbox-go/signalbox/semaphore"
)

// keep keeps the value of a secret variable of a request. Doing it twice is harmless.
func (s *secretValues) keep(request, name string, value semaphore.Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.values == nil {
		s.values = map[string]map[string]semaphore.Secret{}
	}
	if s.values[request] == nil {
		s.values[request] = map[string]semaphore.Secret{}
	}
	s.values[request][name] = value
}

// of returns the values of a request that are known, and the names of those that are not.
func (s *secretValues) of(r request) (values map[string]semaphore.Secret, missing []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	values = map[string]semaphore.Secret{}
	for _, name := range r.Start.Secrets {
		value, known := s.values[r.ID][name]
		if known {
			values[name] = value
		} else {
			missing = append(missing, name)
		}
	}
	return values, missing
}

// forgetAllBut forgets the values of all requests but those that are open.
func (s *secretValues) forgetAllBut(open []request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range s.values {
		if !slices.ContainsFunc(open, func(r request) bool { return r.ID == id }) {
			delete(s.values, id)
		}
	}
}
