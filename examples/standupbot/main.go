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
	status := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// What the program reports to its caller.
const (
	statusOK       = 0
	statusFailed   = 1
	statusSettings = 2
)

// run is main without the process around it. It returns when ctx ends.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	s, err := readSettings(args, getenv)
	switch {
	case errors.Is(err, flag.ErrHelp):
		printUsage(stdout)
		return statusOK
	case err != nil:
		printRefusal(stderr, err)
		return statusSettings
	case s.demo:
		return runDemo(ctx, newTranscript(stdout, getenv), stderr)
	}
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: s.logLevel}))
	client, err := zulip.NewClient(s.credentials, zulip.WithLogger(log), zulip.WithUserAgent("standupbot"))
	if err != nil {
		printRefusal(stderr, fmt.Errorf("ZULIP_SITE or another setting of Zulip: %w", err))
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
	fmt.Fprintln(stderr, "standupbot:", err)
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
