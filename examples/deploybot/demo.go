package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// demoTimeout bounds the whole demo.
const demoTimeout = time.Minute

// demo plays an afternoon of a team: scripted people write to a Zulip server in
// this process, and the same bot that serves a real organisation runs templates
// of a Semaphore in this process, both reached over real ports.
type demo struct {
	cast

	semaphore *semaphoretest.Server
	bot       *demoBot
	out       *transcript

	shown  map[int]bool // The messages in the transcript, by id.
	checks int          // Expectations that held.
}

// playDemo plays the demo and returns the status for the caller.
func (p program) playDemo(stopped context.Context) int {
	ctx, cancel := context.WithTimeoutCause(stopped, demoTimeout, fmt.Errorf("the demo took longer than %v", demoTimeout))
	defer cancel()
	began := time.Now()
	out := newTranscript(p.stdout, p.getenv)
	d, closeAll, err := newDemo(out, p) //nolint:contextcheck // What it closes is to be closed also when ctx has ended.
	if err == nil {
		err = d.play(ctx)
		closeAll()
	}
	switch {
	case err != nil && stopped.Err() != nil:
		return p.fail(errors.New("the demo was stopped before its end"))
	case err != nil:
		return p.fail(fmt.Errorf("the demo failed: %w", err))
	}
	out.success(fmt.Sprintf("All %d expectations held, in %.0f s.", d.checks, time.Since(began).Seconds()))
	return statusOK
}

// newDemo sets the stage. What the bot keeps is in a folder that closeAll
// removes.
func newDemo(out *transcript, p program) (d *demo, closeAll func(), err error) {
	folder, err := os.MkdirTemp("", "deploybot-demo-")
	if err != nil {
		return nil, nil, err
	}
	zulip, semaphore := zuliptest.New(), newDemoSemaphore()
	closeAll = func() {
		zulip.Close()
		semaphore.Close()
		_ = os.RemoveAll(folder) // Best effort: the system empties its temporary folder by itself.
	}
	d = &demo{cast: newCast(zulip), semaphore: semaphore, out: out, shown: map[int]bool{}}
	if d.bot, err = d.hire(folder, p); err != nil {
		closeAll()
		return nil, nil, err
	}
	return d, closeAll, nil
}

// hire writes the policy and makes the settings of the bot.
func (d *demo) hire(folder string, p program) (*demoBot, error) {
	site, err := d.server.Listen("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ci, err := d.semaphore.Listen("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := defaults()
	s.Data, s.Policy, s.Listen = folder, filepath.Join(folder, "policy.yaml"), noListen
	s.Zulip.Site, s.Zulip.Email, s.Zulip.APIKey = site, d.account.Email, newSecret(d.account.APIKey)
	s.Semaphore.URL, s.Semaphore.Token = ci, newSecret(d.semaphore.Admin().Token)
	return &demoBot{settings: s, program: p}, writeNew(s.Policy, d.policy())
}

// play starts the bot, plays the script and looks at what has become of it.
func (d *demo) play(ctx context.Context) error {
	if err := d.bot.start(ctx); err != nil {
		return err
	}
	defer d.bot.kill()
	if err := d.server.WaitForPoll(ctx, d.account); err != nil {
		return err
	}
	d.out.opening(d.cast)
	for _, step := range d.script() {
		if err := step(ctx); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return d.review()
}
