package chatops

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

func TestRooms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for _, step := range []struct {
			from      UserID
			says, out string
		}{
			{carl, "!cd rooms", "This takes the role admin, and yours here is runner."},
			{ada, "!cd rooms", "Room\tId\tI can write\tCommands\nOperations\tops\tyes\tyes"},
			{ada, "!cd rooms join", "Which room? As: !cd rooms join ROOM"},
			{ada, "!cd rooms join lobby", "I have joined lobby. The policy does not name it, so I take no commands there."},
			{ada, "!cd rooms list", "Room\tId\tI can write\tCommands\nlobby\tlobby\tyes\tno\nOperations\tops\tyes\tyes"},
			{ada, "!cd rooms leave lobby", "I have left lobby."},
			{ada, "!cd rooms visit lobby", "<action> cannot be \"visit\"; it is one of list, join, leave, part.\n!cd rooms [<action>] [<room>]"},
			{ada, "!cd room part ops", "I have left Operations."},
		} {
			o.say(step.from, step.says)
			assert.Equal(t, step.out, o.last().text, step.says)
		}
	})
}

func TestRoomsAreLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for i := range 60 {
			o.chat.rooms = append(o.chat.rooms, Room{ID: RoomID(fmt.Sprintf("!r%d", i)), Name: "\u202eroom\n"})
		}
		o.say(ada, "!cd rooms")
		assert.Contains(t, o.last().text, "… and 11 more")
		assert.Contains(t, o.last().text, "room\t!r52\tno\tno\n")
	})
}

func TestVerify(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(vera, `!cd verify start "MY PHONE"`)
		assert.Equal(t, "Verified vera: start MY PHONE", o.last().text)
	})
}

func TestWhatAChatDoesNotHaveIsSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) { o.config.Chat = poorChat{o.chat} })
		o.say(vera, "!cd verify")
		assert.Equal(t, "Messages are not encrypted between you and me here, so there is nothing to verify.", o.last().text)
		o.say(ada, "!cd rooms join lobby")
		assert.Equal(t, "I cannot join rooms by myself in this chat: somebody has to do it for me.", o.last().text)
		o.say(ada, "!cd rooms leave lobby")
		assert.Equal(t, `The chat does not let me leave "lobby", or I am not in it.`, o.last().text)
	})
}

// TestTroubleOfTheChatIsNotSemaphores has a chat whose errors look like those of a network.
func TestTroubleOfTheChatIsNotSemaphores(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) { o.config.Chat = brokenChat{o.chat} })
		for _, says := range []string{"rooms", "rooms join lobby", "verify"} {
			o.say(ada, "!cd "+says)
			assert.Contains(t, o.last().text, "The chat could not do that. The log of the bot has more under", says)
		}
	})
}

// brokenChat is a chat that cannot be reached but for messages.
type brokenChat struct{ *fakeChat }

func (brokenChat) Rooms(context.Context) ([]Room, error) {
	return nil, &net.OpError{Op: "dial", Err: io.EOF}
}

func (brokenChat) Join(context.Context, string) (Room, error) { return Room{}, io.ErrUnexpectedEOF }

func (brokenChat) Verify(context.Context, UserID, []string) (Text, error) { return nil, io.EOF }

// poorChat is a chat without encryption whose rooms nobody can join by himself.
type poorChat struct{ *fakeChat }

func (poorChat) Verify(context.Context, UserID, []string) (Text, error) {
	return nil, fmt.Errorf("verify: %w", ErrUnsupported)
}

func (poorChat) Join(context.Context, string) (Room, error) {
	return Room{}, fmt.Errorf("join: %w", ErrUnsupported)
}

func (poorChat) Leave(context.Context, string) (Room, error) {
	return Room{}, fmt.Errorf("leave: %w", ErrUndeliverable)
}
