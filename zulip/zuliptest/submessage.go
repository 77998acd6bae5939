package zuliptest

import (
	"encoding/json"
	"fmt"
	"slices"
)

// A Submessage is one entry of a widget (a poll, a list of things to do, buttons): the first says what the widget is,
// the others are what people did with it.
type Submessage struct {
	ID       int // given by the server, from 501 on
	SenderID int
	Type     string // "widget"
	Content  string // JSON, such as {"type":"vote","key":"canned,0","vote":1}
}

func (m *messageState) submessageObjects() []any {
	list := []any{}
	for _, sub := range m.submessages {
		list = append(list, map[string]any{
			"id": sub.ID, "message_id": m.id, "sender_id": sub.SenderID, "msg_type": sub.Type, "content": sub.Content,
		})
	}
	return list
}

// addWidget makes the first submessage of a new message, if its content or the sender asks for a widget.
func (s *Server) addWidget(m *messageState, given json.RawMessage) {
	content := []byte(given)
	if content == nil {
		if w := widgetOf(m.content); w != nil {
			content = encode(w)
		}
	}
	if content != nil {
		s.appendSubmessage(m, m.sender, "widget", string(content))
	}
}

func (s *Server) appendSubmessage(m *messageState, by *userState, kind, content string) Submessage {
	s.lastSubmessage++
	sub := Submessage{ID: s.lastSubmessage, SenderID: by.ID, Type: kind, Content: content}
	m.submessages = append(m.submessages, sub)
	return sub
}

// addSubmessage adds an entry to a widget and tells everybody who got the message.
func (s *Server) addSubmessage(by *userState, m *messageState, kind, content string) *answer {
	if m.sender != by && !slices.ContainsFunc(m.submessages, func(x Submessage) bool { return x.SenderID == m.sender.ID }) {
		return refuse("You cannot attach a submessage to this message.")
	}
	if !json.Valid([]byte(content)) {
		return refuse("Invalid json for submessage")
	}
	if bad := checkWidgetData(m.widgetType(), []byte(content), m.sender == by); bad != nil {
		return bad
	}
	sub := s.appendSubmessage(m, by, kind, content)
	s.emit("submessage", func(u *userState) bool { return m.rows[u.ID] != nil }, func(*queue) event {
		return event{
			"msg_type": kind, "message_id": m.id, "submessage_id": sub.ID, "sender_id": by.ID, "content": content,
		}
	})
	return nil
}

// widgetType says what the message's widget is; empty is none.
func (m *messageState) widgetType() string {
	for _, sub := range m.submessages {
		if sub.Type == "widget" {
			var w struct {
				Type string `json:"widget_type"`
			}
			_ = json.Unmarshal([]byte(sub.Content), &w) // what is no widget has no type
			return w.Type
		}
	}
	return ""
}

func (s *Server) postSubmessage(c *call) answer {
	kind, content := c.need("msg_type"), c.need("content")
	c.need("message_id")
	id := c.integer("message_id", 0)
	if c.bad != nil {
		return *c.bad
	}
	m := s.message(id)
	if m == nil || !s.mayRead(c.user, m) {
		return badRequest("Invalid message(s)")
	}
	return done(s.addSubmessage(c.user, m, kind, content))
}

// VotePoll lets a person vote for an option of a poll, counted from 0 as it stood in the message,
// or with on false take the vote back. It panics when the message is unknown or no poll.
func (s *Server) VotePoll(by *User, id, option int, on bool) {
	vote := 1
	if !on {
		vote = -1
	}
	s.AddSubmessage(by, id, fmt.Sprintf(`{"type":"vote","key":"canned,%d","vote":%d}`, option, vote))
}

// AddSubmessage lets a person do something with a widget: the content is the JSON that Zulip's web app sends,
// such as {"type":"new_option","idx":1,"option":"Pizza"}. It panics when the message is unknown or Zulip would refuse.
func (s *Server) AddSubmessage(by *User, id int, content string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.mustUser("AddSubmessage", by)
	if bad := s.addSubmessage(u, s.mustMessage("AddSubmessage", id), "widget", content); bad != nil {
		panic("zuliptest: AddSubmessage: " + bad.text())
	}
}

// PressButton lets a person press a button of a message: the one with this short name. As in Zulip's web app, what the
// button says as reply becomes a message of that person in the same conversation. It returns that message.
// It panics when the message is unknown or has no such button.
func (s *Server) PressButton(by *User, id int, shortName string) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, m := s.mustUser("PressButton", by), s.mustMessage("PressButton", id)
	for _, choice := range m.choices() {
		if choice.ShortName == shortName {
			return s.mustSend("PressButton", draft{sender: u, channel: m.channel, to: m.to, topic: m.topic, content: choice.Reply})
		}
	}
	panic(fmt.Sprintf("zuliptest: PressButton: message %d has no button %q", id, shortName))
}

type choice struct {
	ShortName string `json:"short_name"`
	LongName  string `json:"long_name"`
	Reply     string `json:"reply"`
}

// choices are the buttons of a message.
func (m *messageState) choices() []choice {
	for _, sub := range m.submessages {
		var w struct {
			Type  string `json:"widget_type"`
			Extra struct {
				Choices []choice `json:"choices"`
			} `json:"extra_data"`
		}
		if json.Unmarshal([]byte(sub.Content), &w) == nil && w.Type == "zform" {
			return w.Extra.Choices
		}
	}
	return nil
}
