package matrixbot

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// process takes a sync response in: first what is known of rooms, then keys, then what people said. When it returns nil
// everything is in the store, and the token with it.
func (s *syncer) process(ctx context.Context, resp *syncResponse, since string) error {
	b := s.bot
	dropEmpty(resp.Rooms.Join, b.log)
	dropEmpty(resp.Rooms.Leave, b.log)
	dropEmpty(resp.Rooms.Invite, b.log)
	joined, left := slices.Sorted(maps.Keys(resp.Rooms.Join)), slices.Sorted(maps.Keys(resp.Rooms.Leave))
	changes := newBatch()
	for _, room := range joined {
		s.learn(ctx, room, resp.Rooms.Join[room])
	}
	for _, room := range left {
		s.learn(ctx, room, resp.Rooms.Leave[room])
		changes.left = append(changes.left, room)
	}
	for _, room := range slices.Sorted(maps.Keys(resp.Rooms.Invite)) {
		s.learnInvite(ctx, room, resp.Rooms.Invite[room].State.Events)
	}
	if b.crypto != nil {
		if err := s.handleKeys(ctx, resp, since); err != nil {
			return err
		}
	}
	if err := s.retryLate(ctx, changes); err != nil {
		return err
	}
	for _, room := range joined {
		if err := s.receive(ctx, room, resp.Rooms.Join[room], since, changes); err != nil {
			return err
		}
	}
	if changes.old > 0 {
		b.log.InfoContext(ctx, "messages were too old", "count", changes.old)
	}
	if err := b.inbox.commit(ctx, changes, resp.NextBatch); err != nil {
		return err
	}
	b.outbox.sync()
	return nil
}

// handleKeys gives a response to the encryption. A mistake there must not end the bot: the token would never be
// committed, and the response come for ever.
func (s *syncer) handleKeys(ctx context.Context, resp *syncResponse, since string) error {
	defer func() { // What was learned before it stays.
		if what := recover(); what != nil {
			s.bot.log.ErrorContext(ctx, "the encryption failed on a sync response", "panic", fmt.Sprint(what), "stack", string(debug.Stack()))
		}
	}()
	return s.bot.crypto.HandleSync(ctx, resp.forEncryption(), since)
}

// learn takes in what a response says about a room: first its state before the timeline, then what changed there.
func (s *syncer) learn(ctx context.Context, room id.RoomID, synced *syncedRoom) {
	prepare(room, synced.State.Events)
	prepare(room, synced.Timeline.Events)
	var state events
	whole, own := false, -1
	for _, list := range []events{synced.State.Events, synced.Timeline.Events} {
		for _, evt := range list {
			if evt.StateKey == nil {
				continue
			}
			if s.bot.membership(evt) != "" {
				own = len(state)
			}
			state = append(state, evt)
			whole = whole || evt.Type.Type == event.StateCreate.Type
		}
	}
	for i, evt := range state {
		// An invitation that came before a join calls for nothing any more.
		if i == own || s.bot.membership(evt) == "" {
			s.learnState(ctx, evt)
		} else {
			s.bot.state.UpdateState(ctx, evt)
		}
	}
	if whole { // All members were among it, see syncFilter.
		if err := s.bot.client.StateStore.MarkMembersFetched(ctx, room); err != nil {
			s.bot.log.ErrorContext(ctx, "the members of a room were not noted", "room", room, "error", err)
		}
	}
}

func (s *syncer) learnState(ctx context.Context, evt *event.Event) {
	s.bot.state.UpdateState(ctx, evt)
	s.bot.rooms.handleState(ctx, evt)
	if s.bot.crypto != nil {
		s.bot.crypto.HandleEvent(ctx, evt)
	}
}

// learnInvite takes an invitation in. It is one event, with what the server shows of the room before one is in it.
func (s *syncer) learnInvite(ctx context.Context, room id.RoomID, list events) {
	prepare(room, list)
	own := slices.IndexFunc(list, func(evt *event.Event) bool {
		return evt.Type.Type == event.StateMember.Type && evt.GetStateKey() == string(s.bot.own())
	})
	if own < 0 {
		return
	}
	invitation := list[own]
	invitation.Unsigned.InviteRoomState = slices.Delete(slices.Clone(list), own, own+1)
	s.learnState(ctx, invitation)
}

