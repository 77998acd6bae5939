package zuliptest_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// submessages returns the contents of the entries of a message as GET shows them.
func submessages(c *client, id int) []string {
	var all []string
	for _, sub := range list(c.ok("GET", "/messages/"+number(id))["message"].(object)["submessages"]) {
		all = append(all, sub["content"].(string))
	}
	return all
}

func TestPollIsAWidget(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := int(o.bot.ok("POST", "/messages", "type", "channel", "to", `"team"`, "topic", "lunch",
		"content", "/poll What to eat? \n- Pizza\n* Pasta\n\nSoup")["id"].(float64))
	queue := o.bot.register("event_types", `["submessage"]`)
	o.VotePoll(o.ada, id, 1, true)
	o.bot.ok("POST", "/submessage", "message_id", number(id), "msg_type", "widget", "content", `{"type":"new_option","idx":1,"option":"Rice"}`)
	o.VotePoll(o.ada, id, 1, false)
	got := o.bot.events(queue, "-1")
	require.Len(t, got, 3)
	assert.JSONEq(t, `{"type":"vote","key":"canned,1","vote":1}`, got[0]["content"].(string))
	assert.InDelta(t, o.ada.ID, got[0]["sender_id"], 0)
	all := submessages(o.bot, id)
	require.Len(t, all, 4, "votes outlive the queue")
	assert.JSONEq(t, `{"widget_type":"poll","extra_data":{"question":"What to eat?","options":["Pizza","Pasta","Soup"]}}`, all[0])
	assert.Equal(t, "Widgets cannot be edited.", o.bot.refused(400, "BAD_REQUEST", "PATCH", "/messages/"+number(id), "content", "x"))
}

func TestTodoIsAWidget(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := o.SendToChannel(o.ada, o.team, "plan", "/todo\n- Cook: for six\n- Wash up")
	assert.JSONEq(t, `{"widget_type":"todo","extra_data":{"task_list_title":"","tasks":[
		{"task":"Cook","desc":"for six"},{"task":"Wash up","desc":""}]}}`, m.Submessages[0].Content)
	o.AddSubmessage(o.bot.user, m.ID, `{"type":"strike","key":"0,canned"}`)
	assert.Panics(t, func() { o.AddSubmessage(o.bot.user, m.ID, `{"type":"new_task_list_title","title":"Mine"}`) })
	o.AddSubmessage(o.ada, m.ID, `{"type":"new_task_list_title","title":"Mine"}`)
	assert.Len(t, submessages(o.bot, m.ID), 3)
}

func TestSubmessageRefusals(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	poll := o.SendToChannel(o.ada, o.team, "lunch", "/poll What?\nPizza")
	plain := o.SendToChannel(o.ada, o.team, "lunch", "What?")
	for _, tc := range []struct {
		id            int
		content, want string
	}{
		{poll.ID, `{`, "Invalid json for submessage"},
		{poll.ID, `[]`, "poll data is not a dict"},
		{poll.ID, `{}`, "type key is missing from poll data"},
		{poll.ID, `{"type":"dance"}`, "Unknown type for poll data: dance"},
		{poll.ID, `{"type":"vote","vote":1}`, "key key is missing from poll data"},
		{poll.ID, `{"type":"vote","key":1,"vote":1}`, `poll data["key"] is not a string`},
		{poll.ID, `{"type":"vote","key":"canned,0","vote":2}`, `Invalid poll data["vote"]`},
		{poll.ID, `{"type":"vote","key":"canned,0","vote":1,"loud":true}`, "Unexpected arguments: loud"},
		{poll.ID, `{"type":"new_option","option":"x","idx":1001}`, `poll data["idx"] is too large`},
		{poll.ID, `{"type":"question","question":"x"}`, "You can't edit a question unless you are the author."},
		{plain.ID, `{"type":"vote","key":"canned,0","vote":1}`, "You cannot attach a submessage to this message."},
		{9999, `{}`, "Invalid message(s)"},
	} {
		assert.Equal(t, tc.want, o.bot.refused(400, "BAD_REQUEST", "POST", "/submessage",
			"message_id", number(tc.id), "msg_type", "widget", "content", tc.content), tc.content)
	}
}

const buttons = `{"widget_type":"zform","extra_data":{"type":"choices","heading":"Ready?","choices":[
	{"short_name":"A","long_name":"Start","reply":"start"},{"short_name":"B","long_name":"Skip","reply":"skip"}]}}`

