package zuliptest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A draft is a message before the server has looked at it.
type draft struct {
	sender  *userState
	channel *channelState // nil for a direct message
	to      []int         // of a direct message
	topic   string
	content string
	client  string
	read    bool   // the sender has read it
	queue   string // queue and localID echo back to the sender's own queue
	localID string
	widget  json.RawMessage // checked buttons; nil is none
	system  bool            // may write in any channel
}

// send checks, stores and distributes a message.
func (s *Server) send(d draft) (*messageState, *answer) {
	content, bad := checkContent(d.content)
	if bad != nil {
		return nil, bad
	}
	m := &messageState{
		sender: d.sender, channel: d.channel, content: content, client: d.client, at: s.now(),
		rows: map[int]map[string]bool{},
	}
	if d.channel != nil {
		if m.topic = cutTopic(d.topic); !d.system {
			bad = s.mayWrite(d.sender, d.channel)
		}
	} else {
		m.to, bad = s.conversation(d)
	}
	if bad != nil {
		return nil, bad
	}
	s.lastMsg++
	m.id = s.lastMsg
	s.deliver(m, d)
	s.addWidget(m, d.widget)
	s.messages = append(s.messages, m)
	s.emitMessage(m, d)
	s.claim(m.sender, m.content)
	s.callWebhooks(m)
	s.tellHooks(m.snapshot())
	return m, nil
}

// checkContent refuses what Zulip refuses and silently cuts what is too long, as Zulip does.
func checkContent(content string) (string, *answer) {
	content = strings.TrimRight(content, " \t\r\n")
	switch {
	case content == "":
		return "", refuse("Message must not be empty")
	case strings.Contains(content, "\x00"):
		return "", refuse("Message must not contain null bytes")
	}
	return cut(content, maxContent, contentCutOff), nil
}

// checkTopic refuses what no topic has; that of no name came with Zulip 10.
func (s *Server) checkTopic(topic string) *answer {
	topic = strings.TrimSpace(topic)
	if topic == "" && s.featureLevel < 334 {
		return refuse("Topic can't be empty!")
	}
	for i, r := range []rune(topic) {
		if unicode.IsControl(r) {
			return refuse(fmt.Sprintf("Invalid character in topic, at position %d!", i+1))
		}
	}
	return nil
}

func cutTopic(topic string) string {
	topic = strings.TrimSpace(topic)
	if topic == "(no topic)" || topic == emptyTopicName {
		return ""
	}
	return cut(topic, maxTopic, topicCutOff)
}

// cut shortens text to limit code points, the mark at its end included.
func cut(text string, limit int, mark string) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-len([]rune(mark))]) + mark
}

// mayWrite refuses a sender who is a guest or an outsider of the channel, or whom its settings shut out.
// A bot may write where its owner may.
func (s *Server) mayWrite(u *userState, c *channelState) *answer {
	owner := s.users[u.OwnerID]
	asOwner := u.IsBot && owner != nil
	switch {
	case !s.mayKnow(u, c) && (!asOwner || !s.mayKnow(owner, c)), c.archived:
		return refuse("Not authorized to send to channel '" + c.Name + "'")
	case !s.maySend(u, c) && (!asOwner || !s.maySend(owner, c)):
		return refuse("You do not have permission to post in this channel.")
	}
	return nil
}

// conversation returns the ids of everybody in a direct conversation.
func (s *Server) conversation(d draft) ([]int, *answer) {
	if len(d.to) == 0 {
		return nil, refuse("Message must have recipients")
	}
	ids := append([]int{d.sender.ID}, d.to...)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	for _, id := range ids {
		if u := s.users[id]; !u.active {
			return nil, refuse("'" + u.Email + "' is no longer using Zulip.")
		}
	}
	return ids, nil
}

// deliver gives a row with flags to everybody who gets the message.
func (s *Server) deliver(m *messageState, d draft) {
	receivers := m.to
	if m.channel != nil {
		receivers = s.subscribers(m.channel)
	}
	for _, id := range receivers {
		m.rows[id] = map[string]bool{}
	}
	s.flagMentions(m)
	if row := m.rows[m.sender.ID]; row != nil && d.read {
		row["read"] = true
	}
}

// flagMentions sets the flags for mentions anew. A bot that is mentioned in a channel gets the message
// even where it is not subscribed.
func (s *Server) flagMentions(m *messageState) {
	found := s.mentions(m.content)
	if m.channel != nil {
		for id := range found.users {
			if u := s.users[id]; m.rows[id] == nil && u.IsBot && u.active && !m.channel.Private {
				m.rows[id] = map[string]bool{}
			}
		}
	}
	topicSpeakers := map[int]bool{}
	if found.topic && m.channel != nil {
		for _, old := range s.messages {
			if old.channel == m.channel && old.topic == m.topic {
				topicSpeakers[old.sender.ID] = true
			}
		}
	}
	for _, g := range s.calledGroups(m.content) {
		for _, id := range s.allMembers(g) {
			found.users[id] = true
		}
	}
	for id, row := range m.rows {
		setFlag(row, "mentioned", found.users[id])
		setFlag(row, "has_alert_word", s.users[id].alerted(m.content))
		setFlag(row, "stream_wildcard_mentioned", found.all && m.channel != nil)
		setFlag(row, "topic_wildcard_mentioned", topicSpeakers[id])
	}
}

