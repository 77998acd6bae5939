package main

import (
	"strings"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// findRoom finds the room that is meant by an id, or by the name of a channel of
// Zulip. What is a number is never a
// name. Names of rooms of Matrix mean nothing: everybody can give the same.
func findRoom(rooms []chatops.Room, name string) (chatops.Room, bool) {
	for _, room := range rooms {
		channel := !isNumber(name) && isNumber(string(room.ID)) && strings.EqualFold(room.Name, strings.TrimPrefix(name, "#"))
		if string(room.ID) == name || channel {
			return room, true
		}
	}
	return chatops.Room{}, false
}
