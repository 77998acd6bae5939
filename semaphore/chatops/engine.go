package chatops

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/signalbox-go/signalbox/ratelimit"
	"github.com/signalbox-go/signalbox/semaphore"
)

// Config is what an [Engine] works with.
type Config struct {
	Semaphore *semaphore.Client // Required.
	Store     Store             // Required. The engine does not close it.
	Chat      Chat              // Required.
	Policy    Policy            // See [Engine.SetPolicy]. The zero value lets nobody do anything.

	// Prefix is what commands begin with, "!cd" where it is "". In direct messages and after a mention of the bot it may
	// be left out.
	Prefix string

	// Audit is where decisions are written, once each and in order. Nil: they are not kept. The engine does not close it.
	Audit *Audit

	// Allow limits commands and answers to questions: it says whether a person may have one carried out now and, if not,
	// whether to tell them so. Nil means 40 at once, and one more each second.
	Allow func(UserID) (allowed, notice bool)

	// Messages are what the bot says for a personality: see [Messages]. The zero value says nothing beyond the facts.
	Messages Messages

	Logger *slog.Logger // Nil means silent.

	// Now is the engine's clock. Nil means time.Now. After the clock has jumped call Engine.Wake.
	Now func() time.Time
}

// Messages are texts for a bot with a personality. Each list may be empty; from one with several one is chosen.
type Messages struct {
	Greetings  []string // Put before answers to help.
	Start      []string // Said with a task that starts.
	Success    []string
	Failure    []string
	Ping       []string
	Pet, Scold []string // Make the hidden commands pet and scold exist.
}

// Engine has commands carried out, follows tasks and tells about them. Everything it knows is in its Store, so it goes
// on where it stopped, however it stopped. Make one with [New]. It is safe for concurrent use. One engine at a time works
// on a store.
type Engine struct {
	Config
	policy    atomic.Pointer[Policy]
	bells     []chan struct{} // One for each of the loops.
	outbox    outbox
	catalog   catalog
	follows   follows
	starting  starting
	secrets   secretValues
	running   sync.WaitGroup // What the loops have started; Run waits for it.
	strangers *ratelimit.Keyed[RoomID]
	pruned    time.Time // When the loop that prunes did so.
}

// secretValues are answers to secret survey variables, by request and name, in memory alone.
type secretValues struct {
	mu     sync.Mutex
	values map[string]map[string]semaphore.Secret
}

// New returns an engine. It does nothing before [Engine.Run] or [Engine.Handle] is called. An incomplete config and a
// policy in which something is wrong are refused.
func New(c Config) (*Engine, error) {
	if c.Semaphore == nil || c.Store == nil || c.Chat == nil {
		return nil, errors.New("chatops: new engine: Config needs Semaphore, a Store and a Chat")
	}
	if c.Prefix == "" {
		c.Prefix = "!cd"
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Allow == nil {
		commands, err := ratelimit.NewKeyed[UserID](1, 40, 10_000)
		if err != nil {
			return nil, fmt.Errorf("chatops: new engine: %w", err)
		}
		c.Allow = func(user UserID) (allowed, notice bool) {
			d := commands.Allow(user)
			return d.Allowed, d.First
		}
	}
	c.Store = mending{Store: c.Store, log: c.Logger, now: c.Now}
	// Five brush-offs in a room at once, then one a minute, however many strangers there are.
	strangers, err := ratelimit.NewKeyed[RoomID](1.0/60, 5, 1000)
	if err != nil {
		return nil, fmt.Errorf("chatops: new engine: %w", err)
	}
	e := &Engine{Config: c, strangers: strangers}
	if err := e.SetPolicy(c.Policy); err != nil {
		return nil, fmt.Errorf("chatops: new engine: %w", err)
	}
	for range e.loops() {
		e.bells = append(e.bells, make(chan struct{}, 1))
	}
	return e, nil
}

// SetPolicy puts a policy into force: for all that comes from now on, requests that wait included. One in which something
// is wrong is refused, and the policy before it stays in force. The engine keeps the slices of p; do not change them.
func (e *Engine) SetPolicy(p Policy) error {
	if err := p.Check(); err != nil {
		return err
	}
	e.policy.Store(&p)
	if e.bells != nil {
		e.Wake()
	}
	return nil
}

// Policy returns the policy that is in force. Its slices belong to the engine.
func (e *Engine) Policy() Policy { return *e.policy.Load() }
