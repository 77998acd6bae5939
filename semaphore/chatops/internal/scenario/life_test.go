package scenario

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/standup/storetest"
)

var errKilled = errors.New("killed")

// life is one life of the bot. It dies by chance before or after a commit, or before or after a request reaches the chat
// or Semaphore; then nothing that it does has any effect. A nil life goes on for ever.
type life struct {
	mu     sync.Mutex
	random *rand.Rand
	chance float64
	dead   bool
	die    func()
	death  chan struct{} // Closed then.
}

func (l *life) boundary() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dead && l.random.Float64() < l.chance {
		l.dead = true
		l.die()
		close(l.death)
	}
	if l.dead {
		return errKilled
	}
	return nil
}

// ends says what else is to be done when it dies.
func (l *life) ends(die func()) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.die = die
}

func (l *life) over(store chatops.Store) chatops.Store {
	if l == nil {
		return store
	}
	return storetest.Faulty(store, func(storetest.Boundary) error { return l.boundary() })
}

func (l *life) around(next http.RoundTripper) http.RoundTripper {
	if l == nil {
		return next
	}
	return &mortal{l, next}
}

// mortal is the network of a life. Long polls and sockets do not count: one is under way at every instant.
type mortal struct {
	life *life
	next http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (m *mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, long := range []string{"/events", "/sync", "/ws"} {
		if strings.HasSuffix(r.URL.Path, long) {
			return m.next.RoundTrip(r)
		}
	}
	if err := m.life.boundary(); err != nil {
		return nil, err
	}
	resp, err := m.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := m.life.boundary(); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return resp, nil
}
