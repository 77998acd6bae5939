package contract

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func (tr *trip) users(t *testing.T) {
	ctx := t.Context()
	field := tr.srv.AddProfileField(zuliptest.ProfileField{Name: "Office"})
	id := must(tr.owner.CreateUser(ctx, zulip.CreateUserRequest{
		Email: "carol@example.org", Password: zulip.NewSecret("correct horse"), FullName: "Carol",
	}))
	require.NoError(t, tr.owner.UpdateUser(ctx, id, zulip.UpdateUserRequest{
		FullName: new("Carol King"), Role: zulip.RoleModerator,
		ProfileData: []zulip.ProfileChange{{Field: zulip.ProfileFieldID(field.ID), Text: "Room 7"}},
	}))
	carol := must(tr.bot.User(ctx, id))
	assert.Equal(t, "Carol King", carol.FullName)
	office, _ := must(tr.bot.ProfileFields(ctx)).ValueOf(carol, "office")
	assert.Equal(t, "Room 7", office)
	require.NoError(t, tr.owner.UpdateUserByEmail(ctx, carol.Email, zulip.UpdateUserRequest{FullName: new("Carol")}))
	assert.Equal(t, "Carol", must(tr.bot.UserByEmail(ctx, carol.Email)).FullName)
	assert.Len(t, must(tr.bot.Users(ctx, zulip.UsersRequest{IDs: []zulip.UserID{id}, IncludeProfileData: true})), 1)
	assert.True(t, must(tr.bot.OwnUser(ctx)).IsBot)
	require.NoError(t, tr.owner.DeactivateUser(ctx, id, zulip.DeactivateUserRequest{NotificationComment: new("Farewell!")}))
	require.NoError(t, tr.owner.ReactivateUser(ctx, id))

	require.NoError(t, tr.owner.UpdateOwnStatus(ctx, zulip.UpdateStatusRequest{StatusText: new("away"), Emoji: &zulip.Emoji{Name: "car"}}))
	assert.Equal(t, "away", must(tr.bot.UserStatus(ctx, zulip.UserID(tr.ada.ID))).StatusText)
	require.NoError(t, tr.owner.UpdateUserStatus(ctx, id, zulip.UpdateStatusRequest{StatusText: new("new here")}))
	tr.srv.SetPresence(tr.bob, true)
	assert.NotZero(t, must(tr.bot.UserPresence(ctx, zulip.UserID(tr.bob.ID))))
	assert.NotEmpty(t, must(tr.bot.RealmPresence(ctx)).Presences)
}

func (tr *trip) personal(t *testing.T) {
	ctx := t.Context()
	assert.Equal(t, []string{"fire"}, must(tr.bot.AddAlertWords(ctx, "fire")))
	assert.Equal(t, []string{"fire"}, must(tr.bot.AlertWords(ctx)))
	assert.Empty(t, must(tr.bot.RemoveAlertWords(ctx, "fire")))
	require.NoError(t, tr.bot.UpdateUserTopic(ctx, zulip.ChannelID(tr.team.ID), "lunch", zulip.VisibilityFollowed))
}

func (tr *trip) groups(t *testing.T) {
	ctx := t.Context()
	ada, bob := zulip.UserID(tr.ada.ID), zulip.UserID(tr.bob.ID)
	inner := must(tr.owner.CreateUserGroup(ctx, zulip.CreateUserGroupRequest{Name: "inner", Members: []zulip.UserID{bob}}))
	outer := must(tr.owner.CreateUserGroup(ctx, zulip.CreateUserGroupRequest{
		Name: "outer", Description: "All of them", Permissions: zulip.UserGroupPermissions{
			CanManage: &zulip.GroupSetting{DirectMembers: []zulip.UserID{ada}},
		},
	}))
	require.NoError(t, errors.Join(
		tr.owner.UpdateUserGroup(ctx, outer, zulip.UpdateUserGroupRequest{
			Name: new("everybody"), Permissions: zulip.UserGroupPermissions{CanMention: &zulip.GroupSetting{Group: inner}},
		}),
		tr.owner.UpdateUserGroupMembers(ctx, outer, zulip.UpdateUserGroupMembersRequest{Add: []zulip.UserID{ada}}),
		tr.owner.UpdateUserGroupSubgroups(ctx, outer, zulip.UpdateUserGroupSubgroupsRequest{Add: []zulip.UserGroupID{inner}}),
	))
	assert.Equal(t, []zulip.UserID{ada, bob}, must(tr.owner.UserGroupMembers(ctx, outer, zulip.MembershipRequest{})))
	assert.Equal(t, []zulip.UserGroupID{inner}, must(tr.owner.UserGroupSubgroups(ctx, outer, zulip.MembershipRequest{DirectOnly: true})))
	assert.True(t, must(tr.owner.IsUserGroupMember(ctx, outer, bob, zulip.MembershipRequest{})))
	assert.NotEmpty(t, must(tr.owner.UserGroups(ctx, zulip.UserGroupsRequest{IncludeDeactivated: true})))
	third := must(tr.owner.CreateUserGroup(ctx, zulip.CreateUserGroupRequest{Name: "third"}))
	require.NoError(t, tr.owner.DeactivateUserGroup(ctx, third))
	require.NoError(t, tr.owner.ReactivateUserGroup(ctx, third))
}