func TestButtons(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := int(o.bot.ok("POST", "/messages", "type", "direct", "to", "["+number(o.ada.ID)+"]", "content", "Ready? A: Start, B: Skip",
		"widget_content", buttons)["id"].(float64))
	assert.JSONEq(t, buttons, submessages(o.bot, id)[0])
	m := o.PressButton(o.ada, id, "B")
	assert.Equal(t, "skip", m.Content)
	assert.Equal(t, o.DirectMessages(o.ada, o.bot.user)[1].ID, m.ID)
	assert.Panics(t, func() { o.PressButton(o.ada, id, "C") })
}

func TestButtonsAreCheckedStrictly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for content, want := range map[string]string{
		`{`:                                      "Widgets: API programmer sent invalid JSON content",
		`[]`:                                     "Widgets: widget_content is not a dict",
		`{"extra_data":{}}`:                      "Widgets: widget_type is not in widget_content",
		`{"widget_type":"poll"}`:                 "Widgets: extra_data is not in widget_content",
		`{"widget_type":"poll","extra_data":{}}`: "Widgets: unknown widget type: poll",
		`{"widget_type":"zform","extra_data":[]}`:                                          "Widgets: extra_data is not a dict",
		`{"widget_type":"zform","extra_data":{}}`:                                          "Widgets: zform is missing type field",
		`{"widget_type":"zform","extra_data":{"type":"dial"}}`:                             "Widgets: unknown zform type: dial",
		`{"widget_type":"zform","extra_data":{"type":"choices","choices":[]}}`:             "Widgets: heading key is missing from extra_data",
		`{"widget_type":"zform","extra_data":{"type":"choices","heading":1}}`:              `Widgets: extra_data["heading"] is not a string`,
		`{"widget_type":"zform","extra_data":{"type":"choices","heading":""}}`:             "Widgets: choices key is missing from extra_data",
		`{"widget_type":"zform","extra_data":{"type":"choices","heading":"","choices":1}}`: `Widgets: extra_data["choices"] is not a list`,
		`{"widget_type":"zform","extra_data":{"type":"choices","heading":"","choices":[{"short_name":"A","long_name":"b"}]}}`://
		`Widgets: reply key is missing from extra_data["choices"][0]`,
	} {
		assert.Equal(t, want, o.bot.refused(400, "BAD_REQUEST", "POST", "/messages", "type", "direct", "to", "[101]", "content", "x",
			"widget_content", content))
	}
	assert.Empty(t, o.Messages())
}

// FuzzWidgets feeds the two parsers that outsiders reach; whatever is stored must be JSON.
func FuzzWidgets(f *testing.F) {
	f.Add("/poll a\n- b", `{"type":"vote","key":"canned,0","vote":1}`)
	f.Add("/todo\nx: y", `{"type":"new_task","key":1,"task":"","desc":"","completed":false}`)
	f.Add("x", buttons)
	f.Fuzz(func(t *testing.T, content, data string) {
		srv := zuliptest.New()
		defer srv.Close()
		ada := srv.AddUser(zuliptest.User{FullName: "Ada"})
		c := &client{t: t, srv: srv, user: ada}
		resp, sent, err := c.try("POST", "/messages", q("type", "direct", "to", "[101]", "content", content))
		require.NoError(t, err)
		_, _, err = c.try("POST", "/messages", q("type", "direct", "to", "[101]", "content", "x", "widget_content", data))
		require.NoError(t, err)
		if resp.StatusCode == 200 {
			_, _, err = c.try("POST", "/submessage", q("message_id", number(sent["id"]), "msg_type", "widget", "content", data))
			require.NoError(t, err)
		}
		for _, m := range srv.Messages() {
			for _, sub := range m.Submessages {
				assert.True(t, json.Valid([]byte(sub.Content)))
			}
		}
	})
}

func TestTodoEntriesAreChecked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := o.SendToChannel(o.ada, o.team, "plan", "/todo Party")
	o.AddSubmessage(o.bot.user, m.ID, `{"type":"new_task","key":2,"task":"Cook","desc":"","completed":false}`)
	for content, want := range map[string]string{
		`{"type":"new_task","key":-1,"task":"","desc":"","completed":false}`:  `todo data["key"] is too small`,
		`{"type":"new_task","key":"1","task":"","desc":"","completed":false}`: `todo data["key"] is not an integer`,
		`{"type":"new_task","key":1,"task":"","desc":"","completed":0}`:       `todo data["completed"] is not a boolean`,
	} {
		assert.Equal(t, want, o.bot.refused(400, "BAD_REQUEST", "POST", "/submessage",
			"message_id", number(m.ID), "msg_type", "widget", "content", content))
	}
}
