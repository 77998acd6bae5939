package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// checkPerson finds names that nobody has on the chat.
func (c chatName) checkPerson(name string) error {
	switch {
	case c == onMatrix && (!strings.HasPrefix(name, "@") || !strings.Contains(name, ":")):
		return fmt.Errorf("%q is no user id of Matrix, as @ada:example.org", name)
	case c == onZulip && !isNumber(name) && (!strings.Contains(name, "@") || strings.HasPrefix(name, "@")):
		return fmt.Errorf("%q is neither a user id of Zulip, as 12, nor an e-mail address", name)
	}
	return nil
}

// checkRoom finds names that no room has on the chat.
func (c chatName) checkRoom(name string) error {
	switch {
	case c == onMatrix && !strings.HasPrefix(name, "!") && !strings.HasPrefix(name, "#"):
		return fmt.Errorf("%q is neither the id of a room, as !abc:example.org, nor an alias, as #deploys:example.org", name)
	case c == onZulip && strings.HasPrefix(name, "!") && strings.Contains(name, ":"):
		return fmt.Errorf("%q is the id of a room of Matrix: on Zulip a channel is named by its number or its name", name)
	}
	return nil
}

// isPersonID and isRoomID say whether a name is what stays the same, whatever is
// renamed: it need not be looked up. What is a number is never a name.
func isPersonID(name string) bool { return isNumber(name) || strings.HasPrefix(name, "@") }
func isRoomID(name string) bool   { return isNumber(name) || strings.HasPrefix(name, "!") }

// checkNames finds people and rooms in the policy that nobody and nothing can be
// on the chat: a rule about them would never hold.
func (c chatName) checkNames(policy chatops.Policy) error {
	var wrong []error
	for _, user := range usersOf(policy) {
		if err := c.checkPerson(string(user)); err != nil {
			wrong = append(wrong, fmt.Errorf("users: %w", err))
		}
	}
	for _, room := range roomsOf(policy) {
		if err := c.checkRoom(string(room)); err != nil {
			wrong = append(wrong, fmt.Errorf("rooms: %w", err))
		}
	}
	return errors.Join(wrong...)
}

// usersOf are the people that a policy names, each once.
func usersOf(policy chatops.Policy) (users []chatops.UserID) {
	for _, grant := range policy.Grants {
		for _, user := range grant.Users {
			users = with(users, user)
		}
	}
	return users
}

// roomsOf are the rooms that a policy names, each once: those in which commands
// count, and those of its rules.
func roomsOf(policy chatops.Policy) []chatops.RoomID {
	lists := [][]chatops.RoomID{policy.Rooms}
	for _, grant := range policy.Grants {
		lists = append(lists, grant.Rooms)
	}
	for _, rule := range policy.Approvals {
		lists = append(lists, rule.Rooms)
	}
	for _, freeze := range policy.Freezes {
		lists = append(lists, freeze.Rooms)
	}
	for _, rule := range policy.Arguments {
		lists = append(lists, rule.Rooms)
	}
	var rooms []chatops.RoomID
	for _, room := range slices.Concat(lists...) {
		rooms = with(rooms, room)
	}
	return rooms
}
