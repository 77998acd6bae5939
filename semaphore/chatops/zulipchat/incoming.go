package zulipchat

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// maxAge is how old a message may be when it is read, as after a pause of the bot.
const maxAge = time.Hour

// incoming turns an event into what the engine takes; false means that it is of no concern: it is the bot's own, was
// said in a group conversation, or comes from somebody who is not a user of the organisation (the server's own notices).
func (c *Chat) incoming(ctx context.Context, event zulip.Event) (in chatops.Incoming, ok bool, err error) {
	self, err := c.people.Me(ctx)
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
	users, err := c.people.LookUp(ctx, from)
	if err != nil {
		return in, false, err
	}
	sender, known := users[from]
	if !known {
		c.log.LogAttrs(ctx, slog.LevelDebug, "ignoring a sender who is not a user", slog.Int64("user_id", int64(from)))
		return in, false, nil
	}
	in.From, in.FromName, in.FromBot = chatops.UserID(zulipadapter.IDText(from)), sender.Name, sender.Bot
	if event.Message != nil {
		var content string
		content, in.Mentioned = zulipadapter.CutMention(event.Message.Content, self, users[self].Name)
		text, quoted := zulipadapter.CutQuote(content, self)
		in.Text, in.ReplyTo = text, chatops.MessageID(quoted)
	}
	return in, true, nil
}

// message is a message in a channel or in a conversation of two. What is said is not in it yet.
func message(m zulip.Message, self zulip.UserID) (in chatops.Incoming, ok bool) {
	in = chatops.Incoming{
		ID: chatops.EventID("m" + zulipadapter.IDText(m.ID)), Message: chatops.MessageID(zulipadapter.IDText(m.ID)), At: m.Time(),
		Old: time.Since(m.Time()) > maxAge,
	}
	if m.IsDirect() {
		in.Direct = true
		return in, len(others(m, self)) <= 1
	}
	in.Room, in.RoomName, in.Thread = chatops.RoomID(zulipadapter.IDText(m.ChannelID)), m.Recipient.Channel, m.Topic
	return in, true
}

// reaction is a reaction to a message of the bot. Its event says neither where nor when: the place is looked up, and
// the time is now, since events do not outlive their queue. An event is the same when it comes again; the same person
// can put the same emoji there later once more, which is another one. One that came through no queue is always another;
// see heard.
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
	number := strconv.FormatInt(event.ID, 10)
	if event.ID < 0 {
		number = rand.Text()
	}
	in = chatops.Incoming{
		ID:      chatops.EventID(fmt.Sprintf("r%d-%d-%s-%s", r.MessageID, r.UserID, r.Code, number)),
		Message: chatops.MessageID(zulipadapter.IDText(r.MessageID)), Reaction: sign, At: time.Now(), Direct: at.channel == 0,
	}
	if at.channel != 0 {
		in.Room, in.RoomName, in.Thread = chatops.RoomID(zulipadapter.IDText(at.channel)), at.name, at.topic
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
