package zuliptest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A form says how a client wants messages written.
type form struct {
	markdown   bool // contents as HTML
	gravatar   bool // the client makes avatar addresses itself
	emptyTopic bool // the client knows the empty topic
}

func (q *queue) form() form {
	return form{markdown: q.markdown, gravatar: q.gravatar, emptyTopic: q.emptyTopic}
}

// topicName is the topic as this client is told it.
func (f form) topicName(topic string) string {
	if topic == "" && !f.emptyTopic {
		return emptyTopicName
	}
	return topic
}

// flags returns the user's flags on the message, sorted.
func (m *messageState) flags(user int) []string {
	names := slices.Collect(maps.Keys(m.rows[user]))
	slices.Sort(names)
	if names == nil {
		return []string{}
	}
	return names
}

// messageObject is a message as events carry it; GET /messages adds the flags.
func (s *Server) messageObject(m *messageState, f form) map[string]any {
	o := map[string]any{
		"id": m.id, "sender_id": m.sender.ID, "sender_full_name": m.sender.FullName, "sender_email": m.sender.Email,
		"sender_realm_str": realmName, "client": m.client, "content": m.content, "content_type": "text/x-markdown",
		"timestamp": m.at.Unix(), "is_me_message": strings.HasPrefix(m.content, "/me "), "avatar_url": nil,
		"reactions": s.reactionObjects(m), "submessages": m.submessageObjects(), "topic_links": []any{},
	}
	if f.markdown {
		o["content"], o["content_type"] = s.render(m.content), "text/html"
	}
	if !f.gravatar {
		o["avatar_url"] = avatar(m.sender)
	}
	if m.channel != nil {
		o["type"], o["stream_id"], o["recipient_id"] = "stream", m.channel.ID, m.channel.ID
		o["display_recipient"], o["subject"] = m.channel.Name, f.topicName(m.topic)
	} else {
		o["type"], o["subject"], o["recipient_id"] = "private", "", recipientID(m.to)
		o["display_recipient"] = s.people(m.to)
	}
	if !m.edited.IsZero() {
		o["last_edit_timestamp"] = m.edited.Unix()
	}
	switch {
	case m.moved.IsZero():
	case s.featureLevel >= 365:
		o["last_moved_timestamp"] = m.moved.Unix()
	case m.moved.After(m.edited):
		o["last_edit_timestamp"] = m.moved.Unix()
	}
	if len(m.history) > 0 {
		o["edit_history"] = s.editObjects(m, f)
	}
	return o
}

// recipientID makes one number of a set of people; clients may only compare it.
func recipientID(ids []int) int {
	n := 100_000
	for _, id := range ids {
		n = (n*31 + id) % 1_000_000_007
	}
	return n
}

func (s *Server) people(ids []int) []any {
	list := []any{}
	for _, id := range ids {
		u := s.users[id]
		list = append(list, map[string]any{"id": u.ID, "email": u.Email, "full_name": u.FullName, "is_mirror_dummy": false})
	}
	return list
}

func (s *Server) reactionObjects(m *messageState) []any {
	list := []any{}
	for _, r := range m.reactions {
		o := r.object()
		if u := s.users[r.UserID]; s.featureLevel < 339 {
			o["user"] = map[string]any{"id": u.ID, "email": u.Email, "full_name": u.FullName}
		}
		list = append(list, o)
	}
	return list
}

func (r Reaction) object() map[string]any {
	return map[string]any{
		"user_id": r.UserID, "emoji_name": r.EmojiName, "emoji_code": r.EmojiCode, "reaction_type": r.Type,
	}
}

func (s *Server) editObjects(m *messageState, f form) []any {
	list := []any{}
	for _, e := range m.history {
		o := map[string]any{"user_id": e.by, "timestamp": e.at.Unix()}
		if e.prevContent != nil {
			o["prev_content"], o["prev_rendered_content"] = *e.prevContent, s.render(*e.prevContent)
			if s.featureLevel < 284 {
				o["prev_rendered_content_version"] = 1
			}
		}
		if e.prevTopic != nil {
			o["prev_topic"], o["topic"] = f.topicName(*e.prevTopic), f.topicName(*e.topic)
		}
		if e.prevStream != nil {
			o["prev_stream"], o["stream"] = *e.prevStream, *e.newStream
		}
		list = append(list, o)
	}
	return list
}

func avatar(u *userState) string {
	return fmt.Sprintf("https://gravatar.example/avatar/%d?d=identicon&version=1", u.ID)
}

// userObject is a user as GET /users and events show it.
func (s *Server) userObject(u *userState, gravatar, fields bool) map[string]any {
	o := map[string]any{
		"user_id": u.ID, "email": u.Email, "delivery_email": u.Email, "full_name": u.FullName,
		"date_joined": u.joined.UTC().Format("2006-01-02T15:04:05.000000-07:00"), "is_active": u.active, "is_owner": u.Role == RoleOwner,
		"is_admin": u.isAdmin(), "is_guest": u.Role == RoleGuest, "is_bot": u.IsBot,
		"role": int(u.Role), "timezone": u.Timezone, "avatar_url": nil, "avatar_version": 1,
	}
	if !gravatar {
		o["avatar_url"] = avatar(u)
	}
	if s.featureLevel < 363 {
		o["is_billing_admin"] = false
	}
	if u.IsBot {
		o["bot_type"], o["bot_owner_id"] = int(u.BotType), nil
		if u.OwnerID != 0 {
			o["bot_owner_id"] = u.OwnerID
		}
	} else if fields {
		o["profile_data"] = s.profileObject(u)
	}
	return o
}

func (u *userState) isAdmin() bool { return u.Role == RoleOwner || u.Role == RoleAdmin }

// channelObject is a channel as GET /streams and events show it.
func (s *Server) channelObject(c *channelState) map[string]any {
	o := map[string]any{
		"stream_id": c.ID, "name": c.Name, "is_archived": c.archived, "description": c.Description,
		"rendered_description": s.render(c.Description), "date_created": c.created.Unix(), "creator_id": nil,
		"invite_only": c.Private, "is_web_public": c.webPublic, "stream_post_policy": 1, "message_retention_days": c.retention,
		"history_public_to_subscribers": !c.hiddenHistory, "topics_policy": c.policy, "first_message_id": nil,
		"folder_id": c.folder, "is_recently_active": true, "is_announcement_only": false, "stream_weekly_traffic": nil,
		"subscriber_count": len(s.subscribers(c)),
	}
	for name, value := range c.settings {
		o[name] = value
	}
	if c.creator != 0 {
		o["creator_id"] = c.creator
	}
	for _, m := range s.messages {
		if m.channel == c && !m.deleted {
			o["first_message_id"] = m.id
			break
		}
	}
	return s.keep(o, channelKeys())
}

// subscriptionObject is a channel as one of its subscribers sees it.
func (s *Server) subscriptionObject(u *userState, c *channelState, subscribers bool) map[string]any {
	o := s.channelObject(c)
	maps.Copy(o, map[string]any{
		"color": "#76ce90", "is_muted": false, "in_home_view": true, "pin_to_top": false, "audible_notifications": nil,
		"desktop_notifications": nil, "email_notifications": nil, "push_notifications": nil, "wildcard_mentions_notify": nil,
	})
	maps.Copy(o, u.subs[c.ID])
	if subscribers {
		o["subscribers"] = s.subscribers(c)
	}
	return o
}
