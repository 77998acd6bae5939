package contract

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// TestTheClientsTour calls every method of the client against the fake. Each request and each answer is valid, and
// each method does what it is for.
//
//nolint:tparallel // The stops follow each other in one organisation.
func TestTheClientsTour(t *testing.T) {
	t.Parallel()
	tr := newTrip(t)
	for _, stop := range []struct {
		name string
		run  func(*trip, *testing.T)
	}{
		{"messages", (*trip).messages},
		{"marks", (*trip).marks},
		{"later", (*trip).later},
		{"widgets", (*trip).widgets},
		{"files", (*trip).files},
		{"users", (*trip).users},
		{"personal settings", (*trip).personal},
		{"groups", (*trip).groups},
		{"channels", (*trip).channels},
		{"organization", (*trip).organization},
		{"events", (*trip).events},
	} {
		t.Run(stop.name, func(t *testing.T) { stop.run(tr, t) })
	}
	assert.Empty(t, tr.watch.uncalled(), "methods that the tour leaves out")
}

func (tr *trip) messages(t *testing.T) {
	ctx := t.Context()
	topic := zulip.InChannelNamed("team", "lunch")
	pizza := must(tr.bot.SendMessage(ctx, zulip.SendMessageRequest{To: topic, Content: "Pizza?", ReadBySender: new(true)}))
	direct := must(tr.bot.SendMessage(ctx, zulip.SendMessageRequest{
		To: zulip.Direct(zulip.UserID(tr.bob.ID)), Buttons: &zulip.Buttons{
			Heading: "Lunch?", Choices: []zulip.Button{{ShortName: "Yes", LongName: "I come along", Reply: "yes"}},
		},
	}))
	long := must(tr.bot.SendLongMessage(ctx, zulip.SendMessageRequest{
		To: zulip.DirectByEmail(tr.bob.Email), Content: strings.Repeat("long paragraph\n\n", 1000),
	}))
	assert.Len(t, long, 2)
	once := must(tr.bot.SendMessageOnce(ctx, zulip.SendMessageRequest{To: topic, Content: "just once"}))
	id, found, err := tr.bot.FindSent(ctx, zulip.FindSentRequest{To: topic, Content: "just once"})
	require.NoError(t, err)
	assert.True(t, found)
	assert.Equal(t, once.ID, id)

	page := must(tr.bot.Messages(ctx, zulip.MessagesRequest{NumBefore: 10, Narrow: []zulip.NarrowTerm{
		zulip.NarrowChannel(zulip.ChannelID(tr.team.ID)), zulip.NarrowTopic("lunch"), zulip.NarrowSender(zulip.UserID(tr.porter.ID)),
		zulip.NarrowHas(zulip.HasLink).Not(), zulip.NarrowSearch("pizza"),
	}}))
	require.Len(t, page.Messages, 1)
	assert.Equal(t, pizza.ID, page.Messages[0].ID)
	assert.Len(t, must(tr.bot.MessagesByID(ctx, pizza.ID, direct.ID)), 2)
	count := 0
	for _, err := range tr.bot.AllMessages(ctx, zulip.MessagesRequest{NumAfter: 2}) {
		require.NoError(t, err)
		count++
	}
	assert.Equal(t, 5, count)

	require.NoError(t, tr.bot.EditMessage(ctx, pizza.ID, zulip.EditMessageRequest{Content: new("Pasta?")}))
	require.NoError(t, tr.owner.EditMessage(ctx, pizza.ID, zulip.EditMessageRequest{
		Topic: new("dinner"), Propagate: zulip.MoveAll, NotifyNewThread: new(false), NotifyOldThread: new(false),
	}))
	assert.Equal(t, "dinner", must(tr.bot.Message(ctx, pizza.ID)).Topic)
	assert.Len(t, must(tr.bot.MessageHistory(ctx, pizza.ID)), 3)
	assert.Contains(t, must(tr.bot.RenderMessage(ctx, "**bold**")), "<strong>")
	matches := must(tr.bot.MatchesNarrow(ctx, []zulip.MessageID{pizza.ID, direct.ID}, []zulip.NarrowTerm{zulip.NarrowIs(zulip.IsDirect)}))
	assert.Contains(t, matches, direct.ID)
	require.NoError(t, tr.bot.DeleteMessage(ctx, once.ID))

	channel := zulip.InChannel(zulip.ChannelID(tr.team.ID), "dinner")
	require.NoError(t, errors.Join(
		tr.bot.StartTyping(ctx, channel), tr.bot.StopTyping(ctx, channel),
		tr.bot.StartTyping(ctx, zulip.Direct(zulip.UserID(tr.bob.ID))), tr.bot.StopTyping(ctx, zulip.Direct(zulip.UserID(tr.bob.ID))),
		tr.bot.StartEditTyping(ctx, pizza.ID), tr.bot.StopEditTyping(ctx, pizza.ID),
	))
}

