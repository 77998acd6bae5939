package zulip

import (
	"context"
	"encoding/json"
	"fmt"
)

// GroupSetting says who has a permission: the members of Group or, where that is 0, the listed users together with
// the members of the listed groups. The zero value is nobody.
type GroupSetting struct {
	Group           UserGroupID
	DirectMembers   []UserID
	DirectSubgroups []UserGroupID
}

// groupCollection is the form of a GroupSetting that is not one group.
type groupCollection struct {
	DirectMembers   []UserID      `json:"direct_members"`
	DirectSubgroups []UserGroupID `json:"direct_subgroups"`
}

// MarshalJSON writes the API's form: the number of a group, or an object with two lists.
func (s GroupSetting) MarshalJSON() ([]byte, error) {
	if s.Group != 0 {
		return json.Marshal(s.Group)
	}
	collection := groupCollection{DirectMembers: []UserID{}, DirectSubgroups: []UserGroupID{}} // null is refused
	collection.DirectMembers = append(collection.DirectMembers, s.DirectMembers...)
	collection.DirectSubgroups = append(collection.DirectSubgroups, s.DirectSubgroups...)
	return json.Marshal(collection)
}

// UnmarshalJSON reads both forms.
func (s *GroupSetting) UnmarshalJSON(data []byte) error {
	*s = GroupSetting{}
	if len(data) == 0 || data[0] != '{' {
		return json.Unmarshal(data, &s.Group)
	}
	var collection groupCollection
	err := json.Unmarshal(data, &collection)
	s.DirectMembers, s.DirectSubgroups = collection.DirectMembers, collection.DirectSubgroups
	return err
}

// permission is a GroupSetting as a parameter of a request.
type permission struct {
	name            string
	since           int // the feature level that brought it
	renamed         int // before this level the name ended in _id
	objects         int // before this level the value was the number of a group, in changes too
	value, expected *GroupSetting
}

// groupSettingChange is the form of a permission in an update.
type groupSettingChange struct {
	New *GroupSetting `json:"new"`
	Old *GroupSetting `json:"old,omitempty"`
}

// permit adds the permissions that have a value to the parameters of a request that creates or, where update is set,
// changes something.
func (c *Client) permit(ctx context.Context, op string, p *params, update bool, permissions []permission) error {
	for _, one := range permissions {
		if one.value == nil {
			continue
		}
		since := one.since
		if one.value.Group == 0 {
			since = max(since, one.objects)
		}
		if err := c.requires(ctx, op, since); err != nil {
			return err
		}
		level, err := c.featureLevel(ctx)
		if err != nil {
			return fmt.Errorf("zulip: %s: %w", op, err)
		}
		name := one.name
		if level < one.renamed {
			name += "_id"
		}
		if update && level >= one.objects {
			p.json(name, groupSettingChange{New: one.value, Old: one.expected})
		} else {
			p.json(name, one.value)
		}
	}
	return nil
}
