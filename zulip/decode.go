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
	OrigSubject    *string        `json:"orig_subject"`
	Subject        *string        `json:"subject"`
	Topic          string         `json:"topic"`
	RenderingOnly  bool           `json:"rendering_only"`
	SenderID       UserID         `json:"sender_id"`
	SubmessageID   int64          `json:"submessage_id"`
	MessageType    string         `json:"msg_type"`
	Subscriptions  []Subscription `json:"subscriptions"`
	Person         *User          `json:"person"`
	StatusText     string         `json:"status_text"`
	Sender         *typist        `json:"sender"`
	Recipients     []typist       `json:"recipients"`
	ZulipVersion   string         `json:"zulip_version"`
	FeatureLevel   int            `json:"zulip_feature_level"`
	Generation     int64          `json:"server_generation"`
	Emoji
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
func decodeEvents(data []byte, batch *eventBatch, out []Event) ([]Event, error) {
	clear(batch.Events[:cap(batch.Events)])
	batch.Events = batch.Events[:0]
	batch.envelope = envelope{}
	err := json.Unmarshal(data, batch)
	if err != nil {
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok {
			return nil, err
		}
		return decodeOneByOne(data, out)
	}
	unknown := false
	for i := range batch.Events {
		event, ok := batch.Events[i].event()
		unknown = unknown || !ok
		out = append(out, event)
	}
	if unknown {
		return out, keepRaw(data, out[len(out)-len(batch.Events):])
	}
	return out, nil
}

type rawBatch struct {
	Events []json.RawMessage `json:"events"`
}

// keepRaw fills in the JSON of the events that have nothing else.
func keepRaw(data []byte, events []Event) error {
	var raw rawBatch
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	for i := range events {
		if !events[i].decoded() {
			events[i].Raw = slices.Clone(raw.Events[i])
		}
	}
	return nil
}

// decodeOneByOne is for a batch in which at least one event is not as expected.
func decodeOneByOne(data []byte, out []Event) ([]Event, error) {
	var raw rawBatch
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, err
	}
	for _, one := range raw.Events {
		var wire wireEvent
		if err := json.Unmarshal(one, &wire); err == nil {
			event, ok := wire.event()
			if !ok {
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
			return nil, errors.New("an event has no number")
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
		e.UserStatus != nil || e.Typing != nil || e.Restart != nil || e.Resynced != nil
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
			Content: w.Content, OrigTopic: w.OrigSubject, Topic: w.Subject,
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
		if w.Op != "update" {
			e.Subscription = &SubscriptionEvent{Subscriptions: w.Subscriptions, ChannelIDs: w.StreamIDs, UserIDs: w.UserIDs}
		}
	case EventRealmUser:
		if w.Person != nil {
			e.RealmUser = &RealmUserEvent{Person: *w.Person}
		}
	case EventUserStatus:
		e.UserStatus = &UserStatusEvent{UserID: w.UserID, StatusText: w.StatusText, Emoji: w.Emoji}
	case EventTyping:
		if w.Sender != nil {
			e.Typing = w.typing()
		}
	case EventRestart:
		e.Restart = &RestartEvent{ZulipVersion: w.ZulipVersion, ZulipFeatureLevel: w.FeatureLevel, ServerGeneration: w.Generation}
	}
	return e, e.decoded()
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
