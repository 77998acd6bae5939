package main

import (
	"strconv"
	"strings"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// cast is who and what there is on the demo's Zulip.
type cast struct {
	server             *zuliptest.Server
	account            *zuliptest.User // The bot's.
	channel            *zuliptest.Channel
	ada, bola, mallory person
}

// person is somebody of the organisation.
type person struct {
	*zuliptest.User

	name string // What colleagues call them.
}

const (
	botName     = "Deploybot"
	channelName = "deploys"
)

func newCast(server *zuliptest.Server) cast {
	somebody := func(full string) person {
		name, _, _ := strings.Cut(full, " ")
		return person{server.AddUser(zuliptest.User{FullName: full}), name}
	}
	c := cast{
		server: server, account: server.AddBot(botName, "deploybot@zulip.example"),
		ada: somebody("Ada Weber"), bola: somebody("Bola Okafor"), mallory: somebody("Mallory Smith"),
	}
	c.channel = server.AddChannel(channelName, c.account, c.ada.User, c.bola.User, c.mallory.User)
	return c
}

func (c cast) everybody() []person { return []person{c.ada, c.bola, c.mallory} }

// policy is the policy file of the demo.
func (c cast) policy() string {
	return strings.NewReplacer(
		"ROOM", strconv.Itoa(c.channel.ID), "ADA", strconv.Itoa(c.ada.ID), "BOLA", strconv.Itoa(c.bola.ID),
	).Replace(`rooms: [ROOM]
grants:
  - {users: [ADA, BOLA], role: approver}
approvals:
  - {templates: [website/deploy-prod], approvals: 1}
`)
}
