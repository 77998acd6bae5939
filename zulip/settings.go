package zulip

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// UpdateSettingsRequest changes the caller's own settings; what is nil stays as it is. Fields have the API's names.
// A number is one of a list of choices; the comment gives them.
type UpdateSettingsRequest struct {
	FullName *string `json:"full_name,omitempty"`
	// Email asks for another address; the server sends a mail to it that has to be answered first.
	Email *string `json:"email,omitempty"`
	// NewPassword needs OldPassword. Their zero value means no change.
	OldPassword, NewPassword Secret `json:"-"`
	// Timezone is an IANA name.
	Timezone *string `json:"timezone,omitempty"`
	// DefaultLanguage is a code, as "de".
	DefaultLanguage *string `json:"default_language,omitempty"`

	// EmailAddressVisibility: 1 everybody, 2 members, 3 administrators, 4 nobody, 5 moderators.
	EmailAddressVisibility *int `json:"email_address_visibility,omitempty"`
	// PresenceEnabled shows others when the user is there.
	PresenceEnabled                *bool `json:"presence_enabled,omitempty"`
	SendReadReceipts               *bool `json:"send_read_receipts,omitempty"`
	SendPrivateTypingNotifications *bool `json:"send_private_typing_notifications,omitempty"`
	SendStreamTypingNotifications  *bool `json:"send_stream_typing_notifications,omitempty"`
	ReceivesTypingNotifications    *bool `json:"receives_typing_notifications,omitempty"`
	AllowPrivateDataExport         *bool `json:"allow_private_data_export,omitempty"`

	// Notifications of messages in channels.
	EnableStreamDesktopNotifications *bool `json:"enable_stream_desktop_notifications,omitempty"`
	EnableStreamEmailNotifications   *bool `json:"enable_stream_email_notifications,omitempty"`
	EnableStreamPushNotifications    *bool `json:"enable_stream_push_notifications,omitempty"`
	EnableStreamAudibleNotifications *bool `json:"enable_stream_audible_notifications,omitempty"`
	// Notifications of messages in topics that the user follows. Zulip 8.
	EnableFollowedTopicDesktopNotifications   *bool `json:"enable_followed_topic_desktop_notifications,omitempty"`
	EnableFollowedTopicEmailNotifications     *bool `json:"enable_followed_topic_email_notifications,omitempty"`
	EnableFollowedTopicPushNotifications      *bool `json:"enable_followed_topic_push_notifications,omitempty"`
	EnableFollowedTopicAudibleNotifications   *bool `json:"enable_followed_topic_audible_notifications,omitempty"`
	EnableFollowedTopicWildcardMentionsNotify *bool `json:"enable_followed_topic_wildcard_mentions_notify,omitempty"`
	// Notifications of direct messages and mentions.
	EnableDesktopNotifications         *bool `json:"enable_desktop_notifications,omitempty"`
	EnableSounds                       *bool `json:"enable_sounds,omitempty"`
	EnableOfflineEmailNotifications    *bool `json:"enable_offline_email_notifications,omitempty"`
	EnableOfflinePushNotifications     *bool `json:"enable_offline_push_notifications,omitempty"`
	EnableOnlinePushNotifications      *bool `json:"enable_online_push_notifications,omitempty"`
	WildcardMentionsNotify             *bool `json:"wildcard_mentions_notify,omitempty"`
	PMContentInDesktopNotifications    *bool `json:"pm_content_in_desktop_notifications,omitempty"`
	MessageContentInEmailNotifications *bool `json:"message_content_in_email_notifications,omitempty"`
	// EmailNotificationsBatchingPeriodSeconds is how long mails are collected.
	EmailNotificationsBatchingPeriodSeconds *int `json:"email_notifications_batching_period_seconds,omitempty"`
	// RealmNameInEmailNotificationsPolicy: 1 automatic, 2 always, 3 never.
	RealmNameInEmailNotificationsPolicy *int    `json:"realm_name_in_email_notifications_policy,omitempty"`
	EnableDigestEmails                  *bool   `json:"enable_digest_emails,omitempty"`
	EnableMarketingEmails               *bool   `json:"enable_marketing_emails,omitempty"`
	EnableLoginEmails                   *bool   `json:"enable_login_emails,omitempty"`
	NotificationSound                   *string `json:"notification_sound,omitempty"`
	// DesktopIconCountDisplay: 1 all unread messages, 2 direct messages, mentions and followed topics,
	// 3 direct messages and mentions, 4 none.
	DesktopIconCountDisplay *int `json:"desktop_icon_count_display,omitempty"`

	// These two: 1 topics the user takes part in, 2 ones the user writes to, 3 ones the user starts, 4 never. Zulip 8.
	AutomaticallyFollowTopicsPolicy               *int `json:"automatically_follow_topics_policy,omitempty"`
	AutomaticallyUnmuteTopicsInMutedStreamsPolicy *int `json:"automatically_unmute_topics_in_muted_streams_policy,omitempty"`
	// AutomaticallyFollowTopicsWhereMentioned needs Zulip 8.
	AutomaticallyFollowTopicsWhereMentioned *bool `json:"automatically_follow_topics_where_mentioned,omitempty"`
	// ResolvedTopicNoticeAutoReadPolicy is "always", "except_followed" or "never". Zulip 11.
	ResolvedTopicNoticeAutoReadPolicy *string `json:"resolved_topic_notice_auto_read_policy,omitempty"`

	// The rest is how Zulip's own programs look and behave.
	TwentyFourHourTime *bool `json:"twenty_four_hour_time,omitempty"`
	// ColorScheme: 1 automatic, 2 dark, 3 light.
	ColorScheme *int `json:"color_scheme,omitempty"`
	// Emojiset is "google", "google-blob", "twitter" or "text".
	Emojiset                    *string `json:"emojiset,omitempty"`
	TranslateEmoticons          *bool   `json:"translate_emoticons,omitempty"`
	DisplayEmojiReactionUsers   *bool   `json:"display_emoji_reaction_users,omitempty"`
	EnterSends                  *bool   `json:"enter_sends,omitempty"`
	EnableDraftsSynchronization *bool   `json:"enable_drafts_synchronization,omitempty"`
	StarredMessageCounts        *bool   `json:"starred_message_counts,omitempty"`
	FluidLayoutWidth            *bool   `json:"fluid_layout_width,omitempty"`
	HighContrastMode            *bool   `json:"high_contrast_mode,omitempty"`
	LeftSideUserlist            *bool   `json:"left_side_userlist,omitempty"`
	HideAIFeatures              *bool   `json:"hide_ai_features,omitempty"`
	// DemoteInactiveStreams: 1 automatic, 2 always, 3 never.
	DemoteInactiveStreams *int `json:"demote_inactive_streams,omitempty"`
	// UserListStyle: 1 compact, 2 with status, 3 with picture and status.
	UserListStyle *int `json:"user_list_style,omitempty"`
	// WebHomeView is "inbox", "recent_topics" or "all_messages".
	WebHomeView                  *string `json:"web_home_view,omitempty"`
	WebEscapeNavigatesToHomeView *bool   `json:"web_escape_navigates_to_home_view,omitempty"`
	WebNavigateToSentMessage     *bool   `json:"web_navigate_to_sent_message,omitempty"`
	// WebMarkReadOnScrollPolicy: 1 always, 2 in conversations only, 3 never.
	WebMarkReadOnScrollPolicy *int `json:"web_mark_read_on_scroll_policy,omitempty"`
	// WebChannelDefaultView: 1 newest topic, 2 all messages, 3 list of topics, 4 newest unread topic.
	WebChannelDefaultView *int `json:"web_channel_default_view,omitempty"`
	WebFontSizePx         *int `json:"web_font_size_px,omitempty"`
	WebLineHeightPercent  *int `json:"web_line_height_percent,omitempty"`
	// WebAnimateImagePreviews is "always", "on_hover" or "never".
	WebAnimateImagePreviews *string `json:"web_animate_image_previews,omitempty"`
	// WebStreamUnreadsCountDisplayPolicy: 1 all channels, 2 unmuted ones, 3 none.
	WebStreamUnreadsCountDisplayPolicy *int  `json:"web_stream_unreads_count_display_policy,omitempty"`
	WebSuggestUpdateTimezone           *bool `json:"web_suggest_update_timezone,omitempty"`
	WebLeftSidebarShowChannelFolders   *bool `json:"web_left_sidebar_show_channel_folders,omitempty"`
	WebLeftSidebarUnreadsCountSummary  *bool `json:"web_left_sidebar_unreads_count_summary,omitempty"`
}

