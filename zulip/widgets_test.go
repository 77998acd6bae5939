package zulip_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestPollFromSendToVotes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		c, alice, ctx := h.client(t), h.clientOf(t, h.alice), t.Context()
		queue, err := c.Register(ctx, zulip.RegisterRequest{EventTypes: []string{zulip.EventSubmessage}})
		require.NoError(t, err)
		sent, err := c.SendPoll(ctx, zulip.SendPollRequest{
			To: zulip.InChannel(zulip.ChannelID(h.channel.ID), "lunch"), Question: "Where\nto?", Options: []string{"- Pizza", "Salad"},
		})
		require.NoError(t, err)
		message, err := c.Message(ctx, sent.ID)
		require.NoError(t, err)
		assert.Equal(t, "/poll Where to?\n- - Pizza\n- Salad", message.Content)
		poll, ok := message.Poll()
		require.True(t, ok)
		assert.Equal(t, "Where to?", poll.Question)
		require.Len(t, poll.Options, 2)
		assert.Equal(t, "- Pizza", poll.Options[0].Text)
		_, ok = message.TodoList()
		assert.False(t, ok)

		require.NoError(t, alice.VotePoll(ctx, sent.ID, poll.Options[1].Key))
		require.NoError(t, alice.VotePoll(ctx, sent.ID, poll.Options[1].Key), "once more is no error")
		require.NoError(t, c.AddPollOption(ctx, poll, "Soup"))
		require.NoError(t, alice.VotePoll(ctx, sent.ID, poll.Options[0].Key))
		require.NoError(t, alice.UnvotePoll(ctx, sent.ID, poll.Options[0].Key))

		message, err = c.Message(ctx, sent.ID)
		require.NoError(t, err)
		later, ok := message.Poll()
		require.True(t, ok)
		require.Len(t, later.Options, 3)
		assert.Empty(t, later.Options[0].Voters)
		assert.Equal(t, []zulip.UserID{zulip.UserID(h.alice.ID)}, later.Options[1].Voters)
		assert.Equal(t, "Soup", later.Options[2].Text)

		events, err := c.GetEvents(ctx, zulip.EventsRequest{QueueID: queue.ID, LastEventID: queue.LastEventID, DontBlock: true})
		require.NoError(t, err)
		changes := 0
		for _, event := range events {
			if poll.Apply(*event.Submessage) {
				changes++
			}
			assert.False(t, later.Apply(*event.Submessage), "it came with the message already")
		}
		assert.Equal(t, 4, changes, "the second of two equal votes changes nothing")
		assert.Equal(t, later, poll, "events and messages tell the same")
	})
}

func TestPollsAreCheckedBeforeTheyAreSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, to := h.client(t), zulip.Direct(zulip.UserID(h.alice.ID))
	_, err := c.SendPoll(t.Context(), zulip.SendPollRequest{To: to, Question: " \n", Options: []string{"a"}})
	require.ErrorContains(t, err, "no headline")
	_, err = c.SendPoll(t.Context(), zulip.SendPollRequest{To: to, Question: "q", Options: []string{"a", " "}})
	require.ErrorContains(t, err, "line 2 is empty")
	require.ErrorContains(t, c.AddPollOption(t.Context(), zulip.Poll{}, " "), "empty")
	require.ErrorContains(t, c.AddPollOption(t.Context(), zulip.Poll{Options: []zulip.PollOption{{Key: "9,1000"}}}, "x"), "no room")
	require.ErrorContains(t, c.AddTask(t.Context(), zulip.TodoList{}, zulip.Task{}), "empty")
	require.ErrorContains(t, c.AddTask(t.Context(), zulip.TodoList{Tasks: []zulip.Task{{Key: "1000,9"}}}, zulip.Task{Text: "x"}), "no room")
	assert.Empty(t, h.server.Requests())
}

func TestTodoListFromSendToDone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, alice, ctx := h.client(t), h.clientOf(t, h.alice), t.Context()
	sent, err := c.SendTodoList(ctx, zulip.SendTodoListRequest{
		To: zulip.InChannel(zulip.ChannelID(h.channel.ID), "release"), Title: "Release",
		Tasks: []zulip.Task{{Text: "tag", Description: "v1.2"}, {Text: "announce"}},
	})
	require.NoError(t, err)
	read := func() zulip.TodoList {
		message, err := c.Message(ctx, sent.ID)
		require.NoError(t, err)
		list, ok := message.TodoList()
		require.True(t, ok)
		return list
	}
	list := read()
	assert.Equal(t, "Release", list.Title)
	require.Len(t, list.Tasks, 2)
	assert.Equal(t, "tag", list.Tasks[0].Text)
	assert.Equal(t, "v1.2", list.Tasks[0].Description)
	require.NoError(t, alice.AddTask(ctx, list, zulip.Task{Text: "celebrate"}))
	require.NoError(t, alice.StrikeTask(ctx, sent.ID, list.Tasks[0].Key))
	list = read()
	require.Len(t, list.Tasks, 3)
	assert.Equal(t, "celebrate", list.Tasks[2].Text)
	assert.True(t, list.Tasks[0].Completed)
	require.NoError(t, c.StrikeTask(ctx, sent.ID, list.Tasks[0].Key))
	assert.False(t, read().Tasks[0].Completed, "a second strike takes the line away")
}

