package zulip_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

// ledger is a store whose handler writes in the same transaction: what was handled is kept exactly when the state is.
type ledger struct {
	mu      sync.Mutex
	state   zulip.QueueState
	handled map[string]int
	open    []string // handled, not yet committed
	process *process
}

func (l *ledger) LoadQueue(context.Context) (zulip.QueueState, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = nil
	return l.state, nil
}

func (l *ledger) SaveQueue(_ context.Context, state zulip.QueueState) error {
	if !l.process.step() {
		return errKilled
	}
	l.mu.Lock()
	for _, text := range l.open {
		l.handled[text]++
	}
	l.open, l.state = nil, state
	l.mu.Unlock()
	if !l.process.step() {
		return errKilled
	}
	return nil
}

// process dies at a step chosen beforehand; a dead one has no effect on anything any more.
type process struct {
	mu   sync.Mutex
	left int
	kill context.CancelFunc
}

var errKilled = errors.New("killed")

func (p *process) step() (alive bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left--
	if p.left == 0 {
		p.kill()
	}
	return p.left > 0
}

// through makes a transport that has a step before the request and one after it.
func (p *process) through(rt http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if !p.step() {
			return nil, errKilled
		}
		response, err := rt.RoundTrip(r)
		if err == nil && !p.step() {
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
			return nil, errKilled
		}
		return response, err
	})
}

// However often the program is killed between two steps, and whatever happens to the queue meanwhile: every
// message is handled once.
func TestEventsHandlesEachMessageOnceThroughKills(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { killOften(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func killOften(t *testing.T, chance *rand.Rand) {
	h := newHouse(t)
	book := &ledger{handled: map[string]int{}}
	request := zulip.ListenRequest{Store: book, IdleTimeout: 10 * time.Minute}
	if chance.IntN(2) == 0 {
		request.EventTypes = onlyMessages
	}
	live := func(steps int, d time.Duration) {
		ctx, cancel := context.WithTimeout(t.Context(), d)
		defer cancel()
		life := &process{left: steps, kill: cancel}
		book.process = life
		c := h.client(t, zulip.WithTransport(life.through(h.server.Transport())))
		for event, err := range c.Events(ctx, request) {
			if err != nil {
				return
			}
			if event.Message != nil {
				book.open = append(book.open, event.Message.Content)
			}
		}
	}
	live(1000, time.Minute) // the first start settles where the present begins
	require.NotEmpty(t, book.state.QueueID)

	lives := rand.New(rand.NewPCG(chance.Uint64(), 2))
	sent := 0
	var busy sync.WaitGroup
	over := make(chan struct{})
	busy.Go(func() { // the house talks all the time
		for {
			select {
			case <-over:
				return
			case <-time.After(time.Duration(chance.IntN(40_000)) * time.Millisecond):
			}
			switch chance.IntN(12) {
			case 0:
				h.server.ExpireQueues()
			case 1:
				h.server.RestartServer()
			default:
				for range 1 + chance.IntN(4) {
					h.server.SendDirect(h.alice, fmt.Sprint("message ", sent), h.bot)
					sent++
				}
			}
		}
	})
	for range 40 {
		live(1+lives.IntN(25), time.Hour)
		time.Sleep(time.Duration(lives.IntN(20)) * time.Minute)
	}
	close(over)
	busy.Wait()
	live(100_000, time.Hour)
	require.Greater(t, sent, 100)
	for i := range sent {
		text := fmt.Sprint("message ", i)
		if !assert.Equal(t, 1, book.handled[text], text) {
			return
		}
	}
	assert.Len(t, book.handled, sent)
}
