package matrixtest

import (
	"maps"
	"net/http"
	"slices"

	"maunium.net/go/mautrix/id"
)

// redact adds a redaction and takes the content of what it is about away.
func (s *Server) redact(roomID id.RoomID, u *User, target id.EventID, reason string, d *device, txn string) (*event, *answer) {
	r, bad := s.joinedRoom(roomID, u)
	if bad != nil {
		return nil, bad
	}
	e := r.byID[target]
	if e == nil {
		return nil, refuse(http.StatusBadRequest, "M_NOT_FOUND", "unknown event ID")
	}
	own := e.sender == u.id
	if r.power(u.id) < r.needed("m.room.redaction", false) || !own && r.power(u.id) < r.level("redact", 50) {
		return nil, forbidden("You don't have permission to redact this event, power_level is too low.")
	}
	content := map[string]any{"redacts": string(target)} // older rooms know it only beside the content
	if reason != "" {
		content["reason"] = reason
	}
	redaction := draft{
		sender: u, typ: "m.room.redaction", content: content, redacts: target, device: d, txn: txn,
	}
	if bad := r.checkShape(redaction); bad != nil {
		return nil, bad
	}
	because := s.add(r, redaction)
	e.content = r.version.redacted(e)
	e.because = because
	return because, nil
}

// redacted is what a redaction leaves of an event's content.
func (v roomVersion) redacted(e *event) map[string]any {
	var keep []string
	switch e.typ {
	case "m.room.create":
		if v.noCreatorField {
			return e.content
		}
		keep = []string{"creator"}
	case "m.room.member":
		keep = []string{"membership"}
		if v.number >= 9 {
			keep = append(keep, "join_authorised_via_users_server")
		}
	case "m.room.join_rules":
		keep = []string{"join_rule"}
		if v.restricted {
			keep = append(keep, "allow")
		}
	case "m.room.power_levels":
		keep = []string{"ban", "events", "events_default", "kick", "redact", "state_default", "users", "users_default"}
		if v.number >= 11 {
			keep = append(keep, "invite")
		}
	case "m.room.history_visibility":
		keep = []string{"history_visibility"}
	case "m.room.aliases":
		if v.number < 6 {
			keep = []string{"aliases"}
		}
	case "m.room.redaction":
		if v.redactsInContent {
			keep = []string{"redacts"}
		}
	}
	left := maps.Clone(e.content)
	maps.DeleteFunc(left, func(k string, _ any) bool { return !slices.Contains(keep, k) })
	return left
}

func (s *Server) handleRedact(c *call) answer {
	if sent, again := c.dev.txns[c.txnID()]; again {
		return ok(map[string]any{"event_id": sent})
	}
	e, bad := s.redact(c.room(), c.user, id.EventID(c.vars["event"]), c.text("reason"), c.dev, c.vars["txn"])
	if bad != nil {
		return *bad
	}
	c.dev.txns[c.txnID()] = string(e.id)
	return ok(map[string]any{"event_id": e.id})
}
