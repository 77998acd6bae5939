package main

import (
	"path"
	"time"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// cast is who and what there is on the demo's server.
type cast struct {
	bot                      *zuliptest.User
	channel                  *zuliptest.Channel
	jonas, lena, ngozi, maya person
}

// person is somebody of the team.
type person struct {
	*zuliptest.User
	name string // What colleagues call them.
	zone *time.Location
}

// city is the place by which a zone is known.
func (p person) city() string { return city(p.zone) }

func city(zone *time.Location) string {
	name := path.Base(zone.String())
	if name == "New_York" {
		return "New York"
	}
	return name
}

const (
	botName     = "Standup Bot"
	channelName = "platform"
)

func newCast(server *zuliptest.Server) cast {
	somebody := func(full, name, zone string) person {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			panic(err) // The program carries the zone data.
		}
		return person{server.AddUser(zuliptest.User{FullName: full, Timezone: zone}), name, loc}
	}
	c := cast{
		bot:   server.AddBot(botName, "standup-bot@zulip.example"),
		jonas: somebody("Jonas Weber", "Jonas", "Europe/Berlin"),
		lena:  somebody("Lena Hoffmann", "Lena", "Europe/Berlin"),
		ngozi: somebody("Ngozi Okafor", "Ngozi", "Africa/Lagos"),
		maya:  somebody("Maya Torres", "Maya", "America/New_York"),
	}
	other := server.AddBot("CI Bot", "ci-bot@zulip.example") // Not a person: it is asked nothing.
	c.channel = server.AddChannel(channelName, c.bot, other, c.jonas.User, c.lena.User, c.ngozi.User, c.maya.User)
	return c
}

func (c cast) team() []person { return []person{c.jonas, c.lena, c.ngozi, c.maya} }