func (tr *trip) channels(t *testing.T) {
	ctx := t.Context()
	assert.NotEmpty(t, must(tr.bot.Channels(ctx, zulip.ChannelsRequest{SubscribedOnly: true, IncludeArchived: true})))
	id := must(tr.bot.ChannelID(ctx, "team"))
	assert.Equal(t, "team", must(tr.bot.Channel(ctx, id)).Name)
	assert.Len(t, must(tr.bot.Subscribers(ctx, id)), 3)
	done := must(tr.owner.Subscribe(ctx, zulip.SubscribeRequest{
		Channels: []zulip.NewSubscription{{Name: "plans", Description: "What comes next"}}, Users: []zulip.UserID{zulip.UserID(tr.porter.ID)},
	}))
	assert.NotEmpty(t, done.Subscribed)
	assert.Len(t, must(tr.bot.Subscriptions(ctx)), 2)
	changed := must(tr.bot.UpdateSubscriptions(ctx, zulip.UpdateSubscriptionsRequest{
		Add: []zulip.NewSubscription{{Name: "ideas"}}, Delete: []string{"plans"},
	}))
	assert.Equal(t, []string{"plans"}, changed.Removed)
	require.NoError(t, tr.bot.Unsubscribe(ctx, zulip.UnsubscribeRequest{Channels: []string{"ideas"}}))
	require.NoError(t, tr.bot.UpdateSubscriptionSettings(ctx, zulip.SubscriptionSettings{
		Channel: id, Color: new("#c2c2c2"), IsMuted: new(true), PushNotifications: new(false),
	}))
	assert.True(t, must(tr.bot.IsSubscribed(ctx, zulip.UserID(tr.bob.ID), id)))
	tr.srv.SendToChannel(tr.ada, tr.team, "old news", "yesterday")
	assert.Equal(t, "old news", must(tr.bot.Topics(ctx, id))[0].Name)
	require.NoError(t, tr.owner.DeleteTopic(ctx, id, "old news"))
	assert.NotEmpty(t, must(tr.bot.ChannelEmail(ctx, id, 0)))
	assert.Empty(t, must(tr.bot.ChannelFolders(ctx, zulip.ChannelFoldersRequest{IncludeArchived: true})))

	news := must(tr.owner.CreateChannel(ctx, zulip.CreateChannelRequest{
		Name: "news", Description: "What is **new**", InviteOnly: true, HistoryPublicToSubscribers: new(true), Announce: true,
		MessageRetentionDays: zulip.RetainForever, Permissions: zulip.ChannelPermissions{
			CanSendMessage: &zulip.GroupSetting{DirectMembers: []zulip.UserID{zulip.UserID(tr.ada.ID)}},
		},
	}))
	require.NoError(t, tr.owner.UpdateChannel(ctx, news, zulip.UpdateChannelRequest{
		Name: new("announcements"), IsPrivate: new(false), MessageRetentionDays: new(30),
		Permissions: zulip.ChannelPermissions{CanAddSubscribers: &zulip.GroupSetting{}},
	}))
	require.NoError(t, tr.owner.ArchiveChannel(ctx, news))
	require.NoError(t, tr.owner.UnarchiveChannel(ctx, news))
}

func (tr *trip) organization(t *testing.T) {
	ctx := t.Context()
	assert.NotZero(t, must(tr.bot.ServerSettings(ctx)).ZulipFeatureLevel)
	require.NoError(t, tr.owner.UploadCustomEmoji(ctx, "lunch", "lunch.png", strings.NewReader("\x89PNG\r\n\x1a\n")))
	assert.Len(t, must(tr.bot.CustomEmoji(ctx)), 1)
	require.NoError(t, tr.owner.UpdateSettings(ctx, zulip.UpdateSettingsRequest{
		Timezone: new("Europe/Paris"), SendReadReceipts: new(true), ColorScheme: new(2),
	}))
	tr.srv.SetPassword(tr.bob, "correct horse")
	login := must(zulip.FetchAPIKey(ctx, zulip.Credentials{Site: tr.srv.URL(), Email: tr.bob.Email},
		zulip.NewSecret("correct horse"), zulip.WithTransport(tr.watch)))
	assert.Equal(t, tr.bob.APIKey, login.APIKey.Reveal())
	must(tr.owner.AddLinkifier(ctx, "#(?P<id>[0-9]+)", "https://tickets.example.org/{id}"))
	assert.Len(t, must(tr.bot.Linkifiers(ctx)), 1)
	require.NoError(t, tr.owner.SendInvitations(ctx, zulip.SendInvitationsRequest{
		Emails: []string{"dora@example.org"}, ExpiresIn: zulip.NeverExpires, Channels: []zulip.ChannelID{zulip.ChannelID(tr.team.ID)},
		IncludeDefaultChannels: true, NotifyReferrerOnJoin: new(false), WelcomeMessage: "Welcome!",
	}))
	assert.Len(t, must(tr.owner.Invitations(ctx)), 1)
}

// TestTheClientOnALaterServer calls what is newer than the description.
func TestTheClientOnALaterServer(t *testing.T) {
	t.Parallel()
	tr := newTrip(t, zuliptest.WithFeatureLevel(512))
	channels := must(tr.owner.UserChannels(t.Context(), zulip.UserID(tr.bob.ID)))
	assert.Equal(t, []zulip.ChannelID{zulip.ChannelID(tr.team.ID)}, channels)
	assert.NotContains(t, tr.watch.uncalled(), "UserChannels")
}