// receive takes in what people said in a room.
func (s *syncer) receive(ctx context.Context, room id.RoomID, synced *syncedRoom, since string, changes *batch) error {
	b := s.bot
	newest, known, err := b.inbox.place(room)
	if err != nil {
		return err
	}
	if last := lastEvent(synced.Timeline.Events); last != "" || !known {
		changes.places[room] = last
	}
	if since == "" && !known {
		return nil // All of it was said before the bot was there.
	}
	list, err := s.complete(ctx, room, synced.Timeline, since, newest, known)
	if err != nil {
		return err
	}
	// Of a room that is new, only what came after the bot is for it.
	present := known || !slices.ContainsFunc(list, func(evt *event.Event) bool { return b.membership(evt) == event.MembershipJoin })
	for _, evt := range list {
		switch b.membership(evt) {
		case event.MembershipJoin:
			present = true
		case event.MembershipLeave, event.MembershipBan:
			present = false
		}
		if evt.Type.Type == event.EventRedaction.Type {
			changes.redacted[roomEvent{room, redacts(evt)}] = true
		}
		if !present {
			continue
		}
		if err := s.receiveEvent(ctx, evt, changes); err != nil {
			return err
		}
	}
	return nil
}

func lastEvent(list events) id.EventID {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1].ID
}

// membership is what an event makes of the bot in its room, or nothing.
func (b *Bot) membership(evt *event.Event) event.Membership {
	if evt.StateKey == nil || evt.Type.Type != event.StateMember.Type || *evt.StateKey != string(b.own()) {
		return ""
	}
	return evt.Content.AsMember().Membership
}

// receiveEvent takes in one thing that somebody said.
func (s *syncer) receiveEvent(ctx context.Context, evt *event.Event, changes *batch) error {
	b := s.bot
	if evt.Sender == b.own() {
		return b.outbox.arrived(ctx, evt)
	}
	if evt.StateKey != nil || evt.ID == "" || evt.Unsigned.RedactedBecause != nil || changes.seen[evt.ID] {
		return nil
	}
	seen, err := b.inbox.wasSeen(evt.ID)
	if err != nil || seen {
		return err
	}
	age := s.age(evt)
	if evt.Type.Type == event.EventEncrypted.Type {
		return s.receiveEncrypted(ctx, evt, age, changes)
	}
	return s.accept(ctx, evt, age, b.inbox.number(), changes)
}

// accept puts a message that can be read among those that wait to be handled.
func (s *syncer) accept(ctx context.Context, evt *event.Event, age time.Duration, key string, changes *batch) error {
	b := s.bot
	if b.crypto != nil && b.crypto.HandleEvent(ctx, evt) || !b.wanted(evt) {
		return nil
	}
	changes.seen[evt.ID] = true
	if age > b.config.MaxAge && b.config.TooOld == nil {
		changes.old++
		return nil
	}
	trust := e2ee.TrustUnknown
	if evt.Mautrix.WasEncrypted {
		trust = b.crypto.Trust(ctx, evt)
	}
	e, err := newEntry(evt, age, trust)
	if err != nil { // Content that no handler could be given.
		b.log.WarnContext(ctx, "a message cannot be stored", "room", evt.RoomID, "event", evt.ID, "error", err)
		return nil
	}
	changes.entries = append(changes.entries, &arrival{key, e})
	return nil
}

// age is how old a message is, by the clocks of the servers. What somebody on the bot's own homeserver says cannot be
// older than the bot's last sync, whatever that server's clock shows; from elsewhere messages may have been on their way
// for longer.
func (s *syncer) age(evt *event.Event) time.Duration {
	age := s.clock.Sub(time.UnixMilli(evt.Timestamp))
	if stated := time.Duration(evt.Unsigned.Age) * time.Millisecond; stated > 0 {
		age = stated
	}
	if last := s.bot.inbox.lastSync; !last.IsZero() && evt.Sender.Homeserver() == s.bot.own().Homeserver() {
		age = min(age, time.Since(last)+pollTime)
	}
	return max(0, age)
}
