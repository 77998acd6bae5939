package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// step is one line of the script. Its error says what was expected.
type step func(ctx context.Context) error

// patience is how long the bot has for one answer. A task takes a second or two.
const patience = 15 * time.Second

// scene begins a part of the afternoon.
func (d *demo) scene(title string) step {
	return func(context.Context) error {
		d.out.scene(title)
		return nil
	}
}

// says has somebody write in the channel.
func (d *demo) says(who person, text string) step {
	return func(context.Context) error {
		d.show(d.server.SendToChannel(who.User, d.channel, channelTopic, text))
		return nil
	}
}

// channelTopic is where people talk.
const channelTopic = "today"

// hears expects that the bot's next message there contains the fragments.
func (d *demo) hears(fragments ...string) step {
	return func(ctx context.Context) error {
		what := fmt.Sprintf("a message of the bot with %q", fragments)
		m, err := d.wait(ctx, what, func(m zuliptest.Message) bool {
			return d.isBot(m) && m.Topic == channelTopic && !d.shown[m.ID]
		})
		if err != nil {
			return err
		}
		d.show(m)
		return d.contains(what, m, fragments)
	}
}

// changes expects that the bot edits its newest message that contains a text,
// until it contains the fragments too.
func (d *demo) changes(text string, fragments ...string) step {
	return func(ctx context.Context) error {
		m, err := d.wait(ctx, fmt.Sprintf("that the bot changes its message %q to contain %q", text, fragments), func(m zuliptest.Message) bool {
			return d.isBot(m) && d.shown[m.ID] && containsAll(d.plain(m.Content), append([]string{text}, fragments...))
		})
		if err != nil {
			return err
		}
		d.checks += len(fragments)
		d.out.edit(m, d.cast)
		return nil
	}
}

// readsThread expects that all of the fragments are in the bot's messages in a
// topic of their own, and shows those.
func (d *demo) readsThread(topic string, fragments ...string) step {
	return func(ctx context.Context) error {
		for _, fragment := range fragments {
			if _, err := d.wait(ctx, fmt.Sprintf("%q in the topic %s", fragment, topic), func(m zuliptest.Message) bool {
				return d.isBot(m) && m.Topic == topic && strings.Contains(d.plain(m.Content), fragment)
			}); err != nil {
				return err
			}
			d.checks++
		}
		for _, m := range d.server.ChannelMessages(d.channel, topic) {
			if !d.shown[m.ID] {
				d.show(m)
			}
		}
		return nil
	}
}

// reacts has somebody put an emoji on the bot's newest message with a text.
func (d *demo) reacts(who person, text, emoji string) step {
	return func(context.Context) error {
		sent := d.server.MessagesFunc(func(m zuliptest.Message) bool { return d.isBot(m) && strings.Contains(d.plain(m.Content), text) })
		if len(sent) == 0 {
			return fmt.Errorf("expected a message %q of the bot to react to", text)
		}
		d.server.React(who.User, sent[len(sent)-1].ID, emoji)
		d.out.reaction(who, text)
		return nil
	}
}

func (d *demo) kills(note string) step {
	return func(context.Context) error {
		d.bot.kill()
		d.out.alarm(note)
		return nil
	}
}

func (d *demo) restarts(note string) step {
	return func(ctx context.Context) error {
		d.out.alarm(note)
		return d.bot.start(ctx)
	}
}

// wait waits for a message.
func (d *demo) wait(ctx context.Context, what string, match func(zuliptest.Message) bool) (zuliptest.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	m, err := d.server.WaitForMessage(ctx, match)
	if err != nil {
		return m, fmt.Errorf("expected %s: %w", what, err)
	}
	return m, nil
}

// contains counts the fragments, which are all to be in a message.
func (d *demo) contains(what string, m zuliptest.Message, fragments []string) error {
	if !containsAll(d.plain(m.Content), fragments) {
		return fmt.Errorf("expected %s, got %q", what, m.Content)
	}
	d.checks += len(fragments)
	return nil
}

func containsAll(text string, fragments []string) bool {
	return !slices.ContainsFunc(fragments, func(fragment string) bool { return !strings.Contains(text, fragment) })
}

func (d *demo) isBot(m zuliptest.Message) bool { return m.SenderID == d.account.ID }

// show puts a message into the transcript.
func (d *demo) show(m zuliptest.Message) {
	d.shown[m.ID] = true
	d.out.message(m, d.cast)
}
