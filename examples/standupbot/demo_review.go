package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// review looks at everything that is on the server after the day, and says what
// it found.
func (d *demo) review() error {
	d.out.scene("What is on the server after this day")
	for _, look := range []func() (string, error){
		d.everybodyAskedInTime, d.survivedTheKill, d.remindedOnlyLena, d.reportIsRight, d.nothingElse,
	} {
		found, err := look()
		if err != nil {
			return err
		}
		d.checks++
		d.out.check(found)
	}
	return nil
}

// fromBot returns what the bot wrote to somebody that contains a text.
func (d *demo) fromBot(who person, text string) []zuliptest.Message {
	return slices.DeleteFunc(d.server.DirectMessages(d.cast.bot, who.User), func(m zuliptest.Message) bool {
		return m.SenderID != d.cast.bot.ID || !strings.Contains(m.Content, text)
	})
}

func (d *demo) everybodyAskedInTime() (string, error) {
	const want = "Wed 09:30"
	zones := map[string]bool{}
	for _, p := range d.team() {
		prompts := d.fromBot(p, "it is time for the standup")
		if len(prompts) != 1 {
			return "", fmt.Errorf("expected one prompt for %s, found %d", p.name, len(prompts))
		}
		if got := prompts[0].Time.In(p.zone).Format("Mon 15:04"); got != want {
			return "", fmt.Errorf("expected that %s is asked at %s on their own clock, it was %s", p.name, want, got)
		}
		zones[p.zone.String()] = true
	}
	return fmt.Sprintf("%d people in %d time zones were asked once each, at 09:30 on their own clocks", len(d.team()), len(zones)), nil
}

func (d *demo) survivedTheKill() (string, error) {
	for _, question := range []string{askDone, askNext, askBlock} {
		if n := len(d.fromBot(d.ngozi, question)); n != 1 {
			return "", fmt.Errorf("expected that Ngozi is asked %q once although the bot was killed, it was %d times", question, n)
		}
	}
	return "the kill repeated no question, and the answer given meanwhile counts", nil
}

func (d *demo) remindedOnlyLena() (string, error) {
	for _, p := range d.team() {
		want := 0
		if p == d.lena {
			want = 1
		}
		if n := len(d.fromBot(p, "closes at")); n != want {
			return "", fmt.Errorf("expected %d reminders for %s, found %d", want, p.name, n)
		}
	}
	return "only Lena, who had forgotten, was reminded, once", nil
}

func (d *demo) reportIsRight() (string, error) {
	reports := d.server.ChannelMessages(d.channel, reportTopic)
	if len(reports) != 1 {
		return "", fmt.Errorf("expected one report, found %d", len(reports))
	}
	report := reports[0].Content
	for _, text := range []string{jonasMeant, whileDown, mayaHelped} {
		if strings.Count(report, text) != 1 {
			return "", fmt.Errorf("expected %q once in the report, got %q", text, report)
		}
	}
	for _, text := range []string{jonasTypo, mayaBlocked, lenaLate} {
		if strings.Contains(report, text) {
			return "", fmt.Errorf("expected that %q is not in the report any more, got %q", text, report)
		}
	}
	return "one report, with the answers as they were edited and without the late one", nil
}

// nothingElse finds a message that the script did not expect, such as one said
// twice or one to another bot.
func (d *demo) nothingElse() (string, error) {
	all := d.server.Messages()
	for _, m := range all {
		if !d.shown[m.ID] {
			return "", fmt.Errorf("expected no message besides those above, found one from %s: %q", m.SenderName, m.Content)
		}
	}
	return fmt.Sprintf("%d messages, each of them shown above", len(all)), nil
}
