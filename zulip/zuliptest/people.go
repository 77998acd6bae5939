package zuliptest

import (
	"fmt"
	"slices"
)

// SendDirect lets a person (or bot) write a direct message to one or several others and returns it.
// Long contents are cut as Zulip cuts them. It panics when a user is unknown or deactivated, or the content is empty.
func (s *Server) SendDirect(from *User, content string, to ...*User) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	sender := s.mustUser("SendDirect", from)
	ids := []int{sender.ID}
	for _, u := range to {
		ids = append(ids, s.mustUser("SendDirect", u).ID)
	}
	return s.mustSend("SendDirect", draft{sender: sender, to: ids, content: content})
}

// SendToChannel lets a person (or bot) write to a topic of a channel and returns the message.
// It panics when user or channel is unknown, the content is empty, or the user may not write there.
func (s *Server) SendToChannel(from *User, channel *Channel, topic, content string) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mustSend("SendToChannel", draft{
		sender: s.mustUser("SendToChannel", from), channel: s.mustChannel("SendToChannel", channel), topic: topic, content: content,
	})
}

func (s *Server) mustSend(method string, d draft) Message {
	d.client, d.read = "website", true
	m, bad := s.send(d)
	if bad != nil {
		panic("zuliptest: " + method + ": " + bad.text())
	}
	return m.snapshot()
}

// EditMessage lets a person change the content of a message. It panics when the message is unknown, is not his,
// or is too old for WithEditLimit.
func (s *Server) EditMessage(by *User, id int, content string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.mustUser("EditMessage", by)
	if bad := s.editMessage(u, s.mustMessage("EditMessage", id), change{content: &content}); bad != nil {
		panic("zuliptest: EditMessage: " + bad.text())
	}
}

// MoveMessage lets a person move one message to another topic of its channel.
// It panics when the message is unknown, not in a channel, or in that topic already.
func (s *Server) MoveMessage(by *User, id int, topic string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.mustUser("MoveMessage", by)
	if bad := s.editMessage(u, s.mustMessage("MoveMessage", id), change{topic: &topic}); bad != nil {
		panic("zuliptest: MoveMessage: " + bad.text())
	}
}

// DeleteMessage lets a person delete his message, an administrator any. It panics when the message is unknown.
func (s *Server) DeleteMessage(by *User, id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.mustUser("DeleteMessage", by)
	if bad := s.deleteMessage(u, s.mustMessage("DeleteMessage", id)); bad != nil {
		panic("zuliptest: DeleteMessage: " + bad.text())
	}
}

// React lets a person put an emoji, by its name such as "thumbs_up", on a message.
// It panics when message or emoji is unknown, or the reaction is there already.
func (s *Server) React(by *User, id int, emoji string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.mustUser("React", by)
	if bad := s.react(u, s.mustMessage("React", id), emoji, "", ""); bad != nil {
		panic("zuliptest: React: " + bad.text())
	}
}

// Unreact takes a person's emoji from a message. It panics when it is not there.
func (s *Server) Unreact(by *User, id int, emoji string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.mustUser("Unreact", by)
	if bad := s.unreact(u, s.mustMessage("Unreact", id), emoji, "", ""); bad != nil {
		panic("zuliptest: Unreact: " + bad.text())
	}
}

// mustMessage finds a message that a test named.
func (s *Server) mustMessage(method string, id int) *messageState {
	m := s.message(id)
	if m == nil {
		panic(fmt.Sprintf("zuliptest: %s: no message has the id %d", method, id))
	}
	return m
}

// message returns the message with this id, or nil when there is none or it is deleted.
func (s *Server) message(id int) *messageState {
	i, ok := slices.BinarySearchFunc(s.messages, id, func(m *messageState, id int) int { return m.id - id })
	if !ok || s.messages[i].deleted {
		return nil
	}
	return s.messages[i]
}
