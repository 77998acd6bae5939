package zuliptest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
)

var colorPattern = regexp.MustCompile(`^#([0-9a-fA-F]{3}){1,2}$`)

// postProperties changes personal settings of subscriptions.
func (s *Server) postProperties(c *call) answer {
	var changes []struct {
		Channel  int             `json:"stream_id"`
		Property string          `json:"property"`
		Value    json.RawMessage `json:"value"`
	}
	c.need("subscription_data")
	c.json("subscription_data", &changes)
	if c.bad != nil {
		return *c.bad
	}
	for _, ch := range changes {
		channel := s.channels[ch.Channel]
		value, bad := subscriptionValue(ch.Property, ch.Value)
		switch {
		case bad != nil:
			return *bad
		case channel == nil || !s.mayKnow(c.user, channel):
			return badRequest("Invalid channel ID")
		case !channel.subs[c.user.ID]:
			return badRequest(fmt.Sprintf("Not subscribed to channel ID %d", ch.Channel))
		}
		s.setProperty(c.user, channel.ID, ch.Property, value)
	}
	return ok(nil)
}

func subscriptionValue(property string, raw json.RawMessage) (any, *answer) {
	switch property {
	case "color":
		var color string
		if json.Unmarshal(raw, &color) != nil || !colorPattern.MatchString(color) {
			return nil, refuse("color is not a valid hex color code")
		}
		return color, nil
	case "is_muted", "in_home_view", "pin_to_top", "desktop_notifications", "audible_notifications", "push_notifications",
		"email_notifications", "wildcard_mentions_notify":
		var on bool
		if json.Unmarshal(raw, &on) != nil {
			return nil, refuse(property + " is not a boolean")
		}
		return on, nil
	}
	return nil, refuse("Unknown subscription property: " + property)
}

// setProperty stores the value and tells the user's queues; the older in_home_view is the opposite of is_muted.
func (s *Server) setProperty(u *userState, channel int, property string, value any) {
	changed := map[string]any{property: value}
	switch on, _ := value.(bool); property {
	case "is_muted":
		changed["in_home_view"] = !on
	case "in_home_view":
		changed["is_muted"] = !on
	}
	if u.subs[channel] == nil {
		u.subs[channel] = map[string]any{}
	}
	maps.Copy(u.subs[channel], changed)
	for _, name := range sortedNames(changed) {
		s.emit("subscription", only(u.ID), func(*queue) event {
			return event{"op": "update", "stream_id": channel, "property": name, "value": changed[name]}
		})
	}
}

// patchSubscriptions does what POST and DELETE do, in one call.
func (s *Server) patchSubscriptions(c *call) answer {
	add, remove := c.str("add", "[]"), c.str("delete", "[]")
	if add == "[]" && remove == "[]" {
		return badRequest(`Nothing to do. Specify at least one of "add" or "delete".`)
	}
	c.values.Set("subscriptions", add)
	first := s.postSubscriptions(c)
	if first.status != http.StatusOK {
		return first
	}
	c.values.Set("subscriptions", remove)
	second := s.removeSubscriptions(c)
	if second.status != http.StatusOK {
		return second
	}
	maps.Copy(first.body, second.body)
	return first
}
