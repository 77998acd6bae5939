package zuliptest

import "slices"

// peopleRoutes are the operations on users, channels and groups.
func peopleRoutes() []route {
	return slices.Concat(userRoutes(), groupRoutes(), channelRoutes(), organizationRoutes())
}

func userRoutes() []route {
	return []route{
		{method: "GET", path: "/users", handle: (*Server).getUsers, newer: map[string]int{"user_ids": 384}},
		{method: "POST", path: "/users", handle: (*Server).postUser, who: admins},
		{method: "GET", path: "/users/me", handle: (*Server).getOwnUser},
		{method: "DELETE", path: "/users/me", handle: (*Server).removeSelf, who: humans},
		{method: "POST", path: "/users/me/status", handle: (*Server).postStatus, who: humans},
		{method: "POST", path: "/users/me/presence", handle: (*Server).postPresence, who: humans, newer: map[string]int{
			"last_update_id": 263, "history_limit_days": 288,
		}},
		{method: "GET", path: "/users/me/alert_words", handle: (*Server).getAlertWords},
		{method: "POST", path: "/users/me/alert_words", handle: (*Server).postAlertWords},
		{method: "DELETE", path: "/users/me/alert_words", handle: (*Server).removeAlertWords},
		{method: "POST", path: "/users/me/muted_users/{id}", handle: (*Server).postMutedUser},
		{method: "DELETE", path: "/users/me/muted_users/{id}", handle: (*Server).removeMutedUser},
		{method: "GET", path: "/users/me/subscriptions", handle: (*Server).getSubscriptions},
		{method: "POST", path: "/users/me/subscriptions", handle: (*Server).postSubscriptions, newer: newerOfChannels()},
		{method: "PATCH", path: "/users/me/subscriptions", handle: (*Server).patchSubscriptions},
		{method: "DELETE", path: "/users/me/subscriptions", handle: (*Server).removeSubscriptions},
		{method: "POST", path: "/users/me/subscriptions/properties", handle: (*Server).postProperties},
		{method: "PATCH", path: "/users/me/subscriptions/muted_topics", handle: (*Server).patchMutedTopics},
		{method: "POST", path: "/user_topics", handle: (*Server).postUserTopic, since: 170},
		{method: "PATCH", path: "/settings", handle: (*Server).patchSettings, who: humans},
		{method: "GET", path: "/users/me/{id}/topics", handle: (*Server).getTopics},
		{method: "GET", path: "/users/{id}", handle: (*Server).getUser},
		{method: "PATCH", path: "/users/{id}", handle: (*Server).patchUser, newer: map[string]int{"new_email": 285}},
		{method: "DELETE", path: "/users/{id}", handle: (*Server).removeUser},
		{method: "POST", path: "/users/{id}/reactivate", handle: (*Server).reactivateUser},
		{method: "GET", path: "/users/{id}/status", handle: (*Server).getStatus, since: 262},
		{method: "POST", path: "/users/{id}/status", handle: (*Server).postStatusOf, since: 407},
		{method: "GET", path: "/users/{id}/presence", handle: (*Server).getPresence},
		{method: "GET", path: "/users/{id}/channels", handle: (*Server).getUserChannels, since: 440},
		{method: "GET", path: "/users/{id}/subscriptions/{channel}", handle: (*Server).getIsSubscribed},
		{method: "GET", path: "/realm/presence", handle: (*Server).getPresences},
	}
}

func groupRoutes() []route {
	return []route{
		{method: "GET", path: "/user_groups", handle: (*Server).getGroups, who: members, newer: map[string]int{
			"include_deactivated_groups": 290,
		}},
		{method: "POST", path: "/user_groups/create", handle: (*Server).postGroup, who: members, newer: newerOfGroups()},
		{method: "PATCH", path: "/user_groups/{id}", handle: (*Server).patchGroup, who: members, newer: newerOfGroups()},
		{method: "GET", path: "/user_groups/{id}/members", handle: (*Server).getGroupMembers, who: members},
		{method: "POST", path: "/user_groups/{id}/members", handle: (*Server).postGroupMembers, who: members, newer: map[string]int{
			"add_subgroups": 311, "delete_subgroups": 311,
		}},
		{method: "GET", path: "/user_groups/{id}/members/{user}", handle: (*Server).getIsGroupMember, who: members},
		{method: "GET", path: "/user_groups/{id}/subgroups", handle: (*Server).getSubgroups, who: members},
		{method: "POST", path: "/user_groups/{id}/subgroups", handle: (*Server).postSubgroups, who: members},
		{method: "POST", path: "/user_groups/{id}/deactivate", handle: (*Server).deactivateGroup, since: 290},
	}
}

