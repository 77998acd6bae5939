package chatops

import (
	"context"
	"hash/fnv"
	"strings"
)

// pick chooses one of several texts, "" where there are none: always the same one for the same cause, so that what is
// said twice is said in the same words. {name} in it is who is spoken to.
func pick(texts []string, cause, name string) string {
	if len(texts) == 0 {
		return ""
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(cause)) // A hash takes everything.
	return strings.ReplaceAll(texts[int(h.Sum32()%uint32(len(texts)))], "{name}", clean(name, maxName))
}

// greet is one of the texts for who gave a command.
func (c *call) greet(texts []string) string {
	return pick(texts, string(c.in.ID), orElse(c.in.FromName, string(c.in.From)))
}

// personalCommands are commands that exist only where there is something to say, and that no help mentions.
func (e *Engine) personalCommands() []command {
	var commands []command
	for _, personal := range []struct {
		name  string
		texts []string
	}{{"pet", e.Messages.Pet}, {"scold", e.Messages.Scold}} {
		if len(personal.texts) == 0 {
			continue
		}
		commands = append(commands, command{
			name: personal.name, role: Viewer, hidden: true, summary: "hear something",
			do: func(_ context.Context, e *Engine, c *call) (decision, error) {
				return e.answers(c, sentence(c.greet(personal.texts))), nil
			},
		})
	}
	return commands
}
