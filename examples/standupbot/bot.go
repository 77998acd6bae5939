package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/signalbox-go/signalbox/ratelimit"
	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/standup/boltstore"
	"github.com/signalbox-go/signalbox/standup/zulipchat"
	"github.com/signalbox-go/signalbox/zulip"
)

// parts are what a bot is composed of. The demo brings its own.
type parts struct {
	client *zulip.Client
	store  standup.Store
	zone   string
	admins []string // User ids and e-mail addresses.
	log    *slog.Logger
	now    func() time.Time
	shift  time.Duration // How far now is ahead of the server's clock.
}

// bot is the engine, the chat and the door between them.
type bot struct {
	engine *standup.Engine
	chat   *zulipchat.Chat
	door   *door
}

// newBot composes a bot. It does not connect.
func newBot(p parts) (*bot, error) {
	limiter, err := newLimiter()
	if err != nil {
		return nil, err
	}
	chat, err := zulipchat.New(p.client, zulipchat.WithLogger(p.log))
	if err != nil {
		return nil, err
	}
	ids, emails := splitAdmins(p.admins)
	engine, err := standup.New(standup.Config{
		Store: p.store, Chat: chat, Logger: p.log, Now: p.now, Zone: p.zone, Admins: ids,
		Allow: func(user standup.UserID) (allowed, notice bool) {
			d := limiter.Allow(user)
			return d.Allowed, d.First
		},
	})
	if err != nil {
		return nil, err
	}
	return &bot{engine, chat, &door{Engine: engine, client: p.client, log: p.log, shift: p.shift, emails: emails}}, nil
}

// Each person may have so many commands answered in a minute, at once or
// spread. The bound on people is there for floods, not for organisations.
const (
	commandsPerMinute = 10
	limitedPeople     = 100_000
)

func newLimiter() (*ratelimit.Keyed[standup.UserID], error) {
	return ratelimit.NewKeyed[standup.UserID](rate.Every(time.Minute/commandsPerMinute), commandsPerMinute, limitedPeople)
}

// openStore opens the database; the error names the file.
func openStore(path string) (*boltstore.Store, error) {
	store, err := boltstore.Open(path)
	if err != nil {
		return nil, fmt.Errorf("STANDUP_DB: %w", err)
	}
	return store, nil
}

// run serves until ctx ends or one half of the bot cannot go on, and returns
// the cause when both have stopped.
func (b *bot) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	halves := []func(context.Context) error{
		b.engine.Run,
		func(ctx context.Context) error { return b.chat.Run(ctx, b.door) },
	}
	var running sync.WaitGroup
	for _, half := range halves {
		running.Go(func() {
			err := half(ctx)
			if err == nil {
				err = errors.New("a part of the bot ended by itself")
			}
			cancel(err) // The first one counts.
		})
	}
	running.Wait()
	return context.Cause(ctx)
}
