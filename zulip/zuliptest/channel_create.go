package zuliptest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

const (
	maxChannelName        = 60
	maxChannelDescription = 1024
)

// newChannel reads what POST /channels/create and POST /users/me/subscriptions say of a channel besides its name.
func (s *Server) newChannel(c *call) *channelState {
	ch := &channelState{creator: c.user.ID, policy: c.str("topics_policy", "inherit"), settings: channelSettings(c.user.ID)}
	ch.Private = c.flag("invite_only", false)
	ch.webPublic = c.flag("is_web_public", false)
	ch.hiddenHistory = !c.flag("history_public_to_subscribers", !ch.Private)
	ch.isDefault = c.flag("is_default_stream", false)
	c.json("folder_id", &ch.folder)
	ch.retention = readRetention(c)
	ch.settings.read(s, c)
	c.accept("announce", "send_new_subscription_messages")
	if !slices.Contains(topicsPolicies, ch.policy) {
		c.reject(invalid("topics_policy"))
	}
	if bad := s.checkChannel(c.user, ch); bad != nil {
		c.reject(*bad)
	}
	return ch
}

// checkChannel refuses what contradicts itself.
func (s *Server) checkChannel(by *userState, ch *channelState) *answer {
	switch {
	case ch.webPublic && (ch.Private || ch.hiddenHistory), !ch.Private && ch.hiddenHistory:
		return refuse("Invalid parameters")
	case ch.Private && ch.isDefault:
		return refuse("A default channel cannot be private.")
	case ch.webPublic:
		return refuse("Web-public channels are not enabled.")
	case ch.isDefault && !by.isAdmin():
		return refuse("Insufficient permission")
	case ch.folder != nil && s.folder(*ch.folder) == nil:
		return refuse("Invalid channel folder ID")
	case by.Role == RoleGuest:
		return refuse("Not allowed for guest users")
	}
	return nil
}

func invalid(name string) answer {
	return fail(http.StatusBadRequest, "REQUEST_VARIABLE_INVALID", "Invalid "+name).with("var_name", name)
}

// readRetention reads a number of days, or one of the words that Zulip takes instead; nil is the organization's default.
func readRetention(c *call) *int {
	var v json.RawMessage
	if !c.json("message_retention_days", &v) || string(v) == `"realm_default"` {
		return nil
	}
	var days int
	switch err := json.Unmarshal(v, &days); {
	case string(v) == `"unlimited"`, string(v) == `"forever"`:
		days = -1
	case err != nil || days < 1:
		c.reject(badRequest("Bad value for 'message_retention_days': " + string(v)))
	}
	if c.user.Role != RoleOwner {
		c.reject(*mustBe("owner"))
	}
	return &days
}

// checkChannelName returns the name as it is stored.
func (s *Server) checkChannelName(name string) (string, *answer) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", refuse("Channel name can't be empty.")
	case len([]rune(name)) > maxChannelName:
		return "", refuse("Channel name too long (limit: 60 characters).")
	}
	return name, nil
}

func (s *Server) postChannel(c *call) answer {
	var ids []int
	name, bad := s.checkChannelName(c.need("name"))
	c.need("subscribers")
	c.json("subscribers", &ids)
	ch := s.newChannel(c)
	ch.Description = strings.ReplaceAll(c.str("description", ""), "\n", " ")
	if bad != nil {
		c.reject(*bad)
	}
	if bad := s.checkUserIDs(ids); bad != nil {
		c.reject(*bad)
	}
	if len([]rune(ch.Description)) > maxChannelDescription {
		c.reject(badRequest("description is too long (limit: 1024 characters)"))
	}
	switch {
	case c.bad != nil:
		return *c.bad
	case s.channelByName(name) != nil:
		return fail(http.StatusConflict, "CHANNEL_ALREADY_EXISTS", "Channel '"+s.channelByName(name).Name+"' already exists")
	}
	ch.Name = name
	s.createChannel(ch)
	for _, id := range ids {
		s.subscribe(ch, s.users[id])
	}
	return ok(map[string]any{"id": ch.ID})
}
