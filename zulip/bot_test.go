package zulip_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// runBot runs a bot until the returned function is called, which gives Run's error.
func runBot(t *testing.T, c *zulip.Client, handler zulip.HandlerFunc, options ...zulip.BotOption) (stop func() error) {
	t.Helper()
	bot, err := zulip.NewBot(c, handler, options...)
	require.NoError(t, err)
	ctx, cancel := context.WithCancelCause(t.Context())
	done := make(chan error, 1)
	go func() { done <- bot.Run(ctx) }()
	settle()
	return func() error {
		cancel(errTestOver)
		return <-done
	}
}

func echo(ctx context.Context, b *zulip.Bot, m zulip.Message) error {
	_, err := b.Reply(ctx, m, "echo: "+m.Content)
	return err
}

func contents(messages []zuliptest.Message) (texts []string) {
	for _, message := range messages {
		texts = append(texts, message.Content)
	}
	return texts
}

func TestBotAnswersWhatIsAddressedToIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		other := h.server.AddBot("Parrot", "parrot-bot@zulip.example")
		stop := runBot(t, h.client(t), echo)
		mention := fmt.Sprintf("@**Porter|%d**", h.bot.ID)
		h.server.SendDirect(h.alice, "hello", h.bot)
		h.server.SendDirect(h.alice, "not for you", h.bot, h.bob)
		h.server.SendDirect(other, "are you a bot too?", h.bot)
		h.server.SendToChannel(h.bob, h.channel, "tea", "@**Porter** by name")
		h.server.SendToChannel(h.bob, h.channel, "tea", mention+" by id")
		h.server.SendToChannel(h.bob, h.channel, "tea", "I told @**Porter** already")
		h.server.SendToChannel(h.bob, h.channel, "tea", "just talking")
		settle()
		require.ErrorIs(t, stop(), errTestOver)
		assert.Equal(t, []string{"hello", "echo: hello"}, contents(h.server.DirectMessages(h.alice, h.bot)))
		assert.Len(t, h.server.DirectMessages(h.alice, h.bob, h.bot), 1)
		assert.Len(t, h.server.DirectMessages(other, h.bot), 1)
		said := contents(h.server.ChannelMessages(h.channel, "tea"))
		assert.Equal(t, []string{"echo: by name", "echo: by id"}, said[4:])
	})
}

func TestBotKeepsServingAfterFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		log, text := logTo(t)
		stop := runBot(t, h.client(t, zulip.WithLogger(log)), func(ctx context.Context, b *zulip.Bot, m zulip.Message) error {
			switch m.Content {
			case "panic":
				panic("boom")
			case "fail":
				return errors.New("password=hunter2")
			case "hang":
				<-ctx.Done()
				return ctx.Err()
			}
			return echo(ctx, b, m)
		}, zulip.WithHandlerTimeout(time.Second))
		for _, content := range []string{"panic", "fail", "hang", "fine"} {
			h.server.SendDirect(h.alice, content, h.bot)
		}
		settle()
		require.ErrorIs(t, stop(), errTestOver)
		said := contents(h.server.DirectMessages(h.alice, h.bot))[4:]
		require.Len(t, said, 4)
		for _, answer := range said[:3] {
			assert.Regexp(t, `^Sorry, something went wrong\. The error has the number [A-Z2-7]{8}\.$`, answer)
		}
		assert.Equal(t, "echo: fine", said[3])
		assert.Contains(t, text.String(), "boom")
		assert.Contains(t, text.String(), said[0][len(said[0])-9:len(said[0])-1], "the number leads to the log line")
	})
}

func TestBotServesConversationsSideBySideAndEachInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		release := make(chan struct{})
		stop := runBot(t, h.client(t), func(ctx context.Context, b *zulip.Bot, m zulip.Message) error {
			if m.Content == "slow" {
				<-release
			}
			return echo(ctx, b, m)
		})
		h.server.SendDirect(h.alice, "slow", h.bot)
		h.server.SendDirect(h.alice, "after", h.bot)
		h.server.SendDirect(h.bob, "quick", h.bot)
		settle()
		assert.Len(t, h.server.DirectMessages(h.bob, h.bot), 2, "bob does not wait for alice")
		assert.Len(t, h.server.DirectMessages(h.alice, h.bot), 2)
		close(release)
		settle()
		assert.Equal(t, []string{"slow", "after", "echo: slow", "echo: after"}, contents(h.server.DirectMessages(h.alice, h.bot)))
		require.ErrorIs(t, stop(), errTestOver)
	})
}

// What was under way when the bot stopped is done by its next run, and nothing else is done again.
func TestBotResumesUnfinishedWork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		store := &memoryStore{}
		stop := runBot(t, h.client(t), func(ctx context.Context, b *zulip.Bot, m zulip.Message) error {
			if m.Content == "unlucky" {
				<-ctx.Done()
				return ctx.Err()
			}
			return echo(ctx, b, m)
		}, zulip.WithQueueStore(store))
		h.server.SendDirect(h.alice, "unlucky", h.bot)
		settle()
		h.server.SendDirect(h.bob, "lucky", h.bot)
		settle()
		require.ErrorIs(t, stop(), errTestOver)
		assert.Len(t, h.server.DirectMessages(h.alice, h.bot), 1)
		stop = runBot(t, h.client(t), echo, zulip.WithQueueStore(store))
		settle()
		require.ErrorIs(t, stop(), errTestOver)
		assert.Equal(t, []string{"unlucky", "echo: unlucky"}, contents(h.server.DirectMessages(h.alice, h.bot)))
		assert.Equal(t, []string{"lucky", "echo: lucky"}, contents(h.server.DirectMessages(h.bob, h.bot)))
	})
}

// A flood must not start a goroutine for each message.
func TestBotBoundsTheWorkUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		started := make(chan struct{}, 1000)
		release := make(chan struct{})
		stop := runBot(t, h.client(t), func(context.Context, *zulip.Bot, zulip.Message) error {
			started <- struct{}{}
			<-release
			return nil
		}, zulip.WithWorkers(3))
		for i := range 500 {
			h.server.SendToChannel(h.alice, h.channel, fmt.Sprint("topic ", i), "@**Porter** hello")
		}
		settle()
		assert.Len(t, started, 3)
		close(release)
		settle()
		assert.Len(t, started, 500)
		require.ErrorIs(t, stop(), errTestOver)
	})
}

func TestBotReturnsWhenItIsDeactivated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		bot, err := zulip.NewBot(h.client(t), echo)
		require.NoError(t, err)
		h.server.Deactivate(h.bot)
		assert.ErrorIs(t, bot.Run(t.Context()), zulip.ErrUnauthorized)
	})
}

func TestNewBotRefuses(t *testing.T) {
	t.Parallel()
	c := answering(t, answerWith(200, `{}`))
	_, err := zulip.NewBot(nil, echo)
	require.Error(t, err)
	_, err = zulip.NewBot(c, nil)
	require.Error(t, err)
	for _, option := range []zulip.BotOption{zulip.WithWorkers(0), zulip.WithHandlerTimeout(0), zulip.WithQueueStore(nil)} {
		_, err = zulip.NewBot(c, echo, option)
		require.ErrorContains(t, err, "zulip: new bot: ")
	}
}

func TestBotWaitsToLearnWhoWrote(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		stop := runBot(t, h.client(t), echo)
		heal := h.server.Fail(zuliptest.Match{Method: "GET", Path: fmt.Sprintf("/users/%d", h.alice.ID), Times: -1}, zuliptest.Fault{Status: 502})
		h.server.SendDirect(h.alice, "hello", h.bot)
		time.Sleep(10 * time.Minute)
		require.Len(t, h.server.DirectMessages(h.alice, h.bot), 1)
		heal()
		time.Sleep(2 * time.Minute)
		settle()
		require.ErrorIs(t, stop(), errTestOver)
		require.Equal(t, []string{"hello", "echo: hello"}, contents(h.server.DirectMessages(h.alice, h.bot)))
	})
}
