package contract

import "testing"

func TestEveryAnswerAboutChannelsIsValid(t *testing.T) {
	t.Parallel()
	p := newParty(t)
	boss, ada, bot := p.boss, p.ada, p.bot
	queues := p.queues(bot)
	settings := `{"new":{"direct_members":[` + number(bot.user.ID) + `],"direct_subgroups":[304]},"old":307}`
	news := "/streams/" + id(ada.call(200, "POST", "/channels/create", q("name", "news", "description", "**what** happens",
		"subscribers", "["+number(ada.user.ID)+"]", "topics_policy", "allow_empty_topic", "can_send_message_group", "307")), "id")
	ada.call(409, "POST", "/channels/create", q("name", "news", "subscribers", "[]"))
	ada.call(400, "POST", "/channels/create", q("name", "x", "subscribers", "[]", "is_web_public", "true", "invite_only", "true"))
	ada.call(200, "PATCH", news, q("new_name", "announcements", "description", "x", "can_send_message_group", settings))
	ada.call(200, "PATCH", news, q("topics_policy", "inherit"))
	ada.call(400, "PATCH", "/streams/99", q("description", "x"))
	bot.call(400, "PATCH", news, q("description", "x"))
	boss.call(200, "PATCH", news, q("message_retention_days", "30", "is_default_stream", "true"))
	boss.call(200, "PATCH", news, q("message_retention_days", `"unlimited"`, "is_default_stream", "false"))

	folder := id(boss.call(200, "POST", "/channel_folders/create", q("name", "teams", "description", "**all**")), "channel_folder_id")
	boss.call(400, "POST", "/channel_folders/create", q("name", "teams"))
	boss.call(200, "PATCH", "/streams/"+p.team, q("folder_id", folder))
	boss.call(200, "PATCH", "/streams/"+p.team, q("folder_id", "null"))
	boss.call(200, "PATCH", "/channel_folders/"+folder, q("name", "crews", "description", "d"))
	boss.call(200, "PATCH", "/channel_folders", q("order", "["+folder+"]"))
	boss.call(200, "PATCH", "/channel_folders/"+folder, q("is_archived", "true"))
	boss.call(400, "PATCH", "/channel_folders/1", q("name", "x"))
	bot.call(200, "GET", "/channel_folders", q("include_archived", "true"))

	boss.call(200, "POST", "/default_streams", q("stream_id", p.team))
	boss.call(200, "DELETE", "/default_streams", q("stream_id", p.team))
	boss.call(400, "POST", "/default_streams", q("stream_id", "99"))
	properties := func(property, value string) string {
		return `[{"stream_id":` + p.team + `,"property":"` + property + `","value":` + value + `}]`
	}
	bot.call(200, "POST", "/users/me/subscriptions/properties", q("subscription_data", properties("is_muted", "true")))
	bot.call(200, "POST", "/users/me/subscriptions/properties", q("subscription_data", properties("color", `"#123456"`)))
	bot.call(200, "PATCH", "/users/me/subscriptions", q("add", `[{"name":"extra"}]`, "delete", `["extra"]`))
	bot.call(200, "PATCH", "/users/me/subscriptions/muted_topics", q("stream_id", p.team, "topic", "t", "op", "add"))
	bot.call(200, "POST", "/user_topics", q("stream_id", p.team, "topic", "t", "visibility_policy", "3"))
	bot.call(200, "GET", "/users/me/subscriptions", q("include_subscribers", "true"))
	bot.call(200, "POST", "/register", nil)
	bot.call(200, "GET", "/streams/"+p.team+"/email_address", nil)
	bot.call(400, "GET", "/streams/99/email_address", nil)

	bot.call(200, "POST", "/messages", q("type", "stream", "to", `"team"`, "topic", "old", "content", "x"))
	boss.call(200, "POST", "/streams/"+p.team+"/delete_topic", q("topic_name", "old"))
	ada.call(400, "POST", "/streams/"+p.team+"/delete_topic", q("topic_name", "old"))
	boss.call(200, "PATCH", "/streams/"+p.team, q("is_private", "true"))
	boss.call(200, "DELETE", "/streams/"+p.team, nil)
	bot.call(200, "GET", "/streams", q("exclude_archived", "false"))
	boss.call(200, "PATCH", "/streams/"+p.team, q("is_archived", "false"))
	boss.call(400, "DELETE", "/streams/99", nil)
	p.drain(bot, queues, []string{
		"stream/create", "stream/update", "stream/delete", "channel_folder/add", "channel_folder/update", "channel_folder/reorder",
		"default_streams", "subscription/update", "user_topic", "muted_topics",
	})
	p.touched("POST /channels/create", "PATCH /streams/{stream_id}", "DELETE /streams/{stream_id}", "GET /streams",
		"POST /streams/{stream_id}/delete_topic", "GET /streams/{stream_id}/email_address", "POST /channel_folders/create",
		"PATCH /channel_folders/{channel_folder_id}", "PATCH /channel_folders", "GET /channel_folders", "POST /default_streams",
		"DELETE /default_streams", "POST /users/me/subscriptions/properties", "PATCH /users/me/subscriptions",
		"PATCH /users/me/subscriptions/muted_topics", "POST /user_topics")
}

