package zuliptest

import (
	"fmt"
	"strings"
)

// postDeleteTopic deletes the messages of a topic that the user may read.
func (s *Server) postDeleteTopic(c *call) answer {
	ch, bad := s.pathChannel(c)
	topic := c.need("topic_name")
	switch {
	case bad != nil:
		return *bad
	case c.bad != nil:
		return *c.bad
	}
	for _, m := range s.messages {
		if m.channel == ch && !m.deleted && strings.EqualFold(m.topic, topic) && s.mayRead(c.user, m) {
			if bad := s.deleteMessage(c.user, m); bad != nil {
				return *bad
			}
		}
	}
	if s.featureLevel < 211 {
		return ok(nil)
	}
	return ok(map[string]any{"complete": true})
}

// getChannelEmail tells where mails become messages of the channel.
func (s *Server) getChannelEmail(c *call) answer {
	sender := c.integer("sender_id", c.user.ID)
	ch, bad := s.pathChannel(c)
	u := s.users[sender]
	switch {
	case bad != nil:
		return *bad
	case u == nil || u != c.user && u.OwnerID != c.user.ID:
		return badRequest("Invalid sender ID")
	case !s.maySend(c.user, ch):
		return badRequest("You do not have permission to post in this channel.")
	}
	name := strings.ToLower(strings.Join(strings.Fields(ch.Name), "-"))
	return ok(map[string]any{"email": fmt.Sprintf("%s.%s.show-sender@zulip.example", name, sha(fmt.Sprint(ch.ID, "/", sender))[:32])})
}
