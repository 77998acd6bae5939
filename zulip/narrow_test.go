package zulip_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestNarrowTermsInTheFormOfTheAPI(t *testing.T) {
	t.Parallel()
	for want, term := range map[string]zulip.NarrowTerm{
		`{"operator":"stream","operand":7}`:                  zulip.NarrowChannel(7),
		`{"operator":"stream","operand":"general"}`:          zulip.NarrowChannelNamed("general"),
		`{"operator":"streams","operand":"public"}`:          zulip.NarrowPublicChannels(),
		`{"operator":"streams","operand":"web-public"}`:      zulip.NarrowWebPublicChannels(),
		`{"operator":"topic","operand":"tea"}`:               zulip.NarrowTopic("tea"),
		`{"operator":"sender","operand":9}`:                  zulip.NarrowSender(9),
		`{"operator":"sender","operand":"a@b.example"}`:      zulip.NarrowSenderEmail("a@b.example"),
		`{"operator":"dm","operand":[9,10]}`:                 zulip.NarrowDirect(9, 10),
		`{"operator":"dm-including","operand":9}`:            zulip.NarrowDirectIncluding(9),
		`{"operator":"mentions","operand":9}`:                zulip.NarrowMentions(9),
		`{"operator":"is","operand":"unread"}`:               zulip.NarrowIs(zulip.IsUnread),
		`{"operator":"has","operand":"link","negated":true}`: zulip.NarrowHas(zulip.HasLink).Not(),
		`{"operator":"has","operand":"image"}`:               zulip.NarrowHas(zulip.HasImage).Not().Not(),
		`{"operator":"search","operand":"two words"}`:        zulip.NarrowSearch("two words"),
		`{"operator":"id","operand":"12"}`:                   zulip.NarrowID(12),
		`{"operator":"near","operand":"12"}`:                 zulip.NarrowNear(12),
		`{"operator":"with","operand":"12"}`:                 zulip.NarrowWith(12),
	} {
		raw, err := json.Marshal(term)
		require.NoError(t, err)
		assert.JSONEq(t, want, string(raw))
	}
}

func TestNarrowsFindWhatTheySay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.client(t)
	id := func(user int) zulip.UserID { return zulip.UserID(user) }
	h.server.SendToChannel(h.alice, h.channel, "tea", "see https://example.org")
	h.server.SendToChannel(h.bob, h.channel, "tea", fmt.Sprintf("hey @**|%d**", h.bot.ID))
	h.server.SendDirect(h.alice, "among us", h.bot)
	last := h.server.SendDirect(h.alice, "among three", h.bot, h.bob)
	for name, row := range map[string]struct {
		narrow []zulip.NarrowTerm
		want   []string
	}{
		"a link":              {[]zulip.NarrowTerm{zulip.NarrowHas(zulip.HasLink)}, []string{"see https://example.org"}},
		"not direct, of bob":  {[]zulip.NarrowTerm{zulip.NarrowIs(zulip.IsDirect).Not(), zulip.NarrowSender(id(h.bob.ID))}, []string{fmt.Sprintf("hey @**|%d**", h.bot.ID)}},
		"mentioned":           {[]zulip.NarrowTerm{zulip.NarrowIs(zulip.IsMentioned)}, []string{fmt.Sprintf("hey @**|%d**", h.bot.ID)}},
		"exactly alice":       {[]zulip.NarrowTerm{zulip.NarrowDirect(id(h.alice.ID))}, []string{"among us"}},
		"with bob among them": {[]zulip.NarrowTerm{zulip.NarrowDirectIncluding(id(h.bob.ID))}, []string{"among three"}},
		"by id":               {[]zulip.NarrowTerm{zulip.NarrowID(zulip.MessageID(last.ID))}, []string{"among three"}},
		"by channel name":     {[]zulip.NarrowTerm{zulip.NarrowChannelNamed("engineering"), zulip.NarrowSearch("example")}, []string{"see https://example.org"}},
	} {
		page, err := c.Messages(t.Context(), zulip.MessagesRequest{NumBefore: 10, Narrow: row.narrow})
		require.NoError(t, err, name)
		var got []string
		for _, message := range page.Messages {
			got = append(got, message.Content)
		}
		assert.Equal(t, row.want, got, name)
	}
}

func TestMatchesNarrow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.client(t)
	var all []zulip.MessageID
	for range 301 { // more than fit in one request
		all = append(all, zulip.MessageID(h.server.SendToChannel(h.alice, h.channel, "tea", "plain").ID))
	}
	linked := zulip.MessageID(h.server.SendToChannel(h.alice, h.channel, "tea", "see https://example.org").ID)
	matches, err := c.MatchesNarrow(t.Context(), append(all, linked), []zulip.NarrowTerm{zulip.NarrowHas(zulip.HasLink)})
	require.NoError(t, err)
	require.Len(t, matches, 1)
	assert.Contains(t, matches[linked].Content, "https://example.org")
	assert.Equal(t, "tea", matches[linked].Topic)
	_, err = c.MatchesNarrow(t.Context(), all, nil)
	require.ErrorContains(t, err, "the narrow is empty")
}

// TestEventQueuesTakeNames: the server compares with names there, so that a queue for an id would stay silent.
func TestEventQueuesTakeNames(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.client(t)
	for _, term := range []zulip.NarrowTerm{zulip.NarrowChannel(zulip.ChannelID(h.channel.ID)), zulip.NarrowSender(zulip.UserID(h.alice.ID))} {
		_, err := c.Register(t.Context(), zulip.RegisterRequest{Narrow: []zulip.NarrowTerm{term}})
		require.ErrorContains(t, err, "by name")
	}
	_, err := c.Register(t.Context(), zulip.RegisterRequest{Narrow: []zulip.NarrowTerm{zulip.NarrowTopic("tea").Not()}})
	require.ErrorContains(t, err, "negated")
	assert.Empty(t, h.server.Requests())
	queue, err := c.Register(t.Context(), zulip.RegisterRequest{Narrow: []zulip.NarrowTerm{zulip.NarrowChannelNamed("engineering"), zulip.NarrowTopic("tea")}})
	require.NoError(t, err)
	h.server.SendToChannel(h.alice, h.channel, "tea", "wanted")
	h.server.SendToChannel(h.alice, h.channel, "coffee", "not wanted")
	events, err := c.GetEvents(t.Context(), zulip.EventsRequest{QueueID: queue.ID, LastEventID: queue.LastEventID, DontBlock: true})
	require.NoError(t, err)
	require.Len(t, events, 1)
	assert.Equal(t, "wanted", events[0].Message.Content)
}
