package matrixbot

import (
	"encoding/json"
	"log/slog"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// events are events that are decoded one by one: somebody's server can send one that cannot be, and the others must
// arrive all the same. A sync response that fails as a whole would come again for ever.
type events []*event.Event

// UnmarshalJSON implements [json.Unmarshaler]. It leaves out what is no event.
func (e *events) UnmarshalJSON(data []byte) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	*e = make(events, 0, len(raw))
	for _, each := range raw {
		evt := new(event.Event)
		if json.Unmarshal(each, evt) == nil && evt.Content.VeryRaw != nil {
			*e = append(*e, evt)
		}
	}
	return nil
}

// eventList is a list of events as a sync response has it.
type eventList struct {
	Events events `json:"events"`
}

func (l eventList) list() mautrix.SyncEventsList { return mautrix.SyncEventsList{Events: l.Events} }

// timeline is the newest part of a room, the oldest event first.
type timeline struct {
	Events  events `json:"events"`
	Limited bool   `json:"limited"`
	Prev    string `json:"prev_batch"`
}

// syncedRoom is what happened in a room in which the bot is, or was until then.
type syncedRoom struct {
	State    eventList `json:"state"`
	Timeline timeline  `json:"timeline"`
}

// syncResponse is the answer of GET /_matrix/client/v3/sync, as far as the bot uses it.
type syncResponse struct {
	NextBatch    string              `json:"next_batch"`
	ToDevice     eventList           `json:"to_device"`
	DeviceLists  mautrix.DeviceLists `json:"device_lists"`
	KeyCounts    mautrix.OTKCount    `json:"device_one_time_keys_count"`
	FallbackKeys []id.KeyAlgorithm   `json:"device_unused_fallback_key_types"`
	Rooms        struct {
		Join   map[id.RoomID]*syncedRoom `json:"join"`
		Leave  map[id.RoomID]*syncedRoom `json:"leave"`
		Invite map[id.RoomID]*struct {
			State eventList `json:"invite_state"`
		} `json:"invite"`
	} `json:"rooms"`
}

// forEncryption is the response as mautrix knows it. Its events are the same ones.
func (r *syncResponse) forEncryption() *mautrix.RespSync {
	resp := &mautrix.RespSync{
		NextBatch: r.NextBatch, ToDevice: r.ToDevice.list(), DeviceLists: r.DeviceLists,
		DeviceOTKCount: r.KeyCounts, FallbackKeys: r.FallbackKeys,
		Rooms: mautrix.RespSyncRooms{
			Join:  make(map[id.RoomID]*mautrix.SyncJoinedRoom, len(r.Rooms.Join)),
			Leave: make(map[id.RoomID]*mautrix.SyncLeftRoom, len(r.Rooms.Leave)),
		},
	}
	for room, joined := range r.Rooms.Join {
		resp.Rooms.Join[room] = &mautrix.SyncJoinedRoom{State: joined.State.list(), Timeline: joined.Timeline.list()}
	}
	for room, left := range r.Rooms.Leave {
		resp.Rooms.Leave[room] = &mautrix.SyncLeftRoom{State: left.State.list(), Timeline: left.Timeline.list()}
	}
	return resp
}

func (t timeline) list() mautrix.SyncTimeline {
	return mautrix.SyncTimeline{SyncEventsList: mautrix.SyncEventsList{Events: t.Events}, Limited: t.Limited, PrevBatch: t.Prev}
}

// prepare gives events the room that they are in, which the server leaves out, and parses their contents. What has
// contents that make no sense stays, unparsed.
func prepare(room id.RoomID, list events) {
	for _, evt := range list {
		evt.RoomID = room
		evt.Type.Class = event.MessageEventType
		if evt.StateKey != nil {
			evt.Type.Class = event.StateEventType
		}
		parse(evt)
	}
}

// parse parses the content of an event. One that cannot be parsed is as one of an unknown type.
func parse(evt *event.Event) {
	if evt.Content.ParseRaw(evt.Type) != nil {
		evt.Content.Parsed = nil
	}
}

// dropEmpty removes what a garbled response may have: rooms that are null.
func dropEmpty[T any](rooms map[id.RoomID]*T, log *slog.Logger) {
	for room, content := range rooms {
		if content == nil {
			log.Warn("a room in a sync response is empty", "room", room)
			delete(rooms, room)
		}
	}
}
