package zuliptest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// defaultSettings are the personal settings that POST /register tells and PATCH /settings changes, with their defaults.
// The type of the default is the type of the setting.
func defaultSettings() map[string]any {
	all := map[string]any{
		"default_language": "en", "emojiset": "google", "web_home_view": "inbox", "notification_sound": "zulip",
		"web_animate_image_previews": "on_hover", "resolved_topic_notice_auto_read_policy": "except_followed", "timezone": "",
		"web_mark_read_on_scroll_policy": 1.0, "web_channel_default_view": 1.0, "web_font_size_px": 16.0,
		"web_line_height_percent": 140.0, "color_scheme": 1.0, "demote_inactive_streams": 1.0, "user_list_style": 2.0,
		"web_stream_unreads_count_display_policy": 2.0, "email_notifications_batching_period_seconds": 120.0,
		"desktop_icon_count_display": 1.0, "realm_name_in_email_notifications_policy": 1.0,
		"automatically_follow_topics_policy": 1.0, "automatically_unmute_topics_in_muted_streams_policy": 1.0,
		"email_address_visibility": 1.0,
	}
	for _, name := range []string{
		"starred_message_counts", "receives_typing_notifications", "web_suggest_update_timezone", "enable_drafts_synchronization",
		"display_emoji_reaction_users", "web_escape_navigates_to_home_view", "web_left_sidebar_show_channel_folders",
		"enable_desktop_notifications", "enable_sounds", "enable_offline_email_notifications", "enable_offline_push_notifications",
		"enable_followed_topic_desktop_notifications", "enable_followed_topic_email_notifications",
		"enable_followed_topic_push_notifications", "enable_followed_topic_audible_notifications", "enable_digest_emails",
		"enable_login_emails", "message_content_in_email_notifications", "pm_content_in_desktop_notifications",
		"wildcard_mentions_notify", "enable_followed_topic_wildcard_mentions_notify", "presence_enabled",
		"automatically_follow_topics_where_mentioned", "send_private_typing_notifications", "send_stream_typing_notifications",
		"send_read_receipts", "web_navigate_to_sent_message", "web_left_sidebar_unreads_count_summary",
	} {
		all[name] = true
	}
	for _, name := range []string{
		"twenty_four_hour_time", "fluid_layout_width", "high_contrast_mode", "translate_emoticons", "left_side_userlist",
		"hide_ai_features", "enable_stream_desktop_notifications", "enable_stream_email_notifications",
		"enable_stream_push_notifications", "enable_stream_audible_notifications", "enable_online_push_notifications",
		"enable_marketing_emails", "enter_sends", "allow_private_data_export",
	} {
		all[name] = false
	}
	return all
}

// allSettings are the user's settings, changed or not.
func (u *userState) allSettings() map[string]any {
	all := defaultSettings()
	maps.Copy(all, u.settings)
	all["timezone"] = u.Timezone
	return all
}

func (s *Server) patchSettings(c *call) answer {
	u := c.user
	name, email := strings.TrimSpace(c.str("full_name", u.FullName)), c.str("email", u.Email)
	old, password := c.str("old_password", ""), c.str("new_password", "")
	changed := readSettings(c)
	if bad := s.checkSettings(u, name, changed); bad != nil {
		c.reject(*bad)
	}
	switch {
	case c.bad != nil:
		return *c.bad
	case password != "" && old != u.password:
		return badRequest("Wrong password!")
	case email != u.Email:
		if bad := s.checkNewEmail(email); bad != nil {
			return *bad
		}
	}
	if password != "" {
		u.password = password
	}
	s.rename(u, name) // a new address counts only once its owner has confirmed it
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		value := changed[name]
		if zone, isText := value.(string); name == "timezone" && isText {
			s.setTimezone(u, zone)
		} else {
			u.settings[name] = value
		}
		s.emit("user_settings", only(u.ID), func(*queue) event {
			e := event{"op": "update", "property": name, "value": value}
			if name == "default_language" {
				e["language_name"] = value
			}
			return e
		})
	}
	return ok(nil)
}

// readSettings reads the settings that a request changes: text as it is, all else as JSON.
func readSettings(c *call) map[string]any {
	changed := map[string]any{}
	defaults := defaultSettings()
	for _, name := range sortedNames(defaults) {
		if !c.has(name) {
			continue
		}
		otherwise := defaults[name]
		text := c.values.Get(name)
		var value any = text
		if _, isText := otherwise.(string); !isText {
			c.json(name, &value)
			_, wantsNumber := otherwise.(float64)
			if _, isNumber := value.(float64); isNumber != wantsNumber {
				c.reject(invalid(name))
			}
		} else if quoted := ""; json.Unmarshal([]byte(text), &quoted) == nil {
			value = quoted // older clients sent these as JSON
		}
		changed[name] = value
	}
	return changed
}

func (s *Server) checkSettings(u *userState, name string, changed map[string]any) *answer {
	if zone, set := changed["timezone"].(string); set {
		if _, err := time.LoadLocation(zone); err != nil {
			return refuse("timezone is not a recognized time zone")
		}
	}
	if name == u.FullName {
		return nil
	}
	return s.checkFullName(name)
}
