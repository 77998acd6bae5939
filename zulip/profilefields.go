package zulip

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// ProfileFieldID is the number of a custom profile field.
type ProfileFieldID int64

// ProfileFieldType says what a custom profile field holds. Later servers may add values.
type ProfileFieldType int

// The types of today.
const (
	ProfileShortText ProfileFieldType = 1
	ProfileLongText  ProfileFieldType = 2
	// ProfileList is one of several options; the value is the option's key. See [ProfileField.Options].
	ProfileList ProfileFieldType = 3
	// ProfileDate is a day, as 2026-02-28.
	ProfileDate ProfileFieldType = 4
	ProfileLink ProfileFieldType = 5
	// ProfilePeople is a list of users. See [ProfileValue.UserIDs].
	ProfilePeople ProfileFieldType = 6
	// ProfileExternal is a name at another service, such as GitHub.
	ProfileExternal ProfileFieldType = 7
	ProfilePronouns ProfileFieldType = 8
)

// ProfileField is a custom profile field of the organisation.
type ProfileField struct {
	ID    ProfileFieldID   `json:"id"`
	Type  ProfileFieldType `json:"type"`
	Order int              `json:"order"`
	Name  string           `json:"name"`
	// Hint tells people what to write.
	Hint string `json:"hint"`
	// FieldData is JSON: the options of a list, the service of an external account. Empty for other types.
	FieldData string `json:"field_data"`
	// DisplayInProfileSummary shows the field on the card of a user.
	DisplayInProfileSummary bool `json:"display_in_profile_summary"`
	// Required is known since Zulip 9, EditableByUser since Zulip 10 (before it: false, and everybody may edit).
	Required       bool `json:"required"`
	EditableByUser bool `json:"editable_by_user"`
}

// ProfileOption is an option of a field of type [ProfileList].
type ProfileOption struct {
	// Key is what the value of a user is.
	Key string
	// Text is what people see.
	Text string
}

// Options are the choices of a field of type [ProfileList] in their order; of other types there are none.
func (f ProfileField) Options() ([]ProfileOption, error) {
	if f.Type != ProfileList {
		return nil, nil
	}
	var choices map[string]struct {
		Text  string      `json:"text"`
		Order json.Number `json:"order"`
	}
	if err := json.Unmarshal([]byte(f.FieldData), &choices); err != nil {
		return nil, fmt.Errorf("zulip: read the options of profile field %d: %w", f.ID, err)
	}
	options := make([]ProfileOption, 0, len(choices))
	for key, choice := range choices {
		options = append(options, ProfileOption{Key: key, Text: choice.Text})
	}
	order := func(o ProfileOption) int64 {
		n, _ := choices[o.Key].Order.Int64() // one that is no number comes first
		return n
	}
	slices.SortFunc(options, func(a, b ProfileOption) int {
		return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a.Key, b.Key))
	})
	return options, nil
}

// ProfileValue is what a user has in a custom profile field.
type ProfileValue struct {
	// Value is text; its form depends on the type of the field.
	Value string `json:"value"`
	// RenderedValue is HTML, for the types that have Markdown; else empty.
	RenderedValue string `json:"rendered_value"`
}

// UserIDs reads the value of a field of type [ProfilePeople].
func (v ProfileValue) UserIDs() ([]UserID, error) {
	var ids []UserID
	if err := json.Unmarshal([]byte(v.Value), &ids); err != nil {
		return nil, fmt.Errorf("zulip: read a profile field as users: %w", err)
	}
	return ids, nil
}

// ProfileFields are all custom profile fields of the organisation, in the order in which people see them.
type ProfileFields []ProfileField

// ProfileFields lists the custom profile fields. API: GET /realm/profile_fields.
func (c *Client) ProfileFields(ctx context.Context) (ProfileFields, error) {
	var out struct {
		envelope
		Fields ProfileFields `json:"custom_fields"`
	}
	err := c.call(ctx, call{op: "list profile fields", method: http.MethodGet, path: path("realm", "profile_fields")}, &out)
	slices.SortStableFunc(out.Fields, func(a, b ProfileField) int { return cmp.Compare(a.Order, b.Order) })
	return out.Fields, err
}

// Named finds a field; case does not matter.
func (f ProfileFields) Named(name string) (ProfileField, bool) {
	i := slices.IndexFunc(f, func(field ProfileField) bool { return strings.EqualFold(field.Name, name) })
	if i < 0 {
		return ProfileField{}, false
	}
	return f[i], true
}

// ValueOf is what a user has in the field of that name, as people see it: of an option the text. False: there is no
// such field, or the user left it empty. The user must have been fetched with profile data.
func (f ProfileFields) ValueOf(u User, name string) (string, bool) {
	field, ok := f.Named(name)
	if !ok {
		return "", false
	}
	value := u.ProfileData[idText(field.ID)].Value
	options, err := field.Options()
	if err == nil {
		for _, option := range options {
			if option.Key == value {
				return option.Text, value != ""
			}
		}
	}
	return value, value != ""
}

// ProfileChange sets a custom profile field of a user. The zero Text and UserIDs clear it.
type ProfileChange struct {
	Field ProfileFieldID
	// Text is for fields of all types but [ProfilePeople]: an option's key, a day as 2026-02-28.
	Text string
	// UserIDs is for fields of type [ProfilePeople].
	UserIDs []UserID
}

// MarshalJSON writes the API's form.
func (p ProfileChange) MarshalJSON() ([]byte, error) {
	change := struct {
		ID    ProfileFieldID `json:"id"`
		Value any            `json:"value"`
	}{p.Field, p.Text}
	if len(p.UserIDs) > 0 {
		change.Value = p.UserIDs
	}
	return json.Marshal(change)
}
