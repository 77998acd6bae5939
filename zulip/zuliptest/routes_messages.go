package zuliptest

// messageRoutes are the operations on messages and what goes with them.
func messageRoutes() []route {
	return []route{
		{method: "GET", path: "/messages", handle: (*Server).getMessages},
		{method: "POST", path: "/messages", handle: (*Server).postMessage, webhooks: true},
		{method: "GET", path: "/messages/matches_narrow", handle: (*Server).getMatchesNarrow},
		{method: "POST", path: "/messages/flags", handle: (*Server).postFlags},
		{method: "POST", path: "/messages/flags/narrow", handle: (*Server).postFlagsNarrow},
		{method: "POST", path: "/mark_all_as_read", handle: (*Server).postAllRead},
		{method: "POST", path: "/mark_stream_as_read", handle: (*Server).postChannelRead},
		{method: "POST", path: "/mark_topic_as_read", handle: (*Server).postTopicRead},
		{method: "POST", path: "/messages/render", handle: (*Server).postRender},
		{method: "GET", path: "/messages/{id}", handle: (*Server).getMessage},
		{method: "PATCH", path: "/messages/{id}", handle: (*Server).patchMessage},
		{method: "DELETE", path: "/messages/{id}", handle: (*Server).removeMessage},
		{method: "GET", path: "/messages/{id}/history", handle: (*Server).getHistory},
		{method: "GET", path: "/messages/{id}/read_receipts", handle: (*Server).getReadReceipts},
		{method: "POST", path: "/messages/{id}/reactions", handle: (*Server).postReaction},
		{method: "DELETE", path: "/messages/{id}/reactions", handle: (*Server).removeReaction},
		{method: "POST", path: "/messages/{id}/report", handle: (*Server).postReport, since: 382},
		{method: "POST", path: "/messages/{id}/typing", handle: (*Server).postTypingEdit, since: 351},
		{method: "POST", path: "/typing", handle: (*Server).postTyping},
		{method: "POST", path: "/submessage", handle: (*Server).postSubmessage},

		{method: "GET", path: "/scheduled_messages", handle: (*Server).getScheduled, since: 173},
		{method: "POST", path: "/scheduled_messages", handle: (*Server).postScheduled, since: 179},
		{method: "PATCH", path: "/scheduled_messages/{id}", handle: (*Server).patchScheduled, since: 184},
		{method: "DELETE", path: "/scheduled_messages/{id}", handle: (*Server).removeScheduled, since: 173},
		{method: "GET", path: "/reminders", handle: (*Server).getReminders, since: 399},
		{method: "POST", path: "/reminders", handle: (*Server).postReminder, since: 381},
		{method: "DELETE", path: "/reminders/{id}", handle: (*Server).removeReminder, since: 399},

		{method: "POST", path: "/user_uploads", handle: (*Server).postUpload},
		{method: "GET", path: "/user_uploads/{realm}/{name...}", handle: (*Server).getUploadURL},
		{method: "GET", path: "/attachments", handle: (*Server).getAttachments},
		{method: "DELETE", path: "/attachments/{id}", handle: (*Server).removeAttachment},

		{method: "GET", path: "/bot_storage", handle: (*Server).getStorage},
		{method: "PUT", path: "/bot_storage", handle: (*Server).putStorage},
		{method: "DELETE", path: "/bot_storage", handle: (*Server).removeStorage},
	}
}
