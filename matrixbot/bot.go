package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// Bot is one account of a homeserver that answers messages. It is made by [New]; [Bot.Run] runs it.
type Bot struct {
	config Config
	log    *slog.Logger
	ran    atomic.Bool
	outbox *outbox
	rooms  *rooms

	// What follows is there while Run runs.
	store     *boltstore.Store
	state     *boltstore.State // of rooms
	pickleKey Secret
	sealer    *sealer
	client    *mautrix.Client
	session   atomic.Pointer[session]
	encrypter *encrypter // nil without encryption
	crypto    encryption // The machine, for the syncer; nil without encryption.
	inbox     *inbox
	workers   *workers

	logins int // Since a sync succeeded.
}

// The names of the files in Config.Data.
const (
	storeFile     = "bot.db"
	pickleKeyFile = "pickle.key"
)

// New checks the configuration and returns a bot. It does not connect, and touches no file.
func New(config Config) (*Bot, error) {
	if err := config.check(); err != nil {
		return nil, fmt.Errorf("matrixbot: %w", err)
	}
	if !config.NoEncryption {
		if _, err := e2ee.New(e2ee.Config{}); errors.Is(err, e2ee.ErrNoEncryption) {
			return nil, fmt.Errorf("matrixbot: %w, or set NoEncryption", err)
		}
	}
	b := &Bot{config: config, log: config.Log}
	b.outbox, b.rooms = newOutbox(b), newRooms(b)
	return b, nil
}

// Run logs in, unless a session is kept from before, and answers messages until ctx ends. Then it lets the handlers
// that run go on for Config.Grace, and returns the cause of the end of ctx. While the homeserver is out of reach it
// tries again and again, at most a minute apart. Any other error ends the bot: the homeserver does not let it in
// ([ErrLogin], [ErrHomeserver]), the settings are wrong ([ErrOtherAccount]), or the disk is full.
//
// A bot runs once. When Run returns, nothing of it is left but the files in Config.Data: it waits for handlers, also
// for those that do not heed the end of their contexts.
func (b *Bot) Run(ctx context.Context) error {
	if !b.ran.CompareAndSwap(false, true) {
		return fmt.Errorf("matrixbot: run: %w", ErrRunning)
	}
	defer b.outbox.stop() // Where it came to nothing before the outbox ran, people may wait for that.
	if err := b.run(ctx); err != nil {
		return fmt.Errorf("matrixbot: run: %w", err)
	}
	return nil
}

func (b *Bot) run(ctx context.Context) (err error) {
	for _, remark := range b.config.Warnings {
		b.log.WarnContext(ctx, "remark on the settings", "remark", remark)
	}
	if err := b.open(); err != nil {
		return err
	}
	defer func() {
		b.client.Client.CloseIdleConnections()
		err = errors.Join(err, b.store.Close())
	}()
	if err := b.signIn(ctx); err != nil {
		return err
	}
	return b.serve(ctx)
}

// open opens the store.
func (b *Bot) open() (err error) {
	store, err := boltstore.Open(filepath.Join(b.config.Data, storeFile))
	if err != nil {
		return err
	}
	b.store, b.state, b.pickleKey, b.logins = store, store.State(), b.config.PickleKey, 0
	if b.pickleKey.IsZero() {
		b.pickleKey, err = boltstore.LoadPickleKey(filepath.Join(b.config.Data, pickleKeyFile))
	}
	if err == nil {
		b.sealer, err = newSealer(b.pickleKey)
	}
	if err != nil {
		return errors.Join(err, store.Close())
	}
	return b.newClient("https://localhost") // For the look-up of the address.
}

// newClient makes a client of the homeserver at an address.
func (b *Bot) newClient(address string) error {
	client, err := mautrix.NewClient(address, "", "")
	if err != nil {
		return err
	}
	if b.client != nil {
		b.client.Client.CloseIdleConnections()
	}
	client.Client = newHTTPClient(b.config.Transport, b.store, b.log)
	client.ResponseSizeLimit = maxResponse
	client.Store, client.StateStore = b.store.Sync(), b.state
	client.SaveNewToken = b.saveToken
	b.client = client
	return nil
}