func (tr *trip) marks(t *testing.T) {
	ctx := t.Context()
	m := tr.srv.SendToChannel(tr.ada, tr.team, "marks", "Who has seen this?")
	id, team := zulip.MessageID(m.ID), zulip.ChannelID(tr.team.ID)
	require.NoError(t, tr.bot.AddReaction(ctx, id, zulip.Emoji{Name: "eyes"}))
	require.NoError(t, tr.bot.RemoveReaction(ctx, id, zulip.Emoji{Name: "eyes"}))
	changed := must(tr.bot.UpdateFlags(ctx, zulip.UpdateFlagsRequest{Flag: zulip.FlagRead, Messages: []zulip.MessageID{id}}))
	assert.Equal(t, []zulip.MessageID{id}, changed.Messages)
	assert.Contains(t, must(tr.bot.ReadReceipts(ctx, id)), zulip.UserID(tr.porter.ID))
	done := must(tr.bot.UpdateFlagsInNarrow(ctx, zulip.UpdateFlagsInNarrowRequest{
		Flag: zulip.FlagStarred, NumBefore: 5, Narrow: []zulip.NarrowTerm{zulip.NarrowTopic("marks")},
	}))
	assert.Equal(t, 1, done.UpdatedCount)
	tr.srv.SendToChannel(tr.ada, tr.team, "marks", "And this?")
	require.NoError(t, errors.Join(
		tr.bot.MarkTopicAsRead(ctx, team, "marks"), tr.bot.MarkChannelAsRead(ctx, team), tr.bot.MarkAllAsRead(ctx),
	))
	tr.srv.SetModerationChannel(tr.team)
	require.NoError(t, tr.bot.ReportMessage(ctx, id, zulip.ReportMessageRequest{Type: zulip.ReportSpam}))
}

func (tr *trip) later(t *testing.T) {
	ctx, soon := t.Context(), time.Now().Add(24*time.Hour)
	bob := zulip.Direct(zulip.UserID(tr.bob.ID))
	id := must(tr.bot.ScheduleMessage(ctx, zulip.ScheduleMessageRequest{To: bob, Content: "Good morning", DeliverAt: soon}))
	require.NoError(t, tr.bot.EditScheduledMessage(ctx, id, zulip.EditScheduledMessageRequest{
		To: new(zulip.InChannel(zulip.ChannelID(tr.team.ID), "lunch")), Content: new("Hello"),
	}))
	list := must(tr.bot.ScheduledMessages(ctx))
	require.Len(t, list, 1)
	assert.Equal(t, "Hello", list[0].Content)
	require.NoError(t, tr.bot.DeleteScheduledMessage(ctx, id))

	m := tr.srv.SendDirect(tr.bob, "Remember the milk", tr.porter)
	reminder := must(tr.bot.CreateReminder(ctx, zulip.CreateReminderRequest{
		MessageID: zulip.MessageID(m.ID), DeliverAt: soon, Note: "milk",
	}))
	assert.Len(t, must(tr.bot.Reminders(ctx)), 1)
	require.NoError(t, tr.bot.DeleteReminder(ctx, reminder))
}

