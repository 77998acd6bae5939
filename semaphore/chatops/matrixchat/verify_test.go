//go:build goolm || libolm

package matrixchat

import (
	"context"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/matrixjs"
	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

func TestVerifyWords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		settings := y.settings()
		settings.NoEncryption = false
		chat, err := New(settings, server)
		require.NoError(t, err)
		y.start(t, chat, &listener{})
		verify := func(words ...string) string {
			t.Helper()
			answer, err := chat.Verify(t.Context(), chatops.UserID(y.ada.ID()), words)
			require.NoError(t, err)
			return answer.String()
		}
		assert.Contains(t, verify(), "my device: "+y.bot.Devices()[0].String())
		assert.Contains(t, verify(), "verify start asks your devices")
		assert.Regexp(t, `fingerprint: \S{4} \S{4}`, verify("STATUS"))
		assert.Contains(t, verify("list"), "No verification")
		assert.Contains(t, verify("confirm", "abc"), "No verification")
		for _, words := range [][]string{{"help"}, {"confirm"}, {"reject"}, {"start", "@ben:matrix.example"}, {"@room"}} {
			assert.Contains(t, verify(words...), "verify confirm CODE", "%v", words)
		}
		_, err = chat.Verify(t.Context(), chatops.UserID(y.ada.ID()), []string{"start"})
		require.ErrorContains(t, err, "has no other device", "ada has no device at all")
	})
}

// TestVerifyWithTheLog has a person whose client others wrote verify the bot, by the emojis in its log.
func TestVerifyWithTheLog(t *testing.T) {
	t.Parallel()
	if os.Getenv("SIGNALBOX_MATRIX_JS") == "" && os.Getenv("SIGNALBOX_REQUIRE_REAL") != "1" {
		t.Skip("SIGNALBOX_MATRIX_JS names no folder with matrix-js-sdk")
	}
	const password = "a long password"
	home := matrixtest.Dendrite(t)
	bot := home.Register("deploybot", password).UserID
	home.Register("ada", password)
	ada := matrixjs.Start(t)
	ada.Login(home.URL(), "ada", password)
	ada.Do(nil, "bootstrap", map[string]any{"password": password})

	log := &journal{}
	chat, err := New(matrixbot.Config{
		Homeserver: home.URL(), User: string(bot), Password: matrixbot.NewSecret(password), Data: t.TempDir(),
		Invites: matrixbot.Invites{From: []id.UserID{id.UserID(ada.User)}}, Log: slog.New(slog.NewTextHandler(log, nil)),
	}, server)
	require.NoError(t, err)
	heard := make(chan chatops.Incoming, 100)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		_ = chat.Run(ctx, &listener{handle: func(_ context.Context, in chatops.Incoming) error {
			heard <- in
			return nil
		}})
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	var room string
	ada.Do(&room, "createRoom", map[string]any{"encrypted": true, "invite": []string{bot.String()}})
	ada.Wait("the bot has come", func(e matrixjs.Event) bool {
		return e.Event == "timeline" && e.Type == "m.room.member" && e.StateKey == bot.String() && e.Content["membership"] == "join"
	})
	says := func(text string) chatops.Incoming {
		ada.Send(room, text)
		select {
		case in := <-heard:
			return in
		case <-time.After(30 * time.Second):
			require.Fail(t, "the bot hears nothing")
			return chatops.Incoming{}
		}
	}
	in := says("before")
	assert.True(t, in.Encrypted)
	assert.True(t, in.InEncrypted)
	assert.False(t, in.Verified)

	answer, err := chat.Verify(t.Context(), in.From, []string{"start"})
	require.NoError(t, err)
	assert.Contains(t, answer.String(), "my emojis are in my log")
	request := ada.Wait("the request", func(e matrixjs.Event) bool { return e.Event == "verification" && e.Phase == "Requested" })
	ada.Do(nil, "accept", map[string]any{"transaction": request.Transaction})
	shown := ada.Wait("the emojis", func(e matrixjs.Event) bool { return e.Event == "sas" })
	line := regexp.MustCompile(`emojis="([^"]*)" code=(\w+)`)
	require.Eventually(t, func() bool { return line.MatchString(log.String()) }, 30*time.Second, 50*time.Millisecond)
	found := line.FindStringSubmatch(log.String())
	var symbols []string
	for emoji := range strings.SplitSeq(found[1], ", ") {
		symbols = append(symbols, strings.Fields(emoji)[0])
	}
	assert.Equal(t, shown.Emoji, symbols)
	answer, err = chat.Verify(t.Context(), in.From, []string{"confirm", found[2]})
	require.NoError(t, err)
	assert.Contains(t, answer.String(), "I trust "+ada.User)
	ada.Do(nil, "confirm", map[string]any{"transaction": request.Transaction})
	ada.Wait("the end", func(e matrixjs.Event) bool { return e.Event == "verified" })
	assert.Eventually(t, func() bool { return says("after").Verified }, 30*time.Second, time.Millisecond)
}
