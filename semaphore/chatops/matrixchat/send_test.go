package matrixchat

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

func TestSendAndEdit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		chat := y.chat(t)
		y.start(t, chat, &listener{})
		question := y.ada.Send(y.room, "!cd run")
		to := chatops.Address{Room: chatops.RoomID(y.room), ReplyTo: chatops.MessageID(question)}
		m := chatops.Outgoing{Key: "one", To: to, Body: para(text("Hello "), span(chatops.Bold, "all"))}
		card, err := chat.Send(t.Context(), m)
		require.NoError(t, err)
		said := y.said(y.room)[0]
		assert.Equal(t, id.EventID(card), said.ID)
		assert.Equal(t, "m.notice", said.Content["msgtype"])
		assert.Equal(t, "Hello <strong>all</strong>", said.Content["formatted_body"])
		assert.Equal(t, question, said.Relation().ReplyTo)

		again, found, err := chat.Find(t.Context(), m, "")
		require.NoError(t, err)
		assert.True(t, found)
		assert.Equal(t, card, again)
		require.NoError(t, chat.Edit(t.Context(), card, chatops.Outgoing{Key: "two", To: to, Body: para(text("Bye"))}))
		require.NoError(t, chat.Edit(t.Context(), card, chatops.Outgoing{Key: "two", To: to, Body: para(text("Bye"))}), "once")
		shown, _ := y.Shown(y.room, id.EventID(card))
		assert.Equal(t, "Bye", shown.Body())
		assert.Len(t, y.said(y.room), 2)

		below := chat.Thread(to, card, "log")
		assert.Equal(t, chatops.Address{Room: to.Room, Thread: string(card)}, below)
		assert.Equal(t, below, chat.Thread(below, "$other", "log"), "there are no threads in threads")
		log, err := chat.Send(t.Context(), chatops.Outgoing{Key: "three", To: below, Body: para(text("Log"))})
		require.NoError(t, err)
		assert.Equal(t, "m.thread", y.said(y.room)[2].Relation().Type)
		assert.Equal(t, id.EventID(log), y.said(y.room)[2].ID)
	})
}

func TestAlertsMentionOnlyWhomTheEngineNames(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		chat := y.chat(t)
		y.start(t, chat, &listener{})
		body := para(
			chatops.Span{Style: chatops.Mention, User: chatops.UserID(y.ada.ID()), Text: "Ada"}, text(": @room said @ben:matrix.example, "),
			chatops.Span{Style: chatops.Person, User: chatops.UserID(y.ben.ID()), Text: "Ben"}, chatops.Span{Style: chatops.Mention, User: "12", Text: "@room"},
		)
		for i, alert := range []bool{true, false} {
			_, err := chat.Send(t.Context(), chatops.Outgoing{Key: string(rune('a' + i)), To: chatops.Address{Room: chatops.RoomID(y.room)}, Body: body, Alert: alert})
			require.NoError(t, err)
		}
		said := y.said(y.room)
		assert.Equal(t, "m.text", said[0].Content["msgtype"])
		assert.Equal(t, map[string]any{"user_ids": []any{"@ada:matrix.example"}}, said[0].Content["m.mentions"])
		assert.Equal(t, "m.notice", said[1].Content["msgtype"])
		assert.Equal(t, map[string]any{}, said[1].Content["m.mentions"])
	})
}

func TestButtons(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		e := &listener{}
		chat := y.chat(t)
		y.start(t, chat, e)
		m := chatops.Outgoing{Key: "k", To: chatops.Address{Room: chatops.RoomID(y.room)}, Body: para(text("Run it?")), Buttons: []string{"👍", "👎"}}
		asked, err := chat.Send(t.Context(), m)
		require.NoError(t, err)
		time.Sleep(time.Second)
		_, _, err = chat.Find(t.Context(), m, "")
		require.NoError(t, err)
		assert.Empty(t, e.take(), "the bot's own")
		var buttons []string
		for _, event := range y.Timeline(y.room) {
			if relation := event.Relation(); relation.Type == "m.annotation" && relation.Event == id.EventID(asked) {
				buttons = append(buttons, relation.Key)
			}
		}
		assert.Equal(t, []string{"👍", "👎"}, buttons, "once each")
	})
}

