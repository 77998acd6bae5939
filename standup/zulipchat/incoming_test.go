package zulipchat

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// ear is an event queue of the bot.
type ear struct {
	chat  *Chat
	queue zulip.Queue
	last  int64
}

func newEar(t *testing.T, chat *Chat) *ear {
	t.Helper()
	queue, err := chat.client.Register(t.Context(), zulip.RegisterRequest{EventTypes: []string{zulip.EventMessage, zulip.EventUpdateMessage}})
	require.NoError(t, err)
	return &ear{chat: chat, queue: queue, last: queue.LastEventID}
}

// hears returns what the events since the last call mean to the engine.
func (e *ear) hears(t *testing.T) []standup.Incoming {
	t.Helper()
	events, err := e.chat.client.GetEvents(t.Context(), zulip.EventsRequest{QueueID: e.queue.ID, LastEventID: e.last, DontBlock: true})
	require.NoError(t, err)
	var heard []standup.Incoming
	for _, event := range events {
		e.last = event.ID
		in, ok, err := e.chat.incoming(t.Context(), event)
		require.NoError(t, err)
		if ok {
			heard = append(heard, in)
		}
	}
	return heard
}

func TestIncomingMessages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		e := newEar(t, o.chat(t))

		direct := o.SendDirect(o.ann, "@**Standup** hello", o.bot)
		id := zulipadapter.IDText(int64(direct.ID))
		assert.Equal(t, []standup.Incoming{{
			ID: standup.EventID("m" + id), From: user(o.ann), FromName: "Ann",
			Message: standup.MessageID(id), Text: "hello", At: direct.Time.Local(),
		}}, e.hears(t))

		mention := o.SendToChannel(o.root, o.channel, "plans", "@**Standup|101** setup")
		id = zulipadapter.IDText(int64(mention.ID))
		assert.Equal(t, []standup.Incoming{{
			ID: standup.EventID("m" + id), From: user(o.root), FromName: "Root", FromAdmin: true,
			Channel: channel(o.channel), ChannelName: "team", Topic: "plans",
			Message: standup.MessageID(id), Text: "setup", At: mention.Time.Local(),
		}}, e.hears(t))

		o.SendToChannel(o.root, o.channel, "plans", "@**Standup**: setup")
		addressed := e.hears(t)
		require.Len(t, addressed, 1)
		assert.Equal(t, "setup", addressed[0].Text)

		helper := o.AddBot("Helper", "")
		o.SendDirect(helper, "hello", o.bot)
		heard := e.hears(t)
		require.Len(t, heard, 1)
		assert.True(t, heard[0].FromBot)

		boss := o.AddUser(zuliptest.User{FullName: "Boss", Role: zuliptest.RoleOwner})
		o.SendDirect(boss, "hello", o.bot)
		heard = e.hears(t)
		require.Len(t, heard, 1)
		assert.True(t, heard[0].FromAdmin)

		quoted := o.SendDirect(o.bot, "What next?", o.ann)
		o.SendDirect(o.ann, "@_**Standup|101** [said](https://x/#narrow/dm/101,102-pm/near/"+zulipadapter.IDText(int64(quoted.ID))+"):\n```quote\nWhat next?\n```\nThe writer", o.bot)
		heard = e.hears(t)
		require.Len(t, heard, 1)
		assert.Equal(t, messageID(quoted.ID), heard[0].ReplyTo)
		assert.Equal(t, "The writer", heard[0].Text)
	})
}

func TestIncomingIgnores(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		e := newEar(t, o.chat(t))
		o.SendDirect(o.ann, "group", o.bot, o.ben)
		o.SendDirect(o.ann, "@**Standup** group", o.bot, o.ben)
		o.SendToChannel(o.ann, o.channel, "plans", "no mention")
		o.SendToChannel(o.ann, o.channel, "plans", "later @**Standup** mention")
		o.SendToChannel(o.ann, o.channel, "plans", "@_**Standup|101** silent mention")
		o.SendToChannel(o.ann, o.channel, "plans", "@**Ann** @**Standup** somebody else first")
		o.SendToChannel(o.ann, o.channel, "plans", "@**all** help")
		o.SendDirect(o.bot, "its own", o.ann)
		moved := o.SendToChannel(o.ann, o.channel, "plans", "to be moved")
		o.MoveMessage(o.ann, moved.ID, "other")
		assert.Empty(t, e.hears(t))
		in, ok, err := e.chat.incoming(t.Context(), zulip.Event{Type: zulip.EventResynced, Resynced: &zulip.Resynced{}})
		require.NoError(t, err)
		assert.False(t, ok, in)
		_, ok, err = e.chat.incoming(t.Context(), zulip.Event{Message: &zulip.Message{ID: 1, SenderID: 9999, Type: "private"}})
		require.NoError(t, err)
		assert.False(t, ok, "a notice of the server itself")
	})
}

func TestIncomingEdits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		e := newEar(t, o.chat(t))
		m := o.SendDirect(o.ann, "one", o.bot)
		time.Sleep(time.Minute)
		o.EditMessage(o.ann, m.ID, "two")
		o.EditMessage(o.ann, m.ID, "three") // In the same second.
		o.EditMessage(o.ann, m.ID, "![a](/user_uploads/1/a)")
		heard := e.hears(t)
		require.Len(t, heard, 4)
		ids := map[standup.EventID]bool{}
		for i, text := range []string{"", "two", "three", ""} {
			if i == 0 {
				continue
			}
			in := heard[i]
			assert.True(t, in.Edit)
			assert.Equal(t, text, in.Text)
			assert.Equal(t, messageID(m.ID), in.Message)
			assert.Equal(t, user(o.ann), in.From)
			assert.Equal(t, m.Time.Add(time.Minute).Unix(), in.At.Unix())
			ids[in.ID] = true
		}
		assert.Len(t, ids, 3, "each edit is an event of its own")

		post := o.SendToChannel(o.ann, o.channel, "plans", "words")
		o.EditMessage(o.ann, post.ID, "other words")
		own := o.SendDirect(o.bot, "mine", o.ann)
		o.EditMessage(o.bot, own.ID, "still mine")
		assert.Empty(t, e.hears(t))

		for name, u := range map[string]zulip.UpdateMessage{
			"link preview": {MessageID: 1, UserID: 102, Content: new("x"), RenderingOnly: true},
			"nobody":       {MessageID: 1, Content: new("x")},
			"moved":        {MessageID: 1, UserID: 102, Topic: new("x")},
		} {
			_, ok, err := e.chat.incoming(t.Context(), zulip.Event{UpdateMessage: &u})
			require.NoError(t, err)
			assert.False(t, ok, name)
		}
	})
}
