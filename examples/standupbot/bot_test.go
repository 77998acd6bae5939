package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/examples/internal/proctest"
	"github.com/signalbox-go/signalbox/standup/boltstore"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// TestOneDayWithRestarts holds a standup with a program that is stopped and
// started again between any two things that happen. Each start rehearses a
// later instant, while the server goes on dating messages by the real clock.
func TestOneDayWithRestarts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)

	p := o.start(t, "-rehearse-at", "2026-06-16T16:00:00+02:00")
	p.Log.WaitFor(t, "rehearsal=true")
	o.posts(o.jonas, "setup 09:30 16:30 17:30")
	o.reads(t, commandTopic, "is set up")
	p.Stop()

	p = o.start(t, "-rehearse-at", "2026-06-17T09:30:01+02:00")
	for _, person := range o.team() {
		o.hears(t, person, "What did you work on")
	}
	o.says(o.lena, "The first answer")
	o.hears(t, o.lena, "What are you planning")
	p.Stop()

	o.says(o.lena, "The second answer, while nobody listens")

	p = o.start(t, "-rehearse-at", "2026-06-17T09:40:00+02:00")
	o.hears(t, o.lena, "Any blockers?")
	o.says(o.lena, "The third answer")
	o.hears(t, o.lena, "thank you")
	p.Stop()

	p = o.start(t, "-rehearse-at", "2026-06-17T17:31:00+02:00")
	report := o.reads(t, reportTopic, "1 of 4 answered")
	o.says(o.maya, "Too late")
	o.hears(t, o.maya, "not added")
	p.Stop()
	for _, answer := range []string{"The first answer", "The second answer, while nobody listens", "The third answer"} {
		assert.Equal(t, 1, strings.Count(report.Content, answer), report.Content)
	}
	assert.Len(t, o.ChannelMessages(o.channel, reportTopic), 1)
	for _, person := range o.team() {
		assert.Len(t, o.heard(person, "What did you work on"), 1, person.name)
	}
	for _, question := range []string{"What are you planning", "Any blockers?", "thank you"} {
		assert.Len(t, o.heard(o.lena, question), 1, question)
	}
}

func TestStartWhileTheServerIsDown(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	stop := o.Fail(zuliptest.Match{Times: -1}, zuliptest.Fault{CutBefore: true})
	o.poll.Do(func() {}) // Nobody polls a server that is down.
	p := o.start(t)
	p.Log.WaitFor(t, "failed=true")
	stop()
	require.NoError(t, o.WaitForPoll(proctest.Patient(t), o.bot))
	p.Stop()
	assert.NotContains(t, p.Log.String(), o.bot.APIKey)
}

func TestAdministrators(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.environment["STANDUP_ADMINS"] = "nobody@zulip.example, " + o.maya.Email
	p := o.start(t)
	o.posts(o.jonas, "setup")
	o.reads(t, commandTopic, "is set up")
	o.posts(o.lena, "pause")
	o.reads(t, commandTopic, "Only Jonas Weber and the administrators")
	o.posts(o.maya, "pause")
	o.reads(t, commandTopic, "is paused")
	p.Stop()
	assert.Contains(t, p.Log.String(), `msg="no such administrator" setting=STANDUP_ADMINS email=nobody@zulip.example`)
}

func TestCommandsAreLimited(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.start(t)
	for range 2 * commandsPerMinute {
		o.says(o.lena, "help")
	}
	o.says(o.maya, "timezone America/New_York") // Handled after those of Lena, and not limited.
	o.hears(t, o.maya, "America/New_York")
	o.hears(t, o.lena, "wait a minute")
	p.Stop()
	assert.Len(t, o.heard(o.lena, ""), commandsPerMinute+1, "ten answers and one notice")
}

func TestWrongKey(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.environment["ZULIP_API_KEY"] = "hunter2-wrong"
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 1, program{o.get, o.all, &stdout, &stderr}.run(t.Context(), nil))
	assert.Contains(t, stderr.String(), "(ZULIP_EMAIL, ZULIP_API_KEY)")
	assert.NotContains(t, stderr.String(), "hunter2")
}

func TestUnusableDatabase(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	held := filepath.Join(folder, "held.db")
	store, err := boltstore.Open(held)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })

	for name, tt := range map[string]struct{ path, want string }{
		"another program's file": {writeFile(t, "notes.db", strings.Repeat("Dear diary. ", 1000)), "not a standup database"},
		"held by another":        {held, "in use by another process"},
		"a folder":               {folder, "not a regular file"},
		"below a file":           {filepath.Join(writeFile(t, "file", "x"), "standup.db"), "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, _ := os.ReadFile(tt.path)
			var stdout, stderr bytes.Buffer
			assert.Equal(t, 1, program{complete().get, complete().all, &stdout, &stderr}.run(t.Context(), []string{"-db", tt.path}))
			assert.Contains(t, stderr.String(), "STANDUP_DB")
			assert.Contains(t, stderr.String(), tt.path)
			assert.Contains(t, stderr.String(), tt.want)
			after, _ := os.ReadFile(tt.path)
			assert.Equal(t, before, after)
		})
	}
}
