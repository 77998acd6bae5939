//go:build goolm || libolm

package matrixbot_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/matrixjs"
	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

func TestElementBothWays(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.person("ada")
	w.bot.start()
	room := w.room(ada)
	answer := w.answers(ada, room, "tea")
	assert.NotEqual(t, "RED", answer.Shield, "the bot's device is signed by its owner")
	assert.Equal(t, "m.notice", answer.Content["msgtype"])
	heard := w.bot.hearsText("!echo tea")
	assert.True(t, heard.Encrypted)
	assert.Equal(t, ada.Device, heard.Device.String())
	assert.Equal(t, e2ee.TrustUnverified, heard.Trust, "she has not set up cross-signing")
}

func TestElementSigned(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.signed("ada")
	w.bot.start()
	room := w.room(ada)
	answer := w.answers(ada, room, "tea")
	assert.Equal(t, "NONE", answer.Shield)
	assert.Equal(t, e2ee.TrustCrossSigned, w.bot.hearsText("!echo tea").Trust)
	assert.Equal(t, status{HasKeys: true, DeviceSigned: true}, w.botStatus(ada))
}

// What a person does beside saying something: an edit changes nothing, an answer and a thread are known as such.
func TestElementRelationsToTheBot(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.person("ada")
	w.bot.start()
	room := w.room(ada)
	answer := w.answers(ada, room, "tea")
	first := w.bot.hearsText("!echo tea").Event.String()

	send := func(content map[string]any) (eventID string) {
		content["msgtype"] = "m.text"
		ada.Do(&eventID, "send", map[string]any{"room": room, "content": content})
		return eventID
	}
	send(map[string]any{
		"body": "* !echo coffee", "m.new_content": map[string]any{"msgtype": "m.text", "body": "!echo coffee"},
		"m.relates_to": map[string]any{"rel_type": "m.replace", "event_id": first},
	})
	send(map[string]any{"body": "!echo milk", "m.relates_to": map[string]any{"m.in_reply_to": map[string]any{"event_id": answer.ID}}})
	w.said(ada, room, "milk")
	assert.Equal(t, answer.ID, w.bot.hearsText("!echo milk").ReplyTo.String())

	send(map[string]any{"body": "!echo sugar", "m.relates_to": map[string]any{
		"rel_type": "m.thread", "event_id": first, "is_falling_back": true, "m.in_reply_to": map[string]any{"event_id": first},
	}})
	inThread := w.said(ada, room, "sugar")
	heard := w.bot.hearsText("!echo sugar")
	assert.Equal(t, first, heard.Thread.String())
	assert.Empty(t, heard.ReplyTo)
	relation, _ := inThread.Wire["m.relates_to"].(map[string]any)
	assert.Equal(t, "m.thread", relation["rel_type"], "the answer is in the thread too")
	assert.Equal(t, first, relation["event_id"])

	ada.Do(nil, "send", map[string]any{"room": room, "type": "m.reaction", "content": map[string]any{
		"m.relates_to": map[string]any{"rel_type": "m.annotation", "event_id": answer.ID, "key": "👍"},
	}})
	reaction := w.bot.hears("a reaction", func(r matrixbot.Request) bool { return r.Reaction != nil })
	assert.Equal(t, matrixbot.Reaction{Key: "👍", To: id.EventID(answer.ID)}, *reaction.Reaction)
	assert.False(t, reaction.Encrypted, "clients do not encrypt reactions")
	assert.Equal(t, e2ee.TrustUnknown, reaction.Trust)
	assert.Equal(t, []string{"!echo tea", "!echo milk", "!echo sugar", ""}, w.bot.texts())
}

// A message that was removed before its turn came is not handled.
func TestElementRedactsInTime(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.person("ada")
	router := w.bot.config.Handler
	busy, free := make(chan struct{}), make(chan struct{})
	w.bot.config.Handler = func(ctx context.Context, r *matrixbot.Request) error {
		if r.Text == "wait" {
			close(busy)
			<-free
		}
		return router(ctx, r)
	}
	w.bot.start()
	release := sync.OnceFunc(func() { close(free) })
	t.Cleanup(release) // before the bot is stopped
	room, other := w.room(ada), w.room(ada)
	ada.Send(room, "wait")
	await(t, "the handler", busy)
	mistake := ada.Send(room, "!echo mistake")
	ada.Do(nil, "redact", map[string]any{"room": room, "event": mistake})
	w.answers(ada, other, "the bot has heard of it")
	release()
	w.answers(ada, room, "after it")
	assert.NotContains(t, w.bot.texts(), "!echo mistake")
}

// What the bot does beside saying something looks to Element as Element's own.
func TestElementRelationsOfTheBot(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.person("ada")
	var said, asked id.EventID
	read := make(chan struct{})
	w.bot.config.Handler = func(ctx context.Context, r *matrixbot.Request) (err error) {
		asked = r.Event
		if said, err = r.Reply(ctx, "**one**"); err != nil {
			return err
		}
		if _, err = r.Edit(ctx, said, "two"); err != nil {
			return err
		}
		if _, err = r.React(ctx, "👀"); err != nil {
			return err
		}
		mistake, err := r.ReplyThread(ctx, "three")
		if err != nil {
			return err
		}
		select {
		case <-read:
		case <-ctx.Done():
		}
		_, err = r.Redact(ctx, mistake, "a mistake")
		return err
	}
	w.bot.start()
	room := w.room(ada)
	ada.Send(room, "go")
	seen := func(what string, ok func(matrixjs.Event) bool) matrixjs.Event {
		return ada.Wait(what, func(e matrixjs.Event) bool {
			return e.Event == "timeline" && e.Room == room && e.Sender == w.bot.user.String() && ok(e)
		})
	}
	relation := func(e matrixjs.Event) map[string]any {
		r, _ := e.Wire["m.relates_to"].(map[string]any)
		return r
	}
	three := w.said(ada, room, "three")
	assert.Equal(t, "m.thread", relation(three)["rel_type"])
	close(read)
	redaction := seen("a redaction", func(e matrixjs.Event) bool { return e.Type == "m.room.redaction" })
	assert.Equal(t, three.ID, redaction.Redacts)

	one := w.said(ada, room, "one")
	assert.Equal(t, said.String(), one.ID)
	assert.Equal(t, "<strong>one</strong>", one.Content["formatted_body"])
	assert.Equal(t, map[string]any{"m.in_reply_to": map[string]any{"event_id": asked.String()}}, relation(one))

	two := seen("an edit", func(e matrixjs.Event) bool { return e.Body == "* two" })
	assert.True(t, two.Encrypted)
	assert.Equal(t, "m.replace", relation(two)["rel_type"])
	assert.Equal(t, said.String(), relation(two)["event_id"])
	assert.Equal(t, "two", two.Content["m.new_content"].(map[string]any)["body"])

	eyes := seen("a reaction", func(e matrixjs.Event) bool { return e.Type == "m.reaction" })
	assert.False(t, eyes.Encrypted, "as Element sends them")
	assert.Equal(t, map[string]any{"rel_type": "m.annotation", "event_id": asked.String(), "key": "👀"}, relation(eyes))

	assert.Equal(t, asked.String(), relation(three)["event_id"])
}

// A file of a mebibyte goes both ways, encrypted.
func TestElementFiles(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.person("ada")
	w.bot.config.Handler = func(ctx context.Context, r *matrixbot.Request) error {
		data, err := r.Download(ctx, 1<<20)
		if err != nil {
			return err
		}
		info, _ := r.Attachment()
		_, err = r.ReplyFile(ctx, matrixbot.FileOf("copy of "+info.Name, data))
		return err
	}
	w.bot.start()
	room := w.room(ada)
	data := make([]byte, 1<<20)
	_, _ = rand.Read(data) // never fails
	text := base64.StdEncoding.EncodeToString(data)
	ada.Do(nil, "sendFile", map[string]any{"room": room, "name": "map.bin", "data": text})
	back := w.said(ada, room, "copy of map.bin")
	require.NotContains(t, back.Content, "url", "nothing of it is to be had without the key")
	var got string
	ada.Do(&got, "readFile", map[string]any{"file": back.Content["file"]})
	assert.True(t, text == got, "the file is another") //nolint:testifylint // Nobody wants to see two mebibytes.
}

// What is not encrypted in an encrypted room can be the homeserver's invention: it is refused, once and aloud.
func TestElementPlaintextIsRefused(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.person("ada")
	w.bot.start()
	room := w.room(ada)
	for _, text := range []string{"!echo forged", "!echo again"} {
		ada.Do(nil, "sendPlain", map[string]any{"room": room, "content": map[string]any{"msgtype": "m.text", "body": text}})
	}
	w.answers(ada, room, "genuine")
	refusal := "I only listen to encrypted messages in this room, and this one was not encrypted."
	w.said(ada, room, refusal)
	assert.Equal(t, 1, times(ada, room, refusal))
	assert.Equal(t, []string{"!echo genuine"}, w.bot.texts())
}

// Two bots that answer everything leave each other in peace.
func TestElementTwoBots(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.person("ada")
	rival := w.robot("rival")
	for _, b := range []*robot{w.bot, rival} {
		b.config.Handler = func(ctx context.Context, r *matrixbot.Request) error {
			_, err := r.ReplyText(ctx, b.user.String()+" heard: "+r.Text)
			return err
		}
		b.start()
	}
	room := w.room(ada)
	invite(ada, room, rival.user.String())
	isIn(ada, room, rival.user.String())
	for _, text := range []string{"one", "two"} {
		ada.Send(room, text)
		for _, b := range []*robot{w.bot, rival} {
			ada.Message(room, b.user.String(), b.user.String()+" heard: "+text)
		}
	}
	assert.Equal(t, []string{"one", "two"}, w.bot.texts())
	assert.Equal(t, []string{"one", "two"}, rival.texts())
}

// In a room of version 12 who made it has all power, which its power levels do not say.
func TestElementRoomVersion12(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada, bob := w.person("ada"), w.person("bob")
	w.bot.start()
	room := w.roomWith(ada, map[string]any{"encrypted": true, "version": "12"}, bob)
	w.answers(ada, room, "tea")
	w.answers(bob, room, "coffee")
	of := func(c *matrixjs.Client) int {
		level, err := w.bot.running.PowerLevel(t.Context(), id.RoomID(room), id.UserID(c.User))
		require.NoError(t, err)
		return level
	}
	assert.Greater(t, of(ada), 100)
	assert.Zero(t, of(bob))
}

// When a room is replaced the bot goes along, and says in the new one what it was to say in the old one.
func TestElementReplacedRoom(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.person("ada")
	w.bot.start()
	old := w.room(ada)
	w.answers(ada, old, "tea")
	var room string
	ada.Do(&room, "upgrade", map[string]any{"room": old, "version": "11"})
	invite(ada, room, w.bot.user.String())
	isIn(ada, room, w.bot.user.String())
	w.answers(ada, room, "coffee")
	_, err := w.bot.running.Send(t.Context(), matrixbot.Message{Room: id.RoomID(old), Key: "news", Text: "news"})
	require.NoError(t, err)
	w.said(ada, room, "news")
}
