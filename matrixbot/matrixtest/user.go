package matrixtest

import (
	"fmt"
	"strings"

	"maunium.net/go/mautrix/id"
)

// A User is an account, and the person behind it: its methods are what somebody does in a client.
// Get one from Server.User. Two calls give the same pointer for the same name.
type User struct {
	s        *Server
	id       id.UserID
	password string
	foreign  bool
	name     string
	avatar   string
	profile  map[string]any // other fields
	devices  map[id.DeviceID]*device
	data     map[string]datum
	roomData map[id.RoomID]map[string]datum
	filters  []map[string]any
	cross    map[string]map[string]any // cross-signing keys by usage
	backups  []*backup
	presence map[string]any
}

// datum is one piece of account data.
type datum struct {
	pos     int64
	content map[string]any
}

// User returns the account with this name, and makes it if there is none. The name is a localpart such as "ada", or a
// whole user id; one on another server is a person who takes part from there and cannot log in here.
// It panics when the name cannot be part of a user id.
func (s *Server) User(name string) *User {
	user := id.UserID(name)
	if !strings.HasPrefix(name, "@") {
		user = id.NewUserID(name, s.serverName)
	}
	local, server, err := user.Parse()
	if err != nil || local == "" || server == "" || len(user) > 255 {
		panic(fmt.Sprintf("matrixtest: User: %q cannot be a user id", name))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.users[user]; u != nil {
		return u
	}
	u := &User{
		s: s, id: user, name: local, password: "password of " + local, foreign: server != s.serverName,
		profile: map[string]any{}, devices: map[id.DeviceID]*device{}, data: map[string]datum{},
		roomData: map[id.RoomID]map[string]datum{}, cross: map[string]map[string]any{},
	}
	u.data["m.push_rules"] = datum{pos: s.next(), content: noPushRules}
	s.users[user] = u
	s.announce() // the position has changed
	return u
}

// ID returns the user id.
func (u *User) ID() id.UserID { return u.id }

// Password returns the password for POST /login; it is made up from the name.
func (u *User) Password() string { return u.password }

// A Session is what POST /login answers.
type Session struct {
	UserID      id.UserID   `json:"user_id"`
	DeviceID    id.DeviceID `json:"device_id"`
	AccessToken string      `json:"access_token"`
}

// NewSession logs a program in without its doing, on this device; an empty id makes a new device.
// An access token that the device had ends.
func (u *User) NewSession(device id.DeviceID) Session {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	d := u.s.addDevice(u, device, "")
	return Session{UserID: u.id, DeviceID: d.id, AccessToken: u.s.newToken(d, 0)}
}

// LoginToken returns a token for "m.login.token", as single sign-on gives it to a program. It is good for one login.
func (u *User) LoginToken() string {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.s.newLoginToken(u)
}

// SignIn is who signs in at the page of single sign-on from now on: GET /login/sso/redirect sends a browser back with
// a login token of this user.
func (u *User) SignIn() {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.s.sso = u
}

// SetDisplayName changes the name that others see, in all rooms.
func (u *User) SetDisplayName(name string) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.s.setProfile(u, "displayname", name)
}

// Devices returns the ids of the user's devices, in no order.
func (u *User) Devices() []id.DeviceID {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	var ids []id.DeviceID
	for d := range u.devices {
		ids = append(ids, d)
	}
	return ids
}

// DeleteDevice logs a device out and forgets its keys, as the account's owner does in another client. The device's
// token is then unknown.
func (u *User) DeleteDevice(device id.DeviceID) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	if d := u.devices[device]; d != nil {
		u.s.deleteDevice(d)
	}
}

// SoftLogout ends the access tokens of a device with soft_logout, as an administrator or a policy does: the device may
// log in again and keep its keys.
func (u *User) SoftLogout(device id.DeviceID) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	for _, t := range u.s.tokens {
		if t.device.owner == u && t.device.id == device {
			t.soft = true
		}
	}
	u.s.announce()
}

// OneTimeKeys returns how many one-time keys of a device are left.
func (u *User) OneTimeKeys(device id.DeviceID) int {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	if d := u.devices[device]; d != nil {
		return len(d.oneTime)
	}
	return 0
}

// AccountData returns a copy of the user's account data of a type, of a room or, with an empty id, of the account.
func (u *User) AccountData(room id.RoomID, typ string) (content map[string]any, found bool) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	data := u.data
	if room != "" {
		data = u.roomData[room]
	}
	d, found := data[typ]
	content, _ = clone(d.content).(map[string]any)
	return content, found
}