func channelRoutes() []route {
	return []route{
		{method: "GET", path: "/streams", handle: (*Server).getChannels, newer: map[string]int{
			"exclude_archived": 315, "include_can_access_content": 356, "include_all": 356,
		}},
		{method: "POST", path: "/channels/create", handle: (*Server).postChannel, since: 417},
		{method: "GET", path: "/streams/{id}", handle: (*Server).getChannel},
		{method: "PATCH", path: "/streams/{id}", handle: (*Server).patchChannel, newer: newerOfChannels()},
		{method: "DELETE", path: "/streams/{id}", handle: (*Server).archiveChannel},
		{method: "GET", path: "/streams/{id}/members", handle: (*Server).getMembers},
		{method: "GET", path: "/streams/{id}/email_address", handle: (*Server).getChannelEmail, since: 226, newer: map[string]int{
			"sender_id": 335,
		}},
		{method: "POST", path: "/streams/{id}/delete_topic", handle: (*Server).postDeleteTopic, who: admins},
		{method: "GET", path: "/get_stream_id", handle: (*Server).getChannelID},
		{method: "POST", path: "/default_streams", handle: (*Server).postDefaultChannel, who: admins},
		{method: "DELETE", path: "/default_streams", handle: (*Server).removeDefaultChannel, who: admins},
		{method: "GET", path: "/channel_folders", handle: (*Server).getFolders, since: 389},
		{method: "PATCH", path: "/channel_folders", handle: (*Server).reorderFolders, since: 414, who: admins},
		{method: "POST", path: "/channel_folders/create", handle: (*Server).postFolder, since: 389, who: admins},
		{method: "PATCH", path: "/channel_folders/{id}", handle: (*Server).patchFolder, since: 389, who: admins},
	}
}

func organizationRoutes() []route {
	return []route{
		{method: "POST", path: "/fetch_api_key", handle: (*Server).fetchAPIKey, open: true},
		{method: "POST", path: "/dev_fetch_api_key", handle: (*Server).fetchDevAPIKey, open: true},
		{method: "GET", path: "/realm/profile_fields", handle: (*Server).getFields},
		{method: "POST", path: "/realm/profile_fields", handle: (*Server).postField, who: admins, newer: map[string]int{
			"required": 244, "editable_by_user": 296,
		}},
		{method: "PATCH", path: "/realm/profile_fields", handle: (*Server).reorderFields, who: admins},
		{method: "GET", path: "/realm/emoji", handle: (*Server).getEmoji},
		{method: "POST", path: "/realm/emoji/{name}", handle: (*Server).postEmoji, who: members},
		{method: "DELETE", path: "/realm/emoji/{name}", handle: (*Server).removeEmoji},
		{method: "GET", path: "/realm/linkifiers", handle: (*Server).getLinkifiers},
		{method: "PATCH", path: "/realm/linkifiers", handle: (*Server).reorderLinkifiers, who: admins, since: 202},
		{method: "POST", path: "/realm/filters", handle: (*Server).postLinkifier, who: admins},
		{method: "PATCH", path: "/realm/filters/{id}", handle: (*Server).patchLinkifier, who: admins},
		{method: "DELETE", path: "/realm/filters/{id}", handle: (*Server).removeLinkifier, who: admins},
		{method: "GET", path: "/invites", handle: (*Server).getInvites, who: members},
		{method: "POST", path: "/invites", handle: (*Server).postInvites, who: members, newer: map[string]int{
			"include_realm_default_subscriptions": 261, "notify_referrer_on_join": 267, "group_ids": 322, "welcome_message_custom_text": 416,
		}},
		{method: "POST", path: "/invites/multiuse", handle: (*Server).postInviteLink, who: members, newer: map[string]int{
			"include_realm_default_subscriptions": 261, "group_ids": 322, "welcome_message_custom_text": 416,
		}},
		{method: "DELETE", path: "/invites/multiuse/{id}", handle: (*Server).removeInviteLink, who: members},
		{method: "DELETE", path: "/invites/{id}", handle: (*Server).removeInvite, who: members},
		{method: "POST", path: "/invites/{id}/resend", handle: (*Server).resendInvite, who: members},
	}
}

// newerOfChannels are the parameters of a channel that came late.
func newerOfChannels() map[string]int {
	return map[string]int{
		"can_administer_channel_group": 325, "can_send_message_group": 333, "can_add_subscribers_group": 342,
		"can_subscribe_group": 357, "is_archived": 388, "folder_id": 389, "topics_policy": 392,
		"can_move_messages_out_of_channel_group": 396, "can_move_messages_within_channel_group": 396,
		"send_new_subscription_messages": 397, "can_resolve_topics_group": 402,
		"can_delete_any_message_group": 407, "can_delete_own_message_group": 407,
	}
}

// newerOfGroups are the parameters of a user group that came late.
func newerOfGroups() map[string]int {
	return map[string]int{
		"can_mention_group": 191, "can_manage_group": 283, "can_join_group": 301, "can_add_members_group": 305,
		"can_leave_group": 308, "subgroups": 311, "can_remove_members_group": 324, "deactivated": 386,
	}
}