// entry makes a submessage as the server hands it out.
func entry(id int64, sender zulip.UserID, content string) zulip.Submessage {
	return zulip.Submessage{ID: id, MessageID: 5, SenderID: sender, Type: "widget", Content: content}
}

func TestWidgetEntriesOfStrangersCannotBreakAPoll(t *testing.T) {
	t.Parallel()
	message := zulip.Message{ID: 5, SenderID: 1, Submessages: []zulip.Submessage{
		entry(2, 1, `{"type":"question","question":"Better?"}`),
		entry(1, 1, `{"widget_type":"poll","extra_data":{"question":"Good?","options":["yes","yes","no"]}}`), // not in order
		entry(3, 2, `{"type":"question","question":"Stolen?"}`),
		entry(4, 2, `{"type":"new_option","idx":1001,"option":"too far"}`),
		entry(5, 2, `{"type":"new_option","idx":0,"option":"no"}`),
		entry(6, 2, `{"type":"new_option","idx":1,"option":"maybe"}`),
		entry(7, 3, `{"type":"new_option","idx":1,"option":"never"}`),
		entry(8, 3, `{"type":"vote","key":"2,1","vote":1}`),
		entry(9, 3, `{"type":"vote","key":"canned,7","vote":1}`),
		entry(10, 3, `{"type":"vote","key":"2,1","vote":1000}`),
		entry(11, 3, `{"type":"fireworks","colour":"red"}`),
		entry(12, 3, `[[[`),
		entry(13, 3, `"vote"`),
		{ID: 14, MessageID: 6, SenderID: 3, Type: "widget", Content: `{"type":"vote","key":"3,1","vote":1}`},
	}}
	poll, ok := message.Poll()
	require.True(t, ok)
	assert.Equal(t, "Better?", poll.Question, "only the author may change it")
	assert.Equal(t, []zulip.PollOption{
		{Key: "canned,0", Text: "yes"},
		{Key: "canned,2", Text: "no"},
		{Key: "2,1", Text: "maybe", Voters: []zulip.UserID{3}},
		{Key: "3,1", Text: "never"},
	}, poll.Options)
}

func TestTodoListsOfOldServers(t *testing.T) {
	t.Parallel()
	message := zulip.Message{ID: 5, SenderID: 1, Submessages: []zulip.Submessage{
		entry(1, 1, `{"widget_type":"todo","extra_data":null}`),
		entry(2, 2, `{"type":"new_task","key":2,"task":"tag","desc":"","completed":false}`),
		entry(3, 2, `{"type":"new_task","key":3,"task":"tag","desc":"twice","completed":false}`),
		entry(4, 2, `{"type":"new_task","key":"4","task":"not a number","desc":"","completed":false}`),
		entry(5, 3, `{"type":"strike","key":"2,2"}`),
		entry(6, 3, `{"type":"strike","key":"7,7"}`),
		entry(7, 3, `{"type":"new_task_list_title","title":"Stolen"}`),
		entry(8, 1, `{"type":"new_task_list_title","title":"Release"}`),
	}}
	list, ok := message.TodoList()
	require.True(t, ok)
	assert.Equal(t, "Release", list.Title)
	assert.Equal(t, []zulip.Task{{Key: "2,2", Text: "tag", Completed: true}}, list.Tasks)
	unknown, ok := entry(9, 3, `{"type":"fireworks"}`).Entry()
	assert.True(t, ok)
	assert.Equal(t, zulip.WidgetEntryType("fireworks"), unknown.Type)
	for _, none := range []zulip.Message{
		{},
		{Submessages: []zulip.Submessage{entry(1, 1, `{"widget_type":"todo","extra_data":7}`)}},
		{Submessages: []zulip.Submessage{{Type: "other", Content: `{"widget_type":"todo"}`}}},
	} {
		_, ok := none.TodoList()
		assert.False(t, ok)
	}
}

