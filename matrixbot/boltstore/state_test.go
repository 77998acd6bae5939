package boltstore_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

const (
	room  = id.RoomID("!room:example.org")
	alice = id.UserID("@alice:example.org")
	bob   = id.UserID("@bob:example.org")
)

// parse makes a state event as a sync response has it. Content that cannot be parsed stays raw.
func parse(t *testing.T, kind event.Type, stateKey, content string) *event.Event {
	t.Helper()
	evt := &event.Event{RoomID: room, Sender: alice, Type: kind, StateKey: &stateKey}
	require.NoError(t, json.Unmarshal([]byte(content), &evt.Content))
	_ = evt.Content.ParseRaw(kind)
	return evt
}

// Once a room was encrypted nothing in its state makes the bot talk in clear, not after a restart
// either.
func TestEncryptionStays(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := open(t, path)
	ctx := t.Context()
	encrypted := func() bool {
		yes, err := store.State().IsEncrypted(ctx, room)
		require.NoError(t, err)
		return yes
	}
	assert.False(t, encrypted())
	config, err := store.State().GetEncryptionEvent(ctx, room)
	require.NoError(t, err)
	assert.Nil(t, config)

	mautrix.UpdateStateStore(ctx, store.State(), parse(t, event.StateEncryption, "", `{"algorithm":"m.megolm.v1.aes-sha2","rotation_period_msgs":7}`))
	for _, content := range []string{`{}`, `{"algorithm":"none"}`, `{"algorithm":7}`, `{"algorithm":"","rotation_period_msgs":100000}`} {
		mautrix.UpdateStateStore(ctx, store.State(), parse(t, event.StateEncryption, "", content))
		require.NoError(t, store.Close())
		store = open(t, path)
		assert.True(t, encrypted(), content)
		config, err := store.State().GetEncryptionEvent(ctx, room)
		require.NoError(t, err)
		assert.Equal(t, id.AlgorithmMegolmV1, config.Algorithm)
		assert.Equal(t, 7, config.RotationPeriodMessages)
	}
	mautrix.UpdateStateStore(ctx, store.State(), parse(t, event.StateEncryption, "", `{"algorithm":"m.megolm.v1.aes-sha2","rotation_period_msgs":3}`))
	config, err = store.State().GetEncryptionEvent(ctx, room)
	require.NoError(t, err)
	assert.Equal(t, 3, config.RotationPeriodMessages)
}

// Who sees only the event that is meant to switch encryption off cannot know what was before.
func TestAnyEncryptionEventEncrypts(t *testing.T) {
	t.Parallel()
	for _, content := range []string{`{}`, `{"algorithm":"org.example"}`, `{"algorithm":[]}`} {
		store := open(t, newPath(t))
		mautrix.UpdateStateStore(t.Context(), store.State(), parse(t, event.StateEncryption, "", content))
		yes, err := store.State().IsEncrypted(t.Context(), room)
		require.NoError(t, err)
		assert.True(t, yes, content)
		config, err := store.State().GetEncryptionEvent(t.Context(), room)
		require.NoError(t, err)
		assert.Equal(t, id.AlgorithmMegolmV1, config.Algorithm)
	}
	store := open(t, newPath(t))
	mautrix.UpdateStateStore(t.Context(), store.State(), parse(t, event.StateEncryption, "other", `{"algorithm":"m.megolm.v1.aes-sha2"}`))
	yes, err := store.State().IsEncrypted(t.Context(), room)
	require.NoError(t, err)
	assert.False(t, yes, "with a state key it is another event")
}

func TestWhoGetsKeys(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	store := open(t, path)
	ctx := t.Context()
	for user, membership := range map[string]string{
		"@joined:x": "join", "@invited:x": "invite", "@left:x": "leave", "@banned:x": "ban", "@knocking:x": "knock", "@odd:x": "owner",
	} {
		mautrix.UpdateStateStore(ctx, store.State(), parse(t, event.StateMember, user, fmt.Sprintf(`{"membership":%q,"displayname":"One of many"}`, membership)))
	}
	require.NoError(t, store.Close())
	store = open(t, path)
	state := store.State()
	users, err := state.GetRoomJoinedOrInvitedMembers(ctx, room)
	require.NoError(t, err)
	assert.Equal(t, []id.UserID{"@invited:x", "@joined:x"}, users)
	all, err := state.GetAllMembers(ctx, room)
	require.NoError(t, err)
	assert.Len(t, all, 6)

	require.NoError(t, state.SetMembership(ctx, room, "@joined:x", event.MembershipLeave))
	users, err = state.GetRoomJoinedOrInvitedMembers(ctx, room)
	require.NoError(t, err)
	assert.Equal(t, []id.UserID{"@invited:x"}, users)
	member, err := state.GetMember(ctx, room, "@joined:x")
	require.NoError(t, err)
	assert.Equal(t, "One of many", member.Displayname)
	assert.True(t, state.IsInvited(ctx, room, "@invited:x"))
	assert.False(t, state.IsInRoom(ctx, room, "@invited:x"))
	assert.True(t, state.IsMembership(ctx, room, "@unknown:x", event.MembershipLeave))
	member, err = state.TryGetMember(ctx, room, "@unknown:x")
	require.NoError(t, err)
	assert.Nil(t, member)
	alike, err := state.IsConfusableName(ctx, room, "@odd:x", "One \u043ef many") // a Cyrillic o
	require.NoError(t, err)
	assert.Equal(t, []id.UserID{"@banned:x", "@invited:x", "@joined:x", "@knocking:x", "@left:x"}, alike)
}