func TestSendToAPerson(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		e := &listener{}
		chat := y.chat(t)
		y.start(t, chat, e)
		to := chatops.Address{User: chatops.UserID(y.ben.ID())}
		_, err := chat.Send(t.Context(), chatops.Outgoing{Key: "a", To: to, Body: para(text("What is the password?"))})
		require.NoError(t, err)
		_, err = chat.Send(t.Context(), chatops.Outgoing{Key: "b", To: to, Body: para(text("Hm?"))})
		require.NoError(t, err)
		var direct id.RoomID
		for _, room := range y.Rooms() {
			if y.Membership(room, y.ben.ID()) == "invite" {
				require.Empty(t, direct, "one room")
				direct = room
			}
		}
		assert.Len(t, y.said(direct), 2)
		y.ben.Join(direct)
		y.ben.Send(direct, "secret")
		heard := e.take()
		require.Len(t, heard, 1)
		assert.True(t, heard[0].Direct)
		assert.Equal(t, chatops.RoomID(direct), heard[0].Room)
	})
}

func file(name, content string) *chatops.File {
	return &chatops.File{Name: name, Size: int64(len(content)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

func TestSendAFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		chat := y.chat(t)
		y.start(t, chat, &listener{})
		to := chatops.Address{Room: chatops.RoomID(y.room)}
		m := chatops.Outgoing{Key: "a", To: to, Body: para(text("All of **it**")), File: file("../task-12.log", "line 1\n")}
		sent, err := chat.Send(t.Context(), m)
		require.NoError(t, err)
		said := y.said(y.room)[0]
		assert.Equal(t, "m.file", said.Content["msgtype"])
		assert.Equal(t, "task-12.log", said.Content["filename"])
		assert.Equal(t, "All of **it**", said.Body())
		media, found := y.Media(said.Content["url"].(string))
		require.True(t, found)
		assert.Equal(t, "line 1\n", string(media.Data))
		again, found, err := chat.Find(t.Context(), m, "")
		require.NoError(t, err)
		assert.True(t, found)
		assert.Equal(t, sent, again)
		assert.Len(t, y.said(y.room), 1)

		broken := &chatops.File{Name: "x", Open: func(context.Context) (io.ReadCloser, error) { return nil, errors.New("no log") }}
		_, err = chat.Send(t.Context(), chatops.Outgoing{Key: "b", To: to, File: broken})
		require.ErrorContains(t, err, "no log")
	})
}

func TestSendRefusedForGood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		chat := y.chat(t)
		y.start(t, chat, &listener{})
		quiet := y.ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{y.bot}, State: []map[string]any{
			{"type": "m.room.power_levels", "state_key": "", "content": map[string]any{"events_default": 50, "users": map[string]int{string(y.ada.ID()): 100}}},
		}})
		encrypted := y.ada.CreateRoom(matrixtest.RoomOptions{Encrypted: true, Members: []*matrixtest.User{y.bot}})
		in := func(room string) chatops.Address { return chatops.Address{Room: chatops.RoomID(room)} }
		for name, m := range map[string]chatops.Outgoing{
			"room gone":          {Key: "a", To: in("!gone:matrix.example"), Body: para(text("x"))},
			"no permission":      {Key: "b", To: in(quiet.String()), Body: para(text("x"))},
			"no encryption":      {Key: "c", To: in(encrypted.String()), Body: para(text("x"))},
			"nothing to say":     {Key: "d", To: in(y.room.String()), Body: para(text(" "))},
			"id of another chat": {Key: "e", To: in("12"), Body: para(text("x"))},
			"person elsewhere":   {Key: "f", To: chatops.Address{User: "12"}, Body: para(text("x"))},
			"no address":         {Key: "g", Body: para(text("x"))},
			"no key":             {To: in(y.room.String()), Body: para(text("x"))},
		} {
			_, err := chat.Send(t.Context(), m)
			require.ErrorIs(t, err, chatops.ErrUndeliverable, name)
			_, found, err := chat.Find(t.Context(), m, "")
			require.NoError(t, err, name)
			assert.False(t, found, name)
		}
		huge := para(text(strings.Repeat("x", 50_000)))
		assert.False(t, chat.Fits(huge))
		require.ErrorIs(t, chat.Edit(t.Context(), "$x", chatops.Outgoing{Key: "h", To: in(y.room.String()), Body: huge}), chatops.ErrUndeliverable)
		for _, bad := range []chatops.MessageID{"", "12"} {
			require.ErrorIs(t, chat.Edit(t.Context(), bad, chatops.Outgoing{Key: "i", To: in(y.room.String()), Body: para(text("x"))}), chatops.ErrUndeliverable)
		}
		require.ErrorIs(t, chat.Edit(t.Context(), "$x", chatops.Outgoing{Key: "i", To: in("12"), Body: para(text("x"))}), chatops.ErrUndeliverable)
		require.ErrorIs(t, chat.Edit(t.Context(), "$x", chatops.Outgoing{Key: "i", To: in(y.room.String())}), chatops.ErrUndeliverable)
		assert.Empty(t, y.said(y.room))
	})
}

