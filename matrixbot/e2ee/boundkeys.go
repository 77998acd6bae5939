//go:build goolm || libolm

package e2ee

import (
	"context"
	"errors"
	"fmt"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// How many keys of messages others can have the bot keep. A client makes a new one for a room
// each week or hundred messages, and the bot reads messages once: what it loses was for messages
// of long ago. Keys from the backup and from the bot's own devices are not counted.
const (
	maxKeysOfMember   = 1000 // of one person in one room where the bot and that person are or were
	maxKeysOfStranger = 100  // of one person for other rooms
	maxKeysWaiting    = 1000 // of everybody for other rooms
)

// With how many devices of others the bot keeps an encrypted channel. One is made by whoever
// sends the bot something from a device, which need not be in any list.
const (
	maxDevicesOfMember   = 200  // of one person in an encrypted room where the bot is
	maxDevicesOfStranger = 10   // of one person elsewhere
	maxDevicesWaiting    = 1000 // of everybody elsewhere
)

const (
	// maxID is how long ids are at most, in bytes, as the specification says.
	maxID = 255

	// maxKeyText is more than a key takes as text.
	maxKeyText = 64
)

func (m *Machine) newKeyBound() *bound {
	return &bound{
		most: maxKeysOfMember, each: maxKeysOfStranger, all: maxKeysWaiting, arrivals: newArrivals(m.config.Store, "e2ee-keys"),
		list: func(a arrived) string { return quoted(string(a.Room), string(a.User)) },
		known: func(ctx context.Context, a arrived) bool {
			member, err := m.state.TryGetMember(ctx, a.Room, a.User)
			return err == nil && member != nil && member.Membership != event.MembershipKnock && m.state.IsInRoom(ctx, a.Room, m.client.UserID)
		},
		needed: m.store.sessionUsed,
		drop:   m.store.dropSession,
	}
}

func (m *Machine) newDeviceBound() *bound {
	return &bound{
		most: maxDevicesOfMember, each: maxDevicesOfStranger, all: maxDevicesWaiting, arrivals: newArrivals(m.config.Store, "e2ee-devices"),
		list:  func(a arrived) string { return quoted(string(a.User)) },
		known: func(ctx context.Context, a arrived) bool { return m.sharesRoom(ctx, a.User) },
		needed: func(ctx context.Context, a arrived) bool {
			device, err := m.store.FindDeviceByKey(ctx, a.User, a.SenderKey)
			return err != nil || device != nil && !device.Deleted
		},
		drop: func(ctx context.Context, a arrived) error {
			m.dropped.add(a.SenderKey)
			sessions, err := m.store.GetSessions(ctx, a.SenderKey)
			for _, session := range sessions {
				if err == nil {
					err = m.store.DeleteSession(ctx, a.SenderKey, session)
				}
			}
			return err
		},
	}
}

// sharesRoom says whether somebody is or was in an encrypted room with the bot.
func (m *Machine) sharesRoom(ctx context.Context, user id.UserID) bool {
	rooms, err := m.state.FindSharedRooms(ctx, user)
	return err == nil && len(rooms) > 0
}

// errUnasked is for keys that somebody forwards although nobody asked for them. Whoever knows the
// name of a session could otherwise have the bot keep nonsense in place of the key to it.
var errUnasked = errors.New("a key was forwarded that nobody asked for")

var errTooLong = errors.New("a key has parts that are too long")

// admitKey decides on a key that is about to be stored, and makes room for it.
func (m *Machine) admitKey(ctx context.Context, session *crypto.InboundGroupSession) error {
	if ctx.Value(restoring{}) != nil {
		return nil
	}
	existing, err := m.store.Store.GetGroupSession(ctx, session.RoomID, session.ID())
	if err != nil && !errors.Is(err, crypto.ErrGroupSessionWithheld) {
		return failed(err)
	}
	// Only a key that its maker sent is signed, and known to be that of the session.
	imported := session.KeySource == id.KeySourceForward
	if existing != nil {
		imported = !session.Internal.IsVerified() && session.Internal.FirstKnownIndex() < existing.Internal.FirstKnownIndex()
	}
	if imported && !m.hasAsked(ctx, roomSession{session.RoomID, session.ID()}) {
		return errUnasked
	}
	if existing != nil {
		return nil
	}
	if len(session.RoomID) > maxID || len(session.SenderKey) > maxKeyText || len(session.SigningKey) > maxKeyText {
		return errTooLong
	}
	if session.SourceUser == m.client.UserID {
		return nil
	}
	return m.keys.admit(ctx, arrived{User: session.SourceUser, Room: session.RoomID, Session: session.ID()})
}

// hasAsked says whether the bot has asked the sender of a message to the device for a key. Its own
// devices are asked for all of them.
func (m *Machine) hasAsked(ctx context.Context, at roomSession) bool {
	sender, _ := ctx.Value(toDeviceSender{}).(id.UserID)
	asked := m.asked.of(at)
	return asked != "" && (sender == asked || sender == m.client.UserID)
}

// admitDevice makes room for a channel that somebody opens to the bot.
func (m *Machine) admitDevice(ctx context.Context, key id.SenderKey) error {
	sender, ok := ctx.Value(toDeviceSender{}).(id.UserID)
	if !ok || sender == m.client.UserID || m.store.HasSession(ctx, key) {
		return nil
	}
	if err := m.devices.admit(ctx, arrived{User: sender, SenderKey: key}); err != nil {
		return fmt.Errorf("make room for a device of %s: %w", sender, err)
	}
	return nil
}