func TestEveryAnswerAboutTheOrganizationIsValid(t *testing.T) {
	t.Parallel()
	p := newParty(t)
	boss, ada, bot := p.boss, p.ada, p.bot
	queues := p.queues(boss)
	const image = "GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
	ada.addEmoji(200, "gopher", image)
	ada.addEmoji(400, "gopher", image)
	ada.addEmoji(400, "text", "no image")
	bot.call(200, "GET", "/realm/emoji", nil)
	boss.call(200, "DELETE", "/realm/emoji/gopher", nil)
	boss.call(404, "DELETE", "/realm/emoji/gopher", nil)

	linkifier := q("pattern", "#(?P<id>[0-9]+)", "url_template", "https://issues.example/{id}")
	one := id(boss.call(200, "POST", "/realm/filters", linkifier), "id")
	boss.call(400, "POST", "/realm/filters", linkifier)
	boss.call(200, "PATCH", "/realm/linkifiers", q("ordered_linkifier_ids", "["+one+"]"))
	boss.call(200, "PATCH", "/realm/filters/"+one, linkifier)
	bot.call(200, "GET", "/realm/linkifiers", nil)
	boss.call(200, "DELETE", "/realm/filters/"+one, nil)
	boss.call(400, "DELETE", "/realm/filters/"+one, nil)

	ada.call(200, "POST", "/invites", q("invitee_emails", "dan@zulip.example", "stream_ids", "["+p.team+"]", "group_ids", "[]"))
	ada.call(400, "POST", "/invites", q("invitee_emails", ada.user.Email+", eve@zulip.example", "stream_ids", "[]"))
	ada.call(400, "POST", "/invites", q("invitee_emails", "x@zulip.example", "stream_ids", "[99]"))
	boss.call(200, "POST", "/invites/multiuse", q("invite_expires_in_minutes", "null", "stream_ids", "[]"))
	ada.call(400, "POST", "/invites/multiuse", nil)
	list := boss.call(200, "GET", "/invites", nil)["invites"].([]any)
	mail, link := id(list[0].(object), "id"), id(list[2].(object), "id")
	ada.call(200, "POST", "/invites/"+mail+"/resend", nil)
	ada.call(200, "DELETE", "/invites/"+mail, nil)
	ada.call(400, "DELETE", "/invites/"+mail, nil)
	boss.call(200, "DELETE", "/invites/multiuse/"+link, nil)
	boss.call(400, "DELETE", "/invites/multiuse/"+link, nil)
	p.drain(boss, queues, []string{"realm_emoji/update", "realm_linkifiers", "invites_changed"})
	p.touched("POST /realm/emoji/{emoji_name}", "DELETE /realm/emoji/{emoji_name}", "GET /realm/emoji", "POST /realm/filters",
		"PATCH /realm/filters/{filter_id}", "DELETE /realm/filters/{filter_id}", "GET /realm/linkifiers", "PATCH /realm/linkifiers",
		"GET /invites", "POST /invites", "POST /invites/multiuse", "POST /invites/{invite_id}/resend", "DELETE /invites/{invite_id}",
		"DELETE /invites/multiuse/{invite_id}")
}