// serve answers messages until ctx ends, or something that ends the bot. It leaves nothing running.
func (b *Bot) serve(ctx context.Context) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	// Handlers that run when ctx ends are to finish, and what they use lives until they have.
	behind, endBehind := context.WithCancelCause(context.WithoutCancel(ctx))
	defer endBehind(nil)
	b.inbox, b.workers = newInbox(b), newWorkers(b, behind, end)

	var all sync.WaitGroup
	run := func(f func(context.Context) error) {
		all.Go(func() {
			if err := f(behind); err != nil && behind.Err() == nil {
				end(err)
			}
		})
	}
	if !b.config.NoEncryption {
		b.encrypter = newEncrypter(b.outbox.stopped)
		b.client.Crypto = b.encrypter
	}
	run(b.outbox.run)
	if b.config.Router != nil {
		run(func(ctx context.Context) error { return b.config.Router.run(ctx, b, b.log) })
	}
	err := b.inbox.load() //nolint:contextcheck // Handlers have a context of their own, which outlives this one.
	for err == nil {
		// When it has ended for good, so have the handlers.
		if err = b.listen(ctx, behind, endBehind); err == nil {
			break
		}
		if err = b.relogin(ctx, err); err == nil {
			err = ctx.Err()
		}
	}
	end(err)
	b.workers.stop(b.config.Grace)
	endBehind(context.Cause(ctx))
	all.Wait()
	return context.Cause(ctx)
}

// errDeviceGone means that the homeserver has deleted the bot's device.
var errDeviceGone = errors.New("the bot's device was deleted")

// mends says whether a login mends an error: a device that is gone, with which its keys are worth nothing, or a token
// that ended while the keys were set up.
func mends(err error) (login, soft bool) {
	if errors.Is(err, errDeviceGone) || errors.Is(err, e2ee.ErrDeviceLost) || errors.Is(err, e2ee.ErrStoreLost) {
		return true, false
	}
	return refusedToken(err)
}

// relogin logs in after such an error, and returns others.
func (b *Bot) relogin(ctx context.Context, err error) error {
	login, soft := mends(err)
	if !login || ctx.Err() != nil {
		return err
	}
	lost := errors.Is(err, e2ee.ErrDeviceLost) || errors.Is(err, e2ee.ErrStoreLost)
	if lost && !b.config.AccessToken.IsZero() { // The token is good, but of a device whose keys are no more.
		return fmt.Errorf("%w: %w", ErrLogin, err)
	}
	return b.logInAgain(ctx, soft)
}

// listen receives messages as the device that is logged in, until ctx ends, which is no error. Unless its error is one
// that a login mends, it ends the handlers too, and what works for them behind: they need the device's encryption.
func (b *Bot) listen(ctx, behind context.Context, endBehind context.CancelCauseFunc) error {
	if b.config.NoEncryption {
		return (&syncer{bot: b}).run(ctx)
	}
	machine, err := b.newMachine(ctx)
	if err != nil {
		return err
	}
	b.crypto = machine
	b.encrypter.set(machine)
	receiving, end := context.WithCancelCause(ctx)
	defer end(nil)
	working, endWork := context.WithCancel(behind)
	defer endWork()
	var work sync.WaitGroup
	work.Go(func() {
		if err := machine.Run(working); err != nil && working.Err() == nil {
			end(err)
		}
	})
	work.Go(func() { b.prune(working, machine) })
	err = (&syncer{bot: b}).run(receiving)
	if err == nil && ctx.Err() == nil {
		err = context.Cause(receiving)
	}
	if login, _ := mends(err); !login || ctx.Err() != nil {
		b.workers.stop(b.config.Grace)
		endBehind(errStopping)
	}
	b.encrypter.set(nil)
	endWork()
	work.Wait()
	return err
}

// send implements sender.
func (b *Bot) send(ctx context.Context, out outgoing) (id.EventID, error) {
	return b.outbox.send(ctx, out)
}

// own implements sender.
func (b *Bot) own() id.UserID { return b.client.UserID }

// storage implements sender.
func (b *Bot) storage() *boltstore.Store { return b.store }

// roomState implements sender.
func (b *Bot) roomState() mautrix.StateStore { return b.state }
