package matrixtest

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// backup is one version of a user's key backup.
type backup struct {
	version   string
	algorithm string
	auth      map[string]any
	rooms     map[string]map[string]any // sessions by room
	etag      int
	deleted   bool
}

func (u *User) newestBackup() *backup {
	for _, b := range slices.Backward(u.backups) {
		if !b.deleted {
			return b
		}
	}
	return nil
}

func (u *User) backup(version string) *backup {
	n, err := strconv.Atoi(version)
	if err != nil || n < 1 || n > len(u.backups) || u.backups[n-1].deleted {
		return nil
	}
	return u.backups[n-1]
}

func (b *backup) forClient() map[string]any {
	return map[string]any{
		"version": b.version, "algorithm": b.algorithm, "auth_data": b.auth, "count": b.count(), "etag": strconv.Itoa(b.etag),
	}
}

func (b *backup) count() int {
	n := 0
	for _, sessions := range b.rooms {
		n += len(sessions)
	}
	return n
}

func (s *Server) handleNewBackup(c *call) answer {
	if c.text("algorithm") == "" || object(c.body, "auth_data") == nil {
		return *badJSON("algorithm or auth_data is missing")
	}
	b := &backup{
		version: strconv.Itoa(len(c.user.backups) + 1), algorithm: c.text("algorithm"), auth: object(c.body, "auth_data"),
		rooms: map[string]map[string]any{},
	}
	c.user.backups = append(c.user.backups, b)
	return ok(map[string]any{"version": b.version})
}

// backupOf is the version that a call names, or the newest.
func (c *call) backupOf() (*backup, *answer) {
	b := c.user.newestBackup()
	if version := c.vars["version"]; version != "" {
		b = c.user.backup(version)
	} else if version := c.query.Get("version"); version != "" {
		b = c.user.backup(version)
	}
	if b == nil {
		return nil, notFound("The backup is unknown.")
	}
	return b, nil
}

func (s *Server) handleGetBackup(c *call) answer {
	b, bad := c.backupOf()
	if bad != nil {
		return *bad
	}
	return ok(b.forClient())
}

func (s *Server) handlePutBackup(c *call) answer {
	b, bad := c.backupOf()
	switch {
	case bad != nil:
		return *bad
	case c.text("algorithm") != b.algorithm:
		return *invalidParam("the algorithm of a backup does not change")
	}
	b.auth = object(c.body, "auth_data")
	return empty()
}

func (s *Server) handleDeleteBackup(c *call) answer {
	b, bad := c.backupOf()
	if bad != nil {
		return *bad
	}
	b.deleted = true
	return empty()
}

// handleBackupKeys stores, reads and deletes sessions: of all rooms, of one room, or a single one.
func (s *Server) handleBackupKeys(c *call) answer {
	b, bad := c.backupOf()
	if bad != nil {
		return *bad
	}
	room, session := c.vars["room"], c.vars["session"]
	switch c.method {
	case http.MethodPut:
		if newest := c.user.newestBackup(); b != newest {
			return fail(http.StatusForbidden, "M_WRONG_ROOM_KEYS_VERSION", "Wrong backup version.").
				with("current_version", newest.version)
		}
		b.put(c.body, room, session)
	case http.MethodDelete:
		b.remove(room, session)
	default:
		return b.read(room, session)
	}
	return ok(map[string]any{"count": b.count(), "etag": strconv.Itoa(b.etag)})
}

func (b *backup) put(body map[string]any, room, session string) {
	switch {
	case session != "":
		b.store(room, session, body)
	case room != "":
		for name, v := range object(body, "sessions") {
			b.store(room, name, v)
		}
	default:
		for r, v := range object(body, "rooms") {
			o, _ := v.(map[string]any)
			for name, one := range object(o, "sessions") {
				b.store(r, name, one)
			}
		}
	}
}

// store keeps the better of two copies of a session, as the specification orders them.
func (b *backup) store(room, session string, v any) {
	next, isObject := v.(map[string]any)
	if !isObject {
		return
	}
	if b.rooms[room] == nil {
		b.rooms[room] = map[string]any{}
	}
	if old, has := b.rooms[room][session].(map[string]any); has && !better(next, old) {
		return
	}
	b.rooms[room][session] = next
	b.etag++
}

func better(next, old map[string]any) bool {
	is, _ := next["is_verified"].(bool)
	was, _ := old["is_verified"].(bool)
	if is != was {
		return is
	}
	for _, field := range []string{"first_message_index", "forwarded_count"} {
		n, _ := number(next[field])
		o, _ := number(old[field])
		if n != o {
			return n < o
		}
	}
	return false
}

func (b *backup) remove(room, session string) {
	switch {
	case session != "":
		delete(b.rooms[room], session)
	case room != "":
		delete(b.rooms, room)
	default:
		clear(b.rooms)
	}
	b.etag++
}

func (b *backup) read(room, session string) answer {
	switch {
	case session != "":
		if v, has := b.rooms[room][session].(map[string]any); has {
			return ok(v)
		}
		return *notFound("No such session in the backup")
	case room != "":
		sessions := maps.Clone(b.rooms[room])
		if sessions == nil {
			sessions = map[string]any{}
		}
		return ok(map[string]any{"sessions": sessions})
	}
	rooms := map[string]any{}
	for r, sessions := range b.rooms {
		rooms[r] = map[string]any{"sessions": sessions}
	}
	return ok(map[string]any{"rooms": rooms})
}
