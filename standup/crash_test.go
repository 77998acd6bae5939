package standup_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/standup/storetest"
)

var errKilled = errors.New("killed")

// victim is an engine that dies at random boundaries: before and after each
// commit, and before and after each message reaches the chat. A dead engine
// does nothing more; another one starts on what it left.
type victim struct {
	o      *office
	random *rand.Rand
	chance float64 // Of dying at a boundary.
	inner  standup.Store

	mu    sync.Mutex
	kills int

	inbox []standup.Incoming // What the chat hands over, in order.
	acked int                // How much of it was acknowledged.
}

// life is one process.
type life struct {
	dead   bool
	cancel context.CancelCauseFunc
}

// boundary kills the engine by chance, or says that it is dead already.
func (v *victim) boundary(l *life) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !l.dead && v.random.Float64() < v.chance {
		l.dead = true
		v.kills++
		l.cancel(errKilled)
	}
	if l.dead {
		return errKilled
	}
	return nil
}

// live runs engines one after the other until the context ends.
func (v *victim) live(ctx context.Context) {
	for ctx.Err() == nil {
		v.liveOnce(ctx)
		v.mu.Lock()
		down := time.Duration(v.random.IntN(90)) * time.Second
		v.mu.Unlock()
		sleep(ctx, down)
	}
}

func (v *victim) liveOnce(ctx context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l := &life{cancel: cancel}
	config := v.o.config
	config.Store = storetest.Faulty(v.inner, func(storetest.Boundary) error { return v.boundary(l) })
	v.o.chat.failWith(func(string, standup.Outgoing) error { return v.boundary(l) })
	engine, err := standup.New(config)
	if err != nil {
		panic(err)
	}
	var threads sync.WaitGroup
	threads.Go(func() {
		_ = engine.Run(ctx) // The cause is the kill, or the end of the test.
		cancel(nil)
	})
	threads.Go(func() { v.read(ctx, engine, l) })
	threads.Wait()
}

// read hands events over as an adapter does: in order, each until it is taken,
// and acknowledged only afterwards.
func (v *victim) read(ctx context.Context, engine *standup.Engine, l *life) {
	for ctx.Err() == nil {
		v.mu.Lock()
		var in *standup.Incoming
		if v.acked < len(v.inbox) {
			in = &v.inbox[v.acked]
		}
		v.mu.Unlock()
		if in == nil {
			sleep(ctx, time.Second)
			continue
		}
		if engine.Handle(ctx, *in) != nil {
			sleep(ctx, time.Second)
			continue
		}
		if v.boundary(l) != nil {
			return // Killed between handling and acknowledging.
		}
		v.mu.Lock()
		v.acked++
		v.mu.Unlock()
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// answerers are people who answer each question once, some time after they see
// it, and each answer names its question. Some edit. Every fourth stops after
// one question, every fifth does not begin.
func (v *victim) answerers(ctx context.Context, people []string, random *rand.Rand) {
	seen := map[string]bool{}
	for ctx.Err() == nil {
		sleep(ctx, 20*time.Second)
		for i, p := range people {
			for _, text := range v.o.chat.to(strings.ToLower(p)) {
				question, ok := questionIn(text)
				if !ok || seen[p+question] || i%5 == 4 || i%4 == 3 && strings.HasPrefix(question, "Two") {
					continue
				}
				if random.IntN(6) > 0 {
					continue // Still thinking.
				}
				seen[p+question] = true
				v.say(p, "on "+question+" says "+p, random.IntN(4) == 0)
			}
		}
	}
}

// say puts a message, and perhaps an edit of it, into the inbox.
func (v *victim) say(from, text string, edited bool) {
	in := v.o.event(from, text)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.inbox = append(v.inbox, in)
	if edited {
		in.ID += "-edit"
		in.Edit, in.Text = true, text+" (edited)"
		v.inbox = append(v.inbox, in)
	}
}

// questionIn finds which of the three questions a message asks.
func questionIn(text string) (string, bool) {
	for _, q := range []string{"One?", "Two?", "Three?"} {
		if strings.HasSuffix(text, q) || strings.Contains(text, q+"\n") {
			return q, true
		}
	}
	return "", false
}

// TestKills plays days of a team of 20 with 1,000 kills in all.
func TestKills(t *testing.T) {
	t.Parallel()
	const wanted = 1000
	kills := 0
	for seed := uint64(1); kills < wanted; seed++ {
		synctest.Test(t, func(t *testing.T) { kills += killDay(t, seed) })
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d kills", kills)
}

func killDay(t *testing.T, seed uint64) int {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 2))
	var people []string
	for i := range 20 {
		people = append(people, fmt.Sprintf("P%02d", i))
	}
	o := open(t, "2026-11-23T08:00:00Z", people...)
	o.mention("P00", "setup 09:30 11:45 12:45 UTC")
	o.mention("P00", "config questions One? | Two? | Three?")
	require.NoError(t, errors.Join(ignoreCanceled(o.stop())))

	v := &victim{o: o, random: rand.New(rand.NewPCG(seed, 1)), chance: 0.02 + 0.08*random.Float64(), inner: o.store}
	ctx, cancel := context.WithCancel(t.Context())
	var threads sync.WaitGroup
	threads.Go(func() { v.live(ctx) })
	threads.Go(func() { v.answerers(ctx, people, random) })
	o.until("14:00")
	v.mu.Lock()
	v.chance = 0 // Let it come to rest.
	v.mu.Unlock()
	o.until("14:30")
	cancel()
	threads.Wait()

	reports := o.chat.to(string(general))[2:] // After the answers to setup and config.
	require.Len(t, reports, 1, "the report is posted once")
	for i, p := range people {
		user := strings.ToLower(p)
		require.Equal(t, 1, o.count(user, "it is time for the standup"), "%s is prompted once", p)
		for _, q := range []string{"One?", "Two?", "Three?"} {
			require.LessOrEqual(t, o.count(user, "Thanks!\n"+q), 1, "%s is asked %s once", p, q)
		}
		finished := o.count(user, "That was all") == 1
		reminders := o.count(user, "⏰")
		require.LessOrEqual(t, reminders, 1, p)
		if i%5 == 4 || i%4 == 3 {
			require.Equal(t, 1, reminders, "%s did not finish and is reminded", p)
			require.False(t, finished)
		}
	}
	answered := map[string]string{}
	for _, in := range v.inbox {
		answered[string(in.From)+strings.Fields(in.Text)[1]] = in.Text // The newest edit.
	}
	for _, text := range answered {
		q := strings.Fields(text)[1]
		require.Equal(t, 1, strings.Count(reports[0], q+"\n> "+text+"\n"), "%q stands once under %s in\n%s", text, q, reports[0])
	}
	return v.kills
}

func ignoreCanceled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
