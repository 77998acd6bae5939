//go:build goolm || libolm

package e2ee

import (
	"context"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Encrypt implements [mautrix.CryptoHelper]. It encrypts an event for the members of a room,
// after it has sent them the keys that they lack. For that it fetches the members and their
// devices where they are not known for certain, and fails rather than leaving somebody out: an
// error may be gone later. The ciphertext may be sent once its keys are stored; see
// boltstore.Store.Barrier.
func (m *Machine) Encrypt(ctx context.Context, room id.RoomID, typ event.Type, content any) (*event.EncryptedEventContent, error) {
	if err := m.started(); err != nil {
		return nil, fmt.Errorf("e2ee: encrypt: %w", err)
	}
	encrypted, err := m.encrypt(ctx, room, typ, content)
	if err != nil {
		return nil, fmt.Errorf("e2ee: encrypt: %w", err)
	}
	return encrypted, nil
}

func (m *Machine) encrypt(ctx context.Context, room id.RoomID, typ event.Type, content any) (*event.EncryptedEventContent, error) {
	if err := m.ensureMembers(ctx, room); err != nil {
		return nil, err
	}
	if m.lists.any() {
		if err := m.repairLists(ctx, room); err != nil {
			return nil, err
		}
	}
	if err := m.shareLate(ctx, room); err != nil {
		return nil, err
	}
	encrypted, err := m.encryptNow(ctx, room, typ, content)
	if err == nil || !crypto.IsShareError(err) {
		return encrypted, err
	}
	if err := m.share(ctx, room); err != nil {
		return nil, err
	}
	return m.encryptNow(ctx, room, typ, content)
}

func (m *Machine) encryptNow(ctx context.Context, room id.RoomID, typ event.Type, content any) (*event.EncryptedEventContent, error) {
	ctx, unlock := m.rlockIdentity(ctx)
	defer unlock()
	return m.mach.EncryptMegolmEvent(ctx, room, typ, content)
}

// ensureMembers fetches the members of a room where not all of them are known.
func (m *Machine) ensureMembers(ctx context.Context, room id.RoomID) error {
	fetched, err := m.state.HasFetchedMembers(ctx, room)
	if err != nil || fetched {
		return err
	}
	if _, err := m.client.Members(ctx, room); err != nil {
		return fmt.Errorf("get the members of %s: %w", room, err)
	}
	return m.state.MarkMembersFetched(ctx, room)
}

// repairLists fetches the device lists of the members that are out of date.
func (m *Machine) repairLists(ctx context.Context, room id.RoomID) error {
	members, err := m.state.GetRoomJoinedOrInvitedMembers(ctx, room)
	if err != nil {
		return err
	}
	return m.fetchLists(ctx, m.lists.needed(members))
}

// share makes keys and sends them to the devices of all members.
func (m *Machine) share(ctx context.Context, room id.RoomID) error {
	members, err := m.state.GetRoomJoinedOrInvitedMembers(ctx, room)
	if err != nil {
		return err
	}
	followed, err := m.store.FilterTrackedUsers(ctx, members)
	if err != nil {
		return err
	}
	known := make(map[id.UserID]bool, len(followed))
	for _, user := range followed {
		known[user] = true
	}
	unknown := slices.DeleteFunc(slices.Clone(members), func(user id.UserID) bool { return known[user] })
	if err := m.fetchLists(ctx, unknown); err != nil {
		return err
	}
	ctx, unlock := m.rlockIdentity(ctx)
	defer unlock()
	if err := m.mach.ShareGroupSession(ctx, room, members); err != nil {
		return err
	}
	return m.noteLate(ctx, room, members)
}
