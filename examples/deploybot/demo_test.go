package main

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	got := runs(t, environment{}, "-demo")
	require.Equal(t, statusOK, got.status, "%s\n%s", got.stdout, got.stderr)
	assert.Empty(t, got.stderr)
	inOrder(t, got.stdout,
		"Ada Weber and Bola Okafor may run",
		"Did you mean deploy-prod?",
		"Run website / deploy-prod?",
		"- message: release 1.4",
		"Bola Okafor puts 👍",
		"Approved by @Bola Okafor",
		"Deploybot → deploy-prod #1",
		"┃ TASK [stop the queue]",
		"* The bot is killed.",
		"* The bot is started again",
		"✅ website / deploy-prod #1 has succeeded",
		"The whole log",
		"I take no commands from you",
		"❌ website / deploy-staging #2 has failed",
		"What failed",
		"┃ fatal: [web1]: FAILED!",
		"website / deploy-staging is locked by @Bola Okafor",
		"✔ the audit is a whole chain",
		"expectations held",
	)
	assert.NotContains(t, got.stdout, "\x1b", "no colour without a terminal")
	assert.NotContains(t, got.stdout, "@_**", "no marks of Markdown")
}

// inOrder asserts that a text contains the fragments, one after the other.
func inOrder(t *testing.T, text string, fragments ...string) {
	t.Helper()
	for _, fragment := range fragments {
		_, after, found := strings.Cut(text, fragment)
		require.True(t, found, "%q is missing in\n%s", fragment, text)
		text = after
	}
}

// quietDemo is a demo that nobody reads.
func quietDemo(t *testing.T) *demo {
	t.Helper()
	d, closeAll, err := newDemo(newTranscript(io.Discard, environment{}.get), program{getenv: environment{}.get, environ: environment{}.all, stderr: io.Discard})
	require.NoError(t, err)
	t.Cleanup(closeAll)
	return d
}

// TestDemoFindsFaults breaks each thing that the demo claims.
func TestDemoFindsFaults(t *testing.T) {
	t.Parallel()
	d := quietDemo(t)
	require.NoError(t, d.play(t.Context()))
	require.NoError(t, d.review())

	said := func(topic, text string) {
		d.shown[d.server.SendToChannel(d.account, d.channel, topic, text).ID] = true
	}
	for _, tt := range []struct {
		fault  func()
		review func() (string, error)
		want   string
	}{
		{func() { said(prodTopic, "@**Ada Weber|102** it has succeeded") }, d.toldOnce, "it was 2 times"},
		{func() { said(channelTopic, "I take no commands from you") }, d.strangerGotNothing, "found 2"},
		{func() { said(channelTopic, "What failed: "+failedTask) }, d.logIsWhole, "found 2"},
		{func() { d.server.SendToChannel(d.account, d.channel, channelTopic, "hello") }, d.nothingElse, "no message besides"},
		{func() {
			d.semaphore.StartTask(d.semaphore.AddTemplate(d.semaphore.AddProject("other"), semaphoretest.Template{Name: "x"}), nil, "")
		}, d.ranWhatWasAgreed, "one task that succeeded"},
		{func() { appendTo(t, d.bot.settings.auditFile(), "{}\n") }, d.auditIsWhole, "line"},
	} {
		tt.fault()
		_, err := tt.review()
		require.ErrorContains(t, err, tt.want)
	}
}

func TestDemoExpectsWords(t *testing.T) {
	t.Parallel()
	d := quietDemo(t)
	d.server.SendToChannel(d.account, d.channel, channelTopic, "Good morning")
	require.ErrorContains(t, d.hears("Good evening")(t.Context()), `expected a message of the bot with ["Good evening"], got "Good morning"`)
	require.ErrorContains(t, d.reacts(d.ada, "Good evening", "thumbs_up")(t.Context()), "to react to")

	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorContains(t, d.hears("Hi")(ctx), `expected a message of the bot with ["Hi"]`)
	require.ErrorContains(t, d.changes("Good morning", "evening")(ctx), "expected that the bot changes its message")
	require.ErrorContains(t, d.readsThread(prodTopic, "done")(ctx), `expected "done" in the topic`)
}

func TestInterruptedDemo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr strings.Builder
	p := program{getenv: environment{}.get, environ: environment{}.all, stdout: io.Discard, stderr: &stderr}
	assert.Equal(t, statusFailed, p.run(ctx, []string{"-demo"}))
	assert.Equal(t, "deploybot: the demo was stopped before its end\n", stderr.String())
}

func TestTranscript(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "text", (&transcript{}).paint(bold, "text"))
	assert.Equal(t, "\x1b[1mtext\x1b[0m", (&transcript{colour: true}).paint(bold, "text"))
	assert.Equal(t, []string{"one two", "three"}, wrap("one two three", 9))
	assert.Equal(t, []string{"extraordinary"}, wrap("extraordinary", 9))
	assert.Equal(t, []string{"┃ one two three"}, wrap("┃ one two three", 9))

	c := quietDemo(t).cast
	assert.Equal(t, []string{"Ask @Ada Weber about #1", "a   bcd", "éf  g", "┃ … 1 line above"},
		c.readable("**Ask** @_**|" + number(c.ada.User) + "** about [#\u200b1](http://x)\n\n| a | bcd |\n| --- | --- |\n| éf | g |\n```text\n" + strings.Repeat("x\n", 9) + "x\n```")[:4])
}
