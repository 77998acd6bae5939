package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// encryption is what receiving needs of an [e2ee.Machine].
type encryption interface {
	mautrix.CryptoHelper
	HandleSync(ctx context.Context, resp *mautrix.RespSync, since string) error
	HandleEvent(ctx context.Context, evt *event.Event) (done bool)
	Trust(ctx context.Context, evt *event.Event) e2ee.Trust
}

var _ encryption = (*e2ee.Machine)(nil)

// newMachine makes the machine of the device that is logged in now, and has it set up its keys.
func (b *Bot) newMachine(ctx context.Context) (*e2ee.Machine, error) {
	config := b.config.Encryption
	config.Client, config.Store, config.PickleKey, config.Log = b.client, b.store, b.pickleKey, b.log
	if config.Password.IsZero() {
		config.Password = b.config.Password
	}
	if config.Withheld == nil {
		config.Withheld = b.tellWithheld
	}
	machine, err := e2ee.New(config) //nolint:contextcheck // It does nothing that takes time.
	if err != nil {
		return nil, err
	}
	err = b.retrying(ctx, "set up encryption", func(ctx context.Context) error {
		err := machine.Start(ctx)
		if err != nil && (garbled(err) || errors.Is(err, e2ee.ErrAnswer)) { // It is a homeserver: it knew the bot's token.
			return passingError{err}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if b.client.StateStore != mautrix.StateStore(b.state) { // It would not hear who comes and goes.
		return nil, errOtherState
	}
	return machine, nil
}

var errOtherState = errors.New("the settings have Encryption.Stores with a State: leave that nil, the bot keeps what it knows of rooms in Data")

// Machine returns the encryption of a bot that runs, for what people do with it: to verify somebody, to accept an
// identity, to see how the bot's device stands. It waits until there is one. A bot whose device was deleted gets another
// Machine, so ask for it anew each time. It fails with [e2ee.ErrNoEncryption] where Config.NoEncryption is set, with
// [ErrStopped] when Run has ended, and with the cause of the end of ctx.
func (b *Bot) Machine(ctx context.Context) (machine *e2ee.Machine, err error) {
	if b.config.NoEncryption {
		return nil, fmt.Errorf("matrixbot: %w", e2ee.ErrNoEncryption)
	}
	if err := b.outbox.open(ctx); err != nil {
		return nil, err
	}
	err = b.encrypter.use(ctx, func(e encryption) error {
		machine, _ = e.(*e2ee.Machine) // Nothing else is ever set.
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("matrixbot: the encryption is not there: %w", err)
	}
	return machine, nil
}

// encrypter is the encryption of the mautrix client: that of the present device. While the bot has none, as between the
// end of one device and the login of the next, who wants to encrypt waits.
type encrypter struct {
	mu      sync.RWMutex
	present encryption
	ready   chan struct{} // Closed while there is one.
	stopped chan struct{} // Closed when there will be none any more.
}

var _ mautrix.CryptoHelper = (*encrypter)(nil)

func newEncrypter(stopped chan struct{}) *encrypter {
	return &encrypter{ready: make(chan struct{}), stopped: stopped}
}

// set makes an encryption the present one. Nil takes the present one away, and returns when nobody uses it any more.
func (c *encrypter) set(present encryption) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.present == nil && present != nil {
		close(c.ready)
	} else if c.present != nil && present == nil {
		c.ready = make(chan struct{})
	}
	c.present = present
}

// use calls f with the present encryption.
func (c *encrypter) use(ctx context.Context, f func(encryption) error) error {
	for {
		c.mu.RLock()
		if c.present != nil {
			defer c.mu.RUnlock()
			return f(c.present)
		}
		ready := c.ready
		c.mu.RUnlock()
		select {
		case <-ready:
		case <-c.stopped:
			return ErrStopped
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Init implements [mautrix.CryptoHelper].
func (c *encrypter) Init(ctx context.Context) error {
	return c.use(ctx, func(encryption) error { return nil })
}

// Encrypt implements [mautrix.CryptoHelper].
func (c *encrypter) Encrypt(ctx context.Context, room id.RoomID, typ event.Type, content any) (out *event.EncryptedEventContent, err error) {
	err = c.use(ctx, func(e encryption) (err error) {
		out, err = e.Encrypt(ctx, room, typ, content)
		return err
	})
	return out, err
}

// Decrypt implements [mautrix.CryptoHelper].
func (c *encrypter) Decrypt(ctx context.Context, evt *event.Event) (out *event.Event, err error) {
	err = c.use(ctx, func(e encryption) (err error) {
		out, err = e.Decrypt(ctx, evt)
		return err
	})
	return out, err
}

// WaitForSession implements [mautrix.CryptoHelper].
func (c *encrypter) WaitForSession(
	ctx context.Context, room id.RoomID, sender id.SenderKey, session id.SessionID, timeout time.Duration,
) (came bool) {
	err := c.use(ctx, func(e encryption) error {
		came = e.WaitForSession(ctx, room, sender, session, timeout)
		return nil
	})
	return came && err == nil
}

// RequestSession implements [mautrix.CryptoHelper].
func (c *encrypter) RequestSession(
	ctx context.Context, room id.RoomID, sender id.SenderKey, session id.SessionID, user id.UserID, device id.DeviceID,
) {
	_ = c.use(ctx, func(e encryption) error { // An end of ctx ends the wish.
		e.RequestSession(ctx, room, sender, session, user, device)
		return nil
	})
}
