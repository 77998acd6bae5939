package chatops

import "fmt"

// maxParts is how many messages an answer takes at most, so that nobody makes the bot fill a room.
const maxParts = 6

// reply answers an event where it came from, in as many messages as it takes, whose keys begin with key.
func (e *Engine) reply(in Incoming, key string, t Text) []outboxRow {
	parts := split(t, e.Chat.Fits)
	if len(parts) > maxParts {
		parts = append(parts[:maxParts-1], sentence("… and more, which is left out."))
	}
	rows := make([]outboxRow, len(parts))
	for i, part := range parts {
		rows[i].Outgoing = Outgoing{Key: key, To: in.reply(), Body: part}
		if i > 0 {
			rows[i].Key = fmt.Sprintf("%s.%d", key, i+1)
			rows[i].To.ReplyTo = ""
		}
	}
	return rows
}

// answers is the decision to say something and to change nothing.
func (e *Engine) answers(c *call, t Text) decision {
	rows := e.reply(c.in, c.in.key("reply"), t)
	return func(Tx) (changes, error) { return changes{messages: rows}, nil }
}
