package matrixbot

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

func TestRooms(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		members := []*matrixtest.User{c.bot}
		ops := c.ada.CreateRoom(matrixtest.RoomOptions{Name: "Operations", Alias: "ops", Members: members})
		secret := c.ada.CreateRoom(matrixtest.RoomOptions{Name: "Secret", Encrypted: true, Members: members})
		quiet := c.ada.CreateRoom(matrixtest.RoomOptions{Members: members})
		c.ada.SendState(quiet, "m.room.power_levels", "", map[string]any{"events_default": 50, "users": map[string]int{string(c.ada.ID()): 100}})
		c.ada.CreateRoom(matrixtest.RoomOptions{Name: "Elsewhere"})
		list, err := c.b.Rooms(t.Context())
		require.NoError(t, err)
		both := []id.UserID{c.ada.ID(), c.bot.ID()}
		want := []RoomInfo{
			{ID: c.room, Members: both, CanSend: true},
			{ID: ops, Name: "Operations", Alias: "#ops:matrix.example", Members: both, CanSend: true},
			{ID: secret, Name: "Secret", Encrypted: true, Members: both}, // The bot of the test has no encryption.
			{ID: quiet, Members: both},
		}
		assert.ElementsMatch(t, want, list)
		_, err = c.b.Room(t.Context(), "!nowhere:matrix.example")
		require.Error(t, err)
		c.srv.Fail(matrixtest.Match{Path: "/joined_rooms"}, matrixtest.Fault{Status: http.StatusForbidden, ErrCode: "M_FORBIDDEN"})
		_, err = c.b.Rooms(t.Context())
		require.ErrorIs(t, err, mautrix.MForbidden)
	})
}

func TestJoinAndLeave(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		public := c.ada.CreateRoom(matrixtest.RoomOptions{Public: true, Alias: "lounge"})
		invited := c.ada.CreateRoom(matrixtest.RoomOptions{Invite: []*matrixtest.User{c.bot}})
		private := c.ada.CreateRoom(matrixtest.RoomOptions{})
		for name, want := range map[string]id.RoomID{"#lounge:matrix.example": public, public.String(): public, invited.String(): invited} {
			room, err := c.b.Join(t.Context(), name)
			require.NoError(t, err)
			assert.Equal(t, want, room)
			assert.Equal(t, "join", c.srv.Membership(want, c.bot.ID()))
		}
		_, err := c.b.Join(t.Context(), private.String())
		require.ErrorIs(t, err, mautrix.MForbidden)
		_, err = c.b.Join(t.Context(), "#nothing:matrix.example")
		require.ErrorIs(t, err, mautrix.MNotFound)
		for _, name := range []string{"", "#", "lounge", "#lounge", "@ada:matrix.example", "../sync", "?"} {
			_, err = c.b.Join(t.Context(), name)
			require.ErrorIs(t, err, ErrMessage, name)
		}
		require.NoError(t, c.b.Leave(t.Context(), public))
		assert.Equal(t, "leave", c.srv.Membership(public, c.bot.ID()))
		require.Error(t, c.b.Leave(t.Context(), "!nowhere:matrix.example"))
	})
}

