package zulip_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestReportsAreCheckedBeforeTheyAreSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.client(t)
	for wants, req := range map[string]zulip.ReportMessageRequest{
		"no type":             {},
		"needs a description": {Type: zulip.ReportOther},
		"more than 1000":      {Type: zulip.ReportSpam, Description: strings.Repeat("ä", 1001)},
	} {
		require.ErrorContains(t, c.ReportMessage(t.Context(), 1, req), wants)
	}
	assert.Empty(t, h.server.Requests())
}

func TestReportsReachTheModerators(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.client(t)
	bad := zulip.MessageID(h.server.SendToChannel(h.bob, h.channel, "tea", "buy now").ID)
	report := func() error {
		return c.ReportMessage(t.Context(), bad, zulip.ReportMessageRequest{Type: zulip.ReportOther, Description: "an advertisement"})
	}
	require.ErrorContains(t, report(), "400", "there are no moderators to tell")
	moderation := h.server.AddChannel("moderation", h.alice)
	h.server.SetModerationChannel(moderation)
	require.NoError(t, report())
	messages := h.server.MessagesFunc(func(m zuliptest.Message) bool { return m.ChannelID == moderation.ID })
	require.NotEmpty(t, messages)
	assert.Contains(t, messages[len(messages)-1].Content, "an advertisement")
}
