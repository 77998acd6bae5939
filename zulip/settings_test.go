package zulip_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestUpdateSettings(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	alice, ctx := h.clientOf(t, h.alice), t.Context()
	require.NoError(t, alice.UpdateSettings(ctx, zulip.UpdateSettingsRequest{
		FullName: new("Alice Jones"), Timezone: new("America/Lima"), EnterSends: new(false), ColorScheme: new(2),
	}))
	self, err := alice.OwnUser(ctx)
	require.NoError(t, err)
	assert.Equal(t, "America/Lima", self.Timezone)
	require.ErrorContains(t, alice.UpdateSettings(ctx, zulip.UpdateSettingsRequest{}), "nothing to change")
	require.Error(t, h.client(t).UpdateSettings(ctx, zulip.UpdateSettingsRequest{EnterSends: new(true)}), "a bot has none")
}

func TestSettingsTravelAsTheAPIHasThem(t *testing.T) {
	t.Parallel()
	server := &oldServer{level: 421}
	require.NoError(t, server.client(t).UpdateSettings(t.Context(), zulip.UpdateSettingsRequest{
		FullName: new("Ann <&> 1"), ColorScheme: new(2), EnterSends: new(false), OldPassword: zulip.NewSecret("a"), NewPassword: zulip.NewSecret("b"),
	}))
	form := map[string]string{}
	for name := range server.form {
		form[name] = server.form.Get(name)
	}
	assert.Equal(t, map[string]string{
		"full_name": "Ann <&> 1", "color_scheme": "2", "enter_sends": "false", "old_password": "a", "new_password": "b",
	}, form)
}

func TestSettingsThatTheServerIgnoresAreTold(t *testing.T) {
	t.Parallel()
	server := &oldServer{level: 185, answers: map[string]string{
		"PATCH /settings": `{"result":"success","msg":"","ignored_parameters_unsupported":["hide_ai_features"]}`,
	}}
	err := server.client(t).UpdateSettings(t.Context(), zulip.UpdateSettingsRequest{HideAIFeatures: new(true), EnterSends: new(true)})
	require.ErrorIs(t, err, zulip.ErrUnsupported)
	require.ErrorContains(t, err, "hide_ai_features")
	req := zulip.UpdateSettingsRequest{NewPassword: zulip.NewSecret("hunter2")}
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", req, req, req), "hunter2")
}
