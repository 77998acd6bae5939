package zulipchat

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestIncomingMessages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		e := &listener{}
		start(t, o.chat(t), e)

		direct := o.SendDirect(o.ann, "help", o.bot)
		assert.Equal(t, []chatops.Incoming{{
			ID: chatops.EventID("m" + zulipadapter.IDText(int64(direct.ID))), From: user(o.ann), FromName: "Ann", Direct: true,
			Message: messageID(direct.ID), Text: "help", At: direct.Time.Local(),
		}}, e.take())

		said := o.SendToChannel(o.ben, o.channel, "releases", "!cd run website")
		want := chatops.Incoming{
			ID: chatops.EventID("m" + zulipadapter.IDText(int64(said.ID))), From: user(o.ben), FromName: "Ben",
			Room: roomOf(o.channel), RoomName: "ops", Thread: "releases",
			Message: messageID(said.ID), Text: "!cd run website", At: said.Time.Local(),
		}
		assert.Equal(t, []chatops.Incoming{want}, e.take())

		for _, mention := range []string{"@**Deploybot** run 2 6", fmt.Sprintf("@**Deploybot|%d**: run 2 6", o.bot.ID), fmt.Sprintf("  @**|%d** run 2 6", o.bot.ID)} {
			o.SendToChannel(o.ben, o.channel, "releases", mention)
			heard := e.take()
			require.Len(t, heard, 1)
			assert.True(t, heard[0].Mentioned)
			assert.Equal(t, "run 2 6", heard[0].Text)
		}
		for _, other := range []string{"later @**Deploybot** run", "@_**Deploybot** run", "@**Ann** run", "@**all** run", "@**Deploybot|7** run"} {
			o.SendToChannel(o.ben, o.channel, "releases", other)
			heard := e.take()
			require.Len(t, heard, 1)
			assert.False(t, heard[0].Mentioned, other)
			assert.Equal(t, other, heard[0].Text)
		}

		question := o.SendToChannel(o.bot, o.channel, "releases", "Run it?")
		o.SendToChannel(o.ann, o.channel, "releases", fmt.Sprintf(
			"@_**Deploybot|%d** [said](https://x/#narrow/channel/11-ops/topic/releases/near/%d):\n```quote\nRun it?\n```\nyes", o.bot.ID, question.ID))
		heard := e.take()
		require.Len(t, heard, 1)
		assert.Equal(t, messageID(question.ID), heard[0].ReplyTo)
		assert.Equal(t, "yes", heard[0].Text)

		robot := o.AddBot("Other", "")
		o.SendDirect(robot, "hello", o.bot)
		heard = e.take()
		require.Len(t, heard, 1)
		assert.True(t, heard[0].FromBot)
	})
}

func TestIncomingIgnores(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		e := &listener{}
		chat := o.chat(t)
		start(t, chat, e)
		o.SendDirect(o.ann, "group", o.bot, o.ben)
		o.SendDirect(o.bot, "its own", o.ann)
		said := o.SendToChannel(o.ann, o.channel, "plans", "words")
		require.Len(t, e.take(), 1)
		o.EditMessage(o.ann, said.ID, "!cd run website deploy")
		o.MoveMessage(o.ann, said.ID, "other")
		o.React(o.ann, said.ID, "thumbs_up") // It is not the bot's.
		assert.Empty(t, e.take())
		_, ok, err := chat.incoming(t.Context(), zulip.Event{Message: &zulip.Message{ID: 1, SenderID: 9999, Type: "private"}})
		require.NoError(t, err)
		assert.False(t, ok, "a notice of the server itself")
	})
}

func TestReactions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		e := &listener{}
		chat := o.chat(t)
		start(t, chat, e)
		id, err := chat.Send(t.Context(), chatops.Outgoing{To: chatops.Address{Room: roomOf(o.channel), Thread: "releases"}, Body: text("Run it?"), Buttons: []string{"👍"}})
		require.NoError(t, err)
		assert.Empty(t, e.take(), "the bot's own")
		question := o.Messages()[0].ID
		o.React(o.ben, question, "thumbs_up")
		heard := e.take()
		require.Len(t, heard, 1)
		assert.Equal(t, chatops.Incoming{
			ID: heard[0].ID, From: user(o.ben), FromName: "Ben", Room: roomOf(o.channel), Thread: "releases",
			Message: id, Reaction: "👍", At: time.Now(),
		}, heard[0])

		o.Unreact(o.ben, question, "thumbs_up")
		assert.Empty(t, e.take())
		o.React(o.ben, question, "thumbs_up")
		again := e.take()
		require.Len(t, again, 1)
		assert.NotEqual(t, heard[0].ID, again[0].ID)

		// After a restart the place of the message is not known any more.
		direct := o.SendDirect(o.bot, "Run it?", o.ann)
		o.React(o.ann, direct.ID, "three")
		posted := o.SendToChannel(o.bot, o.channel, "later", "Run it?")
		o.React(o.ann, posted.ID, "cross_mark")
		group := o.SendDirect(o.bot, "Run it?", o.ann, o.ben)
		o.React(o.ann, group.ID, "cross_mark")
		heard = e.take()
		require.Len(t, heard, 2)
		assert.True(t, heard[0].Direct)
		assert.Equal(t, "3\u20e3", heard[0].Reaction)
		assert.Equal(t, "❌", heard[1].Reaction)
		assert.Equal(t, roomOf(o.channel), heard[1].Room)
		assert.Equal(t, "ops", heard[1].RoomName)
		assert.Equal(t, "later", heard[1].Thread)
	})
}

