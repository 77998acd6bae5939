package zuliptest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const (
	idleTimeout    = 10 * time.Minute   // of an event queue that asks for no other
	maxIdleTimeout = 7 * 24 * time.Hour // more is cut to this
	sweepEvery     = time.Minute        // idle queues end at these steps, not at once
	heartbeatAfter = 45 * time.Second   // and up to ten whole seconds more
)

// An event is what a queue delivers, without its id.
type event map[string]any

// A queued event has the id that it got in its queue.
type queued struct {
	id   int
	data event
	raw  json.RawMessage // data with the id; made when first delivered
}

// A queue is one client's event queue. Ids count from 0 in each.
type queue struct {
	id          string
	user        int
	types       map[string]bool // nil is all
	narrow      []term
	allPublic   bool
	markdown    bool // render contents
	gravatar    bool
	emptyTopic  bool // the client knows the empty topic name
	chanTyping  bool // the client wants to know who types in channels
	bulkDelete  bool
	subscribers bool
	knows       map[string]bool // client_capabilities
	timeout     time.Duration

	slimPresence bool

	next   int // id of the next event
	pruned int // newest id that was acknowledged and thrown away; -1 is none
	events []queued
	merged map[string]*queued // events that grow in place until they are delivered

	polled  time.Time   // when a poll last began to wait
	waiting chan answer // takes the answer of the poll that waits; nil when none does
}

func (q *queue) accepts(kind string) bool { return q.types == nil || q.types[kind] }

// wants reports whether the client can do something with an event whose type it accepts.
func (q *queue) wants(e event) bool {
	_, inChannel := e["stream_id"]
	return q.chanTyping || !inChannel || e["type"] != "typing"
}

// push adds an event and ends the poll that waits.
func (q *queue) push(e event) {
	id := q.next
	q.next++
	if kind := mergeKind(e); kind != "" {
		old := q.merged[kind]
		if old == nil {
			q.merged[kind] = &queued{id: id, data: maps.Clone(e)}
			q.release()
			return
		}
		old.id = id
		if kind == "restart" {
			old.data["server_generation"] = e["server_generation"]
		} else {
			before, _ := old.data["messages"].([]int)
			more, _ := e["messages"].([]int)
			old.data["messages"] = slices.Concat(before, more)
		}
	} else {
		q.events = append(q.events, queued{id: id, data: e})
	}
	q.release()
}

// mergeKind names the events that Zulip merges while they wait to be delivered; empty for all others.
func mergeKind(e event) string {
	switch e["type"] {
	case "restart":
		return "restart"
	case "update_message_flags":
		if kind := fmt.Sprintf("flags/%v/%v", e["op"], e["flag"]); kind != "flags/remove/read" && e["all"] != true {
			return kind
		}
	}
	return ""
}

// release ends the poll that waits, if any, with what is there now.
func (q *queue) release() {
	if q.waiting != nil {
		q.waiting <- eventsAnswer(q)
		q.waiting = nil
	}
}

// prune throws away what was acknowledged. Merged events that were never delivered stay.
func (q *queue) prune(through int) {
	n := 0
	for n < len(q.events) && q.events[n].id <= through {
		q.pruned = q.events[n].id
		n++
	}
	q.events = slices.Delete(q.events, 0, n)
}

func (q *queue) empty() bool { return len(q.events) == 0 && len(q.merged) == 0 }

// contents returns everything that is not acknowledged. What was merged so far is final from now on.
func (q *queue) contents() []json.RawMessage {
	for _, m := range q.merged {
		q.events = append(q.events, *m)
	}
	if len(q.merged) > 0 {
		clear(q.merged)
		slices.SortFunc(q.events, func(a, b queued) int { return a.id - b.id })
	}
	out := make([]json.RawMessage, len(q.events))
	for i := range q.events {
		e := &q.events[i]
		if e.raw == nil {
			whole := maps.Clone(e.data)
			whole["id"] = e.id
			e.raw = encode(whole)
		}
		out[i] = e.raw
	}
	return out
}

// everyone and only choose the users whose queues get an event.
func everyone(*userState) bool { return true }

