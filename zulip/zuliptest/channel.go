package zuliptest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Channel is a place for messages by topic. It is a copy: what is read from it later may be out of date.
type Channel struct {
	ID          int // given by the server, from 11 on
	Name        string
	Description string
	Private     bool
}

type channelState struct {
	Channel
	creator  int // zero when nobody
	created  time.Time
	subs     map[int]bool
	settings settings

	archived      bool
	webPublic     bool
	hiddenHistory bool // from before one subscribed
	isDefault     bool // for new users
	folder        *int
	policy        string // on topics
	retention     *int   // days that messages are kept; nil is the organization's default
}

// AddChannel adds a public channel with these subscribers. It panics when the name is empty or taken.
func (s *Server) AddChannel(name string, subscribers ...*User) *Channel {
	return s.addChannel("AddChannel", Channel{Name: name}, subscribers)
}

// AddPrivateChannel adds a channel that only its subscribers see. It panics when the name is empty or taken.
func (s *Server) AddPrivateChannel(name string, subscribers ...*User) *Channel {
	return s.addChannel("AddPrivateChannel", Channel{Name: name, Private: true}, subscribers)
}

func (s *Server) addChannel(method string, c Channel, subscribers []*User) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.TrimSpace(c.Name) == "" || s.channelByName(c.Name) != nil {
		panic(fmt.Sprintf("zuliptest: %s: the name %q is empty or taken", method, c.Name))
	}
	state := &channelState{Channel: c, hiddenHistory: c.Private, policy: "inherit", settings: channelSettings(0)}
	s.createChannel(state)
	for _, u := range subscribers {
		s.subscribe(state, s.mustUser(method, u))
	}
	c = state.Channel
	return &c
}

// Subscribe adds users to a channel; those who are in it already stay so. It panics on an unknown user or channel.
func (s *Server) Subscribe(channel *Channel, users ...*User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.mustChannel("Subscribe", channel)
	for _, u := range users {
		s.subscribe(c, s.mustUser("Subscribe", u))
	}
}

// Unsubscribe takes users out of a channel. It panics on an unknown user or channel.
func (s *Server) Unsubscribe(channel *Channel, users ...*User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.mustChannel("Unsubscribe", channel)
	for _, u := range users {
		s.unsubscribe(c, s.mustUser("Unsubscribe", u))
	}
}

// createChannel gives the channel its number and tells the queues.
func (s *Server) createChannel(c *channelState) {
	s.lastChan++
	c.ID, c.created, c.subs = s.lastChan, s.now(), map[int]bool{}
	s.channels[c.ID] = c
	s.emit("stream", func(u *userState) bool { return s.mayKnow(u, c) || u.ID == c.creator }, func(*queue) event {
		return event{"op": "create", "streams": []any{s.channelObject(c)}}
	})
	if c.isDefault {
		s.emitDefaults()
	}
}

// subscribe reports whether the user was not a subscriber before.
func (s *Server) subscribe(c *channelState, u *userState) bool {
	if c.subs[u.ID] {
		return false
	}
	if c.Private {
		s.emit("stream", only(u.ID), func(*queue) event {
			return event{"op": "create", "streams": []any{s.channelObject(c)}}
		})
	}
	c.subs[u.ID] = true
	s.emit("subscription", only(u.ID), func(*queue) event {
		return event{"op": "add", "subscriptions": []any{s.subscriptionObject(u, c, true)}}
	})
	s.emitPeers("peer_add", c, u)
	return true
}

// unsubscribe reports whether the user was a subscriber.
func (s *Server) unsubscribe(c *channelState, u *userState) bool {
	if !c.subs[u.ID] {
		return false
	}
	delete(c.subs, u.ID)
	s.emit("subscription", only(u.ID), func(*queue) event {
		return event{"op": "remove", "subscriptions": []any{
			map[string]any{"stream_id": c.ID, "name": c.Name},
		}}
	})
	s.emitPeers("peer_remove", c, u)
	return true
}

func (s *Server) emitPeers(op string, c *channelState, changed *userState) {
	s.emit("subscription", func(u *userState) bool { return u.ID != changed.ID && s.mayKnow(u, c) }, func(*queue) event {
		return event{"op": op, "stream_ids": []int{c.ID}, "user_ids": []int{changed.ID}}
	})
}

func (s *Server) channelByName(name string) *channelState {
	for _, c := range s.channels {
		if strings.EqualFold(c.Name, strings.TrimSpace(name)) {
			return c
		}
	}
	return nil
}

func (s *Server) mustChannel(method string, c *Channel) *channelState {
	if c == nil || s.channels[c.ID] == nil {
		panic("zuliptest: " + method + ": no such channel")
	}
	return s.channels[c.ID]
}

// mayKnow reports whether the user may see that the channel exists, its subscribers, and, in a public one, its history.
func (s *Server) mayKnow(u *userState, c *channelState) bool {
	return c.subs[u.ID] || !c.Private && u.Role != RoleGuest
}

// subscribers returns the ids of the channel's active subscribers, ascending.
func (s *Server) subscribers(c *channelState) []int {
	ids := make([]int, 0, len(c.subs))
	for id := range c.subs {
		if s.users[id].active {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
