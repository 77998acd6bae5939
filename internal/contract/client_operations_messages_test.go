package contract

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/zulip"
)

var (
	later    = time.Date(2030, time.January, 7, 9, 0, 0, 0, time.UTC)
	lunch    = zulip.InChannel(11, "lunch")
	anything = []zulip.NarrowTerm{
		zulip.NarrowChannel(11), zulip.NarrowTopic("lunch").Not(), zulip.NarrowSender(9), zulip.NarrowSearch("pizza"),
		zulip.NarrowHas(zulip.HasLink), zulip.NarrowIs(zulip.IsUnread), zulip.NarrowPublicChannels(),
	}
)

func messageOperations() []operation {
	return []operation{
		{name: "GET /messages", by: "Messages", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.Messages(ctx, zulip.MessagesRequest{Anchor: zulip.AnchorOldest, NumAfter: 5, Narrow: anything})
		}},
		{name: "GET /messages", by: "MessagesByID", since: 300, call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.MessagesByID(ctx, 16, 21)
		}},
		{name: "GET /messages", by: "AllMessages", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			var all []zulip.Message
			for m, err := range c.AllMessages(ctx, zulip.MessagesRequest{}) {
				if err != nil {
					return nil, err
				}
				all = append(all, m)
				if len(all) == 2 {
					break
				}
			}
			return all, nil
		}},
		{name: "GET /messages/{message_id}", by: "Message", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.Message(ctx, 16)
		}},
		{name: "POST /messages", by: "SendMessage", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.SendMessage(ctx, zulip.SendMessageRequest{
				To: lunch, Content: "Pizza?", QueueID: "fb67bf8a", LocalID: "100.01", ReadBySender: new(true),
			})
		}},
		{name: "POST /messages", by: "SendLongMessage", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.SendLongMessage(ctx, zulip.SendMessageRequest{
				To: zulip.DirectByEmail("ada@chat.example.org"), Content: strings.Repeat("long\n\n", 3000),
			})
		}},
		{name: "PATCH /messages/{message_id}", by: "EditMessage", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, errors.Join(
				c.EditMessage(ctx, 16, zulip.EditMessageRequest{Content: new("Pasta?"), NotifyNewThread: new(false)}),
				c.EditMessage(ctx, 16, zulip.EditMessageRequest{
					Topic: new("dinner"), Channel: new(zulip.ChannelID(12)), Propagate: zulip.MoveAll, NotifyOldThread: new(true),
				}),
			)
		}},
		{name: "DELETE /messages/{message_id}", by: "DeleteMessage", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.DeleteMessage(ctx, 16)
		}},
		{name: "GET /messages/{message_id}/history", by: "MessageHistory", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.MessageHistory(ctx, 16)
		}},
		{name: "GET /messages/{message_id}/read_receipts", by: "ReadReceipts", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.ReadReceipts(ctx, 16)
		}},
		{name: "GET /messages/matches_narrow", by: "MatchesNarrow", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.MatchesNarrow(ctx, []zulip.MessageID{31, 32}, anything)
		}},
		{name: "POST /messages/{message_id}/reactions", by: "AddReaction", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.AddReaction(ctx, 16, zulip.Emoji{Name: "octopus", Code: "1f419", Type: zulip.UnicodeEmoji})
		}},
		{name: "DELETE /messages/{message_id}/reactions", by: "RemoveReaction", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.RemoveReaction(ctx, 16, zulip.Emoji{Name: "octopus"})
		}},
		{name: "POST /messages/flags", by: "UpdateFlags", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.UpdateFlags(ctx, zulip.UpdateFlagsRequest{
				Op: zulip.FlagRemove, Flag: zulip.FlagRead, Messages: []zulip.MessageID{4, 18},
			})
		}},
		{name: "POST /messages/flags/narrow", by: "UpdateFlagsInNarrow", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.UpdateFlagsInNarrow(ctx, zulip.UpdateFlagsInNarrowRequest{
				Flag: zulip.FlagStarred, Anchor: zulip.AnchorAt(16), NumBefore: 5, NumAfter: 5, Narrow: anything,
			})
		}},
		{name: "POST /messages/flags/narrow", by: "MarkChannelAsRead", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.MarkChannelAsRead(ctx, 11)
		}},
		{name: "POST /messages/flags/narrow", by: "MarkTopicAsRead", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.MarkTopicAsRead(ctx, 11, "lunch")
		}},
		{name: "POST /mark_all_as_read", by: "MarkAllAsRead", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.MarkAllAsRead(ctx)
		}},
		{name: "POST /messages/render", by: "RenderMessage", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.RenderMessage(ctx, "**foo**")
		}},
		{name: "POST /messages/{message_id}/report", by: "ReportMessage", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.ReportMessage(ctx, 16, zulip.ReportMessageRequest{Type: zulip.ReportSpam, Description: "again"})
		}},
	}
}

func conversationOperations() []operation {
	return []operation{
		{name: "POST /typing", by: "StartTyping", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, errors.Join(c.StartTyping(ctx, lunch), c.StartTyping(ctx, zulip.Direct(9, 10)))
		}},
		{name: "POST /typing", by: "StopTyping", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.StopTyping(ctx, zulip.Direct(9))
		}},
		{name: "POST /messages/{message_id}/typing", by: "StartEditTyping", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.StartEditTyping(ctx, 16)
		}},
		{name: "POST /messages/{message_id}/typing", by: "StopEditTyping", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.StopEditTyping(ctx, 16)
		}},
		{name: "GET /scheduled_messages", by: "ScheduledMessages", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.ScheduledMessages(ctx)
		}},
		{name: "POST /scheduled_messages", by: "ScheduleMessage", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.ScheduleMessage(ctx, zulip.ScheduleMessageRequest{To: lunch, Content: "Pizza!", DeliverAt: later})
		}},
		{name: "PATCH /scheduled_messages/{scheduled_message_id}", by: "EditScheduledMessage", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.EditScheduledMessage(ctx, 27, zulip.EditScheduledMessageRequest{
				To: new(zulip.Direct(9, 10)), Content: new("Pasta!"), DeliverAt: later,
			})
		}},
		{name: "DELETE /scheduled_messages/{scheduled_message_id}", by: "DeleteScheduledMessage", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.DeleteScheduledMessage(ctx, 27)
		}},
		{name: "GET /reminders", by: "Reminders", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.Reminders(ctx)
		}},
		{name: "POST /reminders", by: "CreateReminder", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.CreateReminder(ctx, zulip.CreateReminderRequest{MessageID: 16, DeliverAt: later, Note: "really"})
		}},
		{name: "DELETE /reminders/{reminder_id}", by: "DeleteReminder", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.DeleteReminder(ctx, 27)
		}},
		{name: "POST /user_uploads", by: "UploadFile", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.UploadFile(ctx, "note.txt", strings.NewReader("what was agreed"))
		}},
		{name: "GET /user_uploads/{realm_id_str}/{filename:.+}", by: "TemporaryURL", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.TemporaryURL(ctx, "/user_uploads/2/ab/note.txt")
		}},
		{name: "GET /attachments", by: "Attachments", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.Attachments(ctx)
		}},
		{name: "DELETE /attachments/{attachment_id}", by: "DeleteAttachment", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.DeleteAttachment(ctx, 3)
		}},
		{name: "POST /register", by: "Register", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.Register(ctx, zulip.RegisterRequest{
				EventTypes: []string{zulip.EventMessage}, FetchEventTypes: []string{"realm_user"}, Narrow: []zulip.NarrowTerm{zulip.NarrowIs(zulip.IsDirect)}, IdleTimeout: time.Hour,
			})
		}},
		{name: "GET /events", by: "GetEvents", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return c.GetEvents(ctx, zulip.EventsRequest{QueueID: "fb67bf8a", LastEventID: -1, DontBlock: true})
		}},
		{name: "DELETE /events", by: "DeleteQueue", call: func(ctx context.Context, c *zulip.Client) (any, error) {
			return nil, c.DeleteQueue(ctx, "fb67bf8a")
		}},
	}
}
