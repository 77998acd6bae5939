package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// verify runs the bot's account for one verification: one that the bot asks
// somebody for, or one that somebody asks the bot for.
func (p program) verify(ctx context.Context, args arguments) int {
	s, err := p.settings(args)
	switch {
	case err != nil:
	case s.chat() != onMatrix:
		err = errors.New("there is nothing to verify: the settings are not those of a bot on Matrix")
	case s.Matrix.NoEncryption:
		err = errors.New("there is nothing to verify: matrix.no_encryption is set")
	default:
		err = s.Matrix.check()
	}
	if err != nil {
		return p.refuse(err)
	}
	user := ""
	if len(args.words) > 0 {
		user = args.words[0]
	}
	log := slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if err := p.verifyOnce(ctx, s.matrixConfig(log, p.stderr), id.UserID(user)); err != nil {
		return p.fail(err)
	}
	fmt.Fprintln(p.stdout, "verified")
	return statusOK
}

// verifyTimeout bounds a verification, with the time to find the other device.
const verifyTimeout = 10 * time.Minute

// verifyOnce returns when one verification has ended.
func (p program) verifyOnce(ctx context.Context, config matrixbot.Config, user id.UserID) error {
	ctx, cancel := context.WithTimeoutCause(ctx, verifyTimeout, errors.New("nobody came to verify"))
	defer cancel()
	config.Handler = func(context.Context, *matrixbot.Request) error { return nil }
	config.Invites = matrixbot.Invites{}
	ended := make(chan error, 1)
	eye := &comparison{from: bufio.NewReader(p.stdin), to: p.stdout}
	config.Encryption.Operator = e2ee.Operator{
		Accept:  func(_ context.Context, v e2ee.Verification) bool { return user == "" || v.User == user },
		Compare: eye.compare,
		Ended: func(_ context.Context, _ e2ee.Verification, err error) {
			select {
			case ended <- err:
			default: // One is enough.
			}
		},
	}
	bot, err := matrixbot.New(config) //nolint:contextcheck // It does nothing that takes time.
	if err != nil {
		return err
	}
	running, stop := context.WithCancelCause(ctx)
	var wait sync.WaitGroup
	wait.Go(func() { stop(bot.Run(running)) })
	defer wait.Wait()
	defer stop(nil)
	if err := p.askToVerify(running, bot, user); err != nil {
		return err
	}
	select {
	case err := <-ended:
		return err
	case <-running.Done():
		return context.Cause(running)
	}
}

// askToVerify begins a verification, or says how somebody else does.
func (p program) askToVerify(ctx context.Context, bot *matrixbot.Bot, user id.UserID) error {
	machine, err := bot.Machine(ctx)
	if err != nil {
		return err
	}
	status, err := machine.Status(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "This is %s, device %s\nfingerprint %s\n", status.User, status.Device, status.Fingerprint)
	if user == "" {
		fmt.Fprintln(p.stdout, "Now verify the bot in your client: open its profile and choose to verify it.")
		return nil
	}
	if _, err := machine.Verify(ctx, user); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s was asked: accept it in that client.\n", user)
	return nil
}

// comparison shows emojis to who sits at the terminal.
type comparison struct {
	mu   sync.Mutex // One question at a time.
	from *bufio.Reader
	to   io.Writer
}

// compare waits for an answer in words, until the other side gives up.
func (c *comparison) compare(ctx context.Context, v e2ee.Verification, emojis []e2ee.Emoji) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintf(c.to, "\n%s, device %s, should see the same seven:\n\n", v.User, v.Device)
	for _, emoji := range emojis {
		fmt.Fprintf(c.to, "  %s  %s\n", emoji.Symbol, emoji.Name)
	}
	answer := make(chan bool, 1)
	go func() { answer <- c.ask() }() // Nothing ends the reading of a terminal but the end of the program.
	select {
	case same := <-answer:
		return same
	case <-ctx.Done():
		return false
	}
}

func (c *comparison) ask() bool {
	for {
		fmt.Fprint(c.to, "\nDo they? yes or no: ")
		line, err := c.from.ReadString('\n')
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "yes", "y":
			return true
		case "no", "n":
			return false
		}
		if err != nil {
			return false
		}
	}
}
