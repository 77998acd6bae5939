package matrixtest

import (
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"

	"maunium.net/go/mautrix/id"
)

// creators are those whom version 12 puts above every power level.
func (r *room) creators() []id.UserID {
	if !r.version.idIsHash {
		return nil
	}
	all := []id.UserID{r.creator}
	for _, more := range texts(r.get("m.room.create")["additional_creators"]) {
		all = append(all, id.UserID(more))
	}
	return all
}

// power is the power level of a user.
func (r *room) power(user id.UserID) int64 {
	if slices.Contains(r.creators(), user) {
		return math.MaxInt64
	}
	levels := r.get("m.room.power_levels")
	if levels == nil {
		if user == r.creator && !r.version.idIsHash {
			return 100
		}
		return 0
	}
	if level, found := levelOf(object(levels, "users")[string(user)]); found {
		return level
	}
	return r.level("users_default", 0)
}

// level is one of the levels that an operation needs: "invite", "kick", "ban", "redact" and so on.
func (r *room) level(name string, fallback int64) int64 {
	if level, found := levelOf(r.get("m.room.power_levels")[name]); found {
		return level
	}
	return fallback
}

// needed is the level that it takes to send an event.
func (r *room) needed(typ string, isState bool) int64 {
	if level, found := levelOf(object(r.get("m.room.power_levels"), "events")[typ]); found {
		return level
	}
	switch {
	case !isState:
		return r.level("events_default", 0)
	case r.get("m.room.power_levels") == nil:
		return 0
	}
	return r.level("state_default", 50)
}

// levelOf reads a power level; rooms before version 10 allow text.
func levelOf(v any) (int64, bool) {
	if text, isText := v.(string); isText {
		n, err := strconv.ParseInt(text, 10, 64)
		return n, err == nil
	}
	return number(v)
}

// checkPower refuses a change of power levels that goes over the head of who makes it.
func (r *room) checkPower(by id.UserID, next map[string]any) *answer {
	if v, has := next["users"]; has {
		users, isObject := v.(map[string]any)
		if !isObject {
			return badJSON("users is not an object")
		}
		for _, creator := range r.creators() {
			if _, named := users[string(creator)]; named {
				return refuse(http.StatusBadRequest, "M_FORBIDDEN", "creators of a room of version 12 have no entry in users")
			}
		}
	}
	own, now := r.power(by), r.get("m.room.power_levels")
	if now == nil {
		return nil
	}
	for _, name := range []string{"users_default", "events_default", "state_default", "ban", "redact", "kick", "invite"} {
		if bad := changed(own, now[name], next[name], name); bad != nil {
			return bad
		}
	}
	for _, group := range []string{"users", "events", "notifications"} {
		before, after := object(now, group), object(next, group)
		for name := range union(before, after) {
			if bad := changed(own, before[name], after[name], name); bad != nil {
				return bad
			}
			was, _ := levelOf(before[name])
			if group == "users" && name != string(by) && before[name] != nil && before[name] != after[name] && was >= own {
				return forbidden("the power level of " + name + " is not below yours")
			}
		}
	}
	return nil
}

func changed(own int64, before, after any, name string) *answer {
	was, had := levelOf(before)
	is, has := levelOf(after)
	if after != nil && !has {
		return badJSON("the power level of " + name + " is not a number")
	}
	if had == has && was == is || was <= own && is <= own {
		return nil
	}
	return forbidden("the power level for " + name + " is above yours")
}

func union(a, b map[string]any) map[string]bool {
	keys := map[string]bool{}
	for k := range a {
		keys[k] = true
	}
	for k := range b {
		keys[k] = true
	}
	return keys
}

func jsonInt(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }
