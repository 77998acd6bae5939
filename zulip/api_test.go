package zulip_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestMessagesFromSendToDelete(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	channel := zulip.ChannelID(h.channel.ID)

	sent, err := c.SendMessage(ctx, zulip.SendMessageRequest{To: zulip.InChannel(channel, "tea"), Content: "first"})
	require.NoError(t, err)
	message, err := c.Message(ctx, sent.ID)
	require.NoError(t, err)
	assert.Equal(t, "first", message.Content)
	assert.Equal(t, "tea", message.Topic)
	assert.Equal(t, "engineering", message.Recipient.Channel)
	assert.False(t, message.IsDirect())
	assert.False(t, message.Time().IsZero())

	require.NoError(t, c.EditMessage(ctx, sent.ID, zulip.EditMessageRequest{Content: new("second")}))
	require.NoError(t, c.AddReaction(ctx, sent.ID, zulip.Emoji{Name: "tada"}))
	require.NoError(t, c.AddReaction(ctx, sent.ID, zulip.Emoji{Name: "tada"}), "once more is no error")
	message, err = c.Message(ctx, sent.ID)
	require.NoError(t, err)
	assert.Equal(t, "second", message.Content)
	require.Len(t, message.Reactions, 1)
	assert.Equal(t, "tada", message.Reactions[0].Name)
	assert.Equal(t, zulip.UnicodeEmoji, message.Reactions[0].Type)
	require.NoError(t, c.RemoveReaction(ctx, sent.ID, zulip.Emoji{Name: "tada"}))
	require.NoError(t, c.RemoveReaction(ctx, sent.ID, zulip.Emoji{Name: "tada"}), "once more is no error")

	html, err := c.RenderMessage(ctx, "hello")
	require.NoError(t, err)
	assert.Contains(t, html, "hello")

	require.NoError(t, c.DeleteMessage(ctx, sent.ID))
	_, err = c.Message(ctx, sent.ID)
	assert.Error(t, err)
}

func TestRecipients(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	numeric := h.server.AddChannel("123", h.bot) // the name looks like an id
	c, ctx := h.client(t), t.Context()
	for name, row := range map[string]struct {
		to   zulip.Recipient
		find func() []zuliptest.Message
	}{
		"people by id":        {zulip.Direct(zulip.UserID(h.alice.ID), zulip.UserID(h.bob.ID)), func() []zuliptest.Message { return h.server.DirectMessages(h.bot, h.alice, h.bob) }},
		"a person by e-mail":  {zulip.DirectByEmail(h.alice.Email), func() []zuliptest.Message { return h.server.DirectMessages(h.bot, h.alice) }},
		"a channel by id":     {zulip.InChannel(zulip.ChannelID(h.channel.ID), "a"), func() []zuliptest.Message { return h.server.ChannelMessages(h.channel, "a") }},
		"a channel by name":   {zulip.InChannelNamed("engineering", "b"), func() []zuliptest.Message { return h.server.ChannelMessages(h.channel, "b") }},
		"a channel named 123": {zulip.InChannelNamed("123", "c"), func() []zuliptest.Message { return h.server.ChannelMessages(numeric, "c") }},
	} {
		_, err := c.SendMessage(ctx, zulip.SendMessageRequest{To: row.to, Content: "to " + name})
		if assert.NoError(t, err, name) && assert.Len(t, row.find(), 1, name) {
			assert.Equal(t, "to "+name, row.find()[0].Content)
		}
	}
}

func TestSendRefusesWhatTheServerWouldChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	alice := zulip.Direct(zulip.UserID(h.alice.ID))
	for name, row := range map[string]struct {
		request zulip.SendMessageRequest
		wants   string
		is      error
	}{
		"too long":      {zulip.SendMessageRequest{To: alice, Content: strings.Repeat("ä", 10001)}, "10001 code points", zulip.ErrMessageTooLong},
		"long topic":    {zulip.SendMessageRequest{To: zulip.InChannelNamed("x", strings.Repeat("t", 61)), Content: "x"}, "61 code points", zulip.ErrTopicTooLong},
		"empty":         {zulip.SendMessageRequest{To: alice, Content: " \n"}, "empty", nil},
		"NUL":           {zulip.SendMessageRequest{To: alice, Content: "a\x00b"}, "NUL", nil},
		"no recipient":  {zulip.SendMessageRequest{Content: "x"}, "no recipient", nil},
		"nobody":        {zulip.SendMessageRequest{To: zulip.Direct(), Content: "x"}, "at least one user", nil},
		"nameless":      {zulip.SendMessageRequest{To: zulip.InChannelNamed("", "t"), Content: "x"}, "no name", nil},
		"no one mailed": {zulip.SendMessageRequest{To: zulip.DirectByEmail(), Content: "x"}, "at least one e-mail", nil},
	} {
		_, err := c.SendMessage(ctx, row.request)
		if assert.ErrorContains(t, err, row.wants, name) && row.is != nil {
			require.ErrorIs(t, err, row.is, name)
		}
	}
	assert.Empty(t, h.server.Messages())
	_, err := c.SendMessage(ctx, zulip.SendMessageRequest{To: alice, Content: strings.Repeat("ä", 10000)})
	require.NoError(t, err, "the limit is counted in code points, not bytes")
	require.ErrorContains(t, c.EditMessage(ctx, 1, zulip.EditMessageRequest{}), "nothing to change")
	require.ErrorIs(t, c.EditMessage(ctx, 1, zulip.EditMessageRequest{Topic: new(strings.Repeat("t", 61))}), zulip.ErrTopicTooLong)
}

func TestLimitsAreLearnedFromTheServer(t *testing.T) {
	t.Parallel()
	c := answering(t, answerWith(200, `{"result":"success","msg":"","queue_id":"q","last_event_id":-1,"max_message_length":5,"max_topic_length":3}`))
	_, err := c.Register(t.Context(), zulip.RegisterRequest{})
	require.NoError(t, err)
	_, err = c.SendMessage(t.Context(), zulip.SendMessageRequest{To: zulip.Direct(1), Content: "123456"})
	require.ErrorIs(t, err, zulip.ErrMessageTooLong)
	_, err = c.SendMessage(t.Context(), zulip.SendMessageRequest{To: zulip.InChannel(1, "1234"), Content: "1"})
	require.ErrorIs(t, err, zulip.ErrTopicTooLong)
}

func TestAllMessagesPagesAndStops(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 25 {
		h.server.SendDirect(h.alice, "x", h.bot)
		h.server.SendToChannel(h.bob, h.channel, "tea", "y")
	}
	c := h.client(t)
	var last zulip.MessageID
	count := 0
	request := zulip.MessagesRequest{NumAfter: 7, Narrow: []zulip.NarrowTerm{zulip.NarrowDirect(zulip.UserID(h.alice.ID))}}
	for message, err := range c.AllMessages(t.Context(), request) {
		require.NoError(t, err)
		assert.Greater(t, message.ID, last)
		assert.True(t, message.IsDirect())
		last = message.ID
		count++
	}
	assert.Equal(t, 25, count)
	for range c.AllMessages(t.Context(), request) {
		break
	}
	page, err := c.Messages(t.Context(), zulip.MessagesRequest{NumBefore: 3, Narrow: []zulip.NarrowTerm{zulip.NarrowChannel(zulip.ChannelID(h.channel.ID)), zulip.NarrowTopic("tea")}})
	require.NoError(t, err)
	assert.True(t, page.FoundNewest)
	assert.Len(t, page.Messages, 3)
	h.server.Deactivate(h.bot)
	for _, err := range c.AllMessages(t.Context(), request) {
		require.ErrorIs(t, err, zulip.ErrUnauthorized)
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	self, err := c.OwnUser(ctx)
	require.NoError(t, err)
	assert.Equal(t, h.bot.ID, int(self.ID))
	assert.True(t, self.IsBot)
	users, err := c.Users(ctx, zulip.UsersRequest{})
	require.NoError(t, err)
	assert.Len(t, users, 3)
	alice, err := c.User(ctx, zulip.UserID(h.alice.ID))
	require.NoError(t, err)
	assert.Equal(t, "Alice", alice.FullName)
	assert.Equal(t, zulip.RoleMember, alice.Role)
	same, err := c.UserByEmail(ctx, alice.Email)
	require.NoError(t, err)
	assert.Equal(t, alice, same)
	_, err = c.UserByEmail(ctx, "..")
	require.Error(t, err)
	_, err = c.User(ctx, 4711)
	require.Error(t, err)
}

func TestChannels(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	elsewhere := h.server.AddChannel("elsewhere", h.alice)
	c, ctx := h.client(t), t.Context()
	channels, err := c.Channels(ctx, zulip.ChannelsRequest{})
	require.NoError(t, err)
	assert.Len(t, channels, 2)
	id, err := c.ChannelID(ctx, "elsewhere")
	require.NoError(t, err)
	assert.Equal(t, elsewhere.ID, int(id))
	channel, err := c.Channel(ctx, id)
	require.NoError(t, err)
	assert.Equal(t, "elsewhere", channel.Name)

	outcome, err := c.Subscribe(ctx, zulip.SubscribeRequest{Channels: []zulip.NewSubscription{{Name: "elsewhere"}}})
	require.NoError(t, err)
	assert.Len(t, outcome.Subscribed, 1)
	subscribers, err := c.Subscribers(ctx, id)
	require.NoError(t, err)
	assert.ElementsMatch(t, []zulip.UserID{zulip.UserID(h.alice.ID), zulip.UserID(h.bot.ID)}, subscribers)
	subscriptions, err := c.Subscriptions(ctx)
	require.NoError(t, err)
	assert.Len(t, subscriptions, 2)
	require.NoError(t, c.Unsubscribe(ctx, zulip.UnsubscribeRequest{Channels: []string{"elsewhere"}}))
	subscriptions, err = c.Subscriptions(ctx)
	require.NoError(t, err)
	require.Len(t, subscriptions, 1)
	assert.Equal(t, "engineering", subscriptions[0].Name)

	_, err = c.ChannelID(ctx, "nowhere")
	require.Error(t, err)
	_, err = c.Subscribe(ctx, zulip.SubscribeRequest{})
	require.ErrorContains(t, err, "at least one channel")
	require.ErrorContains(t, c.Unsubscribe(ctx, zulip.UnsubscribeRequest{Channels: []string{""}}), "no name")
}

func TestUploads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.client(t)
	upload, err := c.UploadFile(t.Context(), "notes [draft].txt", strings.NewReader("the text"))
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(upload.URL, "/user_uploads/"), upload.URL)
	_, err = c.UploadFile(t.Context(), " ", strings.NewReader(""))
	require.ErrorContains(t, err, "no name")
	h.server.Fail(zuliptest.Match{Path: "/user_uploads"}, zuliptest.Fault{Status: 413, Body: "<html>too large</html>"})
	_, err = c.UploadFile(t.Context(), "big.bin", io.LimitReader(zeros{}, 10<<20))
	require.ErrorContains(t, err, "413")
	broken := errors.New("disk gone")
	_, err = c.UploadFile(t.Context(), "a.txt", iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestUploadMarkdownCannotBeLeft(t *testing.T) {
	t.Parallel()
	upload := zulip.Upload{URL: "/user_uploads/1/a) @**all**", Filename: "x](https://evil.example) [y"}
	assert.Equal(t, "[x)(https://evil.example) (y](/user_uploads/1/a%29%20%40%2A%2Aall%2A%2A)", upload.Markdown())
	upload = zulip.Upload{URL: "/user_uploads/1/a", Filename: "@**all** #**general**"}
	assert.NotContains(t, upload.Markdown(), "@*")
	assert.NotContains(t, upload.Markdown(), "#*")
}
