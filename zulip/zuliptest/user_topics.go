package zuliptest

import (
	"slices"
	"strings"
	"time"
)

// A topicKey names a topic whatever its capitals.
type topicKey struct {
	channel int
	topic   string // in lower case
}

// A topicPolicy is what a user wants of a topic.
type topicPolicy struct {
	topic  string // as it was written
	policy int    // 1 muted, 2 unmuted, 3 followed
	at     time.Time
}

const mutedTopic = 1

func (s *Server) postUserTopic(c *call) answer {
	c.need("stream_id")
	c.need("visibility_policy")
	id, topic, policy := c.integer("stream_id", -1), c.need("topic"), c.integer("visibility_policy", 0)
	switch ch := s.channels[id]; {
	case c.bad != nil:
		return *c.bad
	case ch == nil || !s.mayKnow(c.user, ch):
		return badRequest("Invalid channel ID")
	case policy < 0 || policy > 3:
		return invalid("visibility_policy")
	case len([]rune(topic)) > maxTopic:
		return badRequest("topic is too long (limit: 60 characters)")
	}
	s.setTopicPolicy(c.user, id, topic, policy)
	return ok(nil)
}

// patchMutedTopics is the older way to mute a topic.
func (s *Server) patchMutedTopics(c *call) answer {
	topic, op := c.need("topic"), c.need("op")
	id, name := c.integer("stream_id", 0), c.str("stream", "")
	switch {
	case c.bad != nil:
		return *c.bad
	case (id == 0) == (name == ""):
		return badRequest("Please supply exactly one of 'stream' and 'stream_id'.")
	case op != "add" && op != "remove":
		return invalid("op")
	}
	ch := s.channels[id]
	if name != "" {
		ch = s.channelByName(name)
	}
	if ch == nil || !s.mayKnow(c.user, ch) {
		return badRequest("Invalid channel ID")
	}
	policy := map[string]int{"add": mutedTopic}[op]
	s.setTopicPolicy(c.user, ch.ID, topic, policy)
	return ok(nil)
}

func (s *Server) setTopicPolicy(u *userState, channel int, topic string, policy int) {
	key := topicKey{channel: channel, topic: strings.ToLower(topic)}
	p := topicPolicy{topic: topic, policy: policy, at: s.now()}
	if policy == 0 {
		delete(u.topics, key)
	} else {
		u.topics[key] = p
	}
	s.emit("user_topic", only(u.ID), func(q *queue) event { return p.object(channel, q.form()) })
	s.emit("muted_topics", only(u.ID), func(q *queue) event { return event{"muted_topics": u.mutedTopics(s, q.form())} })
}

func (p topicPolicy) object(channel int, f form) map[string]any {
	return map[string]any{
		"stream_id": channel, "topic_name": f.topicName(p.topic), "last_updated": p.at.Unix(), "visibility_policy": p.policy,
	}
}

// topicObjects lists what the user wants of topics.
func (u *userState) topicObjects(f form) []any {
	list := []any{}
	for _, key := range u.topicKeys() {
		list = append(list, u.topics[key].object(key.channel, f))
	}
	return list
}

func (u *userState) topicKeys() []topicKey {
	var keys []topicKey
	for key := range u.topics {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b topicKey) int {
		if a.channel != b.channel {
			return a.channel - b.channel
		}
		return strings.Compare(a.topic, b.topic)
	})
	return keys
}

// mutedTopics is the older form: channel name, topic, time.
func (u *userState) mutedTopics(s *Server, f form) []any {
	list := []any{}
	for _, key := range u.topicKeys() {
		if p := u.topics[key]; p.policy == mutedTopic {
			list = append(list, []any{s.channels[key.channel].Name, f.topicName(p.topic), p.at.Unix()})
		}
	}
	return list
}
