package chatops

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// roomCommands are the commands about the chat itself.
func (e *Engine) roomCommands() []command {
	return []command{
		{
			name: "rooms", aliases: []string{"room"}, role: Admin,
			summary: "list the rooms that I am in, or have me join or leave one",
			detail:  "I take commands only in rooms that the policy names: joining another one makes me a silent guest there.",
			spec: commandline.Spec{Args: []commandline.Arg{
				{Name: "action", Summary: "what to do", Choices: []string{"list", "join", "leave", "part"}, Default: "list"},
				{Name: "room", Summary: "its name or its id", Optional: true},
			}},
			do: doRooms,
		},
		{
			name: "verify", role: Viewer,
			summary: "verify the encryption between your devices and me",
			detail:  "What may follow depends on the chat: without anything I say how it is done there.",
			spec:    commandline.Spec{Args: []commandline.Arg{{Name: "words", Optional: true, Repeated: true}}},
			do:      doVerify,
		},
	}
}

func doRooms(ctx context.Context, e *Engine, c *call) (decision, error) {
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	if err := c.needsEverywhere(Admin); err != nil {
		return nil, err
	}
	action, name := c.values.Text("action"), c.values.Text("room")
	if action == "list" {
		return e.listRooms(ctx, c)
	}
	if name == "" {
		return nil, refusedAs("written wrongly", "Which room?", e.Prefix+" rooms "+action+" ROOM")
	}
	change, done := e.Chat.Join, "joined"
	if action != "join" {
		change, done, action = e.Chat.Leave, "left", "leave"
	}
	room, err := change(ctx, name)
	switch {
	case errors.Is(err, ErrUnsupported):
		return nil, refusedf("unsupported", "I cannot %s rooms by myself in this chat: somebody has to do it for me.", action)
	case errors.Is(err, ErrUndeliverable):
		says := "The chat does not let me %s %s, or I am not in it."
		if action == "join" {
			says = "The chat does not let me %s %s, or has no such room."
		}
		return nil, refusedf("the chat refuses", says, action, commandline.Show(name))
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errChat, err)
	}
	spans := []Span{plain("I have " + done + " "), bold(roomLabel(room)), plain(".")}
	if action == "join" && !c.policy.listens(room.ID) {
		spans = append(spans, plain(" The policy does not name it, so I take no commands there."))
	}
	rows := e.reply(c.in, c.in.key("reply"), say(spans...))
	return func(Tx) (changes, error) {
		ch := changes{messages: rows}
		ch.note(AuditEntry{Decision: DecisionDone, Reason: done + " " + clean(string(room.ID), maxName)})
		return ch, nil
	}, nil
}

func (e *Engine) listRooms(ctx context.Context, c *call) (decision, error) {
	rooms, err := e.Chat.Rooms(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errChat, err)
	}
	slices.SortFunc(rooms, func(a, b Room) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	rows := [][]string{{"Room", "Id", "I can write", "Commands"}}
	for _, r := range rooms[:min(maxRows, len(rooms))] {
		rows = append(rows, []string{clean(r.Name, maxName), clean(string(r.ID), maxName), yesNo(r.CanSend), yesNo(c.policy.listens(r.ID) || r.Direct && c.policy.Direct)})
	}
	text := Text{table(rows...)}
	switch {
	case len(rooms) == 0:
		text = sentence("I am in no room.")
	case len(rooms) > maxRows:
		text = append(text, andMore(len(rooms)-maxRows))
	}
	return e.answers(c, text), nil
}

// roomLabel is how a room is called beside others.
func roomLabel(r Room) string {
	if r.Name == "" {
		return clean(string(r.ID), maxName)
	}
	return clean(r.Name, maxName)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func doVerify(ctx context.Context, e *Engine, c *call) (decision, error) {
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	words := c.values.Texts("words")
	text, err := e.Chat.Verify(ctx, c.in.From, words)
	if errors.Is(err, ErrUnsupported) {
		return nil, refusedf("unsupported", "Messages are not encrypted between you and me here, so there is nothing to verify.")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errChat, err)
	}
	for _, block := range text { // Commands are shown as they have to be written.
		for i, span := range block.Spans {
			if word, _ := cutWord(span.Text); span.Style == Code && word == "verify" {
				block.Spans[i].Text = e.Prefix + " " + span.Text
			}
		}
	}
	rows := e.reply(c.in, c.in.key("reply"), text)
	return func(Tx) (changes, error) {
		ch := changes{messages: rows}
		ch.note(AuditEntry{Decision: DecisionDone, Reason: clean(strings.Join(words, " "), 100)})
		return ch, nil
	}, nil
}
