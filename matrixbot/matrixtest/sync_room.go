package matrixtest

import (
	"slices"

	"maunium.net/go/mautrix/id"
)

// shownToGuests is the state that goes with an invitation.
var shownToGuests = []string{
	"m.room.create", "m.room.join_rules", "m.room.name", "m.room.avatar", "m.room.topic", "m.room.canonical_alias",
	"m.room.encryption",
}

// invitation is a room as one gets it who is invited.
func (r *room) invitation(m *event) map[string]any {
	var events []any
	for _, typ := range shownToGuests {
		if e := r.state[stateID{typ, ""}]; e != nil {
			events = append(events, e.stripped())
		}
	}
	if inviter := r.member(m.sender); inviter != nil {
		events = append(events, inviter.stripped())
	}
	return map[string]any{"invite_state": map[string]any{"events": append(events, m.stripped())}}
}

// joined is a room as a member gets it, or nil when there is nothing new.
func (y *syncer) joined(r *room) map[string]any {
	fresh := y.first || r.membershipAt(y.u.id, y.since) != "join" // then the whole state comes along
	if !fresh && !y.full && r.touched <= y.since {
		return nil
	}
	from := y.since
	if fresh {
		from = 0
	}
	timeline, start, limited := y.timeline(r, from, y.s.pos)
	state := y.state(r, timeline, start, fresh || y.full, y.s.pos)
	v := y.parts(timeline, start, limited || fresh && !y.first, state)
	addPart(v, "ephemeral", y.ephemeral(r, fresh))
	var data []any
	for typ, d := range y.u.roomData[r.id] {
		if (fresh || d.pos > y.since) && y.filter.roomData.wantsType(typ) {
			data = append(data, map[string]any{"type": typ, "content": d.content})
		}
	}
	addPart(v, "account_data", data)
	if len(v) == 0 {
		return nil
	}
	if fresh || hasMember(timeline) || hasMember(state) {
		v["summary"] = r.summary(y.u.id)
	}
	v["unread_notifications"] = map[string]any{"highlight_count": 0, "notification_count": 0}
	return v
}

func hasMember(events []*event) bool {
	return slices.ContainsFunc(events, func(e *event) bool { return e.typ == "m.room.member" })
}

// left is a room as one gets it who is no longer a member, or nil when he knows already.
func (y *syncer) left(r *room, m *event) map[string]any {
	if y.first && !y.filter.includeLeave || m.pos <= y.since {
		return nil
	}
	if !y.first && r.membershipAt(y.u.id, y.since) != "join" && !r.joinedAfter(y.u.id, y.since) {
		return y.parts([]*event{m}, m.pos-1, false, nil) // an invitation that ended
	}
	timeline, start, limited := y.timeline(r, y.since, m.pos)
	return y.parts(timeline, start, limited, y.state(r, timeline, start, y.first, m.pos))
}

// parts are the timeline and the state, where there is something in them.
func (y *syncer) parts(timeline []*event, start int64, limited bool, state []*event) map[string]any {
	v := map[string]any{}
	if len(timeline) > 0 {
		v["timeline"] = map[string]any{
			"events": forClient(y.d, timeline, viewSync), "limited": limited, "prev_batch": streamToken(start),
		}
	}
	addPart(v, "state", forClient(y.d, state, viewSync))
	return v
}

func addPart(v map[string]any, name string, events []any) {
	if len(events) > 0 {
		v[name] = map[string]any{"events": events}
	}
}

// timeline returns the newest events in (from, to], as many as the filter allows, the position before the first of
// them, and whether some were left out.
func (y *syncer) timeline(r *room, from, to int64) (events []*event, start int64, limited bool) {
	start = to
	for _, e := range slices.Backward(r.timeline) {
		if e.pos <= from {
			break
		}
		if e.pos > to || !y.filter.timeline.wants(e) || !r.sees(y.u.id, e) {
			continue
		}
		if len(events) == y.filter.timeline.limit {
			limited = true
			break
		}
		events = append(events, e)
		start = e.pos - 1
	}
	slices.Reverse(events)
	return events, start, limited
}

// state returns the state before the timeline: all of it, or what changed since the last sync and is not in the timeline.
func (y *syncer) state(r *room, timeline []*event, start int64, whole bool, to int64) []*event {
	if len(timeline) == 0 {
		start = to
	}
	speakers := map[id.UserID]bool{y.u.id: true}
	for _, e := range timeline {
		speakers[e.sender] = true
	}
	var state []*event
	for _, e := range r.stateAt(start) {
		if !y.filter.state.wants(e) || !whole && e.pos <= y.since || slices.Contains(timeline, e) {
			continue
		}
		if y.filter.state.lazy && e.typ == "m.room.member" && !speakers[id.UserID(*e.stateKey)] {
			continue
		}
		state = append(state, e)
	}
	if y.filter.state.lazy && !whole { // whoever speaks has to be known
		for _, e := range r.stateAt(start) {
			if e.typ == "m.room.member" && e.pos <= y.since && speakers[id.UserID(*e.stateKey)] && len(timeline) > 0 {
				state = append(state, e)
			}
		}
	}
	return state
}

// summary says who is in the room, for its name.
func (r *room) summary(me id.UserID) map[string]any {
	v := map[string]any{"m.joined_member_count": r.count("join"), "m.invited_member_count": r.count("invite")}
	if r.get("m.room.name") != nil || r.get("m.room.canonical_alias") != nil {
		return v
	}
	heroes := []string{}
	for _, e := range r.members("join", "invite") {
		if *e.stateKey != string(me) && len(heroes) < 5 {
			heroes = append(heroes, *e.stateKey)
		}
	}
	v["m.heroes"] = heroes
	return v
}
