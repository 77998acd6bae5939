//go:build goolm || libolm

package matrixbot_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/matrixjs"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// What follows happens on a real homeserver, between the bot and people who use the library and the crypto of Element.

const password = "a long password"

// townSlots is how many towns there may be at once: each has several processes.
var townSlots = make(chan struct{}, 3)

// town is a homeserver with a bot and people.
type town struct {
	*testing.T

	server *matrixtest.Homeserver
	bot    *robot
}

// newTown makes a town whose bot repeats what anybody asks it to. It has not started.
func newTown(t *testing.T) *town {
	t.Helper()
	needElement(t)
	townSlots <- struct{}{}
	t.Cleanup(func() { <-townSlots })
	w := &town{T: t, server: matrixtest.Dendrite(t)}
	w.bot = w.robot("bot")
	return w
}

// needElement skips the test early where there is no other program.
func needElement(t *testing.T) {
	t.Helper()
	if os.Getenv("SIGNALBOX_MATRIX_JS") == "" && os.Getenv("SIGNALBOX_REQUIRE_REAL") != "1" {
		t.Skip("SIGNALBOX_MATRIX_JS names no folder with matrix-js-sdk")
	}
}

// person is somebody new with another program.
func (w *town) person(name string) *matrixjs.Client {
	w.Helper()
	w.server.Register(name, password)
	return w.device(name)
}

// device is a device of somebody, a new one.
func (w *town) device(name string) *matrixjs.Client {
	w.Helper()
	c := matrixjs.Start(w.T)
	c.Login(w.server.URL(), name, password)
	return c
}

// signed is a person who has set up cross-signing, as Element has everybody do.
func (w *town) signed(name string) *matrixjs.Client {
	w.Helper()
	c := w.person(name)
	c.Do(nil, "bootstrap", map[string]any{"password": password})
	return c
}

// room has people make an encrypted room, into which the bot comes.
func (w *town) room(host *matrixjs.Client, guests ...*matrixjs.Client) string {
	w.Helper()
	return w.roomWith(host, map[string]any{"encrypted": true}, guests...)
}

// roomWith is room with other settings.
func (w *town) roomWith(host *matrixjs.Client, settings map[string]any, guests ...*matrixjs.Client) string {
	w.Helper()
	var room string
	host.Do(&room, "createRoom", settings)
	for _, guest := range guests {
		invite(host, room, guest.User)
		join(host, guest, room)
	}
	invite(host, room, w.bot.user.String())
	isIn(host, room, w.bot.user.String())
	return room
}

func invite(host *matrixjs.Client, room, guest string) {
	host.Do(nil, "invite", map[string]any{"room": room, "user": guest})
}

// join has somebody accept an invitation, which the host sees.
func join(host, guest *matrixjs.Client, room string) {
	guest.Wait("an invite", func(e matrixjs.Event) bool { return e.Event == "invite" && e.Room == room })
	guest.Do(nil, "join", map[string]any{"room": room})
	isIn(host, room, guest.User)
}

// isIn waits until the host sees that somebody is in the room.
func isIn(host *matrixjs.Client, room, guest string) {
	membership(host, room, guest, "join")
}

func membership(host *matrixjs.Client, room, guest, is string) {
	host.Wait(guest+": "+is, func(e matrixjs.Event) bool {
		return e.Event == "timeline" && e.Room == room && e.Type == "m.room.member" && e.StateKey == guest && e.Content["membership"] == is
	})
}

// answers has somebody ask the bot to repeat something, and returns the answer.
func (w *town) answers(c *matrixjs.Client, room, text string) matrixjs.Event {
	w.Helper()
	c.Send(room, "!echo "+text)
	return w.said(c, room, text)
}

// said waits for the bot's saying something, which nobody else can have read.
func (w *town) said(c *matrixjs.Client, room, text string) matrixjs.Event {
	w.Helper()
	e := c.Message(room, w.bot.user.String(), text)
	assert.True(w, e.Encrypted, text)
	return e
}

// times is how often somebody has seen the text until now.
func times(c *matrixjs.Client, room, text string) int {
	n := 0
	for _, e := range c.Events() {
		if e.Event == "timeline" && e.Room == room && e.Body == text {
			n++
		}
	}
	return n
}

// status is how somebody's client shows a user and one of the user's devices.
type status struct {
	Verified             bool
	CrossSigningVerified bool
	NeedsApproval        bool
	HasKeys              bool
	DeviceSigned         bool
	DeviceVerified       bool
}

func statusOf(c *matrixjs.Client, user, device string) (s status) {
	c.Do(&s, "status", map[string]any{"user": user, "device": device})
	return s
}

// botStatus is how somebody's client shows the bot.
func (w *town) botStatus(c *matrixjs.Client) status {
	w.Helper()
	return statusOf(c, w.bot.user.String(), w.bot.device().String())
}

// device is the one that the bot has now.
func (b *robot) device() id.DeviceID {
	b.Helper()
	s, err := b.machine().Status(b.Context())
	require.NoError(b, err)
	return s.Device
}
