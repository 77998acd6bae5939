package matrixtest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

// device is one login of a user.
type device struct {
	owner    *User
	id       id.DeviceID
	name     string
	seen     time.Time
	refresh  string            // refresh token
	oauth    string            // client id, when it came through OAuth
	txns     map[string]string // event ids by transaction id
	inbox    []toDevice
	keys     map[string]any // device_keys
	oneTime  []oneTimeKey
	fallback map[string]*fallbackKey // by algorithm
	waiting  int                     // syncs that wait
	idleAt   int64                   // position at which the newest of them had nothing to tell
}

// addDevice makes a device, or finds the one that logs in again.
func (s *Server) addDevice(u *User, deviceID id.DeviceID, name string) *device {
	if deviceID == "" {
		deviceID = id.DeviceID(strings.ToUpper(strings.NewReplacer("-", "A", "_", "B").Replace(s.makeID()[:10])))
	}
	d := u.devices[deviceID]
	if d == nil {
		d = &device{owner: u, id: deviceID, name: name, txns: map[string]string{}, fallback: map[string]*fallbackKey{}}
		u.devices[deviceID] = d
	}
	d.seen = s.now()
	return d
}

// deleteDevice logs a device out and forgets its keys.
func (s *Server) deleteDevice(d *device) {
	s.endTokens(d)
	delete(d.owner.devices, d.id)
	if d.keys != nil {
		s.keysChanged(d.owner)
	}
	s.announce()
}

func (u *User) sortedDevices() []*device {
	var all []*device
	for _, d := range u.devices {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b *device) int { return strings.Compare(string(a.id), string(b.id)) })
	return all
}

func (d *device) forClient() map[string]any {
	return map[string]any{
		"device_id": d.id, "display_name": d.name, "last_seen_ip": "127.0.0.1",
		"last_seen_ts": d.seen.UnixMilli(),
	}
}

func (s *Server) handleDevices(c *call) answer {
	all := []any{}
	for _, d := range c.user.sortedDevices() {
		all = append(all, d.forClient())
	}
	return ok(map[string]any{"devices": all})
}

func (c *call) device() *device { return c.user.devices[id.DeviceID(c.vars["device"])] }

func (s *Server) handleDevice(c *call) answer {
	if d := c.device(); d != nil {
		return ok(d.forClient())
	}
	return *notFound("Unknown device")
}

func (s *Server) handlePutDevice(c *call) answer {
	d := c.device()
	if d == nil {
		return *notFound("Unknown device")
	}
	if name, has := c.body["display_name"].(string); has {
		d.name = name
	}
	return empty()
}

func (s *Server) handleDeleteDevice(c *call) answer {
	if refused := s.confirm(c); refused != nil {
		return *refused
	}
	if d := c.device(); d != nil {
		s.deleteDevice(d)
	}
	return empty()
}

func (s *Server) handleDeleteDevices(c *call) answer {
	if refused := s.confirm(c); refused != nil {
		return *refused
	}
	for _, name := range texts(c.body["devices"]) {
		if d := c.user.devices[id.DeviceID(name)]; d != nil {
			s.deleteDevice(d)
		}
	}
	return empty()
}

// confirm is user-interactive authentication: nil when the request carries the password of its user.
func (s *Server) confirm(c *call) *answer {
	auth := object(c.body, "auth")
	session := str(auth, "session")
	if auth == nil || !s.uia[session] {
		session = s.makeID()[:24]
		s.uia[session] = true
		return s.askPassword(session, nil)
	}
	user := str(auth, "user")
	if identifier := object(auth, "identifier"); identifier != nil {
		user = str(identifier, "user")
	}
	mine := user == string(c.user.id) || user == c.user.id.Localpart()
	if str(auth, "type") != flowPassword || !mine || str(auth, "password") != c.user.password {
		return s.askPassword(session, forbidden("The username or password was incorrect or the account does not exist."))
	}
	delete(s.uia, session)
	return nil
}

func (s *Server) askPassword(session string, bad *answer) *answer {
	a := answer{status: http.StatusUnauthorized, body: map[string]any{
		"session": session, "params": map[string]any{}, "completed": []any{},
		"flows": []any{map[string]any{"stages": []any{flowPassword}}},
	}}
	if bad != nil {
		maps.Copy(a.body, bad.body)
	}
	return &a
}
