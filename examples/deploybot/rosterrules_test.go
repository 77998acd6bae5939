package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// TestRulesForRoomsThatWereNotFoundYet has rules for a channel by its name.
// What they allow waits until it is found, and what they forbid does not.
func TestRulesForRoomsThatWereNotFoundYet(t *testing.T) {
	t.Parallel()
	ops := chatops.Scope{Rooms: []chatops.RoomID{"ops"}}
	file := chatops.Policy{
		Rooms:     []chatops.RoomID{"ops", "3"},
		Grants:    []chatops.Grant{{Users: []chatops.UserID{"ada@example.org"}, Role: chatops.Admin, Scope: ops}},
		Approvals: []chatops.ApprovalRule{{Scope: ops, Approvals: 1}},
		Freezes:   []chatops.Freeze{{Scope: ops}, {Scope: chatops.Scope{Rooms: []chatops.RoomID{"3"}}}},
		Arguments: []chatops.ArgumentRule{{Scope: ops, Flags: []string{"-v"}}},
	}
	r := newRoster(settings{}, nil, file, nil)
	p := r.policy()
	assert.Equal(t, chatops.Nobody, p.Role("8", "5"))
	assert.Empty(t, p.Approvals[0].Rooms, "everywhere")
	assert.Empty(t, p.Freezes[0].Rooms)
	assert.Equal(t, []chatops.RoomID{"3"}, p.Freezes[1].Rooms)
	assert.Equal(t, ops.Rooms, p.Arguments[0].Rooms, "nowhere")

	r.people["ada@example.org"], r.places["ops"] = "8", "5"
	p = r.policy()
	five := []chatops.RoomID{"5"}
	assert.Equal(t, chatops.Admin, p.Role("8", "5"))
	assert.Equal(t, chatops.Nobody, p.Role("8", "3"))
	assert.Equal(t, five, p.Approvals[0].Rooms)
	assert.Equal(t, five, p.Freezes[0].Rooms)
	assert.Equal(t, five, p.Arguments[0].Rooms)
	assert.Equal(t, ops.Rooms, file.Approvals[0].Rooms, "the file stays as it is")
	assert.Equal(t, chatops.RoomID("ops"), file.Rooms[0])
}
