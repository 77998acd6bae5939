package matrixtest

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

// maxSyncWait is the longest that a sync waits, whatever it asks for.
const maxSyncWait = 10 * time.Minute

// syncer works on one GET /sync.
type syncer struct {
	s      *Server
	c      *call
	u      *User
	d      *device
	filter syncFilter
	since  int64
	first  bool // without since
	full   bool // full_state
}

func streamToken(pos int64) string { return "s" + strconv.FormatInt(pos, 10) }

var errToken = errors.New("not a token")

// parseToken reads a position in the stream, as syncs and GET /messages give it.
func parseToken(text string) (int64, error) {
	digits, found := strings.CutPrefix(text, "s")
	pos, err := strconv.ParseInt(digits, 10, 64)
	if !found || err != nil || pos < 0 {
		return 0, errToken
	}
	return pos, nil
}

func (s *Server) handleSync(c *call) answer {
	y := &syncer{s: s, c: c, u: c.user, d: c.dev, first: c.query.Get("since") == "", full: c.query.Get("full_state") == "true"}
	if !y.first {
		pos, err := parseToken(c.query.Get("since"))
		if err != nil || pos > s.pos {
			return *invalidParam("The since token is malformed.")
		}
		y.since = pos
	}
	var chosen map[string]any
	if text := c.query.Get("filter"); strings.HasPrefix(text, "{") {
		if decodeWhole([]byte(text), &chosen) != nil {
			return *badJSON("The filter is not valid JSON.")
		}
	} else if text != "" {
		if chosen = c.user.filter(text); chosen == nil {
			return *notFound("No such filter")
		}
	}
	y.filter = readSyncFilter(chosen)
	if c.limit > 0 {
		y.filter.timeline.limit = min(y.filter.timeline.limit, c.limit)
	}
	timeout := min(time.Duration(c.count("timeout", 0, int(maxSyncWait/time.Millisecond)))*time.Millisecond, maxSyncWait)
	c.dev.acknowledge(y.since)
	return answer{wait: func(ctx context.Context) answer { return y.run(ctx, timeout) }}
}

// run answers as soon as there is something to tell, or after the timeout.
func (y *syncer) run(ctx context.Context, timeout time.Duration) answer {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	y.s.mu.Lock()
	y.d.waiting++
	y.s.mu.Unlock()
	defer func() {
		y.s.mu.Lock()
		y.d.waiting--
		y.s.mu.Unlock()
	}()
	for final := y.first || y.full || timeout <= 0; ; {
		a, told, changed := y.try()
		if told || final {
			return a
		}
		select {
		case <-changed:
		case <-timer.C:
			final = true
		case <-ctx.Done():
			final = true
		case <-y.s.done:
			final = true
		}
	}
}

// try makes the answer and reports whether there is anything in it.
func (y *syncer) try() (a answer, told bool, changed <-chan struct{}) {
	y.s.mu.Lock()
	defer y.s.mu.Unlock()
	if refused := y.s.authenticate(y.c); refused != nil { // the token may have ended meanwhile
		return refused.freeze(), true, nil
	}
	body, told := y.build()
	if !told {
		y.d.idleAt = y.s.pos
		y.s.announceWatch()
	}
	return ok(body).freeze(), told, y.s.changed
}

func (y *syncer) build() (body map[string]any, told bool) {
	join, invite, leave := y.rooms()
	var data, inbox []any
	for typ, d := range y.u.data {
		if d.pos > y.since && y.filter.accountData.wantsType(typ) {
			data = append(data, map[string]any{"type": typ, "content": d.content})
		}
	}
	for _, m := range y.d.inbox {
		inbox = append(inbox, map[string]any{"type": m.typ, "sender": m.sender, "content": m.content})
	}
	changed, left := y.deviceLists()
	body = map[string]any{
		"next_batch": streamToken(y.s.pos), "device_unused_fallback_key_types": y.d.unusedFallback(),
	}
	if y.d.keys != nil || len(y.d.oneTime) > 0 {
		body["device_one_time_keys_count"] = y.d.keyCounts()
	}
	rooms := map[string]any{}
	for name, part := range map[string]map[string]any{"join": join, "invite": invite, "leave": leave} {
		if len(part) > 0 {
			rooms[name] = part
		}
	}
	for name, part := range map[string][]any{"account_data": data, "to_device": inbox} {
		if len(part) > 0 {
			body[name] = map[string]any{"events": part}
		}
	}
	if len(rooms) > 0 {
		body["rooms"] = rooms
	}
	lists := map[string]any{}
	for name, part := range map[string][]id.UserID{"changed": changed, "left": left} {
		if len(part) > 0 {
			lists[name] = part
		}
	}
	if len(lists) > 0 {
		body["device_lists"] = lists
	}
	return body, len(rooms)+len(data)+len(inbox)+len(changed)+len(left) > 0
}

func (y *syncer) rooms() (join, invite, leave map[string]any) {
	join, invite, leave = map[string]any{}, map[string]any{}, map[string]any{}
	for _, r := range y.s.rooms {
		m := r.member(y.u.id)
		if m == nil || !y.filter.room.wantsRoom(string(r.id)) {
			continue
		}
		switch membership := str(m.content, "membership"); membership {
		case "join":
			if v := y.joined(r); v != nil {
				join[string(r.id)] = v
			}
		case "invite":
			if m.pos > y.since {
				invite[string(r.id)] = r.invitation(m)
			}
		default:
			if v := y.left(r, m); v != nil {
				leave[string(r.id)] = v
			}
		}
	}
	return join, invite, leave
}
