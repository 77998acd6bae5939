package zulipchat

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// TestWhatPeopleWriteStaysText lets people with hostile names, in a hostile channel, ask and answer in hostile words,
// and reads everything that the bot posts.
func TestWhatPeopleWriteStaysText(t *testing.T) {
	t.Parallel()
	const (
		fence = "```"
		evil  = "@**all** @**Victim** @*everyone* [x](https://evil.example) https://evil.example #**team** /me"
	)
	questions := []string{"/poll " + evil, "/me " + fence + " **x** " + evil, "# `" + evil + "` &#64;"}
	answers := []string{
		fence + "\n" + evil,
		"/poll a\n- b\n" + fence + "quote\n" + evil + "\n" + fence + fence,
		fence + fence + fence + "\n~~~\n" + evil + "\n@_**Victim**",
	}
	synctest.Test(t, func(t *testing.T) {
		server := zuliptest.New()
		t.Cleanup(server.Close)
		o := &office{Server: server, log: &journal{}}
		o.bot = o.AddBot("Standup", "")
		victim := o.AddUser(zuliptest.User{FullName: "Victim", Email: "victim@zulip.example"})
		o.ann = o.AddUser(zuliptest.User{FullName: "/me @**all** " + fence + " [x](y)", Email: "ann@zulip.example"})
		o.ben = o.AddUser(zuliptest.User{FullName: "**@**Victim** " + fence, Email: "ben@zulip.example"})
		o.channel = o.AddChannel("/poll @**all** "+fence, o.bot, o.ann, o.ben, victim)
		chat := o.chat(t)
		sleepUntil(2026, time.November, 23, 7, 0)
		start(t, chat, o.engine(t, chat, standup.NewMemStore()))
		commands := []string{
			"setup 09:00 10:00 11:00 UTC", "config questions " + strings.Join(questions, "\n"), "status", "config", "participants",
			"config holidays " + evil, "config days " + fence, "nonsense " + evil, fence + evil, "timezone `" + evil + "`",
		}
		command := func(text string) {
			o.SendToChannel(o.ann, o.channel, "meta", "@**Standup** "+text)
			synctest.Wait()
		}
		for _, text := range commands {
			command(text)
		}
		sleepUntil(2026, time.November, 23, 9, 0)
		o.says(victim, "nothing")
		for _, answer := range answers {
			o.says(o.ann, answer)
		}
		o.says(o.ben, "/"+evil)
		sleepUntil(2026, time.November, 23, 11, 0)
		for _, text := range []string{"search @**all", "search /poll", "history", "stats", "debug"} {
			command(text)
		}
		sleepUntil(2026, time.November, 24, 9, 0) // The plan of the day before is quoted in the prompt.

		posts := server.MessagesFunc(func(m zuliptest.Message) bool { return m.SenderID == o.bot.ID })
		require.Greater(t, len(posts), 20)
		var report string
		for _, m := range posts {
			assert.False(t, strings.HasPrefix(m.Content, "/"), "a command: %q", m.Content)
			assert.NotRegexp(t, loud, m.Content)
			outside := strings.Join(outsideOfBlocks(m.Content), "\n")
			assert.NotContains(t, withoutCode(outside), "](", "a link: %q", m.Content)
			assert.NotContains(t, withoutCode(outside), "https://", "a link: %q", m.Content)
			assert.NotContains(t, withoutCode(outside), "#**", "a link: %q", m.Content)
			if strings.HasPrefix(m.Content, "### Standup for") {
				report = m.Content
			}
		}
		require.NotEmpty(t, report)
		outside := outsideOfBlocks(report)
		for _, heading := range []string{"### Standup for", "@_**|"} {
			assert.True(t, slices.ContainsFunc(outside, func(line string) bool { return strings.HasPrefix(line, heading) }), "%q in %q", heading, outside)
		}
		assert.Contains(t, report, "[x](https://evil.example)", "an answer keeps its links")
		assert.Empty(t, mentions(t, server, o.bot, victim), "nobody was notified")
	})
}

// mentions returns what the bot wrote that notified somebody, as the server understood it.
func mentions(t *testing.T, server *zuliptest.Server, bot, who *zuliptest.User) []string {
	t.Helper()
	client, err := zulip.NewClient(
		zulip.Credentials{Site: server.URL(), Email: who.Email, APIKey: zulip.NewSecret(who.APIKey)}, zulip.WithTransport(server.Transport()))
	require.NoError(t, err)
	page, err := client.Messages(t.Context(), zulip.MessagesRequest{
		NumBefore: 1000,
		Narrow:    []zulip.NarrowTerm{zulip.NarrowIs("mentioned"), zulip.NarrowSender(zulip.UserID(bot.ID))},
	})
	require.NoError(t, err)
	var contents []string
	for _, m := range page.Messages {
		contents = append(contents, m.Content)
	}
	return contents
}
