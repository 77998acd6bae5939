package matrixchat

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// Verify implements [chatops.Chat]. The words are one of
//
//	              how the bot's own device stands, with its fingerprint, and what the words are
//	start         ask who writes, on all of their devices, to verify the bot by comparing emojis
//	list          the verifications that wait for a comparison
//	confirm CODE  the emojis are the same
//	reject CODE   they are not
//
// The emojis are written to the bot's log, with a code that confirm and reject take: the chat is no place to compare
// them, since who could falsify the one could falsify the other. A program that shows them itself, as in a terminal,
// sets Encryption.Operator.Compare; then confirm and reject are not needed. People can also begin in their own client.
func (c *Chat) Verify(ctx context.Context, from chatops.UserID, words []string) (chatops.Text, error) {
	machine, err := c.bot.Machine(ctx)
	if errors.Is(err, e2ee.ErrNoEncryption) {
		return nil, fmt.Errorf("matrixchat: verify: %w: %w", chatops.ErrUnsupported, err)
	}
	if err != nil {
		return nil, fmt.Errorf("matrixchat: verify: %w", err)
	}
	switch word := strings.ToLower(strings.Join(words[:min(1, len(words))], "")); {
	case word == "" || word == "status":
		return c.verifyStatus(ctx, machine)
	case word == "list" || word == "pending":
		return c.verifyList(), nil
	case word == "start" && len(words) == 1:
		return c.verifyStart(ctx, machine, id.UserID(from))
	case (word == "confirm" || word == "reject") && len(words) == 2:
		return c.verifySettle(words[1], word == "confirm"), nil
	}
	return verifyWords(), nil
}

// verifyWords says what the words are.
func verifyWords() chatops.Text {
	return say(code("verify start"), text(" asks your devices for a verification, "), code("verify list"), text(" shows those that wait for a comparison, "),
		code("verify confirm CODE"), text(" and "), code("verify reject CODE"), text(" end one, and "), code("verify"), text(" shows my own device."))
}

func (c *Chat) verifyStatus(ctx context.Context, machine *e2ee.Machine) (chatops.Text, error) {
	status, err := machine.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("matrixchat: verify: %w", err)
	}
	signed, backup := "no", "none"
	if status.CrossSigned {
		signed = "yes"
	}
	if status.Backup != "" {
		backup = "version " + string(status.Backup)
	}
	item := func(name, value string) chatops.Block {
		return chatops.Block{Kind: chatops.ListItem, Spans: []chatops.Span{text(name + ": "), code(value)}}
	}
	return append(chatops.Text{
		item("my device", string(status.Device)), item("fingerprint", status.Fingerprint),
		item("signed by my identity", signed), item("key backup", backup),
	}, verifyWords()...), nil
}

// maxListed is how many verifications a list has.
const maxListed = 20

func (c *Chat) verifyList() chatops.Text {
	waiting := c.desk.waiting()
	if len(waiting) == 0 {
		return say(text("No verification waits for a comparison."))
	}
	rows := [][]string{{"user", "device"}}
	for _, v := range waiting[:min(len(waiting), maxListed)] {
		rows = append(rows, []string{string(v.User), string(v.Device)})
	}
	list := chatops.Text{{Kind: chatops.Table, Rows: rows}}
	if more := len(waiting) - maxListed; more > 0 {
		list = append(list, say(text(fmt.Sprintf("… and %d more", more)))...)
	}
	return append(list, say(text("Their emojis and codes are in my log."))...)
}

func (c *Chat) verifyStart(ctx context.Context, machine *e2ee.Machine, user id.UserID) (chatops.Text, error) {
	if _, err := machine.Verify(ctx, user); err != nil {
		return nil, fmt.Errorf("matrixchat: verify: %w", err)
	}
	if c.desk.elsewhere {
		return say(text("I have asked your devices for a verification. Compare the emojis with those that my program shows.")), nil
	}
	return say(text("I have asked your devices for a verification. Once one accepts it, my emojis are in my log, with a code. Compare them there, then write "),
		code("verify confirm CODE"), text(" or "), code("verify reject CODE"), text(".")), nil
}

func (c *Chat) verifySettle(code string, same bool) chatops.Text {
	what, found := c.desk.settle(code, same)
	switch {
	case !found:
		return say(text("No verification waits for this code. It is in my log, and good for ten minutes."))
	case same:
		return say(text("I trust "), span(chatops.Code, string(what.User)), text(" once the other side has confirmed too."))
	}
	return say(text("The verification with "), span(chatops.Code, string(what.User)), text(" is cancelled."))
}

func say(spans ...chatops.Span) chatops.Text {
	return chatops.Text{{Kind: chatops.Paragraph, Spans: spans}}
}

func span(style chatops.SpanStyle, s string) chatops.Span { return chatops.Span{Style: style, Text: s} }

func text(s string) chatops.Span { return span(chatops.Plain, s) }

func code(s string) chatops.Span { return span(chatops.Code, s) }
