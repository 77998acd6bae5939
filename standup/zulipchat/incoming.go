package zulipchat

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

// incoming turns an event into what the engine takes; false means that it is of no concern: it is the bot's own, is not
// addressed to it, or comes from somebody who is not a user of the organisation (the server's own notices).
func (c *Chat) incoming(ctx context.Context, event zulip.Event) (in standup.Incoming, ok bool, err error) {
	self, err := c.people.Me(ctx)
	if err != nil {
		return in, false, err
	}
	var s said
	switch {
	case event.Message != nil:
		s, ok = message(*event.Message)
	case event.UpdateMessage != nil:
		s, ok = edit(*event.UpdateMessage)
	}
	if !ok || s.from == self {
		return in, false, nil
	}
	users, err := c.people.LookUp(ctx, s.from)
	if err != nil {
		return in, false, err
	}
	sender, known := users[s.from]
	if !known {
		c.log.LogAttrs(ctx, slog.LevelDebug, "ignoring a sender who is not a user", slog.Int64("user_id", int64(s.from)))
		return in, false, nil
	}
	content, mentioned := zulipadapter.CutMention(s.content, self, users[self].Name)
	if s.channel != 0 && !mentioned {
		return in, false, nil
	}
	in = s.Incoming
	in.From, in.FromName = standup.UserID(zulipadapter.IDText(s.from)), clip(sender.Name)
	in.FromBot, in.FromAdmin = sender.Bot, sender.Admin
	if s.channel != 0 {
		in.Channel = standup.ChannelID(zulipadapter.IDText(s.channel))
	}
	in.Text, in.ReplyTo = words(content, self)
	return in, true, nil
}

// said is a message or an edit, before it is known who is who.
type said struct {
	standup.Incoming
	from    zulip.UserID
	channel zulip.ChannelID // 0 for a direct message.
	content string
}

// message is a message in a conversation of two, or one in a channel that mentions the bot.
func message(m zulip.Message) (said, bool) {
	if m.IsDirect() && len(m.Recipient.Users) > 2 || !m.IsDirect() && !slices.Contains(m.Flags, "mentioned") {
		return said{}, false
	}
	return said{
		Incoming: standup.Incoming{
			ID: standup.EventID("m" + zulipadapter.IDText(m.ID)), Message: standup.MessageID(zulipadapter.IDText(m.ID)), At: m.Time(),
			ChannelName: clip(m.Recipient.Channel), Topic: clip(m.Topic),
		},
		from: m.SenderID, channel: m.ChannelID, content: m.Content,
	}, true
}

// edit is a change of the words of a message. The event does not say with whom a direct conversation is held; only
// messages that were taken in before can be edited in the engine, and those were from conversations of two.
// The time has whole seconds, so a hash of the words tells edits within one second apart.
func edit(u zulip.UpdateMessage) (said, bool) {
	if u.Content == nil || u.RenderingOnly || u.UserID == 0 {
		return said{}, false
	}
	sum := sha256.Sum256([]byte(*u.Content))
	return said{
		Incoming: standup.Incoming{
			ID:      standup.EventID(fmt.Sprintf("e%d-%d-%x", u.MessageID, u.EditTimestamp, sum[:6])),
			Message: standup.MessageID(zulipadapter.IDText(u.MessageID)), At: time.Unix(u.EditTimestamp, 0), Edit: true,
		},
		from: u.UserID, channel: u.ChannelID, content: *u.Content,
	}, true
}

// maxName is how many bytes the engine takes of a name; Zulip allows a hundred letters of any script.
const maxName = 300

func clip(name string) string {
	if len(name) <= maxName {
		return name
	}
	end := maxName
	for !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end]
}
