package contract

import (
	"regexp"
	"slices"
	"strings"
)

// An exception is a place where the fake differs from the recorded server, and why that is right.
type exception struct {
	// on is the method and the path of the request, at the place in the answer, real and fake what the two have there.
	// In each, * stands for anything but nothing, and an empty one for nothing.
	on, at, real, fake string
	reason             string
}

const (
	laterWords = "the sentence of a later level"
	laterCode  = "the code of a later level"
	noPictures = "the fake has no pictures"
	noFollow   = "the fake mutes and follows no topic by itself"
	noNews     = "the fake announces no new channels: they are empty"
	superseded = "superseded by user_settings, which the fake has"
)

// exceptions are all there are.
func exceptions() []*exception {
	list := []*exception{
		{"GET /nonesuch", "type", "text/html", "*", "the recorded server ran for developers: a page for what is not found"},
		{"PUT /messages", "type", "text/html", "*", "the recorded server ran for developers: it forgot the media type"},
		{"DELETE /server_settings", "type", "text/html", "*", "the recorded server ran for developers: no body"},
		{"GET /user_uploads/1/ab/nonesuch.txt", "type", "text/html", "*", "a page for what is no file; the fake refuses as elsewhere"},
		{"GET /server_settings", ".external_authentication_methods[]", "object", "", "the fake has none"},

		{"POST /register", "msg", "notification_settings_null key is missing *", "*", laterWords},
		{"POST /register", "msg", "narrow[0] should have exactly 2 items", "*", laterWords},
		{"POST /messages", "msg", "Message must have recipients", "Missing 'to' argument", laterWords},
		{"POST /messages", "code", "BAD_REQUEST", "REQUEST_VARIABLE_MISSING", laterCode},
		{"POST /messages", ".var_name", "", "string", laterCode},
		{"GET /messages", "msg", "Bad value for 'narrow': nonsense", "*", laterWords},
		{"GET /messages", "msg", "Bad value for 'num_before': *", "*", laterWords},
		{"GET /messages", "code", "REQUEST_VARIABLE_INVALID", "BAD_REQUEST", laterCode},
		{"GET /messages", ".var_name", "string", "", laterCode},
		{"GET /messages", ".bad_value", "string", "", laterCode},
		{"POST /realm/filters", "msg", "Realm filter with this Realm and Pattern already exists.", "*", laterWords},
		{"POST /realm/filters", ".errors", "object", "", laterWords},

		{"GET /users/me", "ignored", "[]", "[nonesuch]", "an operation without parameters does not look at them; the fake does"},
		{"GET /users/me", ".ignored_parameters_unsupported", "", "array", "an operation without parameters does not look at them; the fake does"},
		{"POST /register", ".realm_message_content_delete_limit_seconds", "integer", "null", "the fake has no such limit"},
		{"POST /register", ".user_settings.available_notification_sounds", "array", "", "choices for a person's apps"},
		{"POST /register", ".user_settings.emojiset_choices", "array", "", "choices for a person's apps"},
		{"POST /register", ".user_settings.dense_mode", "bool", "", "a setting that later levels do not have"},
		{"POST /register", ".cross_realm_bots[].avatar_url", "string", "null", noPictures},
		{"GET /events", ".events[realm_user/add].person.avatar_url", "string", "null", noPictures},
		{"GET /events", ".events[muted_topics]", "object", "", noFollow},
		{"GET /events", ".events[user_topic]", "object", "", noFollow},
		{"GET /events", ".events[update_display_settings]", "object", "", superseded},
		{"GET /events", ".events[update_global_notifications]", "object", "", superseded},
		{"GET /events", ".events[user_settings/update/presence_enabled]", "object", "", "the old parameter away changes the setting"},
		{"GET /events", ".events[update_message_flags/add/read]", "object", "", noNews},
		{"GET /events", ".events[stream/delete].streams[].first_message_id", "integer", "null", noNews},
		{"GET /events", ".events[subscription/add].subscriptions[].first_message_id", "integer", "null", noNews},
	}
	for reason, names := range stateLeftOut {
		for name := range strings.FieldsSeq(names) {
			list = append(list, &exception{"POST /register", "." + name, "*", "", reason})
		}
	}
	return list
}

