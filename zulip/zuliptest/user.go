package zuliptest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Role is what a user may do in the organization, by Zulip's numbers.
type Role int

// The roles of a Zulip organization. The zero Role of a User means RoleMember.
const (
	RoleOwner     Role = 100
	RoleAdmin     Role = 200
	RoleModerator Role = 300
	RoleMember    Role = 400
	RoleGuest     Role = 600
)

// BotType is the kind of a bot, by Zulip's numbers.
type BotType int

// The kinds of bots. An incoming webhook bot may only send messages.
const (
	BotGeneric         BotType = 1
	BotIncomingWebhook BotType = 2
	BotOutgoingWebhook BotType = 3
	BotEmbedded        BotType = 4
)

// A User is a person or a bot. AddUser fills what is left zero and returns a copy; changing that copy changes nothing.
type User struct {
	ID       int     // given by the server, from 101 on
	FullName string  // must be set
	Email    string  // by default made of FullName
	APIKey   string  // given by the server: 32 letters and digits
	Timezone string  // IANA name such as "Europe/Berlin", or empty
	Role     Role    // by default RoleMember
	IsBot    bool    // true for a bot
	BotType  BotType // for bots, by default BotGeneric
	OwnerID  int     // for bots: the person who owns it; zero is nobody

	CanCreateUsers bool // an administrator may do so through the API only with this permission
}

type userState struct {
	User
	active bool
	system bool // belongs to the server, not to the organization
	joined time.Time
	status status
	personal
}

// status is what a user says of himself, as in GET /users/{id}/status.
type status struct {
	text, emojiName, emojiCode, reactionType string
	away                                     bool
}

// AddUser adds a person or a bot and tells the event queues. It panics when FullName is empty,
// when another user has the same e-mail address, or when OwnerID is unknown.
func (s *Server) AddUser(u User) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.TrimSpace(u.FullName) == "" {
		panic("zuliptest: AddUser: FullName is empty")
	}
	if u.Email == "" {
		u.Email = strings.ToLower(strings.Join(strings.Fields(u.FullName), ".")) + "@zulip.example"
	}
	if s.userByEmail(u.Email) != nil {
		panic("zuliptest: AddUser: " + u.Email + " is taken")
	}
	if u.OwnerID != 0 && s.users[u.OwnerID] == nil {
		panic(fmt.Sprintf("zuliptest: AddUser: no user has the id %d of the owner", u.OwnerID))
	}
	if u.Role == 0 {
		u.Role = RoleMember
	}
	if u.IsBot && u.BotType == 0 {
		u.BotType = BotGeneric
	}
	u = s.createUser(u).User
	return &u
}

// createUser gives the user a number and a key and tells the queues.
func (s *Server) createUser(u User) *userState {
	s.lastUser++
	u.ID = s.lastUser
	sum := sha256.Sum256(fmt.Appendf(nil, "key of user %d", u.ID))
	u.APIKey = hex.EncodeToString(sum[:])[:32]
	state := &userState{User: u, active: true, joined: s.now(), personal: newPersonal()}
	s.users[u.ID] = state
	s.emit("realm_user", everyone, func(*queue) event {
		return event{"op": "add", "person": s.userObject(state, true, true)}
	})
	s.moveRole(state, 0, u.Role)
	return state
}

// AddBot adds a generic bot with this full name and e-mail address (by default made of the name).
// It panics where AddUser does.
func (s *Server) AddBot(name, email string) *User {
	return s.AddUser(User{FullName: name, Email: email, IsBot: true})
}

// SetStatus sets the text (at most 60 code points) and the emoji (a name such as "palm_tree", or empty) that
// the user shows beside the name. It panics when the user or the emoji is unknown.
func (s *Server) SetStatus(user *User, text, emoji string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.mustUser("SetStatus", user)
	st := status{text: text, emojiName: emoji}
	if emoji != "" {
		st.emojiCode, st.reactionType = emojiCodes[emoji], "unicode_emoji"
		if st.emojiCode == "" {
			panic("zuliptest: SetStatus: no emoji is called " + emoji)
		}
	}
	s.setStatus(u, st)
}

// SetTimezone changes the time zone in the user's profile; the name is an IANA one or empty.
func (s *Server) SetTimezone(user *User, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.mustUser("SetTimezone", user)
	s.setTimezone(u, name)
}

func (s *Server) setTimezone(u *userState, name string) {
	u.Timezone = name
	s.emitPerson(u, "timezone", name)
}

// Deactivate takes the user, and the bots that a person owns, out of the organization: the key is refused
// as that of nobody, queues end, direct messages are refused, subscriptions are kept but count no more.
func (s *Server) Deactivate(user *User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deactivate(s.mustUser("Deactivate", user))
}

func (s *Server) deactivate(u *userState) {
	u.active = false
	for _, q := range s.queues {
		if q.user == u.ID {
			s.dropQueue(q)
		}
	}
	s.emit("realm_user", everyone, func(*queue) event {
		return event{"op": "update", "person": map[string]any{"user_id": u.ID, "is_active": false}}
	})
	for _, bot := range sorted(s.users) {
		if bot.active && bot.IsBot && bot.OwnerID == u.ID {
			s.deactivate(bot)
		}
	}
}

// Reactivate undoes Deactivate for this user alone. Queues do not come back.
func (s *Server) Reactivate(user *User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reactivate(s.mustUser("Reactivate", user))
}

func (s *Server) reactivate(u *userState) {
	u.active = true
	s.emit("realm_user", everyone, func(*queue) event {
		return event{"op": "update", "person": map[string]any{"user_id": u.ID, "is_active": true}}
	})
	for _, g := range sorted(s.groups) {
		if slices.Contains(s.directMembers(g), u.ID) {
			s.emitMembers("add_members", g, []int{u.ID})
		}
	}
}

// Zuliprc returns the text of a zuliprc file for this user and site, for example the URL that Listen returned.
// It contains the user's key.
func (u *User) Zuliprc(site string) string {
	return fmt.Sprintf("[api]\nemail=%s\nkey=%s\nsite=%s\n", u.Email, u.APIKey, site)
}

func (s *Server) userByEmail(email string) *userState {
	for _, u := range s.users {
		if strings.EqualFold(u.Email, email) {
			return u
		}
	}
	return nil
}

// mustUser finds the state of a user that a test named. The fake's own methods panic on a mistake in the test.
func (s *Server) mustUser(method string, u *User) *userState {
	if u == nil || s.users[u.ID] == nil {
		panic("zuliptest: " + method + ": no such user")
	}
	return s.users[u.ID]
}