func TestSymbol(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"1f44d": "👍", "0031-20e3": "1\u20e3", "": "", "x": "", "1f44d-": "", "-1": "", strings.Repeat("31-", 40): ""} {
		assert.Equal(t, want, symbol(zulip.Emoji{Code: code, Type: zulip.UnicodeEmoji}), code)
	}
	assert.Empty(t, symbol(zulip.Emoji{Code: "1", Type: zulip.RealmEmoji}))
}

// TestRestart lets the bot be away, for a moment and for long.
func TestRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		e := &listener{}
		stop := start(t, o.chat(t), e)
		o.SendDirect(o.ann, "one", o.bot)
		assert.Equal(t, []string{"one"}, e.texts())
		require.ErrorIs(t, stop(), context.Canceled)
		o.SendDirect(o.ann, "two", o.bot)
		stop = start(t, o.chat(t), e)
		assert.Equal(t, []string{"two"}, e.texts(), "what was said meanwhile, once")

		_ = stop()
		o.SendToChannel(o.ann, o.channel, "releases", "!cd run 1 1")
		time.Sleep(2 * time.Hour)
		o.ExpireQueues()
		o.SendToChannel(o.ann, o.channel, "releases", "!cd status")
		start(t, o.chat(t), e)
		time.Sleep(time.Minute)
		heard := e.take()
		require.Len(t, heard, 2)
		assert.True(t, heard[0].Old)
		assert.False(t, heard[1].Old)
	})
}

// TestASlowCommandHoldsUpOnlyItsOwnConversation has one topic wait for an hour.
func TestASlowCommandHoldsUpOnlyItsOwnConversation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		e := &listener{handle: func(ctx context.Context, in chatops.Incoming) error {
			if in.Text == "slow" {
				select {
				case <-time.After(time.Hour):
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
			return nil
		}}
		stop := start(t, o.chat(t), e)
		o.SendToChannel(o.ann, o.channel, "one", "slow")
		o.SendToChannel(o.ann, o.channel, "one", "behind it")
		o.SendToChannel(o.ben, o.channel, "two", "quick")
		assert.Equal(t, []string{"quick"}, e.texts())
		time.Sleep(time.Hour)
		assert.Equal(t, []string{"slow", "behind it"}, e.texts())

		// What is interrupted comes again.
		o.SendToChannel(o.ann, o.channel, "one", "slow")
		o.SendToChannel(o.ben, o.channel, "two", "quick")
		assert.Equal(t, []string{"quick"}, e.texts())
		_ = stop()
		e.handle = nil
		start(t, o.chat(t), e)
		assert.Equal(t, []string{"slow"}, e.texts())
	})
}

func TestRunWaitsOutTrouble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		failures := 3
		e := &listener{handle: func(_ context.Context, in chatops.Incoming) error {
			if in.Text == "nonsense" {
				return fmt.Errorf("%w: of the test", chatops.ErrInvalidEvent)
			}
			if failures > 0 {
				failures--
				return errors.New("the disk is full")
			}
			return nil
		}}
		start(t, o.chat(t), e)
		o.SendDirect(o.ann, "one", o.bot)
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"one"}, e.texts())
		o.SendDirect(o.ann, "nonsense", o.bot)
		e.set(errors.New("the disk is full"))
		o.SendDirect(o.ann, "two", o.bot)
		time.Sleep(time.Minute)
		e.set(nil)
		time.Sleep(time.Minute)
		texts := e.texts()
		assert.Contains(t, texts, "two", "at least once: the engine knows what it had")
		assert.NotContains(t, texts, "nonsense")
		assert.Contains(t, o.log.String(), "an event was skipped")
		o.SendDirect(o.ann, "three", o.bot)
		assert.Equal(t, []string{"three"}, e.texts())
	})
}

func TestRunEndsWhereWaitingDoesNotHelp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		e := &listener{cursor: []byte("{")} // damaged
		stop := start(t, o.chat(t), e)
		o.SendDirect(o.ann, "one", o.bot)
		assert.Equal(t, []string{"one"}, e.texts())
		_ = stop()
		other := o.AddBot("Other", "")
		client, err := zulip.NewClient(zulip.Credentials{Site: o.URL(), Email: other.Email, APIKey: zulip.NewSecret(other.APIKey)}, zulip.WithTransport(o.Transport()))
		require.NoError(t, err)
		chat, err := New(client, server)
		require.NoError(t, err)
		require.ErrorIs(t, chat.Run(t.Context(), e), zulip.ErrForeignQueue)
		o.Deactivate(o.bot)
		require.ErrorIs(t, o.chat(t).Run(t.Context(), e), zulip.ErrUnauthorized)
	})
}

// TestAStrangerCostsLittle: a thousand messages take no request of their own.
func TestAStrangerCostsLittle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, zuliptest.WithRateLimit(200, time.Minute))
		e := &listener{}
		start(t, o.chat(t), e)
		mallory := o.AddUser(zuliptest.User{FullName: "Mallory"})
		o.Subscribe(o.channel, mallory)
		for i := range 1000 {
			o.SendToChannel(mallory, o.channel, "x", fmt.Sprint("!cd help ", i))
		}
		assert.Len(t, e.take(), 1000)
		polls := 0
		for _, r := range o.Requests() {
			if r.Path == "/events" {
				polls++
			}
		}
		assert.Less(t, len(o.Requests())-polls, 10)
	})
}
