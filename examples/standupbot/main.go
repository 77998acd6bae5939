package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // Time zones are needed also where the machine has no data of them.

	"github.com/signalbox-go/signalbox/zulip"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := program{os.Getenv, os.Environ, os.Stdout, os.Stderr}.run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

// What the program reports to its caller.
const (
	statusOK       = 0
	statusFailed   = 1
	statusSettings = 2
)

// program is the process, as far as the rest of the program knows it.
type program struct {
	getenv         func(string) string
	environ        func() []string
	stdout, stderr io.Writer
}

// run is main without the process around it. It returns when ctx ends.
func (p program) run(ctx context.Context, args []string) int {
	s, err := readSettings(args, p.getenv)
	switch {
	case errors.Is(err, flag.ErrHelp):
		printUsage(p.stdout)
		return statusOK
	case s.demo:
		return runDemo(ctx, newTranscript(p.stdout, p.getenv), p.stderr)
	}
	remarks, unknown := mistyped(p.environ())
	if err = errors.Join(err, unknown); err != nil {
		printRefusal(p.stderr, err, remarks)
		return statusSettings
	}
	log := slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: s.logLevel}))
	for _, remark := range remarks {
		log.LogAttrs(ctx, slog.LevelWarn, "remark on the settings", slog.String("remark", remark))
	}
	client, err := zulip.NewClient(s.credentials, zulip.WithLogger(log), zulip.WithUserAgent("standupbot"))
	if err != nil {
		printRefusal(p.stderr, fmt.Errorf("ZULIP_SITE or another setting of Zulip: %w", err), remarks)
		return statusSettings
	}
	err = serve(ctx, s, client, log)
	switch {
	case ctx.Err() != nil:
		log.LogAttrs(ctx, slog.LevelInfo, "stopped", slog.Any("reason", err))
		return statusOK
	case errors.Is(err, zulip.ErrUnauthorized):
		err = fmt.Errorf("%w (ZULIP_EMAIL, ZULIP_API_KEY)", err)
	}
	fmt.Fprintln(p.stderr, "standupbot:", err)
	return statusFailed
}

// serve holds standups until ctx ends or something cannot go on.
func serve(ctx context.Context, s settings, client *zulip.Client, log *slog.Logger) error {
	store, err := openStore(s.database)
	if err != nil {
		return err
	}
	clock := clockAt(s.rehearseAt, time.Now())
	b, err := newBot(parts{
		client: client, store: store, zone: s.zone, admins: s.admins, log: log,
		now: clock.now, shift: clock.shift,
	})
	if err == nil {
		log.LogAttrs(ctx, slog.LevelInfo, "started", slog.String("site", client.Site()), slog.String("database", s.database),
			slog.Time("now", clock.now()), slog.Bool("rehearsal", clock.shift != 0))
		err = b.run(ctx)
	}
	return errors.Join(err, store.Close())
}
