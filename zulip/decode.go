package zulip

import (
	"encoding/json"
	"errors"
	"slices"
)

// wireEvent has the fields of all event types that are decoded, so that one pass over the JSON does for all.
type wireEvent struct {
	ID             int64          `json:"id"`
	Type           string         `json:"type"`
	Op             string         `json:"op"`
	Flags          []string       `json:"flags"`
	Message        *Message       `json:"message"`
	LocalMessageID string         `json:"local_message_id"`
	MessageID      MessageID      `json:"message_id"`
	MessageIDs     []MessageID    `json:"message_ids"`
	UserID         UserID         `json:"user_id"`
	UserIDs        []UserID       `json:"user_ids"`
	StreamID       ChannelID      `json:"stream_id"`
	StreamIDs      []ChannelID    `json:"stream_ids"`
	NewStreamID    ChannelID      `json:"new_stream_id"`
	EditTimestamp  int64          `json:"edit_timestamp"`
	Content        *string        `json:"content"`
	Rendered       *string        `json:"rendered_content"`
	OrigContent    *string        `json:"orig_content"`
	OrigRendered   *string        `json:"orig_rendered_content"`
	IsMeMessage    bool           `json:"is_me_message"`
	PropagateMode  PropagateMode  `json:"propagate_mode"`
	TopicLinks     []TopicLink    `json:"topic_links"`
	OrigSubject    *string        `json:"orig_subject"`
	Subject        *string        `json:"subject"`
	Topic          string         `json:"topic"`
	RenderingOnly  bool           `json:"rendering_only"`
	SenderID       UserID         `json:"sender_id"`
	SubmessageID   int64          `json:"submessage_id"`
	MessageType    string         `json:"msg_type"`
	Subscriptions  []Subscription `json:"subscriptions"`
	Person         *User          `json:"person"`
	StatusText     *string        `json:"status_text"`
	Sender         *typist        `json:"sender"`
	Recipients     []typist       `json:"recipients"`
	ZulipVersion   string         `json:"zulip_version"`
	FeatureLevel   int            `json:"zulip_feature_level"`
	Generation     int64          `json:"server_generation"`
	Emoji

	MessageFlags MessageFlag      `json:"flag"`
	Messages     []MessageID      `json:"messages"`
	All          bool             `json:"all"`
	TopicName    string           `json:"topic_name"`
	Visibility   VisibilityPolicy `json:"visibility_policy"`
	LastUpdated  int64            `json:"last_updated"`
	Property     string           `json:"property"`
	Value        json.RawMessage  `json:"value"`
	Data         json.RawMessage  `json:"data"`
	Name         string           `json:"name"`

	HistoryPublicToSubscribers bool   `json:"history_public_to_subscribers"`
	IsWebPublic                bool   `json:"is_web_public"`
	RenderedDescription        string `json:"rendered_description"`
	Conversation               struct {
		UserIDs   []UserID  `json:"user_ids"`
		ChannelID ChannelID `json:"channel_id"`
		Topic     string    `json:"topic"`
	} `json:"recipient"`

	Channels      []Channel              `json:"streams"`
	DefaultIDs    []ChannelID            `json:"default_streams"`
	Folder        *ChannelFolder         `json:"channel_folder"`
	FolderID      ChannelFolderID        `json:"channel_folder_id"`
	Order         []ChannelFolderID      `json:"order"`
	Group         *UserGroup             `json:"group"`
	GroupID       UserGroupID            `json:"group_id"`
	SubgroupIDs   []UserGroupID          `json:"direct_subgroup_ids"`
	Server        float64                `json:"server_timestamp"`
	Presence      *Presence              `json:"presence"`
	Presences     map[UserID]Presence    `json:"presences"`
	Scheduled     []ScheduledMessage     `json:"scheduled_messages"`
	Rescheduled   *ScheduledMessage      `json:"scheduled_message"`
	ScheduledID   ScheduledMessageID     `json:"scheduled_message_id"`
	Reminders     []Reminder             `json:"reminders"`
	ReminderID    ReminderID             `json:"reminder_id"`
	Attachment    *Attachment            `json:"attachment"`
	UploadSpace   int64                  `json:"upload_space_used"`
	AlertWords    []string               `json:"alert_words"`
	MutedUsers    []MutedUser            `json:"muted_users"`
	RealmEmoji    map[string]CustomEmoji `json:"realm_emoji"`
	Linkifiers    []Linkifier            `json:"realm_linkifiers"`
	ProfileFields []ProfileField         `json:"fields"`
}

// typist is a user as typing events name it.
type typist struct {
	UserID UserID `json:"user_id"`
}

// eventBatch is the answer to one poll.
type eventBatch struct {
	envelope
	Events  []wireEvent `json:"events"`
	QueueID string      `json:"queue_id"`
}

