package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/zulip"
)

// serve is the bot, until ctx ends.
func (p program) serve(ctx context.Context, args arguments) int {
	s, err := p.settings(args)
	if err == nil {
		err = s.check()
	}
	if err != nil {
		return p.refuse(err)
	}
	log := p.logger(s)
	for _, remark := range s.warnings {
		log.LogAttrs(ctx, slog.LevelWarn, "remark on the settings", slog.String("remark", remark))
	}
	b, err := newBot(s, p, log) //nolint:contextcheck // It does nothing that takes time.
	if err != nil {
		return p.refuse(err)
	}
	if err := b.open(); err != nil {
		return p.fail(err)
	}
	log.LogAttrs(ctx, slog.LevelInfo, "started", slog.String("chat", string(s.chat())), slog.String("semaphore", s.Semaphore.URL),
		slog.String("data", s.Data))
	err = b.run(ctx)
	switch {
	case ctx.Err() != nil:
		log.LogAttrs(ctx, slog.LevelInfo, "stopped", slog.Any("reason", err))
		return statusOK
	case errors.Is(err, zulip.ErrUnauthorized), errors.Is(err, matrixbot.ErrLogin), errors.Is(err, matrixbot.ErrOtherAccount):
		return p.refuse(err) // Trying again would only lock the account.
	}
	return p.fail(err)
}

func (p program) logger(s settings) *slog.Logger {
	options := &slog.HandlerOptions{Level: s.LogLevel.Level}
	if s.LogJSON {
		return slog.New(slog.NewJSONHandler(p.stderr, options))
	}
	return slog.New(slog.NewTextHandler(p.stderr, options))
}
