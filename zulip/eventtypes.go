package zulip

import "encoding/json"

// UpdateMessageFlags says that the caller's own marks on messages changed; [Event.Op] is "add" or "remove".
type UpdateMessageFlags struct {
	Flag       MessageFlag
	MessageIDs []MessageID
	// All means every message; MessageIDs is empty then.
	All bool
}

// UserTopicEvent is a new setting of the caller for one topic.
type UserTopicEvent struct {
	ChannelID ChannelID
	Topic     string
	Policy    VisibilityPolicy
	// LastUpdated is Unix seconds.
	LastUpdated int64
}

// ChannelEvent is a change of channels that the caller can see; [Event.Op] is "create" (Channels is set), "delete"
// (ChannelIDs is set, by old servers Channels) or "update" (the rest is set).
type ChannelEvent struct {
	Channels   []Channel
	ChannelIDs []ChannelID
	ChannelID  ChannelID
	// Name is the channel's name before the change.
	Name     string
	Property string
	Value    json.RawMessage
	// HistoryPublicToSubscribers and IsWebPublic go with a change of "invite_only".
	HistoryPublicToSubscribers, IsWebPublic bool
	// RenderedDescription is HTML and goes with a change of "description".
	RenderedDescription string
}

// UserGroupEvent is a change of user groups; [Event.Op] is "add" (Group is set), "update" (Data has the fields that
// changed), "add_members", "remove_members" (UserIDs), "add_subgroups", "remove_subgroups" (SubgroupIDs) or "remove".
type UserGroupEvent struct {
	Group *UserGroup
	// GroupID is set for all but "add".
	GroupID     UserGroupID
	UserIDs     []UserID
	SubgroupIDs []UserGroupID
	Data        json.RawMessage
}

// PresenceEvent says that people came or went.
type PresenceEvent struct {
	// ServerTimestamp is Unix seconds.
	ServerTimestamp float64
	Presences       map[UserID]Presence
}

// MutedUser is somebody whose messages the caller does not want to see.
type MutedUser struct {
	ID UserID `json:"id"`
	// Timestamp is Unix seconds.
	Timestamp int64 `json:"timestamp"`
}

// MutedUsersEvent has all users that the caller mutes now.
type MutedUsersEvent struct{ Users []MutedUser }

// ScheduledMessagesEvent is a change of the caller's scheduled messages; [Event.Op] is "add", "update" (Messages is
// set) or "remove" (ID is set).
type ScheduledMessagesEvent struct {
	Messages []ScheduledMessage
	ID       ScheduledMessageID
}

// RemindersEvent is a change of the caller's reminders; [Event.Op] is "add" (Reminders is set) or "remove" (ID is set).
type RemindersEvent struct {
	Reminders []Reminder
	ID        ReminderID
}

// AttachmentEvent is a change of the caller's uploads; [Event.Op] is "add", "update" or "remove" (only the id is set).
type AttachmentEvent struct {
	Attachment Attachment
	// UploadSpaceUsed is bytes.
	UploadSpaceUsed int64
}

// AlertWordsEvent has all alert words that the caller has now.
type AlertWordsEvent struct{ Words []string }

// RealmEvent is a change of the organisation; [Event.Op] is "update" (Property and Value are set), "update_dict"
// (Property and Data) or "deactivated", after which the server refuses everything.
type RealmEvent struct {
	Property string
	Value    json.RawMessage
	Data     json.RawMessage
}

// RealmEmojiEvent has all custom emoji that the organisation has now, by id.
type RealmEmojiEvent struct{ Emoji map[string]CustomEmoji }

// LinkifiersEvent has all linkifiers that the organisation has now.
type LinkifiersEvent struct{ Linkifiers []Linkifier }

// ProfileFieldsEvent has all custom profile fields that the organisation has now.
type ProfileFieldsEvent struct{ Fields ProfileFields }

// DefaultChannelsEvent has all channels that new users get now. Zulip 10 and later; before, [Event.Raw] has them.
type DefaultChannelsEvent struct{ ChannelIDs []ChannelID }

// ChannelFolderEvent is a change of channel folders; [Event.Op] is "add" (Folder is set), "update" (ID and Data)
// or "reorder" (Order).
type ChannelFolderEvent struct {
	Folder *ChannelFolder
	ID     ChannelFolderID
	Data   json.RawMessage
	Order  []ChannelFolderID
}

// TypingEditEvent says that somebody edits a message; [Event.Op] is "start" or "stop".
type TypingEditEvent struct {
	SenderID  UserID
	MessageID MessageID
	// Recipients are the people of a direct conversation; nil in a channel.
	Recipients []UserID
	ChannelID  ChannelID
	Topic      string
}