// decodeEvents reads the answer to a poll into out. The common case takes one pass. Events of types that are not
// known, and ones that do not have the expected form, cost a second pass and keep their JSON.
func decodeEvents(data []byte, batch *eventBatch, out []Event, keepAll bool) ([]Event, error) {
	clear(batch.Events[:cap(batch.Events)])
	batch.Events = batch.Events[:0]
	batch.envelope = envelope{}
	err := json.Unmarshal(data, batch)
	if err != nil {
		if !json.Valid(data) {
			return nil, err
		}
		return decodeOneByOne(data, out, keepAll)
	}
	unknown := false
	for i := range batch.Events {
		event, ok := batch.Events[i].event()
		unknown = unknown || !ok
		out = append(out, event)
	}
	if unknown || keepAll {
		return out, keepRaw(data, out[len(out)-len(batch.Events):], keepAll)
	}
	return out, nil
}

// errNoNumber means that an event cannot be acknowledged.
var errNoNumber = errors.New("an event has no number")

type rawBatch struct {
	Events []json.RawMessage `json:"events"`
}

// keepRaw fills in the JSON of the events that have nothing else, or of all.
func keepRaw(data []byte, events []Event, all bool) error {
	var raw rawBatch
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	for i := range events {
		if all || !events[i].decoded() {
			events[i].Raw = slices.Clone(raw.Events[i])
		}
	}
	return nil
}

// decodeOneByOne is for a batch in which at least one event is not as expected.
func decodeOneByOne(data []byte, out []Event, keepAll bool) ([]Event, error) {
	var raw rawBatch
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, err
	}
	for _, one := range raw.Events {
		var wire wireEvent
		if err := json.Unmarshal(one, &wire); err == nil {
			event, ok := wire.event()
			if !ok || keepAll {
				event.Raw = slices.Clone(one)
			}
			out = append(out, event)
			continue
		}
		// The number is needed to acknowledge the event, the type is of use to the reader; all else stays raw.
		var id struct {
			ID *int64 `json:"id"`
		}
		if err := json.Unmarshal(one, &id); err != nil || id.ID == nil {
			return nil, errNoNumber
		}
		var kind struct {
			Type string `json:"type"`
		}
		_ = json.Unmarshal(one, &kind) // a type that is not a string stays empty
		out = append(out, Event{ID: *id.ID, Type: kind.Type, Raw: slices.Clone(one)})
	}
	return out, nil
}

// decoded tells whether the event says all that it has without its JSON.
func (e *Event) decoded() bool {
	return e.Type == EventHeartbeat || e.Message != nil || e.UpdateMessage != nil || e.DeleteMessage != nil ||
		e.Reaction != nil || e.Submessage != nil || e.Subscription != nil || e.RealmUser != nil ||
		e.UserStatus != nil || e.Typing != nil || e.Restart != nil || e.Resynced != nil ||
		e.UpdateMessageFlags != nil || e.TypingEdit != nil || e.UserTopic != nil || e.Channel != nil ||
		e.ChannelFolder != nil || e.DefaultChannels != nil || e.Presence != nil || e.UserGroup != nil ||
		e.ScheduledMessages != nil || e.Reminders != nil || e.Attachment != nil || e.AlertWords != nil ||
		e.MutedUsers != nil || e.Realm != nil || e.RealmEmoji != nil || e.Linkifiers != nil || e.ProfileFields != nil
}

// event makes the public form; false means that the JSON has to be kept.
func (w *wireEvent) event() (Event, bool) {
	e := Event{ID: w.ID, Type: w.Type, Op: w.Op}
	switch w.Type {
	case EventMessage:
		if w.Message != nil {
			w.Message.Flags = w.Flags
			e.Message, e.LocalMessageID = w.Message, w.LocalMessageID
		}
	case EventUpdateMessage:
		e.UpdateMessage = &UpdateMessage{
			MessageID: w.MessageID, MessageIDs: w.MessageIDs, UserID: w.UserID, EditTimestamp: w.EditTimestamp,
			Content: w.Content, RenderedContent: w.Rendered, OrigContent: w.OrigContent, OrigRenderedContent: w.OrigRendered,
			IsMeMessage: w.IsMeMessage, OrigTopic: w.OrigSubject, Topic: w.Subject, PropagateMode: w.PropagateMode, TopicLinks: w.TopicLinks,
			ChannelID: w.StreamID, NewChannelID: w.NewStreamID, RenderingOnly: w.RenderingOnly, Flags: w.Flags,
		}
	case EventDeleteMessage:
		ids := w.MessageIDs
		if len(ids) == 0 {
			ids = []MessageID{w.MessageID}
		}
		e.DeleteMessage = &DeleteMessage{MessageIDs: ids, ChannelID: w.StreamID, Topic: w.Topic}
	case EventReaction:
		e.Reaction = &ReactionEvent{Reaction: Reaction{Emoji: w.Emoji, UserID: w.UserID}, MessageID: w.MessageID}
	case EventSubmessage:
		e.Submessage = &Submessage{
			ID: w.SubmessageID, MessageID: w.MessageID, SenderID: w.SenderID, Type: w.MessageType, Content: deref(w.Content),
		}
	case EventSubscription:
		e.Subscription = &SubscriptionEvent{
			Subscriptions: w.Subscriptions, ChannelIDs: w.StreamIDs, UserIDs: w.UserIDs,
			ChannelID: w.StreamID, Property: w.Property, Value: w.Value,
		}
	case EventRealmUser:
		if w.Person != nil {
			e.RealmUser = &RealmUserEvent{Person: *w.Person}
		}
	case EventUserStatus:
		e.UserStatus = &UserStatusEvent{UserID: w.UserID, EmojiChanged: w.Emoji.Type != ""}
		if w.StatusText != nil {
			e.UserStatus.TextChanged, e.UserStatus.StatusText = true, *w.StatusText
		}
		if e.UserStatus.EmojiChanged { // no emoji has a type as well
			e.UserStatus.Emoji = w.Emoji
		}
	case EventTyping:
		if w.Sender != nil {
			e.Typing = w.typing()
		}
	case EventRestart:
		e.Restart = &RestartEvent{ZulipVersion: w.ZulipVersion, ZulipFeatureLevel: w.FeatureLevel, ServerGeneration: w.Generation}
	default:
		w.further(&e)
	}
	return e, e.decoded()
}

