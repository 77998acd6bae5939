package zulipchat

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestFind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		toAnn := func(s string) standup.Outgoing {
			return standup.Outgoing{To: standup.Address{User: user(o.ann)}, Body: text(s)}
		}
		find := func(m standup.Outgoing, after int) standup.MessageID {
			t.Helper()
			var last standup.MessageID
			if after != 0 {
				last = messageID(after)
			}
			id, found, err := chat.Find(t.Context(), m, last)
			require.NoError(t, err)
			assert.Equal(t, found, id != "")
			return id
		}
		assert.Empty(t, find(toAnn("a"), 0), "nothing was ever sent")

		first := o.SendDirect(o.bot, "a", o.ann)
		o.SendDirect(o.ann, "b", o.bot)
		o.SendDirect(o.bot, "c", o.ben)
		o.SendDirect(o.bot, "d", o.ann, o.ben)
		assert.Equal(t, messageID(first.ID), find(toAnn("a"), 0))
		assert.Empty(t, find(toAnn("a"), first.ID), "only what is newer counts")
		assert.Empty(t, find(toAnn("b"), first.ID), "what the person wrote is not the bot's")
		assert.Empty(t, find(toAnn("c"), 0), "another person's conversation")
		assert.Empty(t, find(toAnn("d"), 0), "a conversation of three")
		again := o.SendDirect(o.bot, "a", o.ann)
		assert.Equal(t, messageID(again.ID), find(toAnn("a"), first.ID))
		escaped := o.SendDirect(o.bot, render(text("@**all** x")), o.ann)
		assert.Equal(t, messageID(escaped.ID), find(toAnn(" @**all** x "), again.ID))

		post := standup.Outgoing{To: standup.Address{Channel: channel(o.channel), Topic: "one"}, Body: text("e")}
		o.SendToChannel(o.ann, o.channel, "one", "e")
		other := o.SendToChannel(o.bot, o.channel, "two", "e")
		assert.Empty(t, find(post, 0), "another topic, another author")
		posted := o.SendToChannel(o.bot, o.channel, "one", "e")
		assert.Equal(t, messageID(posted.ID), find(post, other.ID))

		for i := range 20 {
			o.SendDirect(o.bot, fmt.Sprint(i), o.ann)
		}
		assert.Empty(t, find(toAnn("a"), 0), "an old message is not taken for the one in doubt")
		assert.Equal(t, messageID(again.ID), find(toAnn("a"), first.ID))
	})
}

func TestFindErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		_, found, err := chat.Find(t.Context(), standup.Outgoing{}, "")
		require.ErrorContains(t, err, "not the id of a channel")
		assert.False(t, found)
		m := standup.Outgoing{To: standup.Address{User: user(o.ann)}, Body: text("x")}
		_, _, err = chat.Find(t.Context(), m, "x")
		require.ErrorContains(t, err, "not the id of a message")
		o.Deactivate(o.bot)
		_, _, err = chat.Find(t.Context(), m, "")
		require.Error(t, err)
	})
}

// TestNothingIsSentTwice lets the first attempts to send fail in every way, before and after the server worked on them.
func TestNothingIsSentTwice(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]zuliptest.Fault{
		"cut before":    {CutBefore: true},
		"cut after":     {CutAfter: true},
		"cut answer":    {CutBody: true},
		"broken answer": {Malformed: true},
		"server error":  {Status: http.StatusBadGateway},
		"proxy refuses": {Status: http.StatusForbidden, Body: "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				chat := o.chat(t)
				start(t, chat, o.engine(t, chat, standup.NewMemStore()))
				o.Fail(zuliptest.Match{Method: http.MethodPost, Path: "/messages", Times: 2}, fault)
				o.says(o.ann, "help")
				o.SendToChannel(o.ben, o.channel, "meta", "@**Standup** status")
				sleepUntil(2000, 1, 1, 0, 10)
				assert.Len(t, o.heard(o.ann), 1)
				assert.Len(t, o.posted("meta"), 1)
			})
		})
	}
}
