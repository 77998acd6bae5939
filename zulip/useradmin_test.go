package zulip_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestLifeOfAnAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, _ := h.owner(t)
	ctx := t.Context()

	id, err := admin.CreateUser(ctx, zulip.CreateUserRequest{
		Email: "carla@zulip.example", Password: zulip.NewSecret("correct horse"), FullName: "Carla",
	})
	require.NoError(t, err)
	require.NoError(t, admin.UpdateUser(ctx, id, zulip.UpdateUserRequest{FullName: new("Carla Clark"), Role: zulip.RoleModerator}))
	require.NoError(t, admin.UpdateUserByEmail(ctx, "carla@zulip.example", zulip.UpdateUserRequest{NewEmail: "clark@zulip.example"}))
	carla, err := admin.User(ctx, id)
	require.NoError(t, err)
	assert.Equal(t, "Carla Clark", carla.FullName)
	assert.Equal(t, zulip.RoleModerator, carla.Role)
	assert.Equal(t, "clark@zulip.example", carla.Email)

	require.NoError(t, admin.DeactivateUser(ctx, id, zulip.DeactivateUserRequest{NotificationComment: new("Good luck!")}))
	carla, err = admin.User(ctx, id)
	require.NoError(t, err)
	assert.False(t, carla.IsActive)
	require.NoError(t, admin.ReactivateUser(ctx, id))
	carla, err = admin.User(ctx, id)
	require.NoError(t, err)
	assert.True(t, carla.IsActive)

	require.Error(t, h.client(t).UpdateUser(ctx, id, zulip.UpdateUserRequest{Role: zulip.RoleOwner}), "a member may not")
}

func TestPasswordsDoNotShow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	req := zulip.CreateUserRequest{Email: "a@zulip.example", Password: zulip.NewSecret("hunter2"), FullName: "Ann"}
	_, err := h.client(t).CreateUser(t.Context(), req)
	require.Error(t, err)
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, req, req), "hunter2")
}

func TestUserAdminRefusesHalfRequests(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	_, err := c.CreateUser(ctx, zulip.CreateUserRequest{Email: "a@b", FullName: "Ann"})
	require.ErrorContains(t, err, "password")
	require.ErrorContains(t, c.UpdateUser(ctx, 1, zulip.UpdateUserRequest{}), "nothing to change")
	assert.Empty(t, h.server.Requests())
	require.ErrorContains(t, c.UpdateUserByEmail(ctx, "..", zulip.UpdateUserRequest{Role: zulip.RoleGuest}), "no @")
	requireTooOld(t, 285, func(c *zulip.Client) error {
		return c.UpdateUser(ctx, 1, zulip.UpdateUserRequest{NewEmail: "a@b"})
	})
}

func TestUpdateByEmailLooksUpOnOlderServers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, zuliptest.WithFeatureLevel(312))
	admin, _ := h.owner(t)
	require.NoError(t, admin.UpdateUserByEmail(t.Context(), h.bob.Email, zulip.UpdateUserRequest{FullName: new("Robert")}))
	bob, err := admin.User(t.Context(), zulip.UserID(h.bob.ID))
	require.NoError(t, err)
	assert.Equal(t, "Robert", bob.FullName)
}
