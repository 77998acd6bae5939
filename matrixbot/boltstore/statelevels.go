package boltstore

import (
	"context"
	"fmt"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// SetCreate implements [mautrix.StateStore].
func (t *State) SetCreate(_ context.Context, evt *event.Event) error {
	if evt == nil || evt.Type.Type != event.StateCreate.Type {
		return fmt.Errorf("boltstore: not the create event of a room")
	}
	return t.putRoom(evt.RoomID, kindCreate, evt)
}

// GetCreate implements [mautrix.StateStore]. It returns nil where the event is unknown.
func (t *State) GetCreate(_ context.Context, roomID id.RoomID) (evt *event.Event, err error) {
	err = t.store.Update(func(tx *Tx) (err error) {
		evt, err = decodeCreate(tx, roomID)
		return err
	})
	return evt, err
}

func decodeCreate(tx *Tx, roomID id.RoomID) (*event.Event, error) {
	evt, err := decodeRoom[event.Event](tx, roomID, kindCreate)
	if err != nil || evt == nil {
		return nil, err
	}
	evt.Type.Class = event.StateEventType
	if err := evt.Content.ParseRaw(event.StateCreate); err != nil {
		return nil, damaged("create of a room")
	}
	return evt, nil
}

// SetPowerLevels implements [mautrix.StateStore].
func (t *State) SetPowerLevels(_ context.Context, roomID id.RoomID, levels *event.PowerLevelsEventContent) error {
	if levels == nil {
		levels = &event.PowerLevelsEventContent{}
	}
	return t.putRoom(roomID, kindLevels, levels)
}

// GetPowerLevels implements [mautrix.StateStore]. It never returns nil without an error. In a
// room whose levels were never set they are what Matrix says then: 100 for the creator, 0 for
// everybody else, and 0 to change state. Where not even the creator is known nobody has a
// level and state takes 50. From room version 12 on creators stand above all levels.
func (t *State) GetPowerLevels(_ context.Context, roomID id.RoomID) (levels *event.PowerLevelsEventContent, err error) {
	err = t.store.Update(func(tx *Tx) error {
		create, err := decodeCreate(tx, roomID)
		if err != nil {
			return err
		}
		levels, err = decodeRoom[event.PowerLevelsEventContent](tx, roomID, kindLevels)
		if err != nil {
			return err
		}
		if levels == nil {
			levels = &event.PowerLevelsEventContent{}
			if create != nil {
				levels.Users = map[id.UserID]int{create.Sender: 100}
				levels.StateDefaultPtr = new(int)
			}
		}
		levels.CreateEvent = create
		return nil
	})
	return levels, err
}