func TestDirectRoom(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		c.b.config.NoEncryption = true
		eve := c.srv.User("eve")
		// None of these is for a talk with eve alone.
		c.ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{c.bot, eve}})
		eve.CreateRoom(matrixtest.RoomOptions{Name: "Plans", Members: []*matrixtest.User{c.bot}})
		eve.CreateRoom(matrixtest.RoomOptions{Public: true, Members: []*matrixtest.User{c.bot}})
		eve.CreateRoom(matrixtest.RoomOptions{Encrypted: true, Members: []*matrixtest.User{c.bot}})

		found, err := c.b.DirectRoom(t.Context(), c.ada.ID())
		require.NoError(t, err)
		assert.Equal(t, c.room, found, "the room of two without a name")
		made, err := c.b.DirectRoom(t.Context(), eve.ID())
		require.NoError(t, err)
		assert.Equal(t, "invite", c.srv.Membership(made, eve.ID()))
		again, err := c.b.DirectRoom(t.Context(), eve.ID())
		require.NoError(t, err)
		assert.Equal(t, made, again, "also while she has not come")
		_, err = c.b.Send(t.Context(), Message{Room: made, Key: "hello", Text: "Hello"})
		require.NoError(t, err)

		eve.Join(made)
		eve.Leave(made)
		tellAll(t, c.b, c.srv, made)
		another, err := c.b.DirectRoom(t.Context(), eve.ID())
		require.NoError(t, err)
		assert.NotEqual(t, made, another)

		for _, user := range []id.UserID{"", "eve", "12", c.bot.ID()} {
			_, err = c.b.DirectRoom(t.Context(), user)
			require.ErrorIs(t, err, ErrMessage, user)
		}
		c.b.config.NoEncryption = false
		secret, err := c.b.DirectRoom(t.Context(), c.srv.User("joe").ID())
		require.NoError(t, err)
		_, encrypted := c.srv.State(secret, "m.room.encryption", "")
		assert.True(t, encrypted)
	})
}

func TestRequestOfARoom(t *testing.T) {
	t.Parallel()
	converse(t, func(t *testing.T, c conversation) {
		require.NoError(t, c.b.rooms.ready(t.Context(), c.room))
		c.ada.SetDisplayName("Ada **A**")
		tellAll(t, c.b, c.srv, c.room)
		r := c.request("hello")
		assert.Equal(t, "Ada **A**", r.SenderName(t.Context()))
		assert.False(t, r.InEncrypted(t.Context()))
		c.ada.SendState(c.room, "m.room.encryption", "", map[string]any{"algorithm": "m.megolm.v1.aes-sha2"})
		tellAll(t, c.b, c.srv, c.room)
		assert.True(t, r.InEncrypted(t.Context()))
		r.Sender = "@nobody:matrix.example"
		assert.Empty(t, r.SenderName(t.Context()))

		for said, want := range map[string]string{
			"@bot:matrix.example run 2 6": "run 2 6", "  @bot:matrix.example: run": "run", "@Bot:matrix.example": "",
		} {
			r.Text = said
			text, mentioned := r.WithoutMention()
			assert.True(t, mentioned, said)
			assert.Equal(t, want, text)
		}
		r.Text, r.Mentioned = "Deploy Bot: run", true
		r.Raw = &event.Event{Content: event.Content{Parsed: &event.MessageEventContent{
			Format: event.FormatHTML, FormattedBody: `<a href="https://matrix.to/#/@bot:matrix.example">Deploy Bot</a>: run`,
		}}}
		text, mentioned := r.WithoutMention()
		assert.True(t, mentioned)
		assert.Equal(t, "run", text)
		r.Text, r.Mentioned = " run @bot:matrix.example", false
		text, mentioned = r.WithoutMention()
		assert.False(t, mentioned)
		assert.Equal(t, " run @bot:matrix.example", text)
	})
	r := Request{Text: "bot: run"}
	text, mentioned := r.WithoutMention()
	assert.False(t, mentioned)
	assert.Equal(t, "bot: run", text)
	assert.True(t, r.InEncrypted(t.Context()), "what is not known is as if it were")
	assert.Empty(t, r.SenderName(t.Context()))
}

// What fits is sent as one event, and what does not is not.
func TestFits(t *testing.T) {
	t.Parallel()
	for _, edit := range []id.EventID{"", "$edited"} {
		for size := 1 << 10; size < 64<<10; size += 4999 {
			m := Message{Room: "!r", Key: "k", Edit: edit, Markdown: strings.Repeat("<é*`", size/5)}
			parts, ok := m.parts(m.nodes())
			require.Equal(t, m.Fits(), ok && len(parts) == 1, "%d", size)
			if m.Fits() {
				raw, err := json.Marshal(parts[0])
				require.NoError(t, err)
				require.LessOrEqual(t, len(raw), maxContent)
			}
		}
	}
	assert.True(t, Message{Text: "short"}.Fits())
}
