package zuliptest

import "encoding/json"

// ExpireQueues ends every event queue at once, as a crash of the event server does: polls that wait get an empty
// answer, the next ones BAD_EVENT_QUEUE_ID.
func (s *Server) ExpireQueues() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		s.dropQueue(q)
	}
}

// PruneQueues makes every queue one that somebody else has read too: one event more has come and was acknowledged,
// so that the next poll is told that an event newer than its own has been pruned.
func (s *Server) PruneQueues() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		q.contents() // makes merged events final
		q.events, q.pruned = nil, q.next
		q.next++
		q.release()
	}
}

// RewindQueues makes every queue what an old copy of it is: it forgets its events and counts from 0 again.
// A poll with the id of a later event is told that the event was not in this queue.
func (s *Server) RewindQueues() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		q.contents()
		q.events, q.next, q.pruned = nil, 0, -1
		q.release()
	}
}

// DeactivateRealm deactivates the organization: from now on every request is refused with UNAUTHORIZED,
// and the queues end after an event that says so.
func (s *Server) DeactivateRealm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.realmGone = true
	s.emit("realm", everyone, func(*queue) event { return event{"op": "deactivated", "realm_id": realmNumber} })
	for _, q := range s.queues {
		s.dropQueue(q)
	}
}

// PushRawEvent puts an event of any type into the queues of a user, or with nil into all queues, whatever types they
// asked for. The JSON must be an object; its "id" is set by each queue. It panics when it is not.
func (s *Server) PushRawEvent(user *User, object string) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &raw); err != nil || raw == nil {
		panic("zuliptest: PushRawEvent: not a JSON object")
	}
	e := event{}
	for k, v := range raw {
		e[k] = v
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		if s.alive(q) && (user == nil || q.user == user.ID) {
			q.push(e)
		}
	}
	s.announce()
}
