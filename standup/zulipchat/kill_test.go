package zulipchat

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

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/standup/storetest"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

var errKilled = errors.New("killed")

// process is one life of the bot. It dies by chance before or after a commit, or before or after a request reaches
// the server; then nothing that it does has any effect.
type process struct {
	mu     sync.Mutex
	random *rand.Rand
	chance float64
	dead   bool
	die    func()
}

func (p *process) boundary() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.dead && p.random.Float64() < p.chance {
		p.dead = true
		p.die()
	}
	if p.dead {
		return errKilled
	}
	return nil
}

// RoundTrip is the network of the process. Long polls do not count: one is under way at every instant.
func (p *process) RoundTrip(next http.RoundTripper, r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/events") {
		return next.RoundTrip(r)
	}
	if err := p.boundary(); err != nil {
		return nil, err
	}
	resp, err := next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := p.boundary(); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// killed is an organisation of 20 people whose bot is killed all the time.
type killed struct {
	*office
	store  standup.Store
	people []*zuliptest.User
	random *rand.Rand // Of live; answer has its own.
	kills  int
}

// live runs the bot from death to death until ctx ends.
func (k *killed) live(ctx context.Context, t *testing.T, chance func() float64) {
	t.Helper()
	for ctx.Err() == nil {
		life, die := context.WithCancel(ctx)
		p := &process{random: rand.New(rand.NewPCG(k.random.Uint64(), 1)), chance: chance(), die: die}
		client := k.client(t, zulip.WithTransport(roundTrip(func(r *http.Request) (*http.Response, error) { return p.RoundTrip(k.Transport(), r) })))
		chat, err := New(client)
		require.NoError(t, err)
		engine, err := standup.New(standup.Config{Store: storetest.Faulty(k.store, func(storetest.Boundary) error { return p.boundary() }), Chat: chat})
		require.NoError(t, err)
		var halves sync.WaitGroup
		halves.Go(func() { _ = engine.Run(life); die() })
		halves.Go(func() { _ = chat.Run(life, engine); die() })
		halves.Wait()
		if p.dead {
			k.kills++
		}
		pause(ctx, time.Duration(k.random.IntN(90))*time.Second)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// answer lets people answer what they are asked, each question once and each answer with the name of its question.
// Every fifth does not answer, every fourth stops after one question, and every seventh answer is edited.
func (k *killed) answer(ctx context.Context, random *rand.Rand) {
	seen := map[string]bool{}
	for ctx.Err() == nil {
		pause(ctx, 20*time.Second)
		for i, person := range k.people {
			for _, content := range k.heard(person) {
				question, ok := questionIn(content)
				mark := fmt.Sprint(i, question)
				if !ok || seen[mark] || i%5 == 4 || i%4 == 3 && question == "Two?" || random.IntN(6) > 0 {
					continue
				}
				seen[mark] = true
				m := k.SendDirect(person, fmt.Sprintf("on %s says %s", question, person.FullName), k.bot)
				if len(seen)%7 == 0 {
					k.EditMessage(person, m.ID, m.Content+", edited")
				}
			}
		}
	}
}

func questionIn(content string) (string, bool) {
	for _, q := range []string{"One?", "Two?", "Three?"} {
		if strings.Contains(content, "**"+q+"**") {
			return q, true
		}
	}
	return "", false
}

// TestKills plays days on a whole Zulip, with client, adapter, engine and store, and 1,000 kills in all.
func TestKills(t *testing.T) {
	t.Parallel()
	const wanted = 1000
	kills := 0
	for seed := uint64(1); kills < wanted && !t.Failed(); seed++ {
		synctest.Test(t, func(t *testing.T) { kills += killDay(t, seed) })
	}
	t.Logf("%d kills", kills)
}

func killDay(t *testing.T, seed uint64) int {
	t.Helper()
	k := &killed{office: newOffice(t), store: standup.NewMemStore(), random: rand.New(rand.NewPCG(seed, 2))}
	k.Unsubscribe(k.channel, k.ann, k.ben)
	for i := range 20 {
		p := k.AddUser(zuliptest.User{FullName: fmt.Sprintf("P%02d", i)})
		k.people = append(k.people, p)
		k.Subscribe(k.channel, p)
	}
	sleepUntil(2026, time.November, 23, 7, 0)
	chat := k.chat(t)
	stop := start(t, chat, k.engine(t, chat, k.store))
	k.SendToChannel(k.people[0], k.channel, "meta", "@**Standup** setup 09:00 13:00 17:00 UTC")
	k.SendToChannel(k.people[0], k.channel, "meta", "@**Standup** config questions One? | Two? | Three?")
	sleepUntil(2026, time.November, 23, 8, 0)
	require.Len(t, k.posted("meta"), 2)
	stop()

	ctx, cancel := context.WithCancel(t.Context())
	chance := 0.01 + 0.03*k.random.Float64() // Before live has the generator to itself.
	calm := time.Date(2026, time.November, 23, 18, 0, 0, 0, time.UTC)
	var threads sync.WaitGroup
	threads.Go(func() {
		k.live(ctx, t, func() float64 {
			if time.Now().After(calm) {
				return 0
			}
			return chance
		})
	})
	threads.Go(func() { k.answer(ctx, rand.New(rand.NewPCG(seed, 3))) })
	time.Sleep(time.Until(calm.Add(time.Hour)))
	cancel()
	threads.Wait()
	k.check(t, seed)
	return k.kills
}

// check compares what is on the server with what should be.
func (k *killed) check(t *testing.T, seed uint64) {
	t.Helper()
	reports := k.posted("Standup 2026-11-23")
	require.Len(t, reports, 1, "seed %d: the report is posted once", seed)
	for i, person := range k.people {
		all := strings.Join(k.heard(person), "\n\x00\n")
		require.Equal(t, 1, strings.Count(all, "it is time for the standup"), "seed %d: %s is prompted once\n%s", seed, person.FullName, all)
		require.LessOrEqual(t, strings.Count(all, "Thanks!\n\n**Two?**"), 1, "seed %d: %s\n%s", seed, person.FullName, all)
		require.LessOrEqual(t, strings.Count(all, "Thanks!\n\n**Three?**"), 1, "seed %d: %s\n%s", seed, person.FullName, all)
		require.LessOrEqual(t, strings.Count(all, "⏰"), 1, "seed %d: %s\n%s", seed, person.FullName, all)
		if i%5 == 4 || i%4 == 3 {
			require.Equal(t, 1, strings.Count(all, "⏰"), "seed %d: %s did not finish and is reminded", seed, person.FullName)
		}
		for _, m := range k.DirectMessages(k.bot, person) {
			if m.SenderID != person.ID {
				continue
			}
			question := strings.Fields(m.Content)[1]
			want := fmt.Sprintf("**%s**\n\n```quote\n%s\n```", question, m.Content)
			require.Equal(t, 1, strings.Count(reports[0], want), "seed %d: %q in\n%s", seed, want, reports[0])
		}
	}
}