func (tr *trip) widgets(t *testing.T) {
	ctx := t.Context()
	topic := zulip.InChannelNamed("team", "widgets")
	poll := must(tr.bot.SendPoll(ctx, zulip.SendPollRequest{To: topic, Question: "Where?", Options: []string{"Here", "There"}}))
	read := func(id zulip.MessageID) zulip.Message { return must(tr.bot.Message(ctx, id)) }
	p, ok := read(poll.ID).Poll()
	require.True(t, ok)
	require.NoError(t, errors.Join(
		tr.bot.VotePoll(ctx, poll.ID, p.Options[0].Key), tr.bot.UnvotePoll(ctx, poll.ID, p.Options[0].Key),
		tr.bot.VotePoll(ctx, poll.ID, p.Options[1].Key), tr.bot.AddPollOption(ctx, p, "Nowhere"),
	))
	p, _ = read(poll.ID).Poll()
	assert.Len(t, p.Options, 3)
	assert.Equal(t, []zulip.UserID{zulip.UserID(tr.porter.ID)}, p.Options[1].Voters)

	todo := must(tr.bot.SendTodoList(ctx, zulip.SendTodoListRequest{To: topic, Title: "Today", Tasks: []zulip.Task{{Text: "Rest"}}}))
	list, ok := read(todo.ID).TodoList()
	require.True(t, ok)
	require.NoError(t, errors.Join(
		tr.bot.AddTask(ctx, list, zulip.Task{Text: "Work"}), tr.bot.StrikeTask(ctx, todo.ID, list.Tasks[0].Key),
		tr.bot.AddSubmessage(ctx, todo.ID, map[string]any{"type": "new_task_list_title", "title": "Tomorrow"}),
	))
	list, _ = read(todo.ID).TodoList()
	assert.Equal(t, "Tomorrow", list.Title)
	assert.True(t, list.Tasks[0].Completed)
}

func (tr *trip) files(t *testing.T) {
	ctx := t.Context()
	file := must(tr.bot.UploadFile(ctx, "note.txt", strings.NewReader("what was agreed")))
	large := must(tr.bot.UploadFile(ctx, "large.bin", bytes.NewReader(make([]byte, 26<<20))))
	assert.NotEmpty(t, large.URL)
	download := must(tr.bot.DownloadFile(ctx, file.URL))
	content := must(io.ReadAll(download))
	require.NoError(t, download.Close())
	assert.Equal(t, "what was agreed", string(content))
	assert.NotEmpty(t, must(tr.bot.TemporaryURL(ctx, file.URL)))
	list := must(tr.bot.Attachments(ctx))
	require.Len(t, list.Attachments, 2)
	require.NoError(t, tr.bot.DeleteAttachment(ctx, list.Attachments[0].ID))

	require.NoError(t, tr.bot.UpdateBotStorage(ctx, map[string]string{"last": "41"}))
	assert.Equal(t, map[string]string{"last": "41"}, must(tr.bot.BotStorage(ctx, "last")))
	require.NoError(t, tr.bot.DeleteBotStorage(ctx, "last"))
}

func (tr *trip) events(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	queue := must(tr.bot.Register(ctx, zulip.RegisterRequest{
		Narrow: []zulip.NarrowTerm{zulip.NarrowIs(zulip.IsDirect)}, AllPublicChannels: true, IdleTimeout: time.Hour,
	}))
	tr.srv.SendDirect(tr.bob, "hello", tr.porter)
	events := must(tr.bot.GetEvents(ctx, zulip.EventsRequest{QueueID: queue.ID, LastEventID: queue.LastEventID, DontBlock: true}))
	assert.NotEmpty(t, events)
	require.NoError(t, tr.bot.DeleteQueue(ctx, queue.ID))

	stop := tr.srv.OnMessage(func(zuliptest.Message) {})
	defer stop()
	say := func() {
		if tr.srv.WaitForPoll(ctx, tr.porter) == nil {
			tr.srv.SendDirect(tr.bob, "hello again", tr.porter)
		}
	}
	listen := zulip.ListenRequest{EventTypes: []string{zulip.EventMessage}}
	go say()
	for event, err := range tr.bot.Events(ctx, listen) {
		require.NoError(t, err)
		if event.Message != nil {
			assert.Equal(t, "hello again", event.Message.Content)
			break
		}
	}
	go say()
	heard := errors.New("heard")
	require.ErrorIs(t, tr.bot.HandleEvents(ctx, listen, 2, func(_ context.Context, event zulip.Event) error {
		if event.Message == nil {
			return nil
		}
		assert.Equal(t, "hello again", event.Message.Content)
		return heard
	}), heard)
}
