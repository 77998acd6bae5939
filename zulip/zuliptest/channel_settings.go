package zuliptest

import "net/http"

// channelSettings are the permissions of a channel that somebody creates, who administers it; zero is nobody.
func channelSettings(creator int) settings {
	nobody := groupSetting{group: nobodyGroup}
	st := settings{
		"can_remove_subscribers_group": {group: adminsGroup}, "can_send_message_group": {group: everyoneGroup},
		"can_administer_channel_group": nobody, "can_add_subscribers_group": nobody, "can_delete_any_message_group": nobody,
		"can_delete_own_message_group": nobody, "can_move_messages_out_of_channel_group": nobody,
		"can_move_messages_within_channel_group": nobody, "can_subscribe_group": nobody, "can_resolve_topics_group": nobody,
	}
	if creator != 0 {
		st["can_administer_channel_group"] = groupSetting{members: []int{creator}}
	}
	return st
}

// mayAdminister reports whether the user may change the channel's name, permissions and so on.
func (s *Server) mayAdminister(u *userState, c *channelState) bool {
	return u.isAdmin() || s.featureLevel >= 325 && s.allows(c.settings["can_administer_channel_group"], u)
}

// maySend reports whether the channel takes messages of this user, who may see it.
func (s *Server) maySend(u *userState, c *channelState) bool {
	return !c.archived && s.allows(c.settings["can_send_message_group"], u)
}

// mayJoin reports whether the user may subscribe to the channel, or is subscribed.
func (s *Server) mayJoin(u *userState, c *channelState) bool {
	return s.mayKnow(u, c) || s.allows(c.settings["can_subscribe_group"], u) || s.allows(c.settings["can_add_subscribers_group"], u)
}

// mayRemove reports whether the user may end the subscriptions of others.
func (s *Server) mayRemove(u *userState, c *channelState) bool {
	return s.mayAdminister(u, c) || s.allows(c.settings["can_remove_subscribers_group"], u)
}

// adminChannel finds the channel in the call's path, if the user administers it.
func (s *Server) adminChannel(c *call) (*channelState, *answer) {
	if c.bad != nil {
		return nil, c.bad
	}
	ch := s.channels[c.id("id")]
	switch {
	case ch == nil, !s.mayKnow(c.user, ch) && !s.mayAdminister(c.user, ch):
		return nil, refuse("Invalid channel ID")
	case !s.mayAdminister(c.user, ch) && s.featureLevel < 325:
		return nil, mustBe("administrator")
	case !s.mayAdminister(c.user, ch):
		a := fail(http.StatusBadRequest, "CANNOT_ADMINISTER_CHANNEL", "You do not have permission to administer this channel.")
		return nil, &a
	}
	return ch, nil
}

// topicsPolicies are what topics_policy may be.
var topicsPolicies = []string{"inherit", "allow_empty_topic", "disable_empty_topic", "empty_topic_only"}