// further fills in the types that are seldom.
func (w *wireEvent) further(e *Event) {
	switch w.Type {
	case EventUpdateMessageFlags:
		e.UpdateMessageFlags = &UpdateMessageFlags{Flag: w.MessageFlags, MessageIDs: w.Messages, All: w.All}
	case EventTypingEdit:
		e.TypingEdit = &TypingEditEvent{
			SenderID: w.SenderID, MessageID: w.MessageID,
			Recipients: w.Conversation.UserIDs, ChannelID: w.Conversation.ChannelID, Topic: w.Conversation.Topic,
		}
	case EventUserTopic:
		e.UserTopic = &UserTopicEvent{ChannelID: w.StreamID, Topic: w.TopicName, Policy: w.Visibility, LastUpdated: w.LastUpdated}
	case EventChannel:
		e.Channel = &ChannelEvent{
			Channels: w.Channels, ChannelIDs: w.StreamIDs, ChannelID: w.StreamID, Name: w.Name, Property: w.Property, Value: w.Value,
			HistoryPublicToSubscribers: w.HistoryPublicToSubscribers, IsWebPublic: w.IsWebPublic, RenderedDescription: w.RenderedDescription,
		}
	case EventChannelFolder:
		e.ChannelFolder = &ChannelFolderEvent{Folder: w.Folder, ID: w.FolderID, Data: w.Data, Order: w.Order}
	case EventDefaultChannels:
		e.DefaultChannels = &DefaultChannelsEvent{ChannelIDs: w.DefaultIDs}
	case EventPresence:
		e.Presence = &PresenceEvent{ServerTimestamp: w.Server, Presences: w.Presences}
		if w.Presence != nil && w.Presences == nil { // the form before Zulip 11
			e.Presence.Presences = map[UserID]Presence{w.UserID: *w.Presence}
		}
	case EventUserGroup:
		e.UserGroup = &UserGroupEvent{Group: w.Group, GroupID: w.GroupID, UserIDs: w.UserIDs, SubgroupIDs: w.SubgroupIDs, Data: w.Data}
	case EventScheduledMessages:
		e.ScheduledMessages = &ScheduledMessagesEvent{Messages: w.Scheduled, ID: w.ScheduledID}
		if w.Rescheduled != nil {
			e.ScheduledMessages.Messages = []ScheduledMessage{*w.Rescheduled}
		}
	case EventReminders:
		e.Reminders = &RemindersEvent{Reminders: w.Reminders, ID: w.ReminderID}
	case EventAttachment:
		if w.Attachment != nil {
			e.Attachment = &AttachmentEvent{Attachment: *w.Attachment, UploadSpaceUsed: w.UploadSpace}
		}
	case EventAlertWords:
		e.AlertWords = &AlertWordsEvent{Words: w.AlertWords}
	case EventMutedUsers:
		e.MutedUsers = &MutedUsersEvent{Users: w.MutedUsers}
	case EventRealm:
		e.Realm = &RealmEvent{Property: w.Property, Value: w.Value, Data: w.Data}
	case EventRealmEmoji:
		e.RealmEmoji = &RealmEmojiEvent{Emoji: w.RealmEmoji}
	case EventLinkifiers:
		e.Linkifiers = &LinkifiersEvent{Linkifiers: w.Linkifiers}
	case EventProfileFields:
		e.ProfileFields = &ProfileFieldsEvent{Fields: w.ProfileFields}
	}
}

func (w *wireEvent) typing() *TypingEvent {
	typing := &TypingEvent{SenderID: w.Sender.UserID, ChannelID: w.StreamID, Topic: w.Topic}
	for _, recipient := range w.Recipients {
		typing.Recipients = append(typing.Recipients, recipient.UserID)
	}
	return typing
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
