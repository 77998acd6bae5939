package zuliptest

import (
	"encoding/json"
	"slices"
	"strings"
)

func (s *Server) getFields(*call) answer {
	return ok(map[string]any{"custom_fields": s.fieldObjects()})
}

func (s *Server) checkField(f *profileField) *answer {
	taken := slices.ContainsFunc(s.fields, func(x *profileField) bool { return strings.EqualFold(x.Name, f.Name) })
	var choices map[string]any
	summaries := 0
	for _, x := range s.fields {
		if x.summary {
			summaries++
		}
	}
	switch {
	case f.Name == "":
		return refuse("Label cannot be blank.")
	case taken:
		return refuse("A field with that label already exists.")
	case len([]rune(f.Name)) > 40:
		return refuse("name is too long (limit: 40 characters)")
	case len([]rune(f.Hint)) > 80:
		return refuse("hint is too long (limit: 80 characters)")
	case f.Type < ShortTextField || f.Type > PronounsField:
		return refuse("Invalid field type.")
	case f.Type == SelectField && (json.Unmarshal([]byte(f.Data), &choices) != nil || len(choices) == 0):
		return refuse("Field must have at least one choice.")
	case f.summary && (f.Type == LongTextField || f.Type == PersonField):
		return refuse("Field type not supported for display in profile summary.")
	case f.summary && summaries >= 2:
		return refuse("Only 2 custom profile fields can be displayed in the profile summary.")
	}
	return nil
}

func (s *Server) postField(c *call) answer {
	f := &profileField{summary: c.flag("display_in_profile_summary", false)}
	f.required, f.editable = c.flag("required", false), c.flag("editable_by_user", true)
	f.Name, f.Hint = strings.TrimSpace(c.str("name", "")), c.str("hint", "")
	c.need("field_type")
	f.Type = ProfileFieldType(c.integer("field_type", 0))
	var data map[string]any
	if c.json("field_data", &data) {
		f.Data = string(encode(data))
	}
	if c.bad == nil {
		if bad := s.checkField(f); bad != nil {
			return *bad
		}
	}
	if c.bad != nil {
		return *c.bad
	}
	s.createField(f)
	return ok(map[string]any{"id": f.ID})
}

func (s *Server) reorderFields(c *call) answer {
	var order []int
	c.need("order")
	c.json("order", &order)
	if c.bad == nil && !samePermutation(order, s.fields, func(f *profileField) int { return f.ID }) {
		return badRequest("Invalid order mapping.")
	}
	if c.bad != nil {
		return *c.bad
	}
	s.fields = reorder(s.fields, order, func(f *profileField) int { return f.ID })
	s.emitFields()
	return ok(nil)
}

// samePermutation reports whether order has each id of the list once.
func samePermutation[T any](order []int, list []T, id func(T) int) bool {
	ids := make([]int, len(list))
	for i, x := range list {
		ids[i] = id(x)
	}
	return slices.Equal(slices.Sorted(slices.Values(order)), slices.Sorted(slices.Values(ids)))
}

func reorder[T any](list []T, order []int, id func(T) int) []T {
	return slices.SortedFunc(slices.Values(list), func(a, b T) int {
		return slices.Index(order, id(a)) - slices.Index(order, id(b))
	})
}
