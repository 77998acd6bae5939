package zulip

import "encoding/json"

// Types of events that this package decodes. The server has many more and adds some with each release:
// those arrive with [Event.Raw].
const (
	EventMessage            = "message"
	EventUpdateMessage      = "update_message"
	EventUpdateMessageFlags = "update_message_flags"
	EventDeleteMessage      = "delete_message"
	EventReaction           = "reaction"
	EventSubmessage         = "submessage"
	EventTyping             = "typing"
	EventTypingEdit         = "typing_edit_message"

	EventSubscription    = "subscription"
	EventUserTopic       = "user_topic"
	EventChannel         = "stream"
	EventChannelFolder   = "channel_folder"
	EventDefaultChannels = "default_streams"

	EventRealmUser  = "realm_user"
	EventUserStatus = "user_status"
	EventPresence   = "presence"
	EventUserGroup  = "user_group"

	EventScheduledMessages = "scheduled_messages"
	EventReminders         = "reminders"
	EventAttachment        = "attachment"
	EventAlertWords        = "alert_words"
	EventMutedUsers        = "muted_users"

	EventRealm         = "realm"
	EventRealmEmoji    = "realm_emoji"
	EventLinkifiers    = "realm_linkifiers"
	EventProfileFields = "custom_profile_fields"

	EventHeartbeat = "heartbeat"
	EventRestart   = "restart"
	// EventResynced is made by [Client.Events], not by the server.
	EventResynced = "resynced"
)

// Event is one thing that happened. Type says which of the pointers is set; at most one is.
type Event struct {
	// ID is the number in the queue, growing but with gaps; -1 for an event that did not come through the queue.
	ID   int64
	Type string
	// Op tells kinds of one type apart, as "add" and "remove".
	Op string
	// Message has the caller's flags in Message.Flags.
	Message       *Message
	UpdateMessage *UpdateMessage
	DeleteMessage *DeleteMessage
	Reaction      *ReactionEvent
	Submessage    *Submessage
	Subscription  *SubscriptionEvent
	RealmUser     *RealmUserEvent
	UserStatus    *UserStatusEvent
	Typing        *TypingEvent
	Restart       *RestartEvent
	Resynced      *Resynced

	UpdateMessageFlags *UpdateMessageFlags
	TypingEdit         *TypingEditEvent
	UserTopic          *UserTopicEvent
	Channel            *ChannelEvent
	ChannelFolder      *ChannelFolderEvent
	DefaultChannels    *DefaultChannelsEvent
	Presence           *PresenceEvent
	UserGroup          *UserGroupEvent
	ScheduledMessages  *ScheduledMessagesEvent
	Reminders          *RemindersEvent
	Attachment         *AttachmentEvent
	AlertWords         *AlertWordsEvent
	MutedUsers         *MutedUsersEvent
	Realm              *RealmEvent
	RealmEmoji         *RealmEmojiEvent
	Linkifiers         *LinkifiersEvent
	ProfileFields      *ProfileFieldsEvent

	// LocalMessageID is what the sender gave as [SendMessageRequest.LocalID]; only for messages sent with this queue's id.
	LocalMessageID string
	// Raw is the JSON of an event whose type is not decoded here, or whose fields are not as expected; and of every
	// event where [ListenRequest.KeepRaw] asks for it, for fields that this package does not know. Nil otherwise.
	Raw json.RawMessage
}

// UpdateMessage says that messages were edited or moved.
type UpdateMessage struct {
	MessageID MessageID
	// MessageIDs are all messages that changed, MessageID among them.
	MessageIDs []MessageID
	// UserID is who did it; 0 when the server itself did.
	UserID        UserID
	EditTimestamp int64
	// Content is the new Markdown; nil when the content did not change.
	Content *string
	// RenderedContent is the new HTML; OrigContent and OrigRenderedContent are what was there before. Nil as Content.
	RenderedContent, OrigContent, OrigRenderedContent *string
	// IsMeMessage belongs to the new content.
	IsMeMessage bool
	// OrigTopic and Topic are set when the messages were moved to another topic.
	OrigTopic, Topic *string
	ChannelID        ChannelID
	// NewChannelID is 0 unless the messages were moved to another channel.
	NewChannelID ChannelID
	// PropagateMode says which messages of the topic were moved along; empty when none were moved.
	PropagateMode PropagateMode
	// TopicLinks are of the new topic.
	TopicLinks []TopicLink
	// RenderingOnly marks a change that no person made, such as a link preview.
	RenderingOnly bool
	Flags         []string
}

// DeleteMessage says that messages are gone.
type DeleteMessage struct {
	MessageIDs []MessageID
	// ChannelID and Topic are zero for direct messages.
	ChannelID ChannelID
	Topic     string
}

// ReactionEvent is a reaction that came or went; [Event.Op] is "add" or "remove".
type ReactionEvent struct {
	Reaction
	MessageID MessageID
}

// SubscriptionEvent is a change of subscriptions. [Event.Op] is "add" or "remove" for the caller's own
// (Subscriptions is set), "peer_add" or "peer_remove" for others' (ChannelIDs and UserIDs are set),
// "update" for a personal setting (the rest is set).
type SubscriptionEvent struct {
	Subscriptions []Subscription
	ChannelIDs    []ChannelID
	UserIDs       []UserID
	ChannelID     ChannelID
	Property      string
	Value         json.RawMessage
}

// RealmUserEvent is a user that was added or changed; [Event.Op] is "add", "update" or "remove".
type RealmUserEvent struct {
	// Person has the id and the fields that changed; others are zero.
	Person User
}

// UserStatusEvent is a new status of a user. What was not changed is not told; what was changed and is empty was cleared.
type UserStatusEvent struct {
	UserID UserID
	// TextChanged tells that StatusText is new.
	TextChanged bool
	StatusText  string
	// EmojiChanged tells that Emoji is new.
	EmojiChanged bool
	Emoji        Emoji
}

// TypingEvent says that somebody starts or stops to type; [Event.Op] is "start" or "stop".
type TypingEvent struct {
	SenderID UserID
	// Recipients are the people of a direct conversation; nil in a channel.
	Recipients []UserID
	ChannelID  ChannelID
	Topic      string
}

// RestartEvent says that the server was restarted, perhaps with a new version.
type RestartEvent struct {
	ZulipVersion      string
	ZulipFeatureLevel int
	ServerGeneration  int64
}

// Resynced says that the event queue was lost and replaced. All messages of the gap have been delivered before this
// event, as events of type message. Events of other types (reactions, edits, …) that fell into the gap are lost:
// fetch again what depends on them.
type Resynced struct {
	// After and UpTo bound the gap: messages with After < id <= UpTo were read from the history.
	// Messages slightly below After are delivered too when they became visible late.
	After, UpTo MessageID
	// Reason is why the queue was replaced.
	Reason string
}
