package zuliptest

import (
	"encoding/json"
	"net/url"
	"slices"
	"time"
)

// ProfileFieldType is the kind of a custom profile field, by Zulip's numbers.
type ProfileFieldType int

// The kinds of custom profile fields.
const (
	ShortTextField       ProfileFieldType = 1
	LongTextField        ProfileFieldType = 2
	SelectField          ProfileFieldType = 3
	DateField            ProfileFieldType = 4
	LinkField            ProfileFieldType = 5
	PersonField          ProfileFieldType = 6
	ExternalAccountField ProfileFieldType = 7
	PronounsField        ProfileFieldType = 8
)

// A ProfileField is a custom profile field. AddProfileField fills the ID and returns a copy.
type ProfileField struct {
	ID   int              // given by the server, from 501 on
	Name string           // must be set
	Type ProfileFieldType // by default ShortTextField
	Hint string
	Data string // JSON that configures select fields and external accounts, such as {"0":{"text":"Berlin","order":"1"}}
}

type profileField struct {
	ProfileField
	summary  bool
	required bool
	editable bool // by the users themselves
}

// AddProfileField adds a custom profile field and tells the event queues. It panics when the name is empty or taken.
func (s *Server) AddProfileField(f ProfileField) *ProfileField {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Type == 0 {
		f.Type = ShortTextField
	}
	state := &profileField{ProfileField: f, editable: true}
	if bad := s.checkField(state); bad != nil {
		panic("zuliptest: AddProfileField: " + bad.text())
	}
	s.createField(state)
	f = state.ProfileField
	return &f
}

func (s *Server) createField(f *profileField) {
	s.lastField++
	f.ID = s.lastField
	s.fields = append(s.fields, f)
	s.emitFields()
}

func (s *Server) emitFields() {
	s.emit("custom_profile_fields", everyone, func(*queue) event { return event{"fields": s.fieldObjects()} })
}

func (s *Server) fieldObjects() []any {
	list := []any{}
	for i, f := range s.fields {
		o := map[string]any{
			"id": f.ID, "name": f.Name, "type": int(f.Type), "hint": f.Hint, "field_data": f.Data, "order": i + 1,
			"required": f.required, "editable_by_user": f.editable,
		}
		if f.summary {
			o["display_in_profile_summary"] = true
		}
		list = append(list, s.keep(o, map[string]int{"required": 244, "editable_by_user": 296}))
	}
	return list
}

func (s *Server) field(id int) *profileField {
	i := slices.IndexFunc(s.fields, func(f *profileField) bool { return f.ID == id })
	if i < 0 {
		return nil
	}
	return s.fields[i]
}

// SetProfileValue sets what a person says in a custom profile field; empty removes it. The value is as the API
// shows it: the key of a choice, a date as 2006-01-02, a list of ids as JSON. It panics when user or field is unknown,
// the user is a bot, or the value does not fit the field.
func (s *Server) SetProfileValue(user *User, field *ProfileField, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.mustUser("SetProfileValue", user)
	v := profileValue{ID: field.ID, text: value}
	if u.IsBot {
		panic("zuliptest: SetProfileValue: a bot has no profile")
	}
	if bad := s.checkProfile([]profileValue{v}); bad != nil {
		panic("zuliptest: SetProfileValue: " + bad.text())
	}
	s.setProfile(u, v.ID, v.text)
}

// A profileValue is what a request says of one field.
type profileValue struct {
	ID   int
	text string // empty removes it
}

// UnmarshalJSON takes a string, a list of ids, or null as the value.
func (v *profileValue) UnmarshalJSON(text []byte) error {
	var raw struct {
		ID    int             `json:"id"`
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	*v = profileValue{ID: raw.ID}
	switch {
	case len(raw.Value) == 0, string(raw.Value) == "null", string(raw.Value) == "[]":
		return nil
	case raw.Value[0] == '[':
		var ids []int
		err := json.Unmarshal(raw.Value, &ids)
		v.text = string(encode(ids))
		return err
	}
	return json.Unmarshal(raw.Value, &v.text)
}

func (s *Server) checkProfile(values []profileValue) *answer {
	for _, v := range values {
		f := s.field(v.ID)
		if f == nil {
			return refuse("Field id " + itoa(v.ID) + " not found.")
		}
		if bad := s.checkValue(f, v.text); v.text != "" && bad != "" {
			return refuse(bad)
		}
	}
	return nil
}

// checkValue says what is wrong with a value; empty is nothing.
func (s *Server) checkValue(f *profileField, text string) string {
	switch f.Type {
	case ShortTextField, PronounsField, ExternalAccountField:
		if len([]rune(text)) > 50 {
			return f.Name + " is too long (limit: 50 characters)"
		}
	case LongTextField:
		if len([]rune(text)) > 500 {
			return f.Name + " is too long (limit: 500 characters)"
		}
	case SelectField:
		var choices map[string]any
		if json.Unmarshal([]byte(f.Data), &choices) != nil || choices[text] == nil {
			return "'" + text + "' is not a valid choice for '" + f.Name + "'."
		}
	case DateField:
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return f.Name + " is not a date"
		}
	case LinkField:
		if u, err := url.Parse(text); err != nil || u.Host == "" {
			return f.Name + " is not a URL"
		}
	case PersonField:
		var ids []int
		if json.Unmarshal([]byte(text), &ids) != nil {
			return f.Name + " is not a list"
		}
		if bad := s.checkUserIDs(ids); bad != nil {
			return bad.text()
		}
	}
	return ""
}

// setProfile stores a value that was checked and tells the queues.
func (s *Server) setProfile(u *userState, field int, text string) {
	if u.profile[field] == text {
		return
	}
	f := s.field(field)
	change := map[string]any{"id": field, "value": nil}
	if text == "" {
		delete(u.profile, field)
	} else {
		u.profile[field] = text
		change["value"] = text
		if f.rendered() {
			change["rendered_value"] = s.render(text)
		}
	}
	s.emitPerson(u, "custom_profile_field", change)
}

// rendered reports whether values are shown as Markdown.
func (f *profileField) rendered() bool { return f.Type == ShortTextField || f.Type == LongTextField }

func (s *Server) profileObject(u *userState) map[string]any {
	all := map[string]any{}
	for _, f := range s.fields {
		text, has := u.profile[f.ID]
		if !has {
			continue
		}
		o := map[string]any{"value": text}
		if f.rendered() {
			o["rendered_value"] = s.render(text)
		}
		all[itoa(f.ID)] = o
	}
	return all
}
