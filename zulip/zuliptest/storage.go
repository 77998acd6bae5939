package zuliptest

import (
	"fmt"
	"maps"
	"slices"
)

// maxStorage is how many characters a bot may keep, keys and values together.
const maxStorage = 10_000_000

// Storage returns a copy of what a bot keeps in its storage; nil is nothing ever. It panics when the user is unknown.
func (s *Server) Storage(bot *User) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.storage[s.mustUser("Storage", bot).ID])
}

// storageKeys reads the parameter keys; without it all keys are meant.
func (s *Server) storageKeys(c *call) ([]string, *answer) {
	if s.featureLevel >= 494 && !c.user.IsBot {
		return nil, refuse("Must be a bot user")
	}
	own := s.storage[c.user.ID]
	keys := []string{}
	if !c.json("keys", &keys) && c.bad == nil {
		for k := range own {
			keys = append(keys, k)
		}
	}
	if c.bad != nil {
		return nil, c.bad
	}
	if slices.ContainsFunc(keys, func(k string) bool { _, has := own[k]; return !has }) {
		return nil, refuse("Key does not exist.")
	}
	return keys, nil
}

func (s *Server) getStorage(c *call) answer {
	keys, bad := s.storageKeys(c)
	if bad != nil {
		return *bad
	}
	found := map[string]any{}
	for _, k := range keys {
		found[k] = s.storage[c.user.ID][k]
	}
	return ok(map[string]any{"storage": found})
}

func (s *Server) removeStorage(c *call) answer {
	keys, bad := s.storageKeys(c)
	if bad != nil {
		return *bad
	}
	for _, k := range keys {
		delete(s.storage[c.user.ID], k)
	}
	return ok(nil)
}

func (s *Server) putStorage(c *call) answer {
	var given map[string]any
	c.need("storage")
	c.json("storage", &given)
	switch {
	case c.bad != nil:
		return *c.bad
	case s.featureLevel >= 494 && !c.user.IsBot:
		return badRequest("Must be a bot user")
	case given == nil:
		return badRequest("storage is not a dict")
	}
	texts := map[string]string{}
	for k, v := range given {
		text, isText := v.(string)
		if !isText {
			return badRequest("storage contains a value that is not a string")
		}
		texts[k] = text
	}
	whole := map[string]string{}
	maps.Copy(whole, s.storage[c.user.ID])
	maps.Copy(whole, texts)
	size := 0
	for k, v := range whole {
		size += len([]rune(k)) + len([]rune(v))
	}
	if size > maxStorage {
		return badRequest(fmt.Sprintf("Request exceeds storage limit by %d characters. The limit is %d characters.", size-maxStorage, maxStorage))
	}
	s.storage[c.user.ID] = whole
	return ok(nil)
}
