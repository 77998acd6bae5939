package matrixbot

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// All that a bot says is understood by a real homeserver.
func TestSendDendrite(t *testing.T) {
	t.Parallel()
	hs := matrixtest.Dendrite(t)
	person, bot := hs.Register("ada", "a long password"), hs.Register("bot", "a long password")
	ada, err := mautrix.NewClient(hs.URL(), person.UserID, person.AccessToken)
	require.NoError(t, err)
	ctx := t.Context()
	created, err := ada.CreateRoom(ctx, &mautrix.ReqCreateRoom{Invite: []id.UserID{bot.UserID}})
	require.NoError(t, err)
	room := created.RoomID
	path := dataFile(t)
	b, stop := startSenderAt(t, hs.URL(), http.DefaultTransport, bot, path)
	require.NoError(t, b.rooms.join(ctx, room, person.UserID))
	level, err := b.PowerLevel(ctx, room, person.UserID)
	require.NoError(t, err)
	assert.Equal(t, 100, level)

	question, err := ada.SendText(ctx, room, "!deploy")
	require.NoError(t, err)
	r := askedBy(b, room, question.EventID, person.UserID)
	require.NoError(t, r.MarkRead(ctx))
	require.NoError(t, r.Typing(ctx, time.Minute))
	answer, err := r.Reply(ctx, "**done**")
	require.NoError(t, err)
	_, err = r.ReplyThread(ctx, "more")
	require.NoError(t, err)
	edit, err := r.Edit(ctx, answer, "*done*")
	require.NoError(t, err)
	reaction, err := r.React(ctx, "👍")
	require.NoError(t, err)
	_, err = r.Redact(ctx, reaction, "a mistake")
	require.NoError(t, err)
	file, err := r.ReplyFile(ctx, FileOf("report.txt", []byte("all is well")))
	require.NoError(t, err)
	_, err = r.ReplyFile(ctx, File{Name: "large", Size: 200 << 20, Open: FileOf("", nil).Open})
	require.ErrorIs(t, err, ErrTooLarge)

	for _, sent := range []id.EventID{answer, edit, file} {
		evt, err := ada.GetEvent(ctx, room, sent)
		require.NoError(t, err)
		assert.Equal(t, bot.UserID, evt.Sender)
	}
	evt, err := ada.GetEvent(ctx, room, file)
	require.NoError(t, err)
	require.NoError(t, evt.Content.ParseRaw(event.EventMessage))
	look := askedBy(b, room, file, bot.UserID)
	look.Raw = evt
	data, err := look.Download(ctx, 100)
	require.NoError(t, err)
	assert.Equal(t, "all is well", string(data))

	// The same transaction id is the same event for the homeserver, which is what all rests on.
	require.NoError(t, b.store.Records(sentSet).Delete(string(r.Event)+"/0"))
	again := askedBy(b, room, question.EventID, person.UserID)
	same, err := again.Reply(ctx, "**done**")
	require.NoError(t, err)
	assert.Equal(t, answer, same)
	stop()
}
