package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/boltstore"
	"github.com/signalbox-go/signalbox/semaphore/chatops/policyfile"
)

// bot is the engine, the chat, and what a program needs around them.
type bot struct {
	settings settings
	log      *slog.Logger
	config   chatops.Config // Complete when the files are open.
	side     *side
	roster   *roster

	// What follows is there while the files are open.
	store   *boltstore.Store
	audit   *chatops.Audit
	engine  *chatops.Engine
	monitor *monitor
}

// newBot composes a bot of what the settings say. It touches none of the files
// that the bot keeps, and does not connect.
func newBot(s settings, p program, log *slog.Logger) (*bot, error) {
	messages, err := readMessages(s.Messages)
	if err != nil {
		return nil, err
	}
	policy, err := readPolicy(s.Policy)
	if err != nil {
		return nil, err
	}
	if err := s.chat().checkNames(policy); err != nil {
		return nil, fmt.Errorf("policy (DEPLOY_POLICY): %w", err)
	}
	b := &bot{settings: s, log: log}
	b.config = chatops.Config{Prefix: s.Prefix, Messages: messages, Logger: log}
	if b.config.Semaphore, err = newSemaphore(s, log); err != nil {
		return nil, fmt.Errorf("semaphore.url (SEMAPHORE_URL) or another setting of Semaphore: %w", err)
	}
	if s.chat() == onMatrix {
		b.side, err = newMatrix(s, policy, log, p.stderr)
	} else {
		b.side, err = newZulip(s, log)
	}
	if err != nil {
		return nil, err
	}
	b.roster = newRoster(s, b.side, policy, log)
	b.roster.targets = func(ctx context.Context) ([]chatops.TargetRef, error) { return readTargets(ctx, b.config.Semaphore) }
	b.config.Policy = b.roster.policy()
	return b, nil
}

// open opens the files, which [bot.run] closes.
func (b *bot) open() (err error) {
	if b.store, err = boltstore.Open(b.settings.storeFile()); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	if b.audit, err = chatops.OpenAudit(b.settings.auditFile()); err != nil {
		return err
	}
	b.monitor = &monitor{
		chat: b.settings.chat(), contact: b.side.contact, semaphore: b.config.Semaphore.Ping, store: b.store,
		started: time.Now(), now: time.Now,
	}
	b.config.Store, b.config.Audit = countedStore{b.store, &b.monitor.decisions}, b.audit
	b.config.Chat = countedChat{b.side.chat, &b.monitor.messages}
	if b.engine, err = chatops.New(b.config); err != nil {
		return err
	}
	b.roster.apply = b.engine.SetPolicy
	return nil
}

// close closes the files.
func (b *bot) close() error {
	err := b.store.Close()
	if b.audit != nil {
		err = errors.Join(err, b.audit.Close())
	}
	return err
}

// run serves until ctx ends or a part of the bot cannot go on, and returns the
// cause when all have stopped.
func (b *bot) run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, b.close()) }()
	parts := []func(context.Context) error{
		b.engine.Run,
		func(ctx context.Context) error { return b.side.run(ctx, countedEngine{b.engine, &b.monitor.events}) },
		func(ctx context.Context) error {
			b.note(ctx, "start", chatops.DecisionDone, b.policyName()) // Nothing waits for the disk.
			b.roster.resolve(ctx)
			return context.Cause(ctx)
		},
	}
	if b.settings.Listen != noListen {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", b.settings.Listen)
		if err != nil {
			return fmt.Errorf("listen (DEPLOY_LISTEN): %w (choose another address, or %s)", err, noListen)
		}
		b.log.LogAttrs(ctx, slog.LevelInfo, "listening", slog.String("address", listener.Addr().String()))
		parts = append(parts, b.answer(listener, b.monitor.handler()))
	}
	if control, err := listenControl(ctx, b.settings.controlFile()); err == nil {
		parts = append(parts, b.answer(control, controlHandler(b.settings.Data, b.parts, b.log)))
	} else { // As where the path is longer than the system allows for sockets.
		b.log.LogAttrs(ctx, slog.LevelWarn, "backups are possible only while the bot does not run", slog.Any("error", err))
	}
	if b.settings.Policy != "" {
		parts = append(parts, b.watchPolicy)
	}
	defer func() { b.noteStop(ctx, err) }()
	return runAll(ctx, parts)
}

// runAll runs the parts until ctx ends or one of them does, and returns why.
func runAll(ctx context.Context, parts []func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	for _, part := range parts {
		running.Go(func() {
			err := part(ctx)
			if err == nil {
				err = errors.New("a part of the bot ended by itself")
			}
			cancel(err) // The first one counts.
		})
	}
	running.Wait()
	return context.Cause(ctx)
}

// answer serves HTTP on a listener until ctx ends.
func (b *bot) answer(on net.Listener, handler http.Handler) func(context.Context) error {
	return func(ctx context.Context) error {
		server := newServer(handler, b.log)
		stop := context.AfterFunc(ctx, func() { _ = server.Close() })
		defer stop()
		return server.Serve(on)
	}
}

// parts are those of a backup while the bot runs.
func (b *bot) parts() []part {
	store := part{partStore, func(_ context.Context, w io.Writer) error { return b.store.Backup(w) }}
	all := []part{store, {partAudit, copyOf(b.settings.auditFile())}}
	if b.side.parts != nil {
		all = append(all, b.side.parts()...)
	}
	return all
}

// readPolicy reads the policy file; an empty path is that of a policy which the
// settings alone make.
func readPolicy(path string) (chatops.Policy, error) {
	if path == "" {
		return chatops.Policy{Direct: true}, nil
	}
	policy, err := policyfile.Load(path)
	if err != nil {
		return policy, fmt.Errorf("policy (DEPLOY_POLICY): %w", err)
	}
	return policy, nil
}

// watchPolicy puts each new version of the policy file into force that is right.
func (b *bot) watchPolicy(ctx context.Context) error {
	refuse := func(err error) {
		b.log.LogAttrs(ctx, slog.LevelError, "the policy file is wrong, the policy before it stays in force", slog.Any("error", err))
		b.note(ctx, "policy", chatops.DecisionRefused, err.Error())
	}
	first := true
	return policyfile.Watch(ctx, b.settings.Policy, func(policy chatops.Policy) {
		same := first && reflect.DeepEqual(policy, b.roster.file) // The start has read it already.
		if first = false; same {
			return
		}
		err := b.settings.chat().checkNames(policy)
		if err == nil {
			err = b.roster.read(policy)
		}
		if err != nil {
			refuse(err)
			return
		}
		b.log.LogAttrs(ctx, slog.LevelInfo, "the policy was read again", slog.String("file", b.settings.Policy))
		b.note(ctx, "policy", chatops.DecisionDone, b.policyName())
	}, refuse)
}