func setFlag(row map[string]bool, flag string, on bool) {
	if on {
		row[flag] = true
	} else {
		delete(row, flag)
	}
}

// emitMessage gives a new message to the queues of those who got it and, in a public channel, of those who follow all.
func (s *Server) emitMessage(m *messageState, d draft) {
	for _, q := range s.queues {
		u := s.users[q.user]
		got := m.rows[u.ID] != nil || q.allPublic && m.channel != nil && !m.channel.Private
		if !got || !q.accepts("message") || !s.alive(q) || !s.fits(q.narrow, u, m) {
			continue
		}
		e := event{"type": "message", "message": s.messageObject(m, q.form()), "flags": m.flags(u.ID)}
		if d.localID != "" && d.queue == q.id {
			e["local_message_id"] = d.localID
		}
		q.push(e)
	}
	s.announce()
}

func (s *Server) postMessage(c *call) answer {
	kind, content := c.need("type"), c.need("content")
	d := draft{sender: c.user, content: content, client: c.client, queue: c.str("queue_id", ""), localID: c.str("local_id", "")}
	d.read = c.flag("read_by_sender", c.client == "website" || c.client == "ZulipMobile" || c.client == "ZulipElectron")
	to, topic := c.need("to"), c.str("topic", c.str("subject", ""))
	if c.bad != nil {
		return *c.bad
	}
	var bad *answer
	switch {
	case s.isChannelType(kind):
		if !c.has("topic") && !c.has("subject") {
			return badRequest("Missing topic")
		}
		d.topic = topic
		if d.channel, bad = s.channelTarget(c.user, to); bad == nil {
			bad = s.checkTopic(topic)
		}
	case isDirectType(kind):
		d.to, bad = s.directTarget(to)
	default:
		return badRequest("Invalid type")
	}
	if bad == nil && c.has("widget_content") {
		d.widget, bad = checkWidgetContent(c.str("widget_content", ""))
	}
	if bad != nil {
		return *bad
	}
	m, bad := s.send(d)
	if bad != nil {
		return *bad
	}
	return ok(map[string]any{"id": m.id})
}

// isChannelType knows the newer word from Zulip 9 on.
func (s *Server) isChannelType(kind string) bool {
	return kind == "stream" || kind == "channel" && s.featureLevel >= 248
}

func isDirectType(kind string) bool { return kind == "direct" || kind == "private" }

// channelTarget decodes "to" of a channel message as Zulip does: as JSON first, where a number is an id and a string
// a name, and as a bare name when it is no JSON.
func (s *Server) channelTarget(u *userState, to string) (*channelState, *answer) {
	var v any
	if json.Unmarshal([]byte(to), &v) != nil {
		v = to
	}
	if list, isList := v.([]any); isList {
		if len(list) != 1 {
			return nil, refuse("Expected exactly one channel")
		}
		v = list[0]
	}
	switch v := v.(type) {
	case string:
		if c := s.channelByName(v); c != nil && s.mayAddress(u, c) {
			return c, nil
		}
		a := fail(http.StatusBadRequest, "STREAM_DOES_NOT_EXIST", "Channel '"+v+"' does not exist").with("stream", v)
		return nil, &a
	case float64:
		if c := s.channels[int(v)]; c != nil && s.mayAddress(u, c) {
			return c, nil
		}
		a := fail(http.StatusBadRequest, "STREAM_DOES_NOT_EXIST",
			"Channel with ID '"+strconv.Itoa(int(v))+"' does not exist").with("stream_id", int(v))
		return nil, &a
	default:
		return nil, refuse("Invalid data type for channel")
	}
}

// mayAddress hides nothing: Zulip says of a private channel that one may not write there, not that it does not exist.
// Only guests are told that what they do not know is not there.
func (s *Server) mayAddress(u *userState, c *channelState) bool {
	return u.Role != RoleGuest || s.mayKnow(u, c)
}

// directTarget decodes "to" of a direct message: a JSON list of ids or of addresses, or bare addresses with commas.
func (s *Server) directTarget(to string) ([]int, *answer) {
	var v any
	if json.Unmarshal([]byte(to), &v) != nil {
		v = to
	}
	if text, isText := v.(string); isText {
		list := []any{}
		for part := range strings.SplitSeq(text, ",") {
			list = append(list, strings.TrimSpace(part))
		}
		v = list
	}
	list, isList := v.([]any)
	if !isList {
		return nil, refuse("Invalid data type for recipients")
	}
	return s.userIDs(list)
}

// userIDs turns a list of ids or of addresses into ids.
func (s *Server) userIDs(list []any) ([]int, *answer) {
	ids := make([]int, 0, len(list))
	names := 0
	for _, x := range list {
		switch x := x.(type) {
		case string:
			u := s.userByEmail(x)
			if u == nil {
				return nil, refuse("Invalid email '" + x + "'")
			}
			names++
			ids = append(ids, u.ID)
		case float64:
			if s.users[int(x)] == nil {
				return nil, refuse("Invalid user ID " + strconv.Itoa(int(x)))
			}
			ids = append(ids, int(x))
		default:
			return nil, refuse("Recipient list may only contain emails or user IDs")
		}
	}
	if names > 0 && names < len(list) {
		return nil, refuse("Recipient lists may contain emails or user IDs, but not both.")
	}
	return ids, nil
}
