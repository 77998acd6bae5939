package zulipchat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestNewChecksItsArguments(t *testing.T) {
	t.Parallel()
	_, err := New(nil, server)
	require.ErrorContains(t, err, "the client is nil")
	client, err := zulip.NewClient(zulip.Credentials{Site: "https://chat.example.org", Email: "bot@chat.example.org", APIKey: zulip.NewSecret("key")})
	require.NoError(t, err)
	_, err = New(client, "ci.example")
	require.ErrorContains(t, err, "no address")
	_, err = New(client, server, WithLogger(nil))
	require.ErrorContains(t, err, "the logger is nil")
	chat, err := New(client, "")
	require.NoError(t, err)
	require.ErrorContains(t, chat.Run(t.Context(), nil), "the engine is nil")
}

func TestSendAndEdit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		id, err := chat.Send(t.Context(), chatops.Outgoing{To: chatops.Address{User: user(o.ann)}, Body: text("Hello")})
		require.NoError(t, err)
		assert.Equal(t, messageID(o.DirectMessages(o.bot, o.ann)[0].ID), id)
		require.NoError(t, chat.Edit(t.Context(), id, chatops.Outgoing{Body: text("Bye")}))
		assert.Equal(t, []string{"Bye"}, o.written())

		card := chatops.Address{Room: roomOf(o.channel), Thread: "releases"}
		id, err = chat.Send(t.Context(), chatops.Outgoing{To: card, Body: text("Card")})
		require.NoError(t, err)
		assert.Len(t, o.ChannelMessages(o.channel, "releases"), 1)
		log := chat.Thread(card, id, "website/deploy \x00#12 "+strings.Repeat("x", 60))
		assert.Equal(t, chatops.Address{Room: card.Room, Thread: "website/deploy #12 " + strings.Repeat("x", 40) + "…"}, log)
		_, err = chat.Send(t.Context(), chatops.Outgoing{To: log, Body: text("Log")})
		require.NoError(t, err)
		assert.Len(t, o.ChannelMessages(o.channel, log.Thread), 1)
		direct := chatops.Address{User: user(o.ann)}
		assert.Equal(t, direct, chat.Thread(direct, id, "x"), "a direct conversation has no topics")
		_, err = chat.Send(t.Context(), chatops.Outgoing{To: chatops.Address{Room: roomOf(o.channel)}, Body: text("Notice")})
		require.NoError(t, err)
		assert.Len(t, o.ChannelMessages(o.channel, defaultTopic), 1)
	})
}

func file(name, content string) *chatops.File {
	return &chatops.File{Name: name, Size: int64(len(content)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

// Some servers take no upload without a length.
func TestAFileIsSentWithItsLength(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		var told []int64
		chat := o.chat(t, zulip.WithTransport(lookedAt{o.Transport(), func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/user_uploads") {
				told = append(told, r.ContentLength)
			}
		}}))
		_, err := chat.Send(t.Context(), chatops.Outgoing{To: chatops.Address{Room: roomOf(o.channel), Thread: "log"}, File: file("task.log", "line 1\n")})
		require.NoError(t, err)
		require.Len(t, told, 1)
		assert.Greater(t, told[0], int64(len("line 1\n")))
	})
}

// lookedAt shows each request before it is sent.
type lookedAt struct {
	http.RoundTripper

	look func(*http.Request)
}

func (l lookedAt) RoundTrip(r *http.Request) (*http.Response, error) {
	l.look(r)
	return l.RoundTripper.RoundTrip(r)
}

func TestSendAFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		to := chatops.Address{Room: roomOf(o.channel), Thread: "log"}
		m := chatops.Outgoing{To: to, Body: text("All of it:"), File: file("../x/task [12](evil) @**all**.log", "line 1\n")}
		id, err := chat.Send(t.Context(), m)
		require.NoError(t, err)
		content := o.written()[0]
		assert.Regexp(t, `^All of it:\n\n\[task--12--evil-----all--\.log\]\(/user_uploads/[^)\s]+\)$`, content)

		found, ok, err := chat.Find(t.Context(), m, "")
		require.NoError(t, err)
		assert.True(t, ok, "whatever the address of the upload")
		assert.Equal(t, id, found)
		_, ok, err = chat.Find(t.Context(), m, id)
		require.NoError(t, err)
		assert.False(t, ok, "only what is newer counts")
		for _, other := range []chatops.Outgoing{
			{To: to, Body: text("All of it:"), File: file("other.log", "x")},
			{To: to, Body: text("Some"), File: m.File},
			{To: to, Body: text("All of it:")},
			{To: chatops.Address{User: user(o.ann)}, Body: m.Body, File: m.File},
		} {
			_, ok, err = chat.Find(t.Context(), other, "")
			require.NoError(t, err)
			assert.False(t, ok)
		}
		m.Body, m.File = nil, file("", "x")
		_, err = chat.Send(t.Context(), m)
		require.NoError(t, err)
		assert.Regexp(t, `^\[file\]\(/user_uploads/`, o.written()[1])

		m.File = &chatops.File{Name: "x", Open: func(context.Context) (io.ReadCloser, error) { return nil, errors.New("no log") }}
		_, err = chat.Send(t.Context(), m)
		require.ErrorIs(t, err, chatops.ErrNotSent)
		m.File = file("x", "x")
		o.Fail(zuliptest.Match{Path: "/user_uploads"}, zuliptest.Fault{CutAfter: true})
		_, err = chat.Send(t.Context(), m)
		require.ErrorIs(t, err, chatops.ErrNotSent)
		o.Fail(zuliptest.Match{Path: "/user_uploads"}, zuliptest.Fault{Status: http.StatusBadRequest})
		_, err = chat.Send(t.Context(), m)
		require.ErrorIs(t, err, chatops.ErrUndeliverable)
		assert.Len(t, o.written(), 2)
	})
}

func TestButtons(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		start(t, chat, &listener{})
		m := chatops.Outgoing{To: chatops.Address{Room: roomOf(o.channel)}, Body: text("Run it?"), Buttons: []string{"👍", "👎", "🦄"}}
		_, err := chat.Send(t.Context(), m)
		require.NoError(t, err)
		synctest.Wait()
		var names []string
		for _, r := range o.Messages()[0].Reactions {
			names = append(names, r.EmojiName)
		}
		assert.Equal(t, []string{"thumbs_up", "thumbs_down"}, names)
	})
}

func TestSendRefusedForGood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		gone := o.AddUser(zuliptest.User{FullName: "Gone"})
		o.Deactivate(gone)
		secret := o.AddPrivateChannel("secret", o.ann)
		for name, m := range map[string]chatops.Outgoing{
			"deactivated person": {To: chatops.Address{User: user(gone)}, Body: text("x")},
			"unknown person":     {To: chatops.Address{User: "9999"}, Body: text("x")},
			"channel gone":       {To: chatops.Address{Room: "9999", Thread: "t"}, Body: text("x")},
			"no permission":      {To: chatops.Address{Room: roomOf(secret), Thread: "t"}, Body: text("x")},
			"nothing to say":     {To: chatops.Address{User: user(o.ann)}, Body: text(" ")},
			"too large":          {To: chatops.Address{User: user(o.ann)}, Body: text(strings.Repeat("x", zulip.MaxMessageLength+1))},
			"id of another chat": {To: chatops.Address{User: "@ann:example.org"}, Body: text("x")},
			"no address":         {Body: text("x")},
		} {
			_, err := chat.Send(t.Context(), m)
			require.ErrorIs(t, err, chatops.ErrUndeliverable, name)
			require.NotErrorIs(t, err, chatops.ErrNotSent, name)
		}
		assert.Empty(t, o.Messages())
		for _, id := range []chatops.MessageID{"9999", "x", ""} {
			require.ErrorIs(t, chat.Edit(t.Context(), id, chatops.Outgoing{Body: text("x")}), chatops.ErrUndeliverable)
		}
	})
}

