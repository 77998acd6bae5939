package scenario

import (
	"context"
	"math/rand/v2"
	"regexp"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// requestOf finds the id of a request in its question.
var requestOf = regexp.MustCompile(`Request (\w+)`)

// live lets the bot run from death to death until ctx ends, and says how often it died.
func (w *world) live(ctx context.Context, random *rand.Rand, chance float64) (deaths int) {
	for ctx.Err() == nil {
		l := &life{random: rand.New(rand.NewPCG(random.Uint64(), 1)), chance: chance, death: make(chan struct{})}
		stop := w.begin(ctx, l, func(error) {})
		select {
		case <-l.death:
			deaths++
		case <-ctx.Done():
		}
		stop()
		pause := time.NewTimer(time.Duration(random.IntN(20)) * time.Second)
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
		pause.Stop()
	}
	return deaths
}

// TestKilled has people run something again and again while the bot is killed all the time: each yes starts one task,
// and each question, card and end is told once.
func TestKilled(t *testing.T) {
	t.Parallel()
	const runs = 12
	for _, name := range fakes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, open(t, name))
				w.stop()
				ctx, cancel := context.WithCancel(t.Context())
				var living sync.WaitGroup
				deaths := 0
				living.Go(func() { deaths = w.live(ctx, rand.New(rand.NewPCG(7, 7)), 1.0/60) })
				for range runs {
					w.say("carl", "!cd run website restart")
					w.line = "the question"
					w.expectSlowly(inRoom, "Run website / restart?")
					w.say("carl", "yes "+requestOf.FindStringSubmatch(signs.Replace(w.textOf(w.last)))[1])
					w.line = "the end"
					w.expectSlowly(inThread, "restart | has succeeded")
				}
				time.Sleep(10 * time.Minute)
				cancel()
				living.Wait()
				t.Logf("%d deaths in %d runs", deaths, runs)
				assert.Greater(t, deaths, runs/2)
				assert.Len(t, w.server.Tasks(), runs)
				for _, each := range []struct {
					place place
					words string
				}{
					{inRoom, "Run website / restart?"},
					{inRoom, "asked for by | has succeeded"}, // The card.
					{inThread, "restart | has succeeded"},
					{inThread, "whole log"},
				} {
					found := 0
					for _, m := range w.messages() {
						if m.place == each.place && has(m.text, each.words) {
							found++
						}
					}
					assert.Equal(t, runs, found, each.words)
				}
				w.verifyAudit()
			})
		})
	}
}

// textOf is what a message says now.
func (w *world) textOf(id string) string {
	for _, m := range w.messages() {
		if m.id == id {
			return m.text
		}
	}
	return ""
}

// expectSlowly is expect for a bot that may be dead for minutes.
func (w *world) expectSlowly(at place, words string) {
	w.Helper()
	for range patience {
		if w.seen(at, words) {
			return
		}
		time.Sleep(2 * time.Second)
	}
	w.expect(at, words)
}
