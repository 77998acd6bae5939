package zulip_test

import (
	"context"
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func ExampleClient_UserGroupMembers() {
	server, client, alice := exampleServer()
	defer server.Close()
	ctx := context.Background()
	server.SetTimezone(alice, "Asia/Tokyo")
	group := server.AddGroup("on-call", alice)

	members, err := client.UserGroupMembers(ctx, zulip.UserGroupID(group.ID), zulip.MembershipRequest{})
	if err != nil {
		panic(err)
	}
	users, err := client.Users(ctx, zulip.UsersRequest{IDs: members})
	if err != nil {
		panic(err)
	}
	for _, user := range users {
		nine := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		fmt.Println(user.FullName, nine.In(user.Location(time.UTC)).Format("15:04"))
	}
	// Output: Alice 18:00
}

func ExampleProfileFields_ValueOf() {
	server, client, alice := exampleServer()
	defer server.Close()
	ctx := context.Background()
	office := server.AddProfileField(zuliptest.ProfileField{
		Name: "Office", Type: zuliptest.SelectField, Data: `{"0":{"text":"Berlin","order":"1"},"1":{"text":"Lagos","order":"2"}}`,
	})
	server.SetProfileValue(alice, office, "1")

	fields, err := client.ProfileFields(ctx)
	if err != nil {
		panic(err)
	}
	user, err := client.User(ctx, zulip.UserID(alice.ID))
	if err != nil {
		panic(err)
	}
	where, _ := fields.ValueOf(user, "office")
	fmt.Println(user.FullName, "sits in", where)
	// Output: Alice sits in Lagos
}

func ExampleClient_CreateChannel() {
	server, client, alice := exampleServer()
	defer server.Close()
	ctx := context.Background()
	self, err := client.OwnUser(ctx)
	if err != nil {
		panic(err)
	}

	everybody := zulip.GroupSetting{DirectMembers: []zulip.UserID{self.ID, zulip.UserID(alice.ID)}}
	id, err := client.CreateChannel(ctx, zulip.CreateChannelRequest{
		Name: "release 3", Description: "What goes out, and when.", Subscribers: everybody.DirectMembers, InviteOnly: true,
		Permissions: zulip.ChannelPermissions{CanSendMessage: &everybody},
	})
	if err != nil {
		panic(err)
	}
	channel, err := client.Channel(ctx, id)
	if err != nil {
		panic(err)
	}
	fmt.Println(channel.Name, channel.InviteOnly, len(channel.CanSendMessage.DirectMembers))
	// Output: release 3 true 2
}

func ExampleMentions() {
	for _, mention := range zulip.Mentions("@**Porter** assign @**Ann Lee|12** please") {
		fmt.Println(mention.Name, mention.ID)
	}
	// Output:
	// Porter 0
	// Ann Lee 12
}
