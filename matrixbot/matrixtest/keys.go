package matrixtest

import (
	"maps"
	"slices"
	"strings"

	"maunium.net/go/mautrix/id"
)

// oneTimeKey is a key that is given out once.
type oneTimeKey struct {
	id    string // "ALGORITHM:NAME"
	value any
}

type fallbackKey struct {
	id    string
	value any
	used  bool
}

// keyChange says that a user's devices or cross-signing keys changed.
type keyChange struct {
	pos  int64
	user id.UserID
}

func (s *Server) keysChanged(u *User) {
	s.keyLog = append(s.keyLog, keyChange{pos: s.next(), user: u.id})
	s.announce()
}

func algorithm(keyID string) string {
	name, _, _ := strings.Cut(keyID, ":")
	return name
}

func (d *device) keyCounts() map[string]int {
	counts := map[string]int{"signed_curve25519": 0}
	for _, k := range d.oneTime {
		counts[algorithm(k.id)]++
	}
	return counts
}

func (d *device) unusedFallback() []string {
	unused := []string{}
	for name, k := range d.fallback {
		if !k.used {
			unused = append(unused, name)
		}
	}
	slices.Sort(unused)
	return unused
}

func (s *Server) handleKeysUpload(c *call) answer {
	d := c.dev
	if keys := object(c.body, "device_keys"); keys != nil {
		if str(keys, "user_id") != string(c.user.id) || str(keys, "device_id") != string(d.id) {
			return *invalidParam("device_keys are those of another user or device")
		}
		if string(encode(keys)) != string(encode(d.keys)) {
			d.keys = keys
			s.keysChanged(c.user)
		}
	}
	for name, value := range object(c.body, "one_time_keys") {
		i := slices.IndexFunc(d.oneTime, func(k oneTimeKey) bool { return k.id == name })
		switch {
		case i < 0:
			d.oneTime = append(d.oneTime, oneTimeKey{name, value})
		case string(encode(d.oneTime[i].value)) != string(encode(value)):
			return *invalidParam("One time key " + name + " already exists.")
		}
	}
	slices.SortFunc(d.oneTime, func(a, b oneTimeKey) int { return strings.Compare(a.id, b.id) })
	for name, value := range object(c.body, "fallback_keys") {
		d.fallback[algorithm(name)] = &fallbackKey{id: name, value: value}
	}
	return ok(map[string]any{"one_time_key_counts": d.keyCounts()})
}

func (s *Server) handleKeysQuery(c *call) answer {
	devices, cross := map[string]any{}, map[string]map[string]any{"master": {}, "self_signing": {}, "user_signing": {}}
	for name, want := range object(c.body, "device_keys") {
		u := s.users[id.UserID(name)]
		wanted := texts(want)
		found := map[string]any{}
		if u != nil {
			for _, d := range u.sortedDevices() {
				if d.keys != nil && (len(wanted) == 0 || slices.Contains(wanted, string(d.id))) {
					keys := maps.Clone(d.keys)
					keys["unsigned"] = map[string]any{"device_display_name": d.name}
					found[string(d.id)] = keys
				}
			}
			for usage, key := range u.cross {
				if usage != "user_signing" || u == c.user {
					cross[usage][name] = key
				}
			}
		}
		devices[name] = found
	}
	return ok(map[string]any{
		"device_keys": devices, "failures": map[string]any{}, "master_keys": cross["master"],
		"self_signing_keys": cross["self_signing"], "user_signing_keys": cross["user_signing"],
	})
}

func (s *Server) handleKeysClaim(c *call) answer {
	claimed := map[string]any{}
	for name, byDevice := range object(c.body, "one_time_keys") {
		u := s.users[id.UserID(name)]
		wanted, isObject := byDevice.(map[string]any)
		if u == nil || !isObject {
			continue
		}
		found := map[string]any{}
		for device, algo := range wanted {
			text, _ := algo.(string)
			if d := u.devices[id.DeviceID(device)]; d != nil {
				if key := d.claim(text); key != nil {
					found[device] = key
				}
			}
		}
		if len(found) > 0 {
			claimed[name] = found
		}
	}
	return ok(map[string]any{"one_time_keys": claimed, "failures": map[string]any{}})
}

// claim gives a one-time key out, or else the fallback key.
func (d *device) claim(algo string) map[string]any {
	i := slices.IndexFunc(d.oneTime, func(k oneTimeKey) bool { return algorithm(k.id) == algo })
	if i >= 0 {
		k := d.oneTime[i]
		d.oneTime = slices.Delete(d.oneTime, i, i+1)
		return map[string]any{k.id: k.value}
	}
	if f := d.fallback[algo]; f != nil {
		f.used = true
		return map[string]any{f.id: f.value}
	}
	return nil
}

// deviceLists says whose keys changed since the last sync, and with whom the user shares no room any more.
func (y *syncer) deviceLists() (changed, left []id.UserID) {
	if y.first {
		return nil, nil
	}
	news := len(y.s.keyLog) > 0 && y.s.keyLog[len(y.s.keyLog)-1].pos > y.since
	if !news && y.s.joinedPos <= y.since { // to find out is work
		return nil, nil
	}
	return y.s.keysBetween(y.u, y.since, y.s.pos)
}

func (s *Server) keysBetween(u *User, from, to int64) (changed, left []id.UserID) {
	now := s.shares(u.id, to)
	before := s.shares(u.id, from)
	for _, k := range s.keyLog {
		if k.pos > from && k.pos <= to && (now[k.user] || k.user == u.id) && !slices.Contains(changed, k.user) {
			changed = append(changed, k.user)
		}
	}
	for user := range now {
		if !before[user] && user != u.id && !slices.Contains(changed, user) {
			changed = append(changed, user)
		}
	}
	for user := range before {
		if !now[user] && user != u.id {
			left = append(left, user)
		}
	}
	slices.Sort(changed)
	slices.Sort(left)
	return changed, left
}

// shares are those with whom a user was in a room at a position.
func (s *Server) shares(user id.UserID, pos int64) map[id.UserID]bool {
	all := map[id.UserID]bool{}
	for _, r := range s.rooms {
		if r.membershipAt(user, pos) != "join" {
			continue
		}
		for _, key := range r.order {
			if key.typ == "m.room.member" && r.membershipAt(id.UserID(key.key), pos) == "join" {
				all[id.UserID(key.key)] = true
			}
		}
	}
	return all
}

func (s *Server) handleKeysChanges(c *call) answer {
	from, err := parseToken(c.query.Get("from"))
	to, err2 := parseToken(c.query.Get("to"))
	if err != nil || err2 != nil {
		return *invalidParam("from or to is malformed")
	}
	changed, left := s.keysBetween(c.user, from, to)
	return ok(map[string]any{"changed": append([]id.UserID{}, changed...), "left": append([]id.UserID{}, left...)})
}
