package matrixbot_test

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// timed notes when requests are made.
type timed struct {
	next http.RoundTripper

	mu sync.Mutex
	at []time.Time
}

// RoundTrip implements [http.RoundTripper].
func (s *timed) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.at = append(s.at, time.Now())
	s.mu.Unlock()
	return s.next.RoundTrip(req)
}

// Bots that lost the same homeserver at the same moment do not come back at the same moments.
func TestReconnectsAreNotInStep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		config := settings(t, srv)
		stamps := &timed{next: config.Transport}
		config.Transport = stamps
		run := start(t, config)
		listens(t, srv)
		srv.Fail(matrixtest.Match{For: time.Hour}, matrixtest.Fault{Status: http.StatusBadGateway})
		time.Sleep(50 * time.Minute)
		run.stop(t)
		stamps.mu.Lock()
		defer stamps.mu.Unlock()
		waits := map[time.Duration]bool{}
		last := stamps.at[len(stamps.at)-20:]
		for i := range last[1:] {
			wait := last[i+1].Sub(last[i])
			waits[wait.Round(time.Second)] = true
			assert.GreaterOrEqual(t, wait, 30*time.Second)
			assert.LessOrEqual(t, wait, time.Minute)
		}
		assert.Greater(t, len(waits), 5, "the waits are alike: %v", waits)
	})
}
