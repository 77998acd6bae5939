package zuliptest

import (
	"fmt"
	"strings"
)

// maxNote is how long the note of a reminder may be, in code points.
const maxNote = 500

func (s *Server) reminderObject(p *scheduled) map[string]any {
	text := s.reminderText(p)
	return map[string]any{
		"reminder_id": p.id, "type": "private", "to": []int{p.draft.sender.ID}, "content": text, "rendered_content": s.render(text),
		"scheduled_delivery_timestamp": p.unix(), "failed": p.failed, "reminder_target_message_id": p.target,
	}
}

// reminderText is what the server's own bot will say. Of a message that is gone it says what was last known.
func (s *Server) reminderText(p *scheduled) string {
	m := s.message(p.target)
	if m == nil || !s.mayRead(p.draft.sender, m) {
		return p.draft.content
	}
	kind, place := "direct message", " to "
	if m.channel == nil {
		var names []string
		for _, id := range m.to {
			if id != m.sender.ID || len(m.to) == 1 {
				names = append(names, silentMention(s.users[id]))
			}
		}
		place += strings.Join(names, ", ")
	} else {
		kind, place = "message", fmt.Sprintf(" in #**%s>%s@%d**", m.channel.Name, m.topic, m.id)
	}
	text := "You requested a reminder for the following " + kind + "."
	if p.note != "" {
		text += " Note:\n > " + p.note
	}
	head := text + "\n\n" + silentMention(m.sender)
	link := "(" + s.nearURL(m) + ")"
	switch m.widgetType() {
	case "poll":
		return head + " [sent]" + link + " a poll" + place + "."
	case "todo":
		return head + " [sent]" + link + " a todo list" + place + "."
	}
	fence := freeFence(m.content)
	head += " [said]" + link + place + ":\n" + fence + "quote\n"
	return head + cut(m.content, maxContent-len([]rune(head))-len(fence)-1, contentCutOff) + "\n" + fence
}

func silentMention(u *userState) string { return fmt.Sprintf("@_**%s|%d**", u.FullName, u.ID) }

// freeFence is a fence that is longer than any in the content.
func freeFence(content string) string {
	fence := "```"
	for strings.Contains(content, fence) {
		fence += "`"
	}
	return fence
}

func (s *Server) getReminders(c *call) answer {
	list := []any{}
	for _, p := range s.pending(c.user, true) {
		list = append(list, s.reminderObject(p))
	}
	return ok(map[string]any{"reminders": list})
}

func (s *Server) postReminder(c *call) answer {
	c.need("message_id")
	c.need("scheduled_delivery_timestamp")
	p := &scheduled{draft: draft{sender: c.user}, target: c.integer("message_id", 0), at: s.deliveryTime(c)}
	if s.featureLevel >= 415 {
		p.note = strings.TrimSpace(c.str("note", ""))
	}
	m := s.message(p.target)
	switch {
	case c.bad != nil:
		return *c.bad
	case m == nil || !s.mayRead(c.user, m):
		return badRequest("Invalid message(s)")
	case len([]rune(p.note)) > maxNote:
		return badRequest(fmt.Sprintf("Maximum reminder note length: %d characters", maxNote))
	}
	p.draft.content = s.reminderText(p)
	s.schedule(p)
	return ok(map[string]any{"reminder_id": p.id})
}
