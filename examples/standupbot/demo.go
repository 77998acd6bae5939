package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// demoTimeout bounds the whole demo.
const demoTimeout = 14 * time.Second

// demo plays one day of a team: scripted people write to a Zulip server in this
// process, reached over a real port, and the same bot that serves a real
// organisation answers them. Only the clock is not real.
type demo struct {
	cast
	server *zuliptest.Server
	clock  *demoClock
	bot    *demoBot
	out    *transcript

	shown  map[int]bool // The messages in the transcript, by id.
	checks int          // Expectations that held.
}

// runDemo plays the demo and returns the status for the caller.
func runDemo(stopped context.Context, out *transcript, stderr io.Writer) int {
	ctx, cancel := context.WithTimeoutCause(stopped, demoTimeout, fmt.Errorf("the demo took longer than %v", demoTimeout))
	defer cancel()
	began := time.Now()
	d, closeAll, err := newDemo(out) //nolint:contextcheck // What it closes is to be closed also when ctx has ended.
	if err == nil {
		err = d.play(ctx)
		closeAll()
	}
	switch {
	case err != nil && stopped.Err() != nil:
		fmt.Fprintln(stderr, "standupbot: the demo was stopped before its end")
		return statusFailed
	case err != nil:
		fmt.Fprintln(stderr, "standupbot: the demo failed:", err)
		return statusFailed
	}
	out.success(fmt.Sprintf("All %d expectations held, in %.1f s. Nothing was lost and nothing was said twice.", d.checks, time.Since(began).Seconds()))
	return statusOK
}

// newDemo sets the stage. The database is in a folder that closeAll removes.
func newDemo(out *transcript) (d *demo, closeAll func(), err error) {
	folder, err := os.MkdirTemp("", "standupbot-demo-")
	if err != nil {
		return nil, nil, err
	}
	clock := newDemoClock(tuesdayAfternoon())
	server := zuliptest.New(zuliptest.WithNow(clock.now))
	closeAll = func() {
		server.Close()
		_ = os.RemoveAll(folder) // Best effort: the system empties its temporary folder by itself.
	}
	site, err := server.Listen("127.0.0.1:0")
	if err != nil {
		closeAll()
		return nil, nil, err
	}
	people := newCast(server)
	d = &demo{
		cast: people, server: server, clock: clock, out: out, shown: map[int]bool{},
		bot: &demoBot{site: site, user: people.bot, database: filepath.Join(folder, "standup.db"), clock: clock},
	}
	return d, closeAll, nil
}

// play starts the bot, plays the script and looks at what has become of it.
func (d *demo) play(ctx context.Context) error {
	if err := d.bot.start(ctx); err != nil {
		return err
	}
	defer d.bot.kill()
	if err := d.server.WaitForPoll(ctx, d.cast.bot); err != nil {
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