func TestSendFailures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		fault zuliptest.Fault
		want  string // What is known: that it was not sent, that it was refused, or nothing.
	}{
		{"rate limit", zuliptest.Fault{Status: http.StatusTooManyRequests, RetryAfter: time.Hour}, "not sent"},
		{"wrong key", zuliptest.Fault{Status: http.StatusUnauthorized}, "not sent"},
		{"refused by Zulip", zuliptest.Fault{Status: http.StatusBadRequest}, "refused"},
		{"refused by a proxy", zuliptest.Fault{Status: http.StatusForbidden, Body: "<html>"}, "not sent"},
		{"bad gateway", zuliptest.Fault{Status: http.StatusBadGateway}, ""},
		{"reset after", zuliptest.Fault{CutAfter: true}, ""},
		{"broken answer", zuliptest.Fault{Malformed: true}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				chat := o.chat(t)
				o.Fail(zuliptest.Match{Method: http.MethodPost, Path: "/messages", Times: -1}, c.fault)
				m := chatops.Outgoing{To: chatops.Address{User: user(o.ann)}, Body: text("@**all** x")}
				_, err := chat.Send(t.Context(), m)
				require.Error(t, err)
				assert.Equal(t, c.want == "not sent", errors.Is(err, chatops.ErrNotSent), err)
				assert.Equal(t, c.want == "refused", errors.Is(err, chatops.ErrUndeliverable), err)
				if c.name == "rate limit" {
					return // The client has been told to ask for nothing more.
				}
				_, found, err := chat.Find(t.Context(), m, "")
				require.NoError(t, err)
				assert.Equal(t, len(o.Messages()) == 1, found)
			})
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		m := chatops.Outgoing{To: chatops.Address{Room: roomOf(o.channel), Thread: "one"}, Body: text("a")}
		o.SendToChannel(o.ann, o.channel, "one", "a")
		other := o.SendToChannel(o.bot, o.channel, "two", "a")
		find := func(after chatops.MessageID) chatops.MessageID {
			id, found, err := chat.Find(t.Context(), m, after)
			require.NoError(t, err)
			assert.Equal(t, found, id != "")
			return id
		}
		assert.Empty(t, find(""), "another topic, another author")
		posted := o.SendToChannel(o.bot, o.channel, "one", "a")
		assert.Equal(t, messageID(posted.ID), find(messageID(other.ID)))
		assert.Empty(t, find(messageID(posted.ID)))
		for i := range 20 {
			o.SendToChannel(o.bot, o.channel, "one", fmt.Sprint(i))
		}
		assert.Empty(t, find(""), "an old message is not taken for the one in doubt")
		_, _, err := chat.Find(t.Context(), m, "x")
		require.ErrorContains(t, err, "not the id of a message")
		_, _, err = chat.Find(t.Context(), chatops.Outgoing{}, "")
		require.ErrorContains(t, err, "not the id of a channel")
		o.Deactivate(o.bot)
		_, _, err = chat.Find(t.Context(), m, "")
		require.Error(t, err)
	})
}

func TestRooms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		o.AddPrivateChannel("secret", o.ann)
		dev := o.AddChannel("Dev", o.ann)
		ops := chatops.Room{ID: roomOf(o.channel), Name: "ops", CanSend: true}
		rooms, err := chat.Rooms(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []chatops.Room{ops}, rooms)

		for _, name := range []string{"dev", " #dev", "#**Dev**", zulipadapter.IDText(int64(dev.ID))} {
			room, err := chat.Join(t.Context(), name)
			require.NoError(t, err)
			assert.Equal(t, chatops.Room{ID: roomOf(dev), Name: "Dev", CanSend: true}, room)
			rooms, err = chat.Rooms(t.Context())
			require.NoError(t, err)
			assert.Len(t, rooms, 2)
			_, err = chat.Leave(t.Context(), name)
			require.NoError(t, err)
		}
		for _, name := range []string{"", "secret", "new", "9999"} {
			_, err = chat.Join(t.Context(), name)
			require.ErrorIs(t, err, chatops.ErrUndeliverable, name)
			_, err = chat.Leave(t.Context(), name)
			require.ErrorContains(t, err, "knows no channel", name)
		}
		rooms, err = chat.Rooms(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []chatops.Room{ops}, rooms, "nothing was created")
		_, err = chat.Verify(t.Context(), user(o.ann), nil)
		require.ErrorIs(t, err, chatops.ErrUnsupported)
	})
}
