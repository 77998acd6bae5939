package zuliptest

import (
	"maps"
	"net/http"
	"strings"
)

// keep leaves out of an object the keys that came with a later feature level than the server's.
func (s *Server) keep(o map[string]any, since map[string]int) map[string]any {
	for key, level := range since {
		if s.featureLevel < level {
			delete(o, key)
		}
	}
	return o
}

// channelKeys are the feature levels from which a channel has these keys.
func channelKeys() map[string]int {
	since := newerOfChannels()
	maps.Copy(since, map[string]int{
		"creator_id": 254, "is_archived": 315, "is_recently_active": 323, "subscriber_count": 394,
	})
	return since
}

// groupKeys are the feature levels from which a user group has these keys.
func groupKeys() map[string]int {
	since := newerOfGroups()
	maps.Copy(since, map[string]int{"deactivated": 290, "creator_id": 292, "date_created": 292})
	return since
}

// stateKeys are the feature levels from which the state of the organization has these keys.
var stateKeys = map[string]int{"realm_url": 257, "presence_last_update_id": 263, "realm_empty_topic_display_name": 334}

// settingKeys are the feature levels from which these personal settings exist.
var settingKeys = map[string]int{
	"receives_typing_notifications": 253, "web_navigate_to_sent_message": 268, "web_channel_default_view": 269,
	"web_animate_image_previews": 275, "allow_private_data_export": 293, "web_suggest_update_timezone": 329,
	"hide_ai_features": 350, "resolved_topic_notice_auto_read_policy": 385, "web_left_sidebar_unreads_count_summary": 398,
	"web_left_sidebar_show_channel_folders": 411,
}

// channelWords is the feature level from which sentences say "channel" for what was a "stream".
const channelWords = 250

// streamWords are the parts of sentences that were different before.
var streamWords = strings.NewReplacer(
	"Channel '", "Stream '", "Channel with ID", "Stream with ID", "send to channel", "send to stream",
	"exactly one channel", "exactly one stream", "unknown channel", "unknown stream", "Invalid channel", "Invalid stream",
	"access channel", "access stream", "Channel name can't be empty.", "Stream name can't be empty!", "Channel(s)", "Stream(s)",
)

// worded is the answer in the words of the server's level.
func (s *Server) worded(a answer) answer {
	if s.featureLevel >= channelWords || a.status == http.StatusOK {
		return a
	}
	for _, key := range []string{"msg", "desc"} {
		if text, isText := a.body[key].(string); isText {
			a.body[key] = streamWords.Replace(text)
		}
	}
	return a
}
