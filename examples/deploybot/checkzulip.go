package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// zulip tries the account, and looks for the people and channels that are named.
func (c *checklist) zulip(ctx context.Context, s settings, policy chatops.Policy, log *slog.Logger) {
	client, _, err := newZulipClient(s, log)
	if !c.look("settings of Zulip", err) {
		return
	}
	user, err := client.OwnUser(ctx)
	if !c.look("Zulip "+client.Site(), explainZulip(err)) {
		return
	}
	if !user.IsBot {
		c.note(user.FullName + " is a person's account: make a bot in Zulip, and everybody sees what it is")
	}
	side, err := newZulip(s, log)
	if !c.look("chat", err) {
		return
	}
	c.editLimit(ctx, client)
	c.people(ctx, s, policy, side.person)
	c.channels(ctx, s, policy, side, client)
}

// editLimit notes that the organisation lets nobody edit messages for long.
func (c *checklist) editLimit(ctx context.Context, client *zulip.Client) {
	queue, err := client.Register(ctx, zulip.RegisterRequest{EventTypes: []string{"realm"}, FetchEventTypes: []string{"realm"}})
	if err != nil {
		return // It is a remark, no more.
	}
	_ = client.DeleteQueue(ctx, queue.ID) // Else it goes by itself, some minutes later.
	state := struct {
		Allowed *bool  `json:"realm_allow_message_editing"`
		Seconds *int64 `json:"realm_message_content_edit_limit_seconds"`
	}{}
	if json.Unmarshal(queue.State, &state) != nil {
		return
	}
	switch {
	case state.Allowed != nil && !*state.Allowed:
		c.note("the organisation lets no messages be edited: what the bot would change in one comes as a new one " +
			"(in Zulip: Organization settings, Time limit for editing messages)")
	case state.Seconds != nil && *state.Seconds > 0:
		c.note(fmt.Sprintf("messages can be edited for %s only: the end of a task that takes longer comes as a new message "+
			"(in Zulip: Organization settings, Time limit for editing messages)", time.Duration(*state.Seconds)*time.Second))
	}
}

// channels finds those that the bot is in, and those that it can enter.
func (c *checklist) channels(ctx context.Context, s settings, policy chatops.Policy, side *side, client *zulip.Client) {
	in, err := side.chat.Rooms(ctx)
	visible, err2 := client.Channels(ctx, zulip.ChannelsRequest{})
	if err = errors.Join(err, err2); err != nil {
		c.look("channels", err)
		return
	}
	var others []chatops.Room
	var noted []chatops.RoomID
	for _, each := range visible {
		others = append(others, chatops.Room{ID: chatops.RoomID(strconv.FormatInt(int64(each.ID), 10)), Name: each.Name})
	}
	find := func(name string, enter bool) error {
		if err := onZulip.checkRoom(name); err != nil {
			return err
		}
		if _, there := findRoom(in, name); there {
			return nil
		}
		room, there := findRoom(others, name)
		if !there {
			return errors.New("there is no such channel, or the bot may not see it: create it, or subscribe the bot to it")
		}
		if enter && !slices.Contains(noted, room.ID) {
			noted = append(noted, room.ID)
			c.note("the bot is not in " + name + " yet, and will subscribe to it when it starts")
		}
		return nil
	}
	for _, name := range s.Rooms {
		if err := find(name, true); err != nil {
			c.look("room "+name, err)
		}
	}
	var wrong []error
	rooms := roomsOf(policy)
	for _, name := range rooms {
		if err := find(string(name), slices.Contains(policy.Rooms, name)); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
		}
	}
	if len(rooms) > 0 {
		c.look("rooms in the policy", errors.Join(wrong...))
	}
}
