package chatops

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
	"github.com/signalbox-go/signalbox/standup/storetest"
)

var errKilled = errors.New("killed")

// victim is an engine that dies at random boundaries: before and after each commit, before and after each message reaches
// the chat, and before and after each request reaches Semaphore. A dead engine does nothing more; another one starts on
// what it left.
type victim struct {
	o     *town
	inner Store

	mu     sync.Mutex
	random *rand.Rand
	chance float64 // Of dying at a boundary.
	kills  int
	inbox  []Incoming // What the chat hands over, in order.
	acked  int        // How much of it was acknowledged.
}

// life is one process.
type life struct {
	v      *victim
	dead   bool
	cancel context.CancelCauseFunc
}

// boundary kills the engine by chance, or says that it is dead already.
func (l *life) boundary() error {
	v := l.v
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

// RoundTrip is Semaphore as a process sees it that may die before it asked, or before it heard the answer.
func (l *life) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := l.boundary(); err != nil {
		return nil, err
	}
	resp, err := l.v.o.server.Transport().RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := l.boundary(); err != nil {
		return nil, errors.Join(err, resp.Body.Close())
	}
	return resp, nil
}

// live runs engines one after the other until the context ends.
func (v *victim) live(ctx context.Context) {
	for ctx.Err() == nil {
		v.liveOnce(ctx)
		v.mu.Lock()
		down := time.Duration(v.random.IntN(30)) * time.Second
		v.mu.Unlock()
		pause(ctx, down)
	}
}

func (v *victim) liveOnce(ctx context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l := &life{v: v, cancel: cancel}
	config := v.o.config
	config.Store = storetest.Faulty(v.inner, func(storetest.Boundary) error { return l.boundary() })
	v.o.chat.failWith(func(string, Outgoing) error { return l.boundary() })
	var err error
	config.Semaphore, err = semaphore.NewClient(semaphore.Credentials{
		URL: v.o.server.URL(), Token: semaphore.NewSecret(v.o.server.Admin().Token),
	}, semaphore.WithTransport(l))
	if err != nil {
		panic(err)
	}
	if config.Audit, err = OpenAudit(v.o.audit); err != nil {
		panic(err)
	}
	engine, err := New(config)
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
	if err := config.Audit.Close(); err != nil {
		panic(err)
	}
}

// read hands events over as an adapter does: in order, each until it is taken, and acknowledged only afterwards.
func (v *victim) read(ctx context.Context, engine *Engine, l *life) {
	for ctx.Err() == nil {
		v.mu.Lock()
		var in *Incoming
		if v.acked < len(v.inbox) {
			in = &v.inbox[v.acked]
		}
		v.mu.Unlock()
		if in == nil || engine.Handle(ctx, *in) != nil {
			pause(ctx, time.Second)
			continue
		}
		if l.boundary() != nil {
			return // Killed between handling and acknowledging.
		}
		v.mu.Lock()
		v.acked++
		v.mu.Unlock()
	}
}

// say puts a message into the inbox.
func (v *victim) say(from UserID, text string) Incoming {
	in := v.o.event(from, text)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.inbox = append(v.inbox, in)
	return in
}

// asked are the requests that are stored.
func (v *victim) asked(ctx context.Context) (requests []request) {
	_ = v.inner.View(ctx, func(tx Tx) (err error) {
		requests, err = all[request](tx, "request/")
		return err
	})
	return requests
}

// people ask for runs and lists, and say yes once to each question and approve each request once, some time after they
// have seen it.
func (v *victim) people(ctx context.Context, random *rand.Rand) (asked []Incoming) {
	said := map[string]bool{}
	for range 12 {
		switch random.IntN(4) {
		case 0:
			asked = append(asked, v.say(vera, "!cd projects"))
		case 1:
			v.say(carl, "!cd run website deploy-prod")
		case 2:
			v.say(carl, "!cd schedule once website deploy-prod --in 2m")
		default:
			v.say(bob, "!cd run website check --message again")
		}
		for range 1 + random.IntN(6) {
			pause(ctx, 10*time.Second)
			for _, r := range v.asked(ctx) {
				step := r.ID + string(r.State)
				if said[step] || random.IntN(2) == 0 {
					continue
				}
				said[step] = true
				switch r.State {
				case Confirming:
					v.say(r.By, "yes "+r.ID)
				case Approving:
					v.say(ada, "!cd approve "+r.ID)
				}
			}
		}
	}
	return asked
}

