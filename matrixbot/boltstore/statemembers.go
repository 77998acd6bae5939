package boltstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"go.mau.fi/util/confusable"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// profile is what is kept of a member's profile; the membership is in front of it.
type profile struct {
	Name   string              `json:"n,omitempty"`
	Avatar id.ContentURIString `json:"a,omitempty"`
}

// memberships are the first bytes of a member's record, so that a room of thousands is
// filtered without decoding each.
var memberships = map[event.Membership]byte{
	event.MembershipJoin: 'j', event.MembershipInvite: 'i', event.MembershipLeave: 'l', event.MembershipBan: 'b', event.MembershipKnock: 'k',
}

func encodeMember(membership event.Membership, p profile) ([]byte, error) {
	first, ok := memberships[membership]
	if !ok { // from a stranger, or of a later Matrix: no member
		first = memberships[event.MembershipLeave]
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("boltstore: member: %w", err)
	}
	return append([]byte{first}, raw...), nil
}

func decodeMember(value []byte) (*event.MemberEventContent, error) {
	membership, ok := memberMembership(value)
	var p profile
	if !ok || json.Unmarshal(value[1:], &p) != nil {
		return nil, damaged("a member of a room")
	}
	return &event.MemberEventContent{Membership: membership, Displayname: p.Name, AvatarURL: p.Avatar}, nil
}

func memberMembership(value []byte) (event.Membership, bool) {
	if len(value) > 0 {
		for membership, first := range memberships {
			if first == value[0] {
				return membership, true
			}
		}
	}
	return "", false
}

func (tx *Tx) putMember(roomID id.RoomID, userID id.UserID, membership event.Membership, p profile) error {
	if roomID == "" {
		return errNoRoom
	}
	if userID == "" {
		return errors.New("boltstore: the user id is empty")
	}
	value, err := encodeMember(membership, p)
	if err != nil {
		return err
	}
	if err := tx.put(memberOfBucket, key(string(userID), string(roomID)), nil); err != nil {
		return err
	}
	return tx.put(memberBucket, key(string(roomID), string(userID)), value)
}

func (tx *Tx) member(roomID id.RoomID, userID id.UserID) (*event.MemberEventContent, error) {
	value := tx.get(memberBucket, key(string(roomID), string(userID)))
	if value == nil {
		return nil, nil
	}
	return decodeMember(value)
}

// SetMember implements [mautrix.StateStore]. Of the content it keeps the membership, the name
// and the avatar.
func (t *State) SetMember(_ context.Context, roomID id.RoomID, userID id.UserID, member *event.MemberEventContent) error {
	return t.store.Update(func(tx *Tx) error {
		return tx.putMember(roomID, userID, member.Membership, profile{member.Displayname, member.AvatarURL})
	})
}

// SetMembership implements [mautrix.StateStore]. It leaves name and avatar as they are.
func (t *State) SetMembership(_ context.Context, roomID id.RoomID, userID id.UserID, membership event.Membership) error {
	return t.store.Update(func(tx *Tx) error {
		member, err := tx.member(roomID, userID)
		if err != nil {
			return err
		}
		if member == nil {
			member = &event.MemberEventContent{}
		}
		return tx.putMember(roomID, userID, membership, profile{member.Displayname, member.AvatarURL})
	})
}

// TryGetMember implements [mautrix.StateStore]. It returns nil for somebody unknown.
func (t *State) TryGetMember(_ context.Context, roomID id.RoomID, userID id.UserID) (member *event.MemberEventContent, err error) {
	err = t.store.Update(func(tx *Tx) (err error) {
		member, err = tx.member(roomID, userID)
		return err
	})
	return member, err
}

// GetMember implements [mautrix.StateStore]. Somebody unknown has left.
func (t *State) GetMember(ctx context.Context, roomID id.RoomID, userID id.UserID) (*event.MemberEventContent, error) {
	member, err := t.TryGetMember(ctx, roomID, userID)
	if member == nil && err == nil {
		member = &event.MemberEventContent{Membership: event.MembershipLeave}
	}
	return member, err
}

// IsInRoom implements [mautrix.StateStore].
func (t *State) IsInRoom(ctx context.Context, roomID id.RoomID, userID id.UserID) bool {
	return t.IsMembership(ctx, roomID, userID, event.MembershipJoin)
}

// IsInvited implements [mautrix.StateStore]. Who has joined counts as invited.
func (t *State) IsInvited(ctx context.Context, roomID id.RoomID, userID id.UserID) bool {
	return t.IsMembership(ctx, roomID, userID, event.MembershipJoin, event.MembershipInvite)
}

// IsMembership implements [mautrix.StateStore]. It says no where the store cannot be read.
func (t *State) IsMembership(ctx context.Context, roomID id.RoomID, userID id.UserID, allowed ...event.Membership) bool {
	member, err := t.GetMember(ctx, roomID, userID)
	return err == nil && slices.Contains(allowed, member.Membership)
}