func TestFetchedMembers(t *testing.T) {
	t.Parallel()
	state := open(t, newPath(t)).State()
	ctx := t.Context()
	fetched := func() bool {
		yes, err := state.HasFetchedMembers(ctx, room)
		require.NoError(t, err)
		return yes
	}
	require.NoError(t, state.SetMember(ctx, room, bob, &event.MemberEventContent{Membership: event.MembershipJoin}))
	assert.False(t, fetched())
	members := make([]*event.Event, 0, 5000)
	for n := range cap(members) {
		members = append(members, parse(t, event.StateMember, fmt.Sprintf("@u%04d:x", n), `{"membership":"join"}`))
	}
	require.NoError(t, state.ReplaceCachedMembers(ctx, room, members))
	assert.True(t, fetched())
	users, err := state.GetRoomJoinedOrInvitedMembers(ctx, room)
	require.NoError(t, err)
	assert.Len(t, users, 5000, "bob is not in the list")
	require.NoError(t, state.ReplaceCachedMembers(ctx, room, []*event.Event{parse(t, event.StateMember, string(bob), `{"membership":"ban"}`)}, event.MembershipBan))
	assert.False(t, fetched(), "that was a part of the list")
	require.NoError(t, state.MarkMembersFetched(ctx, room))
	assert.True(t, fetched())
	require.NoError(t, state.ClearCachedMembers(ctx, room))
	all, err := state.GetAllMembers(ctx, room)
	require.NoError(t, err)
	assert.Empty(t, all)
	assert.False(t, fetched())
}

func TestFindSharedRooms(t *testing.T) {
	t.Parallel()
	state := open(t, newPath(t)).State()
	ctx := t.Context()
	for _, in := range []id.RoomID{room, "!clear:x"} {
		require.NoError(t, state.SetMember(ctx, in, bob, &event.MemberEventContent{Membership: event.MembershipJoin}))
	}
	require.NoError(t, state.SetEncryptionEvent(ctx, room, nil))
	rooms, err := state.FindSharedRooms(ctx, bob)
	require.NoError(t, err)
	assert.Equal(t, []id.RoomID{room}, rooms)
	rooms, err = state.FindSharedRooms(ctx, alice)
	require.NoError(t, err)
	assert.Empty(t, rooms)
}

func TestPowerLevelsAreNeverNil(t *testing.T) {
	t.Parallel()
	store := open(t, newPath(t))
	state, ctx := store.State(), t.Context()
	levels := func() *event.PowerLevelsEventContent {
		got, err := state.GetPowerLevels(ctx, room)
		require.NoError(t, err)
		return got
	}
	assert.Zero(t, levels().GetUserLevel(alice), "nothing is known")
	assert.Equal(t, 50, levels().StateDefault())

	mautrix.UpdateStateStore(ctx, state, parse(t, event.StateCreate, "", `{"room_version":"11"}`))
	assert.Equal(t, 100, levels().GetUserLevel(alice), "the creator, before levels are set")
	assert.Zero(t, levels().StateDefault())

	mautrix.UpdateStateStore(ctx, state, parse(t, event.StatePowerLevels, "", `{"users":{"@bob:example.org":60}}`))
	assert.Zero(t, levels().GetUserLevel(alice))
	assert.Equal(t, 60, levels().GetUserLevel(bob))

	mautrix.UpdateStateStore(ctx, state, parse(t, event.StateCreate, "", `{"room_version":"12","additional_creators":["@carol:example.org"]}`))
	assert.Equal(t, math.MaxInt, levels().GetUserLevel(alice))
	assert.Equal(t, math.MaxInt, levels().GetUserLevel("@carol:example.org"))
	create, err := state.GetCreate(ctx, room)
	require.NoError(t, err)
	assert.Equal(t, alice, create.Sender)
	require.NoError(t, state.SetPowerLevels(ctx, room, nil))
	assert.Zero(t, levels().GetUserLevel(bob))
}

func TestOtherState(t *testing.T) {
	t.Parallel()
	state, ctx := open(t, newPath(t)).State(), t.Context()
	rules, err := state.GetJoinRules(ctx, room)
	require.NoError(t, err)
	assert.Nil(t, rules)
	history, err := state.GetHistoryVisibility(ctx, room)
	require.NoError(t, err)
	assert.Nil(t, history)
	mautrix.UpdateStateStore(ctx, state, parse(t, event.StateJoinRules, "", `{"join_rule":"invite"}`))
	mautrix.UpdateStateStore(ctx, state, parse(t, event.StateHistoryVisibility, "", `{"history_visibility":"shared"}`))
	rules, err = state.GetJoinRules(ctx, room)
	require.NoError(t, err)
	assert.Equal(t, event.JoinRuleInvite, rules.JoinRule)
	history, err = state.GetHistoryVisibility(ctx, room)
	require.NoError(t, err)
	assert.Equal(t, event.HistoryVisibilityShared, history.HistoryVisibility)

	for _, err := range []error{
		state.SetJoinRules(ctx, "", rules), state.SetEncryptionEvent(ctx, "", nil), state.MarkMembersFetched(ctx, ""), state.ClearCachedMembers(ctx, ""),
		state.SetMembership(ctx, "", bob, event.MembershipJoin), state.SetMembership(ctx, room, "", event.MembershipJoin), state.SetCreate(ctx, nil),
	} {
		require.Error(t, err)
	}
	state.UpdateState(ctx, nil)
	state.UpdateState(ctx, &event.Event{Type: event.StateMember})
}
