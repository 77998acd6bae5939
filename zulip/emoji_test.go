package zulip_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestCustomEmoji(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	alice, ctx := h.clientOf(t, h.alice), t.Context()
	picture := "\x89PNG\r\n\x1a\n" + strings.Repeat("\x00", 64)
	require.NoError(t, alice.UploadCustomEmoji(ctx, "signal_box", "box.png", strings.NewReader(picture)))
	require.NoError(t, alice.UploadCustomEmoji(ctx, "kettle", "kettle.png", strings.NewReader(picture)))
	list, err := alice.CustomEmoji(ctx)
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, "signal_box", list[0].Name)
	assert.Equal(t, h.alice.ID, int(list[0].AuthorID))
	assert.True(t, strings.HasPrefix(list[0].SourceURL, "/user_avatars/"))
	assert.False(t, list[0].Deactivated)

	message := h.server.SendToChannel(h.bob, h.channel, "tea", "ready?")
	require.NoError(t, alice.AddReaction(ctx, zulip.MessageID(message.ID), list[1].Emoji()))
	read, err := alice.Message(ctx, zulip.MessageID(message.ID))
	require.NoError(t, err)
	require.Len(t, read.Reactions, 1)
	assert.Equal(t, zulip.RealmEmoji, read.Reactions[0].Type)

	require.Error(t, alice.UploadCustomEmoji(ctx, "kettle", "kettle.png", strings.NewReader(picture)), "the name is taken")
	require.ErrorContains(t, alice.UploadCustomEmoji(ctx, "..", "x.png", strings.NewReader(picture)), "need a name")
	broken := errors.New("disk gone")
	require.ErrorIs(t, alice.UploadCustomEmoji(ctx, "x", "x.png", iotest.ErrReader(broken)), broken)
	require.ErrorIs(t, alice.UploadCustomEmoji(ctx, "x", "x.png", io.LimitReader(zeros{}, 5<<20+1)), zulip.ErrFileTooLarge)
	require.NotErrorIs(t, alice.UploadCustomEmoji(ctx, "x", "x.png", bytes.NewReader(make([]byte, 5<<20))), zulip.ErrFileTooLarge)
}
