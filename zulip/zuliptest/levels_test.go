package zuliptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// An older server has the keys and the words of its time.
func TestLevels(t *testing.T) {
	t.Parallel()
	for level, want := range map[int]struct {
		msg       string
		has, lack []string
	}{
		247: {msg: "Invalid stream ID", has: []string{"stream_post_policy"}, lack: []string{"is_archived", "folder_id", "can_subscribe_group"}},
		421: {msg: "Invalid channel ID", has: []string{"is_archived", "folder_id", "can_subscribe_group"}},
	} {
		o := newOffice(t, zuliptest.WithFeatureLevel(level))
		channel := o.bot.ok("GET", "/streams/"+number(o.team.ID))["stream"].(object)
		for _, key := range want.has {
			assert.Contains(t, channel, key, level)
		}
		for _, key := range want.lack {
			assert.NotContains(t, channel, key, level)
		}
		assert.Equal(t, want.msg, o.bot.refused(400, "BAD_REQUEST", "GET", "/streams/999"), level)
	}
}

func TestAMoveToTheSameTopicIsNoChange(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := o.SendToChannel(o.bot.user, o.team, "lunch", "one")
	msg := o.bot.refused(400, "BAD_REQUEST", "PATCH", "/messages/"+number(m.ID), "topic", "lunch")
	assert.Equal(t, "Nothing to change", msg)
	direct := o.SendDirect(o.bot.user, "psst", o.ada)
	msg = o.bot.refused(400, "BAD_REQUEST", "PATCH", "/messages/"+number(direct.ID), "topic", "lunch")
	assert.Equal(t, "Direct messages cannot have topics.", msg)
}

func TestAnEmojiNeedsItsOwnName(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := o.SendToChannel(o.ada, o.team, "lunch", "one")
	msg := o.bot.refused(400, "BAD_REQUEST", "POST", "/messages/"+number(m.ID)+"/reactions",
		"emoji_name", "car", "emoji_code", "1f44d", "reaction_type", "unicode_emoji")
	assert.Equal(t, "Invalid emoji name.", msg)
}

func TestUnsubscribingNamesAllThatDoNotExist(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	msg := o.bot.refused(400, "BAD_REQUEST", "DELETE", "/users/me/subscriptions", "subscriptions", `["here","team","there"]`)
	assert.Equal(t, "Channel(s) (here, there) do not exist", msg)
}
