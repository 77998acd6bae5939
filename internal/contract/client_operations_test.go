package contract

import (
	"context"
	"slices"

	"github.com/signalbox-go/signalbox/zulip"
)

// An operation is one of the API, and how the client does it.
type operation struct {
	// name is the method and the path as the description has them.
	name string
	// by is the client's method that does it.
	by string
	// call uses it; its result is compared, so it must be all that the method returns.
	call func(ctx context.Context, c *zulip.Client) (any, error)
	// since is the feature level from which the method does it in this way; before it the method does something else
	// or says that it cannot.
	since int
}

// operations are all that a bot may need of the API.
func operations() []operation {
	return slices.Concat(messageOperations(), conversationOperations(), userOperations(), channelOperations(), organizationOperations())
}

// elsewhere are operations that no method of the client does.
var elsewhere = map[string]string{
	"POST /zulip-outgoing-webhook": "the server calls the program: zulip.NewWebhookHandler",
	"POST /fetch_api_key":          "there is no client before it: zulip.FetchAPIKey",
}

// needless are the operations of the description that a bot has no use for, by what they are for.
var needless = map[string][]string{
	"signing in as a person, in development":    {"POST /dev_fetch_api_key"},
	"superseded by POST /messages/flags/narrow": {"POST /mark_stream_as_read", "POST /mark_topic_as_read"},
	"superseded by POST /user_topics":           {"PATCH /users/me/subscriptions/muted_topics"},
	"what a person's apps keep": {
		"GET /drafts", "POST /drafts", "DELETE /drafts/{draft_id}", "PATCH /drafts/{draft_id}",
		"GET /saved_snippets", "POST /saved_snippets", "DELETE /saved_snippets/{saved_snippet_id}", "PATCH /saved_snippets/{saved_snippet_id}",
		"GET /navigation_views", "POST /navigation_views", "DELETE /navigation_views/{fragment}", "PATCH /navigation_views/{fragment}",
		"POST /users/me/muted_users/{muted_user_id}", "DELETE /users/me/muted_users/{muted_user_id}",
		"POST /users/me/presence", "DELETE /users/me",
	},
	"notifications of phones": {
		"POST /mobile_push/test_notification", "POST /mobile_push/e2ee/test_notification", "POST /mobile_push/register",
		"POST /users/me/apns_device_token", "DELETE /users/me/apns_device_token",
		"POST /users/me/android_gcm_reg_id", "DELETE /users/me/android_gcm_reg_id",
	},
	"setting up an organisation": {
		"POST /default_streams", "DELETE /default_streams", "DELETE /realm/emoji/{emoji_name}",
		"PATCH /realm/profile_fields", "POST /realm/profile_fields", "PATCH /realm/user_settings_defaults",
		"PATCH /realm/linkifiers", "DELETE /realm/filters/{filter_id}", "PATCH /realm/filters/{filter_id}",
		"POST /realm/playgrounds", "DELETE /realm/playgrounds/{playground_id}",
		"GET /export/realm", "POST /export/realm", "GET /export/realm/consents",
		"POST /invites/multiuse", "DELETE /invites/{invite_id}", "DELETE /invites/multiuse/{invite_id}", "POST /invites/{invite_id}/resend",
		"POST /realm/test_welcome_bot_custom_message",
		"POST /channel_folders/create", "PATCH /channel_folders", "PATCH /channel_folders/{channel_folder_id}",
		"GET /calls/bigbluebutton/create",
	},
	"text of the description, no operations": {"POST /real-time", "POST /rest-error-handling"},
}