// UpdateSettings changes the settings of the caller, who must be a person: the server refuses bots.
// A server that is too old for some of the settings changes the others; the error then wraps [ErrUnsupported] and
// names those that it left alone. API: PATCH /settings.
func (c *Client) UpdateSettings(ctx context.Context, req UpdateSettingsRequest) error {
	const op = "update settings"
	p := params{}
	if err := p.fields(req); err != nil {
		return fmt.Errorf("zulip: %s: %w", op, err)
	}
	p.textIf("old_password", req.OldPassword.Reveal())
	p.textIf("new_password", req.NewPassword.Reveal())
	if len(p) == 0 {
		return errNothingToChange(op)
	}
	var out envelope
	if err := c.call(ctx, call{op: op, method: http.MethodPatch, path: path("settings"), params: p}, &out); err != nil {
		return err
	}
	if len(out.Ignored) > 0 {
		return fmt.Errorf("zulip: %s: %w: it left alone %s", op, ErrUnsupported, oneLine(strings.Join(out.Ignored, ", "), 500))
	}
	return nil
}

// fields sets the fields of a struct that are not nil, by the names of their JSON.
func (p *params) fields(from any) error {
	raw, err := json.Marshal(from)
	if err != nil {
		return err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return err
	}
	for name, value := range fields {
		var text string
		if json.Unmarshal(value, &text) == nil {
			p.text(name, text)
		} else {
			p.text(name, string(value))
		}
	}
	return nil
}