// stateLeftOut are the parts of the organization's state that the fake does not have, by the reason.
var stateLeftOut = map[string]string{
	"settings of the organization that a bot has no use for": `
		realm_add_custom_emoji_policy realm_allow_edit_history realm_authentication_methods
		realm_available_video_chat_providers realm_avatar_changes_disabled realm_bot_creation_policy realm_bots
		realm_can_access_all_users_group realm_create_multiuse_invite_group realm_create_private_stream_policy
		realm_create_public_stream_policy realm_create_web_public_stream_policy realm_date_created
		realm_default_code_block_language realm_default_external_accounts realm_default_stream_groups
		realm_delete_own_message_policy realm_digest_emails_enabled realm_digest_weekday
		realm_disallow_disposable_email_addresses realm_domains realm_edit_topic_policy realm_email_auth_enabled
		realm_email_changes_disabled realm_emails_restricted_to_domains realm_embedded_bots
		realm_enable_guest_user_indicator realm_enable_spectator_access realm_filters realm_giphy_rating
		realm_icon_source realm_icon_url realm_incoming_webhook_bots realm_inline_image_preview
		realm_inline_url_embed_preview realm_invite_required realm_invite_to_realm_policy realm_invite_to_stream_policy
		realm_is_zephyr_mirror_realm realm_jitsi_server_url realm_logo_source realm_logo_url
		realm_message_content_allowed_in_email_notifications realm_message_retention_days
		realm_move_messages_between_streams_limit_seconds realm_move_messages_between_streams_policy
		realm_move_messages_within_stream_limit_seconds realm_name_changes_disabled
		realm_name_in_email_notifications_policy realm_new_stream_announcements_stream_id realm_night_logo_source
		realm_night_logo_url realm_org_type realm_password_auth_enabled realm_plan_type realm_playgrounds
		realm_private_message_policy realm_push_notifications_enabled realm_push_notifications_enabled_end_timestamp
		realm_require_unique_names realm_send_welcome_emails realm_signup_announcements_stream_id realm_upload_quota_mib
		realm_user_group_edit_policy realm_user_settings_defaults realm_video_chat_provider
		realm_waiting_period_threshold realm_want_advertise_in_communities_directory realm_wildcard_mention_policy
		realm_zulip_update_announcements_stream_id
	`,
	"limits and texts of the server that a bot has no use for": `
		can_create_web_public_streams custom_profile_field_types giphy_api_key giphy_rating_options jitsi_server_url
		max_avatar_file_size_mib max_icon_file_size_mib max_logo_file_size_mib password_min_guesses password_min_length
		server_avatar_changes_disabled server_emoji_data_url server_inline_image_preview server_inline_url_embed_preview
		server_jitsi_server_url server_name_changes_disabled server_supported_permission_settings
		server_web_public_streams_enabled settings_send_digest_emails stop_words upgrade_text_for_wide_organization_logo
		zulip_plan_is_not_limited
	`,
	"superseded by user_settings": `
		color_scheme default_language demote_inactive_streams dense_mode desktop_icon_count_display
		email_notifications_batching_period_seconds emojiset enable_desktop_notifications enable_digest_emails
		enable_drafts_synchronization enable_login_emails enable_marketing_emails enable_offline_email_notifications
		enable_offline_push_notifications enable_online_push_notifications enable_sounds
		enable_stream_audible_notifications enable_stream_desktop_notifications enable_stream_email_notifications
		enable_stream_push_notifications enter_sends fluid_layout_width high_contrast_mode left_side_userlist
		message_content_in_email_notifications notification_sound pm_content_in_desktop_notifications presence_enabled
		starred_message_counts timezone translate_emoticons twenty_four_hour_time web_home_view wildcard_mentions_notify
		emojiset_choices available_notification_sounds
	`,
	"what a person's apps keep or show first": `
		drafts scheduled_messages unread_msgs recent_private_conversations starred_messages onboarding_steps
		has_zoom_token
	`,
}

// explained finds the exception for a difference; nil is none.
func explained(list []*exception, e *exchange, d difference) *exception {
	i := slices.IndexFunc(list, func(x *exception) bool {
		return matches(x.on, e.Method+" "+e.Path) && matches(x.at, d.at) && matches(x.real, d.real) && matches(x.fake, d.fake)
	})
	if i < 0 {
		return nil
	}
	return list[i]
}

// matches compares a text with a pattern in which * stands for one character or more.
func matches(pattern, text string) bool {
	expression := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".+")
	return regexp.MustCompile("^" + expression + "$").MatchString(text)
}
