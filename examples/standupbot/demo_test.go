package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	status := program{environment{}.get, environment{}.all, &stdout, &stderr}.run(t.Context(), []string{"-demo"})
	require.Equal(t, 0, status, "%s\n%s", stdout.String(), stderr.String())
	assert.Empty(t, stderr.String())

	inOrder(t, stdout.String(),
		"16:00 Berlin     Jonas → #platform > standup",
		"✅ The standup of platform is set up",
		`I cannot read the time of day "25:99"`,
		"✅ Your time zone is now Africa/Lagos.",
		"09:30 Berlin     Standup Bot → Jonas",
		"09:30 Berlin     Standup Bot → Lena",
		"09:30 Lagos      Standup Bot → Ngozi",
		"* The bot is killed.",
		"Load tests for the new queue.",
		"* The bot is started again",
		"Anything in the way?",
		"11:05 Berlin     Jonas edits",
		"09:30 New York   Standup Bot → Maya",
		"I can only keep text.",
		"16:30 Berlin     Standup Bot → Lena",
		"17:30 Berlin     Standup Bot → #platform > Standup 2026-06-17",
		"3 of 4 answered.",
		"> Load tests for the new queue.",
		"No answer from: @Lena Hoffmann",
		"17:41 Berlin     Lena → Standup Bot",
		"closed",
		"✔ 4 people in 3 time zones were asked once each",
		"expectations held",
	)
	assert.NotContains(t, stdout.String(), "\x1b", "no colour without a terminal")
	for line := range strings.Lines(stdout.String()) {
		assert.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), 80, line)
	}
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

// playedDemo is a demo after its day.
func playedDemo(t *testing.T) *demo {
	t.Helper()
	d, closeAll, err := newDemo(&transcript{w: io.Discard})
	require.NoError(t, err)
	t.Cleanup(closeAll)
	require.NoError(t, d.play(t.Context()))
	return d
}

// TestDemoFindsFaults breaks each thing that the demo claims.
func TestDemoFindsFaults(t *testing.T) {
	t.Parallel()
	d := playedDemo(t)
	require.NoError(t, d.review())

	said := func(who person, text string) {
		d.shown[d.server.SendDirect(d.cast.bot, text, who.User).ID] = true
	}
	for _, tt := range []struct {
		fault  func()
		review func() (string, error)
		want   string
	}{
		{func() { said(d.lena, "it is time for the standup") }, d.everybodyAskedInTime, "one prompt for Lena, found 2"},
		{func() { said(d.ngozi, askNext) }, d.survivedTheKill, "asked \"What comes next?\" once"},
		{func() { said(d.jonas, "closes at") }, d.remindedOnlyLena, "0 reminders for Jonas, found 1"},
		{func() { d.server.SendDirect(d.lena.User, "hello", d.maya.User) }, d.nothingElse, "no message besides"},
		{func() {
			report := d.server.ChannelMessages(d.channel, reportTopic)[0]
			d.server.EditMessage(d.cast.bot, report.ID, strings.ReplaceAll(report.Content, whileDown, "…"))
		}, d.reportIsRight, whileDown},
	} {
		tt.fault()
		_, err := tt.review()
		require.ErrorContains(t, err, "expected")
		require.ErrorContains(t, err, tt.want)
	}
}

func TestDemoExpectsWords(t *testing.T) {
	t.Parallel()
	d, closeAll, err := newDemo(&transcript{w: io.Discard})
	require.NoError(t, err)
	t.Cleanup(closeAll)
	d.server.SendDirect(d.cast.bot, "Good morning", d.lena.User)
	err = d.hears(d.lena, "Good evening")(t.Context())
	require.ErrorContains(t, err, `a message of the bot to Lena with "Good evening", got "Good morning"`)

	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorContains(t, d.hears(d.maya, "Hi")(ctx), `expected a message of the bot to Maya with ["Hi"]`)
}

func TestInterruptedDemo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 1, program{environment{}.get, environment{}.all, &stdout, &stderr}.run(ctx, []string{"-demo"}))
	assert.Equal(t, "standupbot: the demo was stopped before its end\n", stderr.String())
}

func TestColourIsForTerminals(t *testing.T) {
	t.Parallel()
	plain, coloured := &transcript{w: io.Discard}, &transcript{w: io.Discard, colour: true}
	assert.Equal(t, "text", plain.paint(bold, "text"))
	assert.Equal(t, "\x1b[1mtext\x1b[0m", coloured.paint(bold, "text"))
	assert.Equal(t, "text", coloured.paint("", "text"))
	assert.False(t, newTranscript(&bytes.Buffer{}, environment{}.get).colour)
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"short":        {"one two", []string{"one two"}},
		"long":         {"one two three", []string{"one two", "three"}},
		"a long word":  {"one extraordinary", []string{"one", "extraordinary"}},
		"a list entry": {"- one two three", []string{"- one two", "  three"}},
		"a quotation":  {"  > one two", []string{"  > one", "    two"}},
		"nothing":      {"", []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, wrap(tt.text, 9))
		})
	}
}
