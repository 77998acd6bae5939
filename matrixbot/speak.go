package matrixbot

import (
	"context"
	"fmt"
	"strconv"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// say sends a message: in one event, in several, or as a file, as large as it is. It returns the id of the first.
func say(ctx context.Context, s sender, m Message) (id.EventID, error) {
	if err := m.check(); err != nil {
		return "", fmt.Errorf("matrixbot: send to %s: %w", m.Room, err)
	}
	if m.File != nil {
		return sayFile(ctx, s, m)
	}
	nodes := m.nodes()
	if len(nodes) == 0 {
		return "", fmt.Errorf("matrixbot: send to %s: %w: there is nothing but white space in it", m.Room, ErrMessage)
	}
	parts, ok := m.parts(nodes)
	if !ok && m.Edit != "" {
		return "", fmt.Errorf("matrixbot: edit %s: %w: a message that takes the place of another must fit one event", m.Edit, ErrTooLarge)
	}
	if !ok {
		m.File = overflow(plainOf(nodes))
		return sayFile(ctx, s, m)
	}
	var first id.EventID
	for i, part := range parts {
		key := m.Key
		if i > 0 { // In front, where no caller's key can look like it.
			key = "part " + strconv.Itoa(i) + "/" + key
		}
		sent, err := s.send(ctx, outgoing{Room: m.Room, Key: key, Type: event.EventMessage, Content: part})
		if err != nil {
			return first, err
		}
		if i == 0 {
			first = sent
		}
	}
	return first, nil
}

// sayFile uploads a file, unless that was done before, and sends the message that shows it.
func sayFile(ctx context.Context, s sender, m Message) (id.EventID, error) {
	done, err := s.delivered(m.Key)
	if err != nil {
		return "", fmt.Errorf("matrixbot: send to %s: %w", m.Room, err)
	}
	var content *event.MessageEventContent
	if !done { // else there is a letter already, and the content is not looked at
		if content, err = s.upload(ctx, m.Room, m.File); err != nil {
			return "", fmt.Errorf("matrixbot: upload %q: %w", m.File.shownName(), err)
		}
		m.address(content, true)
	}
	return s.send(ctx, outgoing{Room: m.Room, Key: m.Key, Type: event.EventMessage, Content: content})
}

func reaction(room id.RoomID, key string, to id.EventID, emoji string) outgoing {
	return outgoing{Room: room, Key: key, Type: event.EventReaction, Content: &event.ReactionEventContent{
		RelatesTo: event.RelatesTo{Type: event.RelAnnotation, EventID: to, Key: clean(emoji)},
	}}
}

func redaction(room id.RoomID, key string, of id.EventID, reason string) outgoing {
	return outgoing{
		Room: room, Key: key, Type: event.EventRedaction, Redacts: of,
		Content: &event.RedactionEventContent{Reason: clean(reason)},
	}
}
