package zulip_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestProfileFieldsByName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, _ := h.owner(t)
	ctx := t.Context()
	office := h.server.AddProfileField(zuliptest.ProfileField{
		Name: "Office", Type: zuliptest.SelectField, Data: `{"1":{"text":"Lagos","order":"2"},"0":{"text":"Berlin","order":"1"},"2":{"text":"Lima","order":"10"}}`,
	})
	mentor := h.server.AddProfileField(zuliptest.ProfileField{Name: "Mentor", Type: zuliptest.PersonField})
	h.server.AddProfileField(zuliptest.ProfileField{Name: "Motto"})
	h.server.SetProfileValue(h.alice, office, "1")
	alice, bob := zulip.UserID(h.alice.ID), zulip.UserID(h.bob.ID)

	fields, err := h.client(t).ProfileFields(ctx)
	require.NoError(t, err)
	require.Len(t, fields, 3)
	field, ok := fields.Named("office")
	require.True(t, ok)
	assert.Equal(t, zulip.ProfileList, field.Type)
	options, err := field.Options()
	require.NoError(t, err)
	assert.Equal(t, []zulip.ProfileOption{{Key: "0", Text: "Berlin"}, {Key: "1", Text: "Lagos"}, {Key: "2", Text: "Lima"}}, options)

	require.NoError(t, admin.UpdateUser(ctx, alice, zulip.UpdateUserRequest{ProfileData: []zulip.ProfileChange{
		{Field: field.ID, Text: "2"}, {Field: zulip.ProfileFieldID(mentor.ID), UserIDs: []zulip.UserID{bob}},
	}}))
	user, err := admin.User(ctx, alice)
	require.NoError(t, err)
	text, ok := fields.ValueOf(user, "OFFICE")
	assert.True(t, ok)
	assert.Equal(t, "Lima", text)
	value := user.ProfileData[itoa(mentor.ID)]
	ids, err := value.UserIDs()
	require.NoError(t, err)
	assert.Equal(t, []zulip.UserID{bob}, ids)
	_, ok = fields.ValueOf(user, "Motto")
	assert.False(t, ok, "nothing is in it")
	_, ok = fields.ValueOf(user, "Shoe size")
	assert.False(t, ok, "no such field")

	require.NoError(t, admin.UpdateUser(ctx, alice, zulip.UpdateUserRequest{ProfileData: []zulip.ProfileChange{{Field: field.ID}}}))
	user, err = admin.User(ctx, alice)
	require.NoError(t, err)
	_, ok = fields.ValueOf(user, "Office")
	assert.False(t, ok, "it was cleared")
}

func TestOddProfileData(t *testing.T) {
	t.Parallel()
	_, err := zulip.ProfileField{ID: 7, Type: zulip.ProfileList, FieldData: "{"}.Options()
	require.ErrorContains(t, err, "profile field 7")
	options, err := zulip.ProfileField{Type: zulip.ProfileShortText}.Options()
	require.NoError(t, err)
	assert.Empty(t, options)
	_, err = zulip.ProfileValue{Value: "Bob"}.UserIDs()
	require.Error(t, err)
	fields := zulip.ProfileFields{{ID: 7, Name: "Office", Type: zulip.ProfileList, FieldData: "not JSON"}}
	text, ok := fields.ValueOf(zulip.User{ProfileData: map[string]zulip.ProfileValue{"7": {Value: "1"}}}, "Office")
	assert.True(t, ok)
	assert.Equal(t, "1", text, "better than nothing")
}

func FuzzProfileOptions(f *testing.F) {
	f.Add(`{"0":{"text":"Berlin","order":"1"}}`)
	f.Add(`{"0":{"text":"Berlin","order":1.5}}`)
	f.Add(`{"0":null}`)
	f.Fuzz(func(t *testing.T, data string) {
		options, err := zulip.ProfileField{Type: zulip.ProfileList, FieldData: data}.Options()
		if err != nil && options != nil {
			t.Error("an error comes without options")
		}
	})
}
