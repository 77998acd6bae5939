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

// patience is how long the bot has for one answer.
const patience = 5 * time.Second

// scene begins a part of the day.
func (d *demo) scene(title string) step {
	return func(context.Context) error {
		d.out.scene(title)
		return nil
	}
}

// at sets the clock to a time of the standup's day in somebody's zone.
func (d *demo) at(timeOfDay string, zone *time.Location) step {
	return func(context.Context) error {
		at, err := time.ParseInLocation("2006-01-02 15:04", standupDay+" "+timeOfDay, zone)
		if err != nil {
			return err
		}
		d.clock.set(at)
		d.bot.wake()
		return nil
	}
}

// later moves the clock on.
func (d *demo) later(by time.Duration) step {
	return func(context.Context) error {
		d.clock.set(d.clock.now().Add(by))
		d.bot.wake()
		return nil
	}
}

// posts has somebody mention the bot in the channel.
func (d *demo) posts(who person, command string) step {
	return func(context.Context) error {
		m := d.server.SendToChannel(who.User, d.channel, "standup", "@**"+botName+"** "+command)
		d.show(m, who)
		return nil
	}
}

// writes has somebody write to the bot directly.
func (d *demo) writes(who person, text string) step {
	return func(context.Context) error {
		d.show(d.server.SendDirect(who.User, text, d.cast.bot), who)
		return nil
	}
}

// edits has somebody replace what they wrote.
func (d *demo) edits(who person, before, after string) step {
	return func(context.Context) error {
		sent := d.server.MessagesFunc(func(m zuliptest.Message) bool { return m.SenderID == who.ID && m.Content == before })
		if len(sent) != 1 {
			return fmt.Errorf("expected one message %q of %s to edit, found %d", before, who.name, len(sent))
		}
		d.server.EditMessage(who.User, sent[0].ID, after)
		d.out.edit(d.clock.now(), who, before, after)
		return nil
	}
}

// hears expects that the bot's next direct message to somebody contains the
// fragments.
func (d *demo) hears(who person, fragments ...string) step {
	return func(ctx context.Context) error {
		return d.expect(ctx, "a message of the bot to "+who.name, who, func(m zuliptest.Message) bool {
			return m.IsDirect() && slices.Contains(m.To, who.ID)
		}, fragments)
	}
}

// reads expects that the bot's next message in a topic of the channel contains
// the fragments; its times are shown on the clock of who.
func (d *demo) reads(who person, topic string, fragments ...string) step {
	return func(ctx context.Context) error {
		return d.expect(ctx, "a message of the bot in "+channelName+" > "+topic, who, func(m zuliptest.Message) bool {
			return m.ChannelID == d.channel.ID && m.Topic == topic
		}, fragments)
	}
}

// expect waits for a message of the bot that the script has not had before.
func (d *demo) expect(ctx context.Context, what string, who person, match func(zuliptest.Message) bool, fragments []string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	m, err := d.server.WaitForMessage(ctx, func(m zuliptest.Message) bool {
		return m.SenderID == d.cast.bot.ID && !d.shown[m.ID] && match(m)
	})
	if err != nil {
		return fmt.Errorf("expected %s with %q: %w", what, fragments, err)
	}
	d.show(m, who)
	for _, fragment := range fragments {
		if !strings.Contains(m.Content, fragment) {
			return fmt.Errorf("expected %s with %q, got %q", what, fragment, m.Content)
		}
		d.checks++
	}
	d.checks++
	return nil
}

// readsChange expects that the bot's newest message in a topic is edited until
// it contains the fragment.
func (d *demo) readsChange(who person, topic, fragment string) step {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		m, err := d.server.WaitForMessage(ctx, func(m zuliptest.Message) bool {
			return m.SenderID == d.cast.bot.ID && m.Topic == topic && strings.Contains(m.Content, fragment)
		})
		if err != nil {
			return fmt.Errorf("expected that the bot changes its report to contain %q: %w", fragment, err)
		}
		d.checks++
		d.out.note(d.clock.now(), who.zone, fmt.Sprintf("The report in #%s now says “%s”: the same message, edited.", m.Channel, fragment))
		return nil
	}
}

// cutsNextMessage makes the bot's next message the last thing that it does: the
// server posts it and the bot never learns of it.
func (d *demo) cutsNextMessage() step {
	return func(context.Context) error {
		d.server.Fail(zuliptest.Match{Method: "POST", Path: "/messages", User: d.cast.bot}, zuliptest.Fault{CutAfter: true})
		return nil
	}
}

func (d *demo) kills(note string, zone *time.Location) step {
	return func(context.Context) error {
		d.bot.kill()
		d.out.alarm(d.clock.now(), zone, note)
		return nil
	}
}

func (d *demo) restarts(note string, zone *time.Location) step {
	return func(ctx context.Context) error {
		d.out.alarm(d.clock.now(), zone, note)
		return d.bot.start(ctx)
	}
}

// show puts a message into the transcript.
func (d *demo) show(m zuliptest.Message, who person) {
	d.shown[m.ID] = true
	d.out.message(m, who, d.cast)
}
