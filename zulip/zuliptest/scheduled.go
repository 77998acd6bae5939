package zuliptest

import (
	"cmp"
	"slices"
	"time"
)

const (
	sendEvery = time.Minute      // messages that are due go out at these steps, not at once
	sendLate  = 10 * time.Minute // a message that is later than that fails
)

// scheduled is a message that waits for its time, or with a target a reminder of a message.
type scheduled struct {
	id     int
	draft  draft
	at     time.Time
	failed bool
	target int // the message that a reminder is about
	note   string
}

func (p *scheduled) isReminder() bool { return p.target != 0 }

func (p *scheduled) unix() int64 { return p.at.Unix() }

// object is a scheduled message as its sender sees it.
func (s *Server) scheduledObject(p *scheduled) map[string]any {
	o := map[string]any{
		"scheduled_message_id": p.id, "content": p.draft.content, "rendered_content": s.render(p.draft.content),
		"scheduled_delivery_timestamp": p.unix(), "failed": p.failed,
	}
	if p.draft.channel != nil {
		o["type"], o["to"], o["topic"] = "stream", p.draft.channel.ID, p.draft.topic
	} else {
		o["type"], o["to"] = "private", p.draft.to
	}
	return o
}

// pending returns what a user has waiting, the earliest first: reminders or messages.
func (s *Server) pending(u *userState, reminders bool) []*scheduled {
	var list []*scheduled
	for _, p := range s.scheduled {
		if p.draft.sender == u && p.isReminder() == reminders {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(a, b *scheduled) int { return a.at.Compare(b.at) })
	return list
}

// schedule keeps a message or reminder for later.
func (s *Server) schedule(p *scheduled) {
	s.lastScheduled++
	p.id = s.lastScheduled
	s.scheduled = append(s.scheduled, p)
	s.emitScheduled("add", p)
	nudge(s.planned)
}

func (s *Server) unschedule(p *scheduled) {
	s.scheduled = slices.DeleteFunc(s.scheduled, func(x *scheduled) bool { return x == p })
	s.emitScheduled("remove", p)
}

func (s *Server) emitScheduled(op string, p *scheduled) {
	kind := "scheduled_messages"
	if p.isReminder() {
		kind = "reminders"
	}
	s.emit(kind, only(p.draft.sender.ID), func(*queue) event {
		switch {
		case op == "remove" && p.isReminder():
			return event{"op": op, "reminder_id": p.id}
		case op == "remove":
			return event{"op": op, "scheduled_message_id": p.id}
		case p.isReminder():
			return event{"op": op, "reminders": []any{s.reminderObject(p)}}
		case op == "update":
			return event{"op": op, "scheduled_message": s.scheduledObject(p)}
		}
		return event{"op": op, "scheduled_messages": []any{s.scheduledObject(p)}}
	})
}

// runSchedule sends what is due at every full minute, as long as something waits.
func (s *Server) runSchedule() {
	for {
		var minute <-chan time.Time
		s.mu.Lock()
		if slices.ContainsFunc(s.scheduled, func(p *scheduled) bool { return !p.failed }) {
			minute = time.After(untilNext(s.now(), sendEvery))
		}
		s.mu.Unlock()
		select {
		case <-minute:
			s.mu.Lock()
			s.sendDue()
			s.mu.Unlock()
		case <-s.planned:
		case <-s.done:
			return
		}
	}
}

// untilNext is the time until the next full step of the clock.
func untilNext(now time.Time, step time.Duration) time.Duration {
	return now.Truncate(step).Add(step).Sub(now)
}

// sendDue sends everything whose time has come.
func (s *Server) sendDue() {
	due := slices.DeleteFunc(slices.Clone(s.scheduled), func(p *scheduled) bool { return p.failed || p.at.After(s.now()) })
	slices.SortStableFunc(due, func(a, b *scheduled) int {
		return cmp.Or(a.at.Compare(b.at), a.id-b.id)
	})
	for _, p := range due {
		bad := s.sendScheduled(p)
		if bad == nil {
			s.unschedule(p)
			continue
		}
		p.failed = true
		if u := p.draft.sender; u.active && !p.isReminder() {
			s.emitScheduled("update", p)
			_, _ = s.notify(u, "The message you scheduled for <time:"+p.at.UTC().Format(time.RFC3339)+
				"> was not sent because of the following error:\n\n> "+bad.text()+"\n\n[View scheduled messages](#scheduled)")
		}
	}
}

// sendScheduled does with today's permissions what was asked for then.
func (s *Server) sendScheduled(p *scheduled) *answer {
	switch u := p.draft.sender; {
	case !u.active:
		return refuse("Account is deactivated")
	case p.isReminder():
		_, bad := s.notify(u, s.reminderText(p))
		return bad
	case s.now().Sub(p.at) > sendLate:
		return refuse("Message could not be sent at the scheduled time.")
	}
	_, bad := s.send(p.draft)
	return bad
}