// TestNothingIsSentTwice lets a send fail in every way, and the engine give up waiting and ask again.
func TestNothingIsSentTwice(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]matrixtest.Fault{
		"cut before":    {CutBefore: true},
		"cut after":     {CutAfter: true},
		"cut answer":    {CutBody: true},
		"broken answer": {Malformed: true},
		"server error":  {Status: http.StatusBadGateway},
		"rate limit":    {Status: http.StatusTooManyRequests, RetryAfter: time.Minute},
		"slow":          {Delay: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t)
				chat := y.chat(t)
				y.start(t, chat, &listener{})
				y.Fail(matrixtest.Match{Path: "/rooms/*/send/m.room.message/*", Times: 2}, fault)
				m := chatops.Outgoing{Key: "a", To: chatops.Address{Room: chatops.RoomID(y.room)}, Body: para(text("x"))}
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()
				_, err := chat.Send(ctx, m)
				if err != nil {
					require.NotErrorIs(t, err, chatops.ErrNotSent)
					require.NotErrorIs(t, err, chatops.ErrUndeliverable)
				}
				_, found, err := chat.Find(t.Context(), m, "")
				require.NoError(t, err)
				assert.True(t, found)
				time.Sleep(time.Hour)
				assert.Len(t, y.said(y.room), 1)
			})
		})
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, failure("send", matrixbot.ErrQueueFull), chatops.ErrNotSent)
	require.ErrorIs(t, unsent("send", errors.New("no network")), chatops.ErrNotSent)
	require.ErrorIs(t, unsent("send", matrixbot.ErrMessage), chatops.ErrUndeliverable)
	err := failure("send", errors.New("no network"))
	require.NotErrorIs(t, err, chatops.ErrNotSent)
	require.NotErrorIs(t, err, chatops.ErrUndeliverable)
}

func TestRooms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		chat := y.chat(t)
		y.start(t, chat, &listener{})
		ops := chatops.Room{ID: chatops.RoomID(y.room), Name: "Operations", CanSend: true}
		rooms, err := chat.Rooms(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []chatops.Room{ops}, rooms)
		lounge := y.ada.CreateRoom(matrixtest.RoomOptions{Public: true, Alias: "lounge"})
		want := chatops.Room{ID: chatops.RoomID(lounge), Name: "#lounge:matrix.example", CanSend: true, Direct: true}
		for _, name := range []string{" #lounge:matrix.example", lounge.String()} {
			joined, err := chat.Join(t.Context(), name)
			require.NoError(t, err)
			assert.Equal(t, want, joined)
			left, err := chat.Leave(t.Context(), name)
			require.NoError(t, err)
			assert.Equal(t, want, left)
		}
		for _, name := range []string{"", "nowhere", "#nowhere:matrix.example"} {
			_, err = chat.Join(t.Context(), name)
			require.ErrorIs(t, err, chatops.ErrUndeliverable, name)
			_, err = chat.Leave(t.Context(), name)
			require.ErrorContains(t, err, "in no room", name)
		}
		y.ada.CreateRoom(matrixtest.RoomOptions{Name: "operations", Members: []*matrixtest.User{y.bot}})
		_, err = chat.Leave(t.Context(), "Operations")
		require.ErrorContains(t, err, "2 rooms")
		_, err = chat.Verify(t.Context(), chatops.UserID(y.ada.ID()), nil)
		require.ErrorIs(t, err, chatops.ErrUnsupported)
	})
}
