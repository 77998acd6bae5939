package zulip_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestMessagesByIDLeavesOutWhatIsGone(t *testing.T) {
	t.Parallel()
	for _, level := range []int{237, 421} {
		h := newHouse(t, zuliptest.WithFeatureLevel(level))
		c := h.client(t)
		kept := h.server.SendDirect(h.alice, "kept", h.bot)
		gone := h.server.SendDirect(h.alice, "gone", h.bot)
		hidden := h.server.SendDirect(h.alice, "not for the bot", h.bob)
		also := h.server.SendDirect(h.alice, "also kept", h.bot)
		h.server.DeleteMessage(h.alice, gone.ID)
		messages, err := c.MessagesByID(t.Context(), zulip.MessageID(also.ID), zulip.MessageID(gone.ID),
			zulip.MessageID(kept.ID), zulip.MessageID(hidden.ID), zulip.MessageID(kept.ID))
		require.NoError(t, err, level)
		require.Len(t, messages, 2, level)
		assert.Equal(t, "kept", messages[0].Content)
		assert.Equal(t, "also kept", messages[1].Content)
	}
	h := newHouse(t)
	h.server.Deactivate(h.bot)
	_, err := h.client(t).MessagesByID(t.Context(), 1)
	require.ErrorIs(t, err, zulip.ErrUnauthorized)
}

func TestSendLongMessage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.client(t)
	alice := zulip.Direct(zulip.UserID(h.alice.ID))
	paragraph := strings.Repeat("ä", 6000)
	sent, err := c.SendLongMessage(t.Context(), zulip.SendMessageRequest{To: alice, Content: paragraph + "\n\n" + paragraph})
	require.NoError(t, err)
	require.Len(t, sent, 2)
	messages := h.server.DirectMessages(h.bot, h.alice)
	require.Len(t, messages, 2)
	assert.Equal(t, paragraph, messages[0].Content)
	assert.Equal(t, paragraph, messages[1].Content)

	_, err = c.SendLongMessage(t.Context(), zulip.SendMessageRequest{To: alice})
	require.ErrorContains(t, err, "empty")

	h.server.Fail(zuliptest.Match{Method: "POST", Path: "/messages", Skip: 1}, zuliptest.Fault{Status: 403})
	sent, err = c.SendLongMessage(t.Context(), zulip.SendMessageRequest{To: alice, Content: paragraph + "\n\n" + paragraph})
	require.Error(t, err)
	assert.Len(t, sent, 1, "what was sent is told")
}

func TestAnchorDate(t *testing.T) {
	t.Parallel()
	asked := 0
	c := atLevel(t, 512, `,"messages":[],"found_newest":true`, map[string]int{}, func(r *http.Request) {
		asked++
		assert.Equal(t, "date", r.Form.Get("anchor"))
		assert.Equal(t, "2020-01-02T02:04:05Z", r.Form.Get("anchor_date"))
	})
	at := time.Date(2020, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))
	_, err := c.Messages(t.Context(), zulip.MessagesRequest{AnchorDate: at, NumAfter: 5})
	require.NoError(t, err)
	assert.Equal(t, 1, asked)
}