// FuzzWidgets: whatever people write into a widget, reading it comes to an end without a panic, and what comes out once
// as events is what comes out of the message.
func FuzzWidgets(f *testing.F) {
	f.Add(`{"widget_type":"poll","extra_data":{"question":"q","options":["a"]}}`, `{"type":"vote","key":"canned,0","vote":1}`, `{"type":"new_option","idx":1,"option":"b"}`)
	f.Add(`{"widget_type":"todo","extra_data":{"task_list_title":"t","tasks":[{"task":"a","desc":"b"}]}}`, `{"type":"strike","key":"0,canned"}`, `{"type":"new_task","key":1,"task":"b","desc":"","completed":true}`)
	f.Add(`null`, `{`, `{"type":7}`)
	f.Fuzz(func(t *testing.T, definition, first, second string) {
		message := zulip.Message{ID: 5, SenderID: 1, Submessages: []zulip.Submessage{entry(1, 1, definition)}}
		poll, isPoll := message.Poll()
		list, isList := message.TodoList()
		message.Submessages = append(message.Submessages, entry(2, 1, first), entry(3, 2, second))
		for _, s := range message.Submessages[1:] {
			poll.Apply(s)
			list.Apply(s)
		}
		if again, ok := message.Poll(); isPoll || ok {
			require.Equal(t, isPoll, ok)
			require.Equal(t, again, poll)
		}
		if again, ok := message.TodoList(); isList || ok {
			require.Equal(t, isList, ok)
			require.Equal(t, again, list)
		}
	})
}

func TestButtons(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.client(t)
	buttons := zulip.Buttons{Heading: "Standup for @**all**", Choices: []zulip.Button{
		{ShortName: "Start", LongName: "answer the questions", Reply: "start"},
		{ShortName: "Skip", LongName: "not today", Reply: "skip `x`"},
	}}
	_, err := c.SendMessage(t.Context(), zulip.SendMessageRequest{To: zulip.Direct(zulip.UserID(h.alice.ID)), Buttons: &buttons})
	require.NoError(t, err)
	requests := h.server.Requests()
	assert.JSONEq(t, `{"widget_type":"zform","extra_data":{"type":"choices","heading":"Standup for @**all**","choices":[
		{"short_name":"Start","long_name":"answer the questions","reply":"start"},
		{"short_name":"Skip","long_name":"not today","reply":"skip `+"`x`"+`"}]}}`, requests[len(requests)-1].Params.Get("widget_content"))
	messages := h.server.DirectMessages(h.bot, h.alice)
	require.Len(t, messages, 1)
	assert.Equal(t, buttons.Text(), messages[0].Content, "clients without buttons show the text")
	assert.NotContains(t, buttons.Text(), "@**")
	assert.Contains(t, buttons.Text(), "* Start: answer the questions. Answer `start`")
	assert.Contains(t, buttons.Text(), "Answer `` skip `x` ``")

	_, err = c.SendMessage(t.Context(), zulip.SendMessageRequest{To: zulip.Direct(zulip.UserID(h.alice.ID)), Buttons: &buttons, Content: "Ready?"})
	require.NoError(t, err)
	assert.Equal(t, "Ready?", h.server.DirectMessages(h.bot, h.alice)[1].Content)
	for wants, bad := range map[string]*zulip.Buttons{
		"no choices": {Heading: "x"},
		"button 1":   {Heading: "x", Choices: []zulip.Button{{ShortName: "x", LongName: "y"}}},
	} {
		_, err = c.SendMessage(t.Context(), zulip.SendMessageRequest{To: zulip.Direct(zulip.UserID(h.alice.ID)), Buttons: bad})
		require.ErrorContains(t, err, wants)
	}
}

// A poll is read from the message and kept up to date with events.
func ExampleMessage_Poll() {
	var message zulip.Message
	_ = json.Unmarshal([]byte(`{"id": 5, "submessages": [
		{"id": 1, "message_id": 5, "msg_type": "widget", "content": "{\"widget_type\":\"poll\",\"extra_data\":{\"question\":\"Lunch?\",\"options\":[\"Pizza\",\"Salad\"]}}"},
		{"id": 2, "message_id": 5, "sender_id": 8, "msg_type": "widget", "content": "{\"type\":\"vote\",\"key\":\"canned,1\",\"vote\":1}"}]}`), &message)
	poll, ok := message.Poll()
	fmt.Println(ok, poll.Question)
	event := zulip.Submessage{ID: 3, MessageID: 5, SenderID: 9, Type: "widget", Content: `{"type":"vote","key":"canned,1","vote":1}`}
	fmt.Println(poll.Apply(event))
	for _, option := range poll.Options {
		fmt.Println(option.Text, len(option.Voters))
	}
	// Output:
	// true Lunch?
	// true
	// Pizza 0
	// Salad 2
}