// TestKills plays hours of work with 1,000 kills in all.
func TestKills(t *testing.T) {
	t.Parallel()
	const wanted = 1000
	kills, tasks := 0, 0
	for seed := uint64(1); kills < wanted && !t.Failed(); seed++ {
		synctest.Test(t, func(t *testing.T) {
			k, n := killHour(t, seed)
			kills, tasks = kills+k, tasks+n
		})
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d kills, %d tasks", kills, tasks)
}

func killHour(t *testing.T, seed uint64) (kills, tasks int) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 2))
	o := newTown(t, func(o *town) {
		o.config.Policy.Approvals = []ApprovalRule{{Scope: Scope{Templates: []string{"check"}}, Approvals: 1}}
		o.config.Policy.Approve = 5 * time.Minute
	})
	o.server.SetScript(o.website.ID, o.check.ID, semaphoretest.Script{Lines: 40, Rate: 10, ExitCode: 2})
	nightly := o.server.AddTemplate(o.website, semaphoretest.Template{Name: "nightly", Script: semaphoretest.Script{Lines: 5, Rate: 1}})
	o.say(ada, "!cd watch website nightly --status success")
	require.ErrorIs(t, o.stop(), context.Canceled)

	v := &victim{o: o, random: rand.New(rand.NewPCG(seed, 1)), chance: 0.004 + 0.03*random.Float64(), inner: o.store}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var threads sync.WaitGroup
	threads.Go(func() { v.live(ctx) })
	var elsewhere []int
	threads.Go(func() {
		for range 5 {
			pause(ctx, 97*time.Second)
			elsewhere = append(elsewhere, o.server.StartTask(nightly, o.server.Admin(), "from the browser"))
		}
	})
	asked := v.people(ctx, random)
	time.Sleep(7 * time.Minute)
	v.mu.Lock()
	v.chance = 0 // Let it come to rest.
	v.mu.Unlock()
	time.Sleep(11 * time.Minute) // Also of what was asked for last, and nobody answers.
	synctest.Wait()
	cancel()
	threads.Wait()

	require.Equal(t, len(v.inbox), v.acked)
	require.Zero(t, o.outboxSize())
	said := map[string]int{}
	for _, m := range o.messages() {
		said[m.keys[0]]++
		require.Equal(t, 1, said[m.keys[0]], "posted twice: %s %q", m.keys[0], m.text)
	}
	replies := map[MessageID]int{}
	for _, m := range o.messages() {
		replies[m.to.ReplyTo]++
	}
	for _, in := range asked {
		assert.Equal(t, 1, replies[in.Message], "each question is answered once")
	}
	made := len(elsewhere)
	for _, r := range v.asked(t.Context()) {
		ran := 0
		for _, task := range o.server.Tasks() {
			if strings.Contains(task.Message, r.mark()) {
				ran++
				require.False(t, task.Created.Before(r.NotBefore), "%s runs at its time", r.ID)
			}
		}
		made += ran
		switch r.State {
		case Started:
			require.Equal(t, 1, ran, "%s runs once", r.ID)
			o.toldWhole(r)
			tasks++
		case Failed: // It could not be found out for too long.
			require.LessOrEqual(t, ran, 1)
			require.Equal(t, 1, said["failed."+r.ID])
		case Expired: // Nobody happened to say yes in time.
			require.Zero(t, ran)
		default:
			require.Fail(t, "not at its end", "%+v", r)
		}
	}
	require.Len(t, o.server.Tasks(), made)
	for _, id := range elsewhere {
		assert.Equal(t, 1, o.count(fmt.Sprintf("#%d ", id)), "the end of a task started elsewhere is told once")
	}
	started := 0
	for _, line := range o.auditLines() { // In one chain, and each once.
		if strings.Contains(line, " run started") {
			started++
		}
	}
	assert.Equal(t, tasks, started)
	return v.kills, tasks
}

// toldWhole says that the room has seen the one card and the one end of a request's task.
func (o *town) toldWhole(r request) {
	o.t.Helper()
	number := fmt.Sprintf("#%d ", r.Task.Task)
	ends, cards := 0, 0
	for _, m := range o.messages() {
		if !strings.Contains(m.text, number) {
			continue
		}
		if m.alert {
			ends++
		} else if m.to.Thread == "" {
			cards++
			assert.Contains(o.t, m.text, map[bool]string{true: "has succeeded", false: "has failed"}[r.Target.TemplateName == "deploy-prod"])
		}
	}
	assert.Equal(o.t, 1, ends, "the end of %s is told once", number)
	assert.Equal(o.t, 1, cards, "%s has one card", number)
}