func only(id int) func(*userState) bool { return func(u *userState) bool { return u.ID == id } }

// emit gives an event of this type to the queues of the chosen users that accept its type.
func (s *Server) emit(kind string, to func(*userState) bool, build func(*queue) event) {
	for _, q := range s.queues {
		if !s.alive(q) || !q.accepts(kind) || !to(s.users[q.user]) {
			continue
		}
		e := build(q)
		if e["type"] = kind; q.wants(e) {
			q.push(e)
		}
	}
	s.announce()
}

// alive reports whether the queue exists, and forgets it when it ended at the last sweep.
func (s *Server) alive(q *queue) bool {
	now := time.Now()
	sweep := s.started.Add(now.Sub(s.started).Truncate(sweepEvery))
	if q.waiting == nil && sweep.Sub(q.polled) >= q.timeout {
		delete(s.queues, q.id)
		return false
	}
	return true
}

// dropQueue ends a queue; a poll that waits at it gets what there is.
func (s *Server) dropQueue(q *queue) {
	q.release()
	delete(s.queues, q.id)
	s.announce()
}

// ownQueue returns the user's queue that the call names, or the refusal.
func (s *Server) ownQueue(c *call, id string) (*queue, *answer) {
	q := s.queues[id]
	if q == nil || q.user != c.user.ID || !s.alive(q) {
		a := fail(http.StatusBadRequest, "BAD_EVENT_QUEUE_ID", "Bad event queue ID: "+id).with("queue_id", id)
		return nil, &a
	}
	return q, nil
}

func (s *Server) deleteQueue(c *call) answer {
	id := c.need("queue_id")
	if c.bad != nil {
		return *c.bad
	}
	q, bad := s.ownQueue(c, id)
	if bad != nil {
		return *bad
	}
	s.dropQueue(q)
	return ok(nil)
}

func (s *Server) getEvents(c *call) answer {
	for _, name := range []string{"queue_id", "last_event_id"} {
		if !c.has(name) {
			c.reject(badRequest("Missing '" + name + "' argument"))
		}
	}
	id, last, block := c.str("queue_id", ""), c.str("last_event_id", ""), !c.flag("dont_block", false)
	after := c.integer("last_event_id", -1)
	if c.bad != nil {
		return *c.bad
	}
	q, bad := s.ownQueue(c, id)
	if bad != nil {
		return *bad
	}
	if after < q.pruned {
		return badRequest("An event newer than " + last + " has already been pruned!")
	}
	q.prune(after)
	if after != q.pruned {
		return badRequest("Event " + strconv.Itoa(after) + " was not in this queue")
	}
	q.release()
	if !q.empty() || !block {
		return ok(map[string]any{"events": q.contents()}) // the name of the queue comes only to those who waited
	}
	q.polled = time.Now()
	q.waiting = make(chan answer, 1)
	waiting, quiet := q.waiting, s.untilHeartbeat(q)
	s.announce()
	return answer{wait: func(ctx context.Context) answer { return s.poll(ctx, q, waiting, quiet) }}
}

func eventsAnswer(q *queue) answer {
	return ok(map[string]any{"events": q.contents(), "queue_id": q.id})
}

// untilHeartbeat is how long a poll waits. It varies as on a real server, but in the same way each time, so that what
// happened in a test can happen again.
func (s *Server) untilHeartbeat(q *queue) time.Duration {
	if s.heartbeat > 0 {
		return s.heartbeat
	}
	return heartbeatAfter + time.Duration(q.next*7%11)*time.Second
}

// poll waits, without the lock, for the first event, a second poll, or the heartbeat.
func (s *Server) poll(ctx context.Context, q *queue, waiting chan answer, quiet time.Duration) answer {
	heartbeat := time.NewTimer(quiet)
	defer heartbeat.Stop()
	beat := false
	select {
	case a := <-waiting:
		return a
	case <-heartbeat.C:
		beat = true
	case <-ctx.Done():
	case <-s.done:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.waiting == waiting { // nothing came in between
		if beat {
			q.push(event{"type": "heartbeat"})
		} else {
			q.release()
		}
	}
	return <-waiting
}
