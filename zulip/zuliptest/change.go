package zuliptest

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"time"
)

// A change of a message; nil is no change.
type change struct {
	content *string
	topic   *string
	channel *channelState
	mode    string // propagate_mode; empty is change_one
}

// editMessage changes the content, moves the message to another topic or channel, or both, and tells the queues.
func (s *Server) editMessage(by *userState, m *messageState, ch change) *answer {
	switch {
	case m.channel == nil && ch.topic != nil:
		return refuse("Direct messages cannot have topics.")
	case m.channel == nil && ch.channel != nil:
		return refuse("Direct messages cannot be moved to channels.")
	}
	if ch.topic != nil && cutTopic(*ch.topic) == m.topic {
		ch.topic = nil
	}
	if ch.content == nil && ch.topic == nil && ch.channel == nil {
		return refuse("Nothing to change")
	}
	e := event{
		"user_id": by.ID, "rendering_only": false, "message_id": m.id, "message_ids": []int{m.id},
		"edit_timestamp": s.now().Unix(),
	}
	if m.channel != nil {
		e["stream_id"], e["stream_name"] = m.channel.ID, m.channel.Name
	}
	moved := []*messageState{m}
	if ch.topic != nil || ch.channel != nil {
		if ch.content != nil && ch.channel != nil {
			return refuse("Cannot change message content while changing channel")
		}
		moved = s.affected(m, ch.mode)
	}
	if ch.content != nil {
		if bad := s.changeContent(by, m, *ch.content, e); bad != nil {
			return bad
		}
	}
	if ch.topic != nil || ch.channel != nil {
		s.move(by, moved, ch, e)
	}
	s.emitChange(m, moved, e)
	return nil
}

func (s *Server) changeContent(by *userState, m *messageState, content string, e event) *answer {
	if bad := s.mayEdit(by, m, editGrace); bad != nil {
		return bad
	}
	if len(m.submessages) > 0 {
		return refuse("Widgets cannot be edited.")
	}
	if content == "" {
		content = "(deleted)"
	}
	content, bad := checkContent(content)
	if bad != nil {
		return bad
	}
	old := m.content
	e["orig_content"], e["orig_rendered_content"] = old, s.render(old)
	if s.featureLevel < 284 {
		e["prev_rendered_content_version"] = 1
	}
	m.content, m.edited = content, s.now()
	s.claim(by, content)
	e["content"], e["rendered_content"], e["is_me_message"] = content, s.render(content), len(content) > 4 && content[:4] == "/me "
	m.history = slices.Insert(m.history, 0, edit{by: by.ID, at: m.edited, prevContent: &old})
	s.flagMentions(m)
	return nil
}

// mayEdit refuses whom the content does not belong to, and whom it does when grace after the limit is over.
func (s *Server) mayEdit(by *userState, m *messageState, grace time.Duration) *answer {
	if m.sender != by {
		return refuse("You don't have permission to edit this message")
	}
	if s.editLimit > 0 && s.now().Sub(m.at) > s.editLimit+grace {
		return refuse("The time limit for editing this message has passed")
	}
	return nil
}

// editGrace is how long after the limit Zulip still takes an edit that was begun in time.
const editGrace = 20 * time.Second

// affected returns the messages that a move takes along.
func (s *Server) affected(m *messageState, mode string) []*messageState {
	var list []*messageState
	for _, x := range s.messages {
		same := !x.deleted && x.channel == m.channel && x.topic == m.topic
		if x == m || same && (mode == "change_all" || mode == "change_later" && x.id > m.id) {
			list = append(list, x)
		}
	}
	return list
}

func (s *Server) move(by *userState, list []*messageState, ch change, e event) {
	first := list[0]
	oldTopic, oldChannel := first.topic, first.channel
	mode := ch.mode
	if mode == "" {
		mode = "change_one"
	}
	e["propagate_mode"], e["orig_subject"], e["topic_links"] = mode, oldTopic, []any{}
	newTopic, newChannel := oldTopic, oldChannel
	if ch.topic != nil {
		newTopic = cutTopic(*ch.topic)
		e["subject"] = newTopic
	}
	if ch.channel != nil {
		newChannel = ch.channel
		e["new_stream_id"] = newChannel.ID
	}
	ids := make([]int, len(list))
	for i, m := range list {
		ids[i] = m.id
		m.topic, m.channel, m.moved = newTopic, newChannel, s.now()
		h := edit{by: by.ID, at: m.moved}
		if newTopic != oldTopic {
			h.prevTopic, h.topic = &oldTopic, &newTopic
		}
		if newChannel != oldChannel {
			h.prevStream, h.newStream = &oldChannel.ID, &newChannel.ID
		}
		m.history = slices.Insert(m.history, 0, h)
	}
	e["message_ids"] = ids
}

