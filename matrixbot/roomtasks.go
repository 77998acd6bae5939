package matrixbot

import (
	"context"
	"fmt"
	"sync"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// task is something to be done about a room, kept until it is.
type task struct {
	Join    bool      `json:"join"`    // else leave
	Inviter id.UserID `json:"inviter"` // or who has replaced a room by this one
	working bool
}

// Invitations cost requests: so many may wait, and so many requests run at once.
const (
	maxTasks     = 1_000
	maxTasksBusy = 4
)

// handleInvite decides on an invitation.
func (r *rooms) handleInvite(ctx context.Context, evt *event.Event) error {
	join := r.bot.config.Invites.allow(evt.Sender, evt.RoomID)
	if !join {
		r.mu.Lock()
		err := r.load()
		_, join = r.predecessor(evt.RoomID)
		r.mu.Unlock()
		if err != nil {
			return err
		}
	}
	if !join {
		r.bot.log.WarnContext(ctx, "invitation declined", "room_id", evt.RoomID.String(), "inviter", evt.Sender.String())
	}
	return r.plan(evt.RoomID, task{Join: join, Inviter: evt.Sender})
}

// plan writes a task. It takes the place of what was to be done about the room, unless that is the same. To enter is done
// again where it is under way already: an invitation that comes meanwhile lets the bot in where it may be refused now.
func (r *rooms) plan(room id.RoomID, t task) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(); err != nil {
		return err
	}
	old := r.tasks[room]
	if old != nil && old.Join == t.Join && (!t.Join || !old.working) {
		return nil
	}
	if old == nil && len(r.tasks) >= maxTasks {
		return fmt.Errorf("%d invitations wait already", maxTasks)
	}
	if err := keep(r.bot.store.Records(tasksSet), room, t); err != nil {
		return err
	}
	r.tasks[room] = &t
	r.signal()
	return nil
}

// stay forgets that an invitation was to be declined: the bot's owner has accepted it with another client.
func (r *rooms) stay(room id.RoomID) error {
	r.mu.Lock()
	t := r.tasks[room]
	r.mu.Unlock()
	if t == nil || t.Join {
		return nil
	}
	return r.drop(room)
}

// drop forgets what was to be done about a room.
func (r *rooms) drop(room id.RoomID) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(); err != nil {
		return err
	}
	delete(r.tasks, room)
	return r.bot.store.Records(tasksSet).Delete(string(room))
}

// planned says whether a task is still to be done.
func (r *rooms) planned(room id.RoomID, t *task) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tasks[room] == t
}

// done forgets a task that was worked at, unless another one has taken its place. When ctx has ended it is kept, and
// done again after the next start.
func (r *rooms) done(ctx context.Context, room id.RoomID, t *task) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tasks[room] != t || ctx.Err() != nil {
		return nil
	}
	delete(r.tasks, room)
	return r.bot.store.Records(tasksSet).Delete(string(room))
}

// run works at tasks until ctx ends, and waits for those that are under way.
func (r *rooms) run(ctx context.Context) {
	var workers sync.WaitGroup
	defer workers.Wait()
	busy := make(chan struct{}, maxTasksBusy)
	// A bot that dies in a room before it has a place in the stream of syncs would begin behind what was said there.
	select {
	case <-r.bot.outbox.synced:
	case <-ctx.Done():
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
			for room, t := range r.idle() {
				workers.Go(func() {
					if err := r.work(ctx, busy, room, t); err != nil {
						r.bot.log.ErrorContext(ctx, "room task failed", "room_id", room.String(), "error", err.Error())
					}
				})
			}
		}
	}
}

// idle returns the tasks that nobody works at, who does from now on.
func (r *rooms) idle() map[id.RoomID]*task {
	r.mu.Lock()
	defer r.mu.Unlock()
	idle := map[id.RoomID]*task{}
	for room, t := range r.tasks {
		if !t.working {
			t.working = true
			idle[room] = t
		}
	}
	return idle
}

func (r *rooms) work(ctx context.Context, busy chan struct{}, room id.RoomID, t *task) error {
	_, err := persist(ctx, r.bot.log, "enter or leave a room", attemptTimeout, func(ctx context.Context) (struct{}, error) {
		select {
		case busy <- struct{}{}:
			defer func() { <-busy }()
		case <-ctx.Done():
			return struct{}{}, context.Cause(ctx)
		}
		switch {
		case !r.planned(room, t): // any more
			return struct{}{}, nil
		case !t.Join:
			return struct{}{}, r.leave(ctx, room)
		}
		return struct{}{}, r.join(ctx, room, t.Inviter)
	})
	if err != nil && ctx.Err() == nil {
		r.bot.log.WarnContext(ctx, "room not entered or left", "room_id", room.String(), "join", t.Join, "error", err.Error())
	}
	return r.done(ctx, room, t)
}

// leave declines an invitation, or leaves.
func (r *rooms) leave(ctx context.Context, room id.RoomID) error {
	_, err := r.bot.client.LeaveRoom(ctx, room)
	return err
}

// join enters a room and learns its state. One that says to replace another is checked.
func (r *rooms) join(ctx context.Context, room id.RoomID, inviter id.UserID) error {
	var request mautrix.ReqJoinRoom
	if server := inviter.Homeserver(); server != "" {
		request.Via = []string{server}
	}
	if _, err := r.bot.client.JoinRoom(ctx, room.String(), &request); err != nil {
		return err
	}
	if err := r.ready(ctx, room); err != nil {
		return err
	}
	r.bot.log.InfoContext(ctx, "room joined", "room_id", room.String(), "inviter", inviter.String())
	return r.settle(ctx, room, inviter)
}
