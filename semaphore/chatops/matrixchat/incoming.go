package matrixchat

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// handle hands a message or reaction to the engine, for as long as it takes. What the bot's stop interrupts comes again
// after the next start.
func (c *Chat) handle(ctx context.Context, r *matrixbot.Request) error {
	engine := *c.engine.Load()
	in := incoming(ctx, r)
	wait := firstWait
	for {
		err := engine.Handle(ctx, in)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, chatops.ErrInvalidEvent):
			c.log.LogAttrs(ctx, slog.LevelWarn, "an event was skipped", slog.String("event", string(in.ID)), slog.Any("error", err))
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		c.log.LogAttrs(ctx, slog.LevelWarn, "handing over an event failed", slog.Any("error", err))
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
		wait = min(2*wait, longestWait)
	}
}

// The waits between attempts.
const (
	firstWait   = time.Second
	longestWait = 30 * time.Second
)

// incoming is what the engine takes.
func incoming(ctx context.Context, r *matrixbot.Request) chatops.Incoming {
	in := chatops.Incoming{
		ID: chatops.EventID(r.Event), From: chatops.UserID(r.Sender), FromName: r.SenderName(ctx),
		Room: chatops.RoomID(r.Room), Thread: string(r.Thread), Direct: r.Direct,
		Message: chatops.MessageID(r.Event), ReplyTo: chatops.MessageID(r.ReplyTo), At: r.Time, Old: r.TooOld,
		Encrypted: r.Encrypted, Verified: r.Trust >= e2ee.TrustVerified, InEncrypted: r.InEncrypted(ctx),
	}
	if r.Reaction != nil {
		in.Message, in.Reaction = chatops.MessageID(r.Reaction.To), r.Reaction.Key
		return in
	}
	in.Text, in.Mentioned = r.WithoutMention()
	return in
}