// emitChange tells everybody who may read one of the messages.
func (s *Server) emitChange(m *messageState, moved []*messageState, e event) {
	sees := func(u *userState) bool {
		return slices.ContainsFunc(moved, func(x *messageState) bool { return s.mayRead(u, x) })
	}
	s.emit("update_message", sees, func(q *queue) event {
		own := maps.Clone(e)
		for _, k := range []string{"subject", "orig_subject"} {
			if topic, isTopic := e[k].(string); isTopic {
				own[k] = q.form().topicName(topic)
			}
		}
		own["flags"] = m.flags(q.user)
		return own
	})
}

func (s *Server) deleteMessage(by *userState, m *messageState) *answer {
	if m.sender != by && !by.isAdmin() {
		return refuse("You don't have permission to delete this message")
	}
	s.emit("delete_message", func(u *userState) bool { return s.mayRead(u, m) }, func(q *queue) event {
		e := event{"message_type": "private"}
		if m.channel != nil {
			e = event{"message_type": "stream", "stream_id": m.channel.ID, "topic": q.form().topicName(m.topic)}
		}
		if q.bulkDelete {
			e["message_ids"] = []int{m.id}
		} else {
			e["message_id"] = m.id
		}
		return e
	})
	m.deleted = true
	s.announce()
	return nil
}

// react adds a reaction; code and kind may be empty when the name is a usual emoji.
func (s *Server) react(by *userState, m *messageState, name, code, kind string) *answer {
	r, bad := s.emojiReaction(by, name, code, kind)
	if bad != nil {
		return bad
	}
	if known := emojiCodes[name]; r.Type == "unicode_emoji" && known != "" && known != r.EmojiCode {
		return refuse("Invalid emoji name.")
	}
	if findReaction(m, r) >= 0 {
		return s.reactionProblem("REACTION_ALREADY_EXISTS", "Reaction already exists.")
	}
	m.reactions = append(m.reactions, r)
	s.emitReaction("add", by, m, r)
	return nil
}

func (s *Server) unreact(by *userState, m *messageState, name, code, kind string) *answer {
	r, bad := s.emojiReaction(by, name, code, kind)
	if bad != nil {
		return bad
	}
	i := findReaction(m, r)
	if i < 0 {
		return s.reactionProblem("REACTION_DOES_NOT_EXIST", "Reaction doesn't exist.")
	}
	r = m.reactions[i]
	m.reactions = slices.Delete(m.reactions, i, i+1)
	s.emitReaction("remove", by, m, r)
	return nil
}

// reactionProblem has a code of its own since Zulip 8.
func (s *Server) reactionProblem(code, text string) *answer {
	if s.featureLevel < 193 {
		code = "BAD_REQUEST"
	}
	a := fail(http.StatusBadRequest, code, text)
	return &a
}

// reaction completes a reaction by the code that goes with the name.
func reaction(by *userState, name, code, kind string) (Reaction, *answer) {
	r := Reaction{UserID: by.ID, EmojiName: name, EmojiCode: code, Type: kind}
	if r.Type == "" {
		r.Type = "unicode_emoji"
	}
	switch r.Type {
	case "unicode_emoji", "realm_emoji", "zulip_extra_emoji":
	default:
		return r, refuse("Invalid emoji type.")
	}
	if r.EmojiCode == "" {
		if name == "zulip" {
			r.EmojiCode, r.Type = "zulip", "zulip_extra_emoji"
		} else {
			r.EmojiCode = emojiCodes[name]
		}
		if r.EmojiCode == "" {
			return r, refuse("Emoji '" + name + "' does not exist")
		}
	}
	return r, nil
}

func findReaction(m *messageState, r Reaction) int {
	return slices.IndexFunc(m.reactions, func(x Reaction) bool {
		return x.UserID == r.UserID && x.EmojiCode == r.EmojiCode && x.Type == r.Type
	})
}

func (s *Server) emitReaction(op string, by *userState, m *messageState, r Reaction) {
	s.emit("reaction", func(u *userState) bool { return s.mayRead(u, m) }, func(*queue) event {
		e := event(r.object())
		e["op"], e["message_id"] = op, m.id
		e["user"] = map[string]any{
			"user_id": by.ID, "email": by.Email, "full_name": by.FullName,
		}
		return e
	})
}

// sha is how prev_content_sha256 names a content.
func sha(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// mayRead reports whether the user got the message or may read it in a channel's history.
// The history of a private channel is for those who were in it when it was written, unless it is shared with newcomers.
func (s *Server) mayRead(u *userState, m *messageState) bool {
	if m.channel == nil {
		return m.rows[u.ID] != nil
	}
	if m.channel.Private {
		return m.channel.subs[u.ID] && (m.rows[u.ID] != nil || !m.channel.hiddenHistory)
	}
	return m.rows[u.ID] != nil || u.Role != RoleGuest
}
