package matrixtest

import (
	"maunium.net/go/mautrix/id"
)

// toDevice is a message for one device. It is kept until a sync shows by its token that it arrived.
type toDevice struct {
	pos     int64
	typ     string
	sender  id.UserID
	content map[string]any
}

// acknowledge forgets what the device has got.
func (d *device) acknowledge(since int64) {
	kept := d.inbox[:0:0]
	for _, m := range d.inbox {
		if m.pos > since {
			kept = append(kept, m)
		}
	}
	d.inbox = kept
}

func (s *Server) handleToDevice(c *call) answer {
	if _, again := c.dev.txns[c.txnID()]; again {
		return empty()
	}
	messages := object(c.body, "messages")
	if messages == nil {
		return *badJSON("messages is missing")
	}
	c.dev.txns[c.txnID()] = ""
	for name, byDevice := range messages {
		u := s.users[id.UserID(name)]
		contents, isObject := byDevice.(map[string]any)
		if u == nil || !isObject {
			continue
		}
		for device, content := range contents {
			if v, isObject := content.(map[string]any); isObject {
				s.sendToDevice(c.user.id, u, device, c.vars["type"], v)
			}
		}
	}
	s.announce()
	return empty()
}

// sendToDevice leaves a message for a device, or for all devices of a user when the device is "*".
func (s *Server) sendToDevice(sender id.UserID, u *User, device, typ string, content map[string]any) {
	for _, d := range u.sortedDevices() {
		if device == "*" || string(d.id) == device {
			d.inbox = append(d.inbox, toDevice{pos: s.next(), typ: typ, sender: sender, content: content})
		}
	}
}
