package zulipchat

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// maxAge is how old a message may be when it is read, as after a pause of the bot.
const maxAge = time.Hour

// incoming turns an event into what the engine takes; false means that it is of no concern: it is the bot's own, was
// said in a group conversation, or comes from somebody who is not a user of the organisation (the server's own notices).
func (c *Chat) incoming(ctx context.Context, event zulip.Event) (in chatops.Incoming, ok bool, err error) {
	self, err := c.people.me(ctx)
	if err != nil {
		return in, false, err
	}
	var from zulip.UserID
	switch {
	case event.Message != nil:
		from = event.Message.SenderID
		in, ok = message(*event.Message, self)
	case event.Reaction != nil && event.Op == "add":
		from = event.Reaction.UserID
		if from == self {
			return in, false, nil
		}
		in, ok, err = c.reaction(ctx, event)
	}
	if !ok || err != nil || from == self {
		return in, false, err
	}
	users, err := c.people.lookUp(ctx, from)
	if err != nil {
		return in, false, err
	}
	sender, known := users[from]
	if !known {
		c.log.LogAttrs(ctx, slog.LevelDebug, "ignoring a sender who is not a user", slog.Int64("user_id", int64(from)))
		return in, false, nil
	}
	in.From, in.FromName, in.FromBot = chatops.UserID(idText(from)), sender.name, sender.bot
	if event.Message != nil {
		var content string
		content, in.Mentioned = cutMention(event.Message.Content, self, users[self].name)
		in.Text, in.ReplyTo = words(content, self)
	}
	return in, true, nil
}

// message is a message in a channel or in a conversation of two. What is said is not in it yet.
func message(m zulip.Message, self zulip.UserID) (in chatops.Incoming, ok bool) {
	in = chatops.Incoming{
		ID: chatops.EventID("m" + idText(m.ID)), Message: chatops.MessageID(idText(m.ID)), At: m.Time(),
		Old: time.Since(m.Time()) > maxAge,
	}
	if m.IsDirect() {
		in.Direct = true
		return in, len(others(m, self)) <= 1
	}
	in.Room, in.RoomName, in.Thread = chatops.RoomID(idText(m.ChannelID)), m.Recipient.Channel, m.Topic
	return in, true
}

// reaction is a reaction to a message of the bot. Its event says neither where nor when: the place is looked up, and
// the time is now, since events do not outlive their queue. An event is the same when it comes again; the same person
// can put the same emoji there later once more, which is another one.
func (c *Chat) reaction(ctx context.Context, event zulip.Event) (in chatops.Incoming, ok bool, err error) {
	r := event.Reaction
	sign := symbol(r.Emoji)
	if sign == "" {
		return in, false, nil
	}
	at, found, err := c.find(ctx, r.MessageID)
	if err != nil || !found || !at.own || at.channel == 0 && at.user != r.UserID {
		return in, false, err
	}
	in = chatops.Incoming{
		ID:      chatops.EventID(fmt.Sprintf("r%d-%d-%s-%d", r.MessageID, r.UserID, r.Code, event.ID)),
		Message: chatops.MessageID(idText(r.MessageID)), Reaction: sign, At: time.Now(), Direct: at.channel == 0,
	}
	if at.channel != 0 {
		in.Room, in.RoomName, in.Thread = chatops.RoomID(idText(at.channel)), at.name, at.topic
	}
	return in, true, nil
}

// symbol is an emoji as a character; "" for those of the organisation, which are pictures.
func symbol(e zulip.Emoji) string {
	if e.Type != zulip.UnicodeEmoji || len(e.Code) > 100 {
		return ""
	}
	var b strings.Builder
	for code := range strings.SplitSeq(e.Code, "-") {
		n, err := strconv.ParseUint(code, 16, 21)
		if err != nil {
			return ""
		}
		b.WriteRune(rune(n))
	}
	return b.String()
}

// cutMention takes a mention of the bot off the beginning: @**Name**, @**Name|id** or @**|id**.
func cutMention(content string, self zulip.UserID, name string) (rest string, found bool) {
	inner, found := strings.CutPrefix(strings.TrimSpace(content), "@**")
	if !found {
		return content, false
	}
	who, rest, found := strings.Cut(inner, "**")
	if !found || !isSelf(who, self, name) {
		return content, false
	}
	return strings.TrimSpace(strings.TrimLeft(rest, ":,")), true
}

// isSelf reports whether the inside of a mention means the bot. Where there is an id it alone counts.
func isSelf(who string, self zulip.UserID, name string) bool {
	if i := strings.LastIndexByte(who, '|'); i >= 0 {
		return who[i+1:] == idText(self)
	}
	return name != "" && strings.EqualFold(who, name)
}
