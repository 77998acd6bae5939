//go:build goolm || libolm

package e2ee

import (
	"context"
	"sync"
	"time"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// late knows the devices that got no keys because none could be sent to them: their one-time
// keys were used up. mautrix would leave them out until the keys are replaced for another
// reason.
type late struct {
	mu    sync.Mutex
	rooms map[id.RoomID]*lateShare
}

type lateShare struct {
	session id.SessionID
	devices []*id.Device
	tries   int
	next    time.Time
}

// How long to wait before late devices are tried again.
const (
	minLateWait = 10 * time.Second
	maxLateWait = 10 * time.Minute
)

func (l *late) set(room id.RoomID, share *lateShare) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rooms == nil {
		l.rooms = map[id.RoomID]*lateShare{}
	}
	if share == nil || len(share.devices) == 0 {
		delete(l.rooms, room)
		return
	}
	share.next = time.Now().Add(min(minLateWait<<min(share.tries, 10), maxLateWait))
	share.tries++
	l.rooms[room] = share
}

// take returns the devices of a room that are to be tried now, and removes them.
func (l *late) take(room id.RoomID) *lateShare {
	l.mu.Lock()
	defer l.mu.Unlock()
	share := l.rooms[room]
	if share == nil || time.Now().Before(share.next) {
		return nil
	}
	delete(l.rooms, room)
	return share
}

// noteLate remembers which devices should have got the new keys of a room and have not.
func (m *Machine) noteLate(ctx context.Context, room id.RoomID, members []id.UserID) error {
	session, err := m.store.GetOutboundGroupSession(ctx, room)
	if err != nil || session == nil {
		return err
	}
	share := &lateShare{session: session.ID()}
	for _, user := range members {
		devices, err := m.store.GetDevices(ctx, user)
		if err != nil {
			return err
		}
		for _, device := range devices {
			lacks, err := m.lacksKeys(ctx, session, device)
			if err != nil {
				return err
			}
			if lacks {
				share.devices = append(share.devices, device)
			}
		}
	}
	if len(share.devices) > 0 {
		m.log.WarnContext(ctx, "some devices could not be sent keys: they are tried again", "room_id", room, "devices", len(share.devices))
	}
	m.late.set(room, share)
	return nil
}

func (m *Machine) lacksKeys(ctx context.Context, session *crypto.OutboundGroupSession, device *id.Device) (bool, error) {
	if device.UserID == m.client.UserID && device.DeviceID == m.client.DeviceID || device.Trust == id.TrustStateBlacklisted {
		return false, nil
	}
	trust, err := m.mach.ResolveTrustContext(ctx, device)
	if err != nil || trust < m.mach.SendKeysMinTrust {
		return false, err
	}
	shared, err := m.store.IsOutboundGroupSessionShared(ctx, device.UserID, device.IdentityKey, session.ID())
	return !shared, err
}

// shareLate sends the keys of a room to devices that could not get them before. They can read
// from here on.
func (m *Machine) shareLate(ctx context.Context, room id.RoomID) error {
	share := m.late.take(room)
	if share == nil {
		return nil
	}
	ctx, unlock := m.rlockIdentity(ctx)
	defer unlock()
	session, err := m.store.GetOutboundGroupSession(ctx, room)
	if err != nil || session == nil || session.ID() != share.session {
		return err // replaced: everybody gets new keys
	}
	var missing []*id.Device
	for _, device := range share.devices {
		err := m.mach.SendEncryptedToDevice(ctx, device, event.ToDeviceRoomKey, session.ShareContent())
		if err == nil {
			err = m.store.MarkOutboundGroupSessionShared(ctx, device.UserID, device.IdentityKey, session.ID())
		}
		if err != nil {
			missing = append(missing, device)
		}
	}
	share.devices = missing
	m.late.set(room, share)
	return nil
}