// IsConfusableName implements [mautrix.StateStore]. It returns the other people in the room
// whose name looks like the given one.
func (t *State) IsConfusableName(ctx context.Context, roomID id.RoomID, currentUser id.UserID, name string) ([]id.UserID, error) {
	members, err := t.GetAllMembers(ctx, roomID)
	if err != nil {
		return nil, err
	}
	var alike []id.UserID
	looks := confusable.SkeletonHash(name)
	for userID, member := range members {
		if userID != currentUser && member.Displayname != "" && confusable.SkeletonHash(member.Displayname) == looks {
			alike = append(alike, userID)
		}
	}
	slices.Sort(alike)
	return alike, nil
}

// GetAllMembers implements [mautrix.StateStore]. It includes who left or is banned.
func (t *State) GetAllMembers(_ context.Context, roomID id.RoomID) (members map[id.UserID]*event.MemberEventContent, err error) {
	err = t.store.Update(func(tx *Tx) error {
		members = make(map[id.UserID]*event.MemberEventContent)
		for userID, value := range tx.lend(memberBucket, prefix(string(roomID))) {
			member, err := decodeMember(value)
			if err != nil {
				return err
			}
			members[id.UserID(userID)] = member
		}
		return nil
	})
	return members, err
}

// GetRoomJoinedOrInvitedMembers implements [mautrix.StateStore], in the order of their ids.
// These are the people who get the keys to what the bot says in the room.
func (t *State) GetRoomJoinedOrInvitedMembers(_ context.Context, roomID id.RoomID) (members []id.UserID, err error) {
	err = t.store.Update(func(tx *Tx) error {
		for userID, value := range tx.lend(memberBucket, prefix(string(roomID))) {
			membership, ok := memberMembership(value)
			if !ok {
				return damaged("a member of a room")
			}
			if membership == event.MembershipJoin || membership == event.MembershipInvite {
				members = append(members, id.UserID(userID))
			}
		}
		return nil
	})
	return members, err
}

// FindSharedRooms returns the encrypted rooms of which somebody is, was or may become a
// member: those where the bot must send with new keys when the devices of that person change.
func (t *State) FindSharedRooms(_ context.Context, userID id.UserID) (rooms []id.RoomID, err error) {
	err = t.store.Update(func(tx *Tx) error {
		for roomID := range tx.lend(memberOfBucket, prefix(string(userID))) {
			if tx.has(roomBucket, key(string(roomID), kindEncryption)) {
				rooms = append(rooms, id.RoomID(roomID))
			}
		}
		return nil
	})
	return rooms, err
}

// ClearCachedMembers implements [mautrix.StateStore]. It forgets the members with one of the
// memberships, all of them where none is named, and that they were fetched.
func (t *State) ClearCachedMembers(_ context.Context, roomID id.RoomID, which ...event.Membership) error {
	return t.store.Update(func(tx *Tx) error { return tx.clearMembers(roomID, which) })
}

func (tx *Tx) clearMembers(roomID id.RoomID, which []event.Membership) error {
	if roomID == "" {
		return errNoRoom
	}
	for _, e := range tx.scan(memberBucket, prefix(string(roomID))) {
		membership, ok := memberMembership(e.value)
		if ok && len(which) > 0 && !slices.Contains(which, membership) {
			continue
		}
		if err := tx.remove(memberBucket, key(string(roomID), string(e.key))); err != nil {
			return err
		}
		if err := tx.remove(memberOfBucket, key(string(e.key), string(roomID))); err != nil {
			return err
		}
	}
	return tx.remove(roomBucket, key(string(roomID), kindFetched))
}

// ReplaceCachedMembers implements [mautrix.StateStore]. The list takes the place of the
// members with one of the memberships; where none is named the list is all there are, and they
// count as fetched. Either all of that happens or nothing.
func (t *State) ReplaceCachedMembers(_ context.Context, roomID id.RoomID, evts []*event.Event, which ...event.Membership) error {
	return t.store.Update(func(tx *Tx) error {
		if err := tx.clearMembers(roomID, which); err != nil {
			return err
		}
		for _, evt := range evts {
			member, ok := evt.Content.Parsed.(*event.MemberEventContent)
			if !ok || evt.StateKey == nil || *evt.StateKey == "" {
				continue
			}
			if err := tx.putMember(roomID, id.UserID(*evt.StateKey), member.Membership, profile{member.Displayname, member.AvatarURL}); err != nil {
				return err
			}
		}
		if len(which) > 0 {
			return nil
		}
		return tx.put(roomBucket, key(string(roomID), kindFetched), nil)
	})
}

// HasFetchedMembers implements [mautrix.StateStore].
func (t *State) HasFetchedMembers(_ context.Context, roomID id.RoomID) (fetched bool, err error) {
	err = t.store.Update(func(tx *Tx) error {
		fetched = tx.has(roomBucket, key(string(roomID), kindFetched))
		return nil
	})
	return fetched, err
}

// MarkMembersFetched implements [mautrix.StateStore].
func (t *State) MarkMembersFetched(_ context.Context, roomID id.RoomID) error {
	if roomID == "" {
		return errNoRoom
	}
	return t.store.Update(func(tx *Tx) error { return tx.put(roomBucket, key(string(roomID), kindFetched), nil) })
}
