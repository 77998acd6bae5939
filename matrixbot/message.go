package matrixbot

import (
	"encoding/json"
	"fmt"
	"strings"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Message is what a bot says without being asked, see [Bot.Send]. One of Markdown, Text and File is set.
type Message struct {
	Room id.RoomID
	// Key names what is said, for ever: with the same key the same is said only once, also over restarts. It is
	// something like "deploy 42 failed", and 1 to 500 bytes long.
	Key string

	Markdown string // With data in it through [Escape], [Code], [CodeBlock] and [Link].
	Text     string // Without any markup.
	File     *File

	Thread  id.EventID // Says it in this thread.
	ReplyTo id.EventID // Says it in answer to this event.
	Edit    id.EventID // Replaces the text of this message of the bot. It must fit one event, see [ErrTooLarge].

	// Mentions are the users whose attention it is worth. Nobody else is told, whatever names stand in the text.
	Mentions []id.UserID
	// Alert makes it an ordinary message, of which people are told as their settings say. Without it, it is a notice:
	// the type that Matrix has for bots, of which clients tell nobody, and which other bots never answer.
	Alert bool
}

// The sizes of what is said. An event may have 65,536 bytes with all that the servers add. Encryption makes a third
// more of it, and some 500 bytes.
const (
	maxContent = 40 << 10 // of the content of an event as JSON
	maxParts   = 4        // how many events a text becomes before it becomes a file
	maxKey     = 500
)

// check finds what the caller did wrong.
func (m Message) check() error {
	set := 0
	for _, is := range []bool{m.Markdown != "", m.Text != "", m.File != nil} {
		if is {
			set++
		}
	}
	switch {
	case set != 1:
		return fmt.Errorf("%w: set exactly one of Markdown, Text and File", ErrMessage)
	case m.Room == "":
		return fmt.Errorf("%w: it lacks the room", ErrMessage)
	case m.Key == "" || len(m.Key) > maxKey:
		return fmt.Errorf("%w: the key must have 1 to %d bytes", ErrMessage, maxKey)
	case m.Edit != "" && m.File != nil:
		return fmt.Errorf("%w: a file cannot take the place of a message", ErrMessage)
	}
	return nil
}

// nodes reads the text.
func (m Message) nodes() []node {
	if m.Markdown != "" {
		return parseMarkdown(m.Markdown)
	}
	return parseText(m.Text)
}

// parts returns the contents of the events that say a text. It says no where they were too many.
func (m Message) parts(nodes []node) ([]*event.MessageEventContent, bool) {
	most := maxParts
	if m.Edit != "" {
		most = 1
	}
	var parts []*event.MessageEventContent
	for length := lengthOf(nodes); len(parts) < most && length <= (most-len(parts))*maxContent; length = lengthOf(nodes) {
		first := len(parts) == 0
		if whole := m.content(nodes, first); sizeOf(whole) <= maxContent {
			return append(parts, whole), true
		}
		part, rest := m.part(nodes, length, first)
		if part == nil {
			return nil, false
		}
		parts, nodes = append(parts, part), rest
	}
	return nil, false
}

// part takes as much from the beginning of a text as an event holds; nil where that is nothing.
func (m Message) part(nodes []node, length int, first bool) (*event.MessageEventContent, []node) {
	for limit := min(length-1, maxContent); limit >= 256; {
		head, rest := cut(nodes, border(nodes, limit))
		content := m.content(head, first)
		size := sizeOf(content)
		if size <= maxContent {
			return content, rest
		}
		limit = min(limit*9/10, limit*maxContent/size)
	}
	return nil, nil
}

func lengthOf(nodes []node) int { return node{kind: kindPara, kids: nodes}.length() }

// sizeOf is how long something is as JSON, as it is sent and encrypted.
func sizeOf(content any) int {
	raw, err := json.Marshal(content)
	if err != nil {
		return maxContent + 1
	}
	return len(raw)
}

// content returns the event that says a text. Only the first part of a text answers somebody and mentions people.
func (m Message) content(nodes []node, first bool) *event.MessageEventContent {
	content := &event.MessageEventContent{MsgType: event.MsgNotice, Body: plainOf(nodes), Mentions: &event.Mentions{}}
	if m.Alert {
		content.MsgType = event.MsgText
	}
	if formatted(nodes) || len(nodes) > 1 {
		content.Format, content.FormattedBody = event.FormatHTML, htmlOf(inlined(nodes))
	}
	if m.Edit != "" {
		return m.edit(content)
	}
	m.address(content, first)
	return content
}

// inlined takes a text that is a single paragraph out of its block.
func inlined(nodes []node) []node {
	if len(nodes) == 1 && nodes[0].kind == kindPara {
		return nodes[0].kids
	}
	return nodes
}

// address says to whom content is said, and in answer to what.
func (m Message) address(content *event.MessageEventContent, first bool) {
	if first {
		content.Mentions = &event.Mentions{UserIDs: m.Mentions}
	}
	replyTo := m.ReplyTo
	if !first {
		replyTo = ""
	}
	switch {
	case m.Thread != "":
		content.RelatesTo = &event.RelatesTo{
			Type: event.RelThread, EventID: m.Thread,
			InReplyTo: &event.InReplyTo{EventID: replyTo}, IsFallingBack: replyTo == "",
		}
		if replyTo == "" { // for clients without threads
			content.RelatesTo.InReplyTo.EventID = m.Thread
		}
	case replyTo != "":
		content.RelatesTo = &event.RelatesTo{InReplyTo: &event.InReplyTo{EventID: replyTo}}
	}
}

// maxFallback is how much of an edited text those see who do not know edits, where all of it is too large.
const maxFallback = 300

// edit wraps a text as the new content of the message that it replaces. Who is mentioned in it is not told again.
func (m Message) edit(text *event.MessageEventContent) *event.MessageEventContent {
	text.Mentions = &event.Mentions{UserIDs: m.Mentions}
	outer := &event.MessageEventContent{
		MsgType: text.MsgType, Body: "* " + text.Body, Mentions: &event.Mentions{},
		NewContent: text, RelatesTo: &event.RelatesTo{Type: event.RelReplace, EventID: m.Edit},
	}
	if sizeOf(outer) > maxContent && len(outer.Body) > maxFallback {
		outer.Body = strings.ToValidUTF8(outer.Body[:maxFallback], "") + "…"
	}
	return outer
}
