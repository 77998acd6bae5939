package zuliptest

import (
	"fmt"
	"net/http"
	"time"
)

// maxReport is how long the explanation of a report may be, in code points.
const maxReport = 1000

// reportReasons are the kinds of reports, and how the moderators read them.
var reportReasons = map[string]string{
	"spam": "Spam", "harassment": "Harassment", "inappropriate": "Inappropriate content",
	"norms": "Violates community norms", "other": "Other reason",
}

// SetModerationChannel chooses where reported messages go, which is how an organization allows reports;
// nil forbids them, as at the start. It panics when the channel is unknown.
func (s *Server) SetModerationChannel(channel *Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moderation = nil
	if channel != nil {
		s.moderation = s.mustChannel("SetModerationChannel", channel)
	}
}

func (s *Server) postReport(c *call) answer {
	kind, why := c.need("report_type"), c.str("description", "")
	if c.bad != nil {
		return *c.bad
	}
	reason := reportReasons[kind]
	switch {
	case reason == "":
		return fail(http.StatusBadRequest, "BAD_REQUEST", "Invalid report_type")
	case len([]rune(why)) > maxReport:
		return badRequest(fmt.Sprintf("description is too long (limit: %d characters)", maxReport))
	case kind == "other" && why == "":
		return badRequest("An explanation is required.")
	case s.moderation == nil:
		return badRequest("Moderation request channel must be specified to enable message reporting.")
	}
	m, bad := s.pathMessage(c)
	if bad != nil {
		return *bad
	}
	fence := freeFence(m.content)
	text := fmt.Sprintf("%s reported a message sent by %s at <time:%s>.\n```quote\n**%s**. %s\n```\n\n%s spoiler [Original message](%s)\n",
		silentMention(c.user), silentMention(m.sender), m.at.UTC().Format(time.RFC3339), reason, why, fence, s.nearURL(m))
	text += cut(m.content, maxContent-len([]rune(text))-len(fence)-1, contentCutOff) + "\n" + fence
	_, bad = s.send(draft{
		sender: s.notifier, channel: s.moderation, topic: m.sender.FullName + " moderation", content: text,
		client: internalClient, system: true,
	})
	return done(bad)
}
