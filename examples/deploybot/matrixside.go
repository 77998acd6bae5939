package main

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/httpx"
	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/matrixchat"
)

// slowestSync is how long a homeserver may take to answer the first sync of a
// bot in many rooms.
const slowestSync = 5 * time.Minute

// newMatrix makes the chat of a bot on Matrix. It does not connect. The policy
// is the one at the start: it says whose invitations count.
func newMatrix(s settings, policy chatops.Policy, log *slog.Logger, ask io.Writer) (*side, error) {
	transport, err := httpx.Certificates{}.Transport()
	if err != nil {
		return nil, err
	}
	transport.ResponseHeaderTimeout = slowestSync
	noted := &contact{next: transport, path: "sync"}
	config := s.matrixConfig(log, ask)
	config.Transport, config.Invites = noted, s.invites(policy)
	chat, err := matrixchat.New(config, s.Semaphore.URL)
	if err != nil {
		return nil, err
	}
	return &side{
		chat: chat, contact: noted.at,
		run:    func(ctx context.Context, engine countedEngine) error { return chat.Run(ctx, engine) },
		person: visitorPerson(s.Matrix),
		parts:  func() []part { return append([]part{{partMatrix, chat.Bot().Backup}}, s.pickleKeyPart()...) },
	}, nil
}

// invites lets those invite the bot whom it would answer: into any room where it
// takes commands in direct messages, else into the rooms that are named.
func (s *settings) invites(policy chatops.Policy) matrixbot.Invites {
	var in matrixbot.Invites
	for _, user := range s.Admins {
		in.From = append(in.From, id.UserID(user))
	}
	for _, grant := range policy.Grants {
		for _, user := range grant.Users {
			in.From = append(in.From, id.UserID(user))
		}
	}
	if policy.Direct {
		return in
	}
	for _, room := range s.Rooms {
		if strings.HasPrefix(room, "!") {
			in.Rooms = append(in.Rooms, id.RoomID(room))
		}
	}
	for _, room := range policy.Rooms {
		if strings.HasPrefix(string(room), "!") {
			in.Rooms = append(in.Rooms, id.RoomID(room))
		}
	}
	if len(in.Rooms) == 0 {
		return matrixbot.Invites{} // No rooms would mean all of them.
	}
	return in
}
