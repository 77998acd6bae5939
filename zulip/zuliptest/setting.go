package zuliptest

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
)

// A groupSetting says who has a permission: everybody in one group, or a collection without a name.
type groupSetting struct {
	group     int // zero for a collection
	members   []int
	subgroups []int
}

// MarshalJSON writes the number of the group or the collection, as Zulip does.
func (g groupSetting) MarshalJSON() ([]byte, error) {
	if g.group != 0 {
		return json.Marshal(g.group)
	}
	return json.Marshal(map[string][]int{
		"direct_members": append([]int{}, g.members...), "direct_subgroups": append([]int{}, g.subgroups...),
	})
}

// UnmarshalJSON takes both forms.
func (g *groupSetting) UnmarshalJSON(text []byte) error {
	*g = groupSetting{}
	if len(text) > 0 && text[0] != '{' {
		return json.Unmarshal(text, &g.group)
	}
	var collection struct {
		Members   []int `json:"direct_members"`
		Subgroups []int `json:"direct_subgroups"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&collection); err != nil {
		return err
	}
	g.members, g.subgroups = collection.Members, collection.Subgroups
	if len(g.members) == 0 && len(g.subgroups) == 1 { // what Zulip stores as the group itself
		g.group, g.subgroups = g.subgroups[0], nil
	}
	return nil
}

func (g groupSetting) equal(h groupSetting) bool {
	return g.group == h.group && slices.Equal(slices.Sorted(slices.Values(g.members)), slices.Sorted(slices.Values(h.members))) &&
		slices.Equal(slices.Sorted(slices.Values(g.subgroups)), slices.Sorted(slices.Values(h.subgroups)))
}

// allows reports whether the user has the permission.
func (s *Server) allows(g groupSetting, u *userState) bool {
	if g.group != 0 {
		return s.inGroup(s.groups[g.group], u)
	}
	return slices.Contains(g.members, u.ID) ||
		slices.ContainsFunc(g.subgroups, func(id int) bool { return s.inGroup(s.groups[id], u) })
}

// checkSetting refuses groups and people that do not exist.
func (s *Server) checkSetting(g groupSetting) *answer {
	for _, id := range slices.Concat(g.subgroups, nonZero(g.group)) {
		if s.groups[id] == nil || s.groups[id].deactivated {
			return refuse("Invalid user group ID: " + itoa(id))
		}
	}
	for _, id := range g.members {
		if s.users[id] == nil {
			return refuse("Invalid user ID: " + itoa(id))
		}
	}
	return nil
}

func nonZero(id int) []int {
	if id == 0 {
		return nil
	}
	return []int{id}
}

// settings are permissions by name, such as "can_manage_group".
type settings map[string]groupSetting

// read takes the parameters of a creation over the defaults.
func (st settings) read(s *Server, c *call) {
	for _, name := range slices.Sorted(maps.Keys(st)) {
		var g groupSetting
		if !c.json(name, &g) {
			continue
		}
		if bad := s.checkSetting(g); bad != nil {
			c.reject(*bad)
		}
		st[name] = g
	}
}

// changes reads the parameters of a change, {"new": …, "old": …}, and returns those that change something.
func (st settings) changes(s *Server, c *call) settings {
	changed := settings{}
	for _, name := range slices.Sorted(maps.Keys(st)) {
		var ch struct {
			New *groupSetting `json:"new"`
			Old *groupSetting `json:"old"`
		}
		if !c.json(name, &ch) {
			continue
		}
		switch {
		case ch.New == nil:
			c.reject(badRequest(name + `["new"] field is missing`))
			continue
		case ch.Old != nil && !ch.Old.equal(st[name]):
			c.reject(fail(http.StatusBadRequest, "EXPECTATION_MISMATCH", "'old' value does not match the expected value."))
		}
		if bad := s.checkSetting(*ch.New); bad != nil {
			c.reject(*bad)
		}
		if !ch.New.equal(st[name]) {
			changed[name] = *ch.New
		}
	}
	return changed
}
