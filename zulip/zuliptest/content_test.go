package zuliptest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestLongTextsAreCutWithoutAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.bot.ok("POST", "/messages", "type", "stream", "to", "team",
			"topic", strings.Repeat("ü", 61), "content", strings.Repeat("é", 10_001))
		m := o.Messages()[0]
		assert.Len(t, []rune(m.Content), 10_000)
		assert.True(t, strings.HasSuffix(m.Content, "é\n[message truncated]"))
		assert.Equal(t, strings.Repeat("ü", 57)+"...", m.Topic)
		exact := o.SendToChannel(o.ada, o.team, strings.Repeat("ü", 60), strings.Repeat("é", 10_000))
		assert.Equal(t, strings.Repeat("é", 10_000), exact.Content)
		assert.Equal(t, strings.Repeat("ü", 60), exact.Topic)
		for _, empty := range []string{"", " \n", "a\x00b"} {
			o.bot.refused(400, "BAD_REQUEST", "POST", "/messages", "type", "direct", "to", "[101]", "content", empty)
		}
	})
}

func TestHowToIsDecoded(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind, to, code, where string
	}{
		"bare name":             {kind: "stream", to: "team", where: "team"},
		"name in quotes":        {kind: "channel", to: `"team"`, where: "team"},
		"id":                    {kind: "channel", to: "11", where: "team"},
		"list of one":           {kind: "channel", to: `["team"]`, where: "team"},
		"number that is a name": {kind: "channel", to: `"123"`, where: "123"},
		"bare number is an id":  {kind: "channel", to: `123`, code: "STREAM_DOES_NOT_EXIST"},
		"bare true is no name":  {kind: "channel", to: `true`, code: "BAD_REQUEST"},
		"unknown name":          {kind: "channel", to: `nowhere`, code: "STREAM_DOES_NOT_EXIST"},
		"two channels":          {kind: "channel", to: `["team","123"]`, code: "BAD_REQUEST"},
		"ids":                   {kind: "direct", to: `[101,102]`},
		"addresses":             {kind: "private", to: `["ada.byron@zulip.example","bob@zulip.example"]`},
		"bare addresses":        {kind: "direct", to: "ada.byron@zulip.example, bob@zulip.example"},
		"mixed":                 {kind: "direct", to: `[101,"bob@zulip.example"]`, code: "BAD_REQUEST"},
		"unknown id":            {kind: "direct", to: `[999]`, code: "BAD_REQUEST"},
		"unknown address":       {kind: "direct", to: `["x@y"]`, code: "BAD_REQUEST"},
		"nobody":                {kind: "direct", to: `[]`, code: "BAD_REQUEST"},
		"bare id":               {kind: "direct", to: `101`, code: "BAD_REQUEST"},
		"unknown kind":          {kind: "letter", to: `[101]`, code: "BAD_REQUEST"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				o.AddChannel("123")
				params := []string{"type", tc.kind, "to", tc.to, "content", "x", "topic", "t"}
				if tc.code != "" {
					o.bot.refused(400, tc.code, "POST", "/messages", params...)
					return
				}
				o.bot.ok("POST", "/messages", params...)
				m := o.Messages()[0]
				assert.Equal(t, tc.where, m.Channel)
				if tc.where == "" {
					assert.Equal(t, []int{101, 102, 103}, m.To)
				}
			})
		})
	}
}

func TestMentionsSetFlags(t *testing.T) {
	t.Parallel()
	for content, want := range map[string][]any{
		"plain":                  {},
		"@**Echo Bot**":          {"mentioned"},
		"@**Echo Bot|103**":      {"mentioned"},
		"@**|103**":              {"mentioned"},
		"@**Ada Byron|103**":     {},
		"@_**Echo Bot**":         {},
		"@**all**":               {"stream_wildcard_mentioned"},
		"@**topic**":             {"topic_wildcard_mentioned"},
		"@**Echo Bot** @**all**": {"mentioned", "stream_wildcard_mentioned"},
	} {
		t.Run(content, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				o.SendToChannel(o.bot.user, o.team, "t", "so that the bot is in the topic")
				queue := o.bot.register()
				o.SendToChannel(o.ada, o.team, "t", content)
				assert.Equal(t, want, o.bot.events(queue, "-1")[0]["flags"])
			})
		})
	}
}

func TestFormsOfOneMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		html := o.bot.register("apply_markdown", "true", "client_capabilities", `{"notification_settings_null":true,"empty_topic_name":true}`)
		plain := o.bot.register()
		m := o.SendToChannel(o.ada, o.team, "", "**see** <this>")
		message := func(queue string) object { return o.bot.events(queue, "-1")[0]["message"].(object) }
		assert.Equal(t, "<p><strong>see</strong> &lt;this&gt;</p>", message(html)["content"])
		assert.Equal(t, "text/html", message(html)["content_type"])
		assert.Empty(t, message(html)["subject"])
		assert.Equal(t, "**see** <this>", message(plain)["content"])
		assert.Equal(t, "general chat", message(plain)["subject"], "for clients that do not know the empty topic")
		assert.NotContains(t, message(plain), "flags", "in events they stand beside the message")
		got := o.bot.ok("GET", "/messages/"+number(m.ID))
		assert.Equal(t, "**see** <this>", got["raw_content"])
		assert.Equal(t, "text/html", got["message"].(object)["content_type"], "HTML is the default here, and not in queues")
		assert.Equal(t, []any{}, got["message"].(object)["flags"])
	})
}

func TestEditEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, zuliptest.WithEditLimit(10*time.Minute))
		m := o.SendToChannel(o.ada, o.team, "old", "before")
		o.SendToChannel(o.bot.user, o.team, "old", "later")
		queue := o.bot.register("event_types", `["update_message","reaction","delete_message"]`)
		o.EditMessage(o.ada, m.ID, "after @**Echo Bot**")
		o.as(t, o.ada).ok("PATCH", "/messages/"+number(m.ID), "topic", "new", "propagate_mode", "change_later")
		o.React(o.ada, m.ID, "tada")
		o.Unreact(o.ada, m.ID, "tada")
		o.DeleteMessage(o.ada, m.ID)
		got := o.bot.events(queue, "-1")
		require.Len(t, got, 5)
		assert.Equal(t, "before", got[0]["orig_content"])
		assert.Equal(t, "after @**Echo Bot**", got[0]["content"])
		assert.Equal(t, []any{"mentioned"}, got[0]["flags"])
		assert.Equal(t, "old", got[1]["orig_subject"])
		assert.Equal(t, "new", got[1]["subject"])
		assert.Len(t, got[1]["message_ids"], 2)
		assert.Equal(t, "1f389", got[2]["emoji_code"])
		assert.Equal(t, "remove", got[3]["op"])
		assert.Equal(t, "new", got[4]["topic"])

		late := o.SendDirect(o.ada, "late", o.bot.user)
		time.Sleep(11 * time.Minute)
		msg := o.as(t, o.ada).refused(400, "BAD_REQUEST", "PATCH", "/messages/"+number(late.ID), "content", "x")
		assert.Equal(t, "The time limit for editing this message has passed", msg)
		assert.Panics(t, func() { o.EditMessage(o.ada, late.ID, "x") })
	})
}
