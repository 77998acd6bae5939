package matrixtest

import (
	"maps"

	"maunium.net/go/mautrix/id"
)

// usages are the three cross-signing keys.
var usages = []string{"master", "self_signing", "user_signing"}

// handleSigningUpload takes cross-signing keys. The first ones, and the same again, need no password.
func (s *Server) handleSigningUpload(c *call) answer {
	replaces := false
	for _, usage := range usages {
		key := object(c.body, usage+"_key")
		old := c.user.cross[usage]
		if key != nil && str(key, "user_id") != string(c.user.id) {
			return *invalidParam("the key is another user's")
		}
		if key != nil && old != nil && string(encode(key["keys"])) != string(encode(old["keys"])) {
			replaces = true
		}
	}
	if replaces {
		if refused := s.confirm(c); refused != nil {
			return *refused
		}
	}
	for _, usage := range usages {
		if key := object(c.body, usage+"_key"); key != nil {
			c.user.cross[usage] = key
		}
	}
	s.keysChanged(c.user)
	return empty()
}

// handleSignatures adds signatures to keys that are here.
func (s *Server) handleSignatures(c *call) answer {
	failures := map[string]any{}
	for name, byKey := range c.body {
		u := s.users[id.UserID(name)]
		signed, isObject := byKey.(map[string]any)
		if !isObject {
			return *badJSON("the signatures of " + name + " are not an object")
		}
		for keyID, raw := range signed {
			signedKey, isObject := raw.(map[string]any)
			if u == nil || !isObject || !u.addSignatures(keyID, object(signedKey, "signatures")) {
				failures[name] = map[string]any{keyID: notFound("The key is unknown.").body}
				continue
			}
			s.keysChanged(u)
		}
	}
	return ok(map[string]any{"failures": failures})
}

// addSignatures finds the device or the cross-signing key with an id and adds signatures to it.
func (u *User) addSignatures(keyID string, signatures map[string]any) bool {
	if d := u.devices[id.DeviceID(keyID)]; d != nil && d.keys != nil {
		d.keys = withSignatures(d.keys, signatures)
		return true
	}
	for usage, key := range u.cross {
		if _, has := object(key, "keys")["ed25519:"+keyID]; has {
			u.cross[usage] = withSignatures(key, signatures)
			return true
		}
	}
	return false
}

func withSignatures(key, added map[string]any) map[string]any {
	key = maps.Clone(key)
	all, _ := clone(object(key, "signatures")).(map[string]any)
	if all == nil {
		all = map[string]any{}
	}
	for user, raw := range added {
		more, isObject := raw.(map[string]any)
		if !isObject {
			continue
		}
		signed, _ := all[user].(map[string]any)
		if signed == nil {
			signed = map[string]any{}
			all[user] = signed
		}
		maps.Copy(signed, more)
	}
	key["signatures"] = all
	return key
}
