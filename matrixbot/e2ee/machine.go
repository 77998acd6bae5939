//go:build goolm || libolm

package e2ee

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/verificationhelper"
	"maunium.net/go/mautrix/id"
)

// StateStore knows the rooms. [github.com/signalbox-go/signalbox/matrixbot/boltstore.State] and
// mautrix's SQL state store are some.
type StateStore interface {
	mautrix.StateStore
	crypto.StateStore
}

// Stores are other places to keep keys in than one bbolt file, such as mautrix's stores for
// PostgreSQL. What is nil is kept in Config.Store; without one Crypto and State are needed, and
// verifications are kept in memory. A store that does not filter members or forgets encryption, as mautrix's store in
// memory, makes the bot talk in clear or to those who have left.
type Stores struct {
	Crypto       crypto.Store
	State        StateStore
	Verification verificationhelper.VerificationStore
}

// Machine encrypts and decrypts for one device of a bot. It is made by [New], used after
// [Machine.Start], and is safe for concurrent use.
type Machine struct {
	client  *mautrix.Client
	config  Config
	log     *slog.Logger
	mach    *crypto.OlmMachine
	store   *keyStore
	state   StateStore
	told    *marks // senders who know that their keys are withheld
	revoked *marks // people whose last verification was cancelled
	lists   deviceLists
	waiters waiters
	late    late
	asked   asked
	backup  backup
	donors  donors
	verify  *verifier
	work    chan func(context.Context)
	ready   chan struct{} // closed by a Start that succeeded

	keys     *bound             // of messages, from others
	devices  *bound             // of others, that opened a channel to the bot
	looked   seen[userKey]      // devices that the homeserver was asked for
	mendable seen[id.SenderKey] // devices that get another channel where theirs does not work
	dropped  seen[id.SenderKey] // devices whose channel was dropped

	fallback fallback
	uploaded time.Time // when one-time keys were uploaded; used under the lock for identities

	// identity guards what mautrix caches of the bot's own identity without a lock: who may
	// fetch the keys of the own account writes, everybody else reads.
	identity sync.RWMutex
}

var _ mautrix.CryptoHelper = (*Machine)(nil)

// maxWork is how much may wait for [Machine.Run].
const maxWork = 256

// New checks the config and returns a Machine for it. It opens the store with the pickle key,
// whose errors it returns, but asks the homeserver nothing: see [Machine.Start].
func New(config Config) (*Machine, error) {
	stores, err := config.stores()
	if err != nil {
		return nil, err
	}
	if config.SendTo < SendToAll || config.SendTo > SendToVerified {
		return nil, errors.New("e2ee: Config.SendTo is none of the policies")
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	m := &Machine{
		client: config.Client, config: config, log: config.Log, state: stores.State,
		told: newMarks(config.Store, "e2ee-told"), revoked: newMarks(config.Store, "e2ee-revoked"),
		work: make(chan func(context.Context), maxWork), ready: make(chan struct{}),
	}
	m.store = &keyStore{Store: stores.Crypto, machine: m}
	m.keys, m.devices = m.newKeyBound(), m.newDeviceBound()
	m.backup.wake = make(chan struct{}, 1)
	zlog := Zerolog(config.Log)
	m.mach = crypto.NewOlmMachine(config.Client, &zlog, m.store, stores.State)
	m.mach.DisableRatchetTracking = true    // saves a write for each message; see the doc of the field
	m.mach.DisableDecryptKeyFetching = true // anybody could have the bot ask without end; see findDevice
	m.mach.SendKeysMinTrust = map[Policy]id.TrustState{
		SendToAll: id.TrustStateUnset, SendToCrossSigned: id.TrustStateCrossSignedTOFU, SendToVerified: id.TrustStateCrossSignedVerified,
	}[config.SendTo]
	m.mach.SetMegolmDecryptLock(m.store.lockMegolm)
	m.mach.SessionReceived = m.sessionReceived
	m.verify = newVerifier(m, stores.Verification)
	return m, nil
}

func (c Config) stores() (Stores, error) {
	if c.Client == nil {
		return Stores{}, errors.New("e2ee: Config.Client is missing")
	}
	var stores Stores
	if c.Stores != nil {
		var err error
		if stores, err = c.Stores(c.Client.UserID, c.Client.DeviceID); err != nil {
			return Stores{}, fmt.Errorf("e2ee: open the stores: %w", err)
		}
	}
	if c.Store == nil {
		if stores.Crypto == nil || stores.State == nil {
			return Stores{}, errors.New("e2ee: Config has neither a Store nor Stores with both Crypto and State")
		}
		if stores.Verification == nil {
			stores.Verification = verificationhelper.NewInMemoryVerificationStore()
		}
		return stores, nil
	}
	if stores.Crypto == nil {
		keys, err := c.Store.Crypto([]byte(c.PickleKey.Reveal()))
		if err != nil {
			return Stores{}, fmt.Errorf("e2ee: %w", err)
		}
		stores.Crypto = keys
	}
	if stores.State == nil {
		stores.State = c.Store.State()
	}
	if stores.Verification == nil {
		stores.Verification = c.Store.Verification()
	}
	return stores, nil
}

// Init implements [mautrix.CryptoHelper]. It is [Machine.Start].
func (m *Machine) Init(ctx context.Context) error { return m.Start(ctx) }

// started says whether Start has succeeded.
func (m *Machine) started() error {
	select {
	case <-m.ready:
		return nil
	default:
		return ErrNotReady
	}
}

type identityLocked struct{}

// lockIdentity returns a context in which this goroutine holds the lock for writing, and the
// function that gives it back. What holds it already may lock again through its context.
func (m *Machine) lockIdentity(ctx context.Context) (context.Context, func()) {
	if ctx.Value(identityLocked{}) != nil {
		return ctx, func() {}
	}
	m.identity.Lock()
	return context.WithValue(ctx, identityLocked{}, true), m.identity.Unlock
}

// rlockIdentity is lockIdentity for reading.
func (m *Machine) rlockIdentity(ctx context.Context) (context.Context, func()) {
	if ctx.Value(identityLocked{}) != nil {
		return ctx, func() {}
	}
	m.identity.RLock()
	return context.WithValue(ctx, identityLocked{}, true), m.identity.RUnlock
}

// Run does what takes longer than a sync should wait: verifications, answers to requests for
// keys, the key backup. It blocks until ctx ends and then returns its cause, after all its
// goroutines have ended. Without it the Machine encrypts and decrypts all the same.
func (m *Machine) Run(ctx context.Context) error {
	if err := m.started(); err != nil {
		return fmt.Errorf("e2ee: run: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m.mach.SetBackgroundCtx(ctx)
	m.verify.begin(ctx) // before the work begins that may be about one
	var wg sync.WaitGroup
	wg.Go(func() { m.runBackup(ctx) })
	wg.Go(func() { m.runWork(ctx) })
	<-ctx.Done()
	wg.Wait()
	m.verify.end()
	return context.Cause(ctx)
}

func (m *Machine) runWork(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case do := <-m.work:
			m.recovered("work", func() { do(ctx) })
		}
	}
}

// enqueue hands something to Run. Where too much waits already it is dropped: who sent it can
// ask again.
func (m *Machine) enqueue(what string, do func(context.Context)) {
	select {
	case m.work <- do:
	default:
		m.log.Warn("too much to do for the encryption: dropped", "what", what)
	}
}

// recovered calls f, and logs a panic of it. Code that handles what outsiders send must
// not end the bot.
func (m *Machine) recovered(what string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			m.log.Error("panic in the encryption", "what", what, "panic", fmt.Sprint(r))
		}
	}()
	f()
}

// Status says how the device stands. It asks nobody.
func (m *Machine) Status(ctx context.Context) (Status, error) {
	if err := m.started(); err != nil {
		return Status{}, fmt.Errorf("e2ee: status: %w", err)
	}
	ctx, unlock := m.rlockIdentity(ctx)
	defer unlock()
	_, signed, err := m.mach.GetOwnVerificationStatus(ctx)
	if err != nil {
		return Status{}, fmt.Errorf("e2ee: status: %w", err)
	}
	return Status{
		User: m.client.UserID, Device: m.client.DeviceID, Fingerprint: m.mach.GetAccount().SigningKey().Fingerprint(),
		CrossSigned: signed, CanSign: m.mach.CrossSigningKeys != nil, Backup: m.backup.currentVersion(),
	}, nil
}

// Prune forgets what grows without end and is of no use any more: which messages were
// decrypted longer ago than age, and which keys were withheld. Replays of messages stay
// impossible. It works with Config.Store and does nothing with Config.Stores.
func (m *Machine) Prune(ctx context.Context, age time.Duration) error {
	pruner, ok := m.store.Store.(interface {
		PruneMessageIndexes(ctx context.Context, before time.Time) (int, error)
		PruneWithheld(ctx context.Context, before time.Time) (int, error)
	})
	if !ok {
		return nil
	}
	before := time.Now().Add(-age)
	n, err := pruner.PruneMessageIndexes(ctx, before)
	if err != nil {
		return fmt.Errorf("e2ee: prune: %w", err)
	}
	withheld, err := pruner.PruneWithheld(ctx, before)
	if err != nil {
		return fmt.Errorf("e2ee: prune: %w", err)
	}
	m.log.DebugContext(ctx, "store pruned", "message_indexes", n, "withheld_keys", withheld)
	return nil
}
