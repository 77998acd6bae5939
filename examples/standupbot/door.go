package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

// door is the engine as the chat sees it: what comes in passes here first.
type door struct {
	*standup.Engine
	client *zulip.Client
	log    *slog.Logger
	shift  time.Duration

	mu     sync.Mutex
	emails []string         // Administrators whose ids are not known yet.
	admins []standup.UserID // Those that are.
}

// Handle hands an event to the engine, dated by the engine's clock, with its
// author's rights. In a rehearsal the server goes on dating messages by the
// real clock, and an answer must not look as if it came before its question.
func (d *door) Handle(ctx context.Context, in standup.Incoming) error {
	in.At = in.At.Add(d.shift)
	if in.Channel != "" && !in.FromAdmin {
		admins, err := d.resolve(ctx)
		if err != nil {
			return err
		}
		in.FromAdmin = slices.Contains(admins, in.From)
	}
	return d.Engine.Handle(ctx, in)
}

// resolve finds the ids of the administrators who were named by e-mail. It
// asks the server when they are first needed, so that the bot starts also
// while the server is down, and once for each.
func (d *door) resolve(ctx context.Context) ([]standup.UserID, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.emails) > 0 {
		user, err := d.client.UserByEmail(ctx, d.emails[0])
		switch api, ok := errors.AsType[*zulip.APIError](err); {
		case err == nil:
			d.admins = append(d.admins, standup.UserID(strconv.FormatInt(int64(user.ID), 10)))
		case ok && !api.Temporary():
			d.log.LogAttrs(ctx, slog.LevelError, "no such administrator", slog.String("setting", "STANDUP_ADMINS"),
				slog.String("email", d.emails[0]), slog.Any("error", err))
		default:
			return nil, fmt.Errorf("standupbot: find out who %s is: %w", d.emails[0], err)
		}
		d.emails = d.emails[1:]
	}
	return d.admins, nil
}

// splitAdmins tells user ids from e-mail addresses.
func splitAdmins(admins []string) (ids []standup.UserID, emails []string) {
	for _, name := range admins {
		if strings.Contains(name, "@") {
			emails = append(emails, name)
		} else {
			ids = append(ids, standup.UserID(name))
		}
	}
	return ids, emails
}
