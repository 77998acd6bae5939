package zulip_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// atLevel is a server of a feature level that says success to everything else, with fields; it counts requests by
// method and path.
func atLevel(tb testing.TB, level int, fields string, seen map[string]int, forms ...func(*http.Request)) *zulip.Client {
	tb.Helper()
	return answering(tb, func(w http.ResponseWriter, r *http.Request) {
		seen[r.Method+" "+r.URL.Path]++
		if r.URL.Path == "/api/v1/server_settings" {
			fmt.Fprintf(w, `{"result":"success","msg":"","zulip_feature_level":%d}`, level)
			return
		}
		for _, look := range forms {
			_ = r.ParseForm()
			look(r)
		}
		_, _ = io.WriteString(w, `{"result":"success","msg":""`+fields+`}`)
	})
}

func TestAnOldServerIsNamedBeforeItIsAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t, zuliptest.WithFeatureLevel(237))
	c, ctx := h.client(t), t.Context()
	tomorrow := time.Now().Add(24 * time.Hour)
	_, err := c.CreateReminder(ctx, zulip.CreateReminderRequest{MessageID: 1, DeliverAt: tomorrow})
	require.ErrorIs(t, err, zulip.ErrUnsupported)
	require.EqualError(t, err, "zulip: create reminder: the server is too old for this call: it has feature level 237, this needs 381 or later")
	_, err = c.CreateReminder(ctx, zulip.CreateReminderRequest{MessageID: 1, DeliverAt: tomorrow, Note: "x"})
	require.ErrorContains(t, err, "415")
	for name, call := range map[string]func() error{
		"399": func() error { _, err := c.Reminders(ctx); return err },
		"382": func() error { return c.ReportMessage(ctx, 1, zulip.ReportMessageRequest{Type: zulip.ReportSpam}) },
		"361": func() error { return c.StartEditTyping(ctx, 1) },
		"379": func() error {
			return c.EditMessage(ctx, 1, zulip.EditMessageRequest{Content: new("x"), PreviousSHA256: "ab"})
		},
		"271": func() error {
			_, err := c.Messages(ctx, zulip.MessagesRequest{Narrow: []zulip.NarrowTerm{zulip.NarrowWith(1)}})
			return err
		},
		"249": func() error {
			_, err := c.MatchesNarrow(ctx, []zulip.MessageID{1}, []zulip.NarrowTerm{zulip.NarrowHas(zulip.HasReaction)})
			return err
		},
		"445": func() error {
			_, err := c.Messages(ctx, zulip.MessagesRequest{AnchorDate: tomorrow})
			return err
		},
	} {
		err := call()
		require.ErrorIs(t, err, zulip.ErrUnsupported, name)
		require.ErrorContains(t, err, "needs "+name)
	}
	requests := h.server.Requests()
	require.Len(t, requests, 1, "the level is asked for once, the calls are not made")
	assert.Equal(t, "/server_settings", requests[0].Path)
}

func TestTheLevelComesWithARegistration(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	c := atLevel(t, 1, `,"queue_id":"q","last_event_id":-1,"zulip_feature_level":421`, seen)
	_, err := c.Register(t.Context(), zulip.RegisterRequest{})
	require.NoError(t, err)
	require.NoError(t, c.ReportMessage(t.Context(), 1, zulip.ReportMessageRequest{Type: zulip.ReportSpam}))
	assert.Zero(t, seen["GET /api/v1/server_settings"])
}

func TestTheLevelChangesUnderARunningClient(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	c := atLevel(t, 237, `,"events":[{"id":1,"type":"restart","zulip_version":"11.0","zulip_feature_level":421,"server_generation":2}]`, seen)
	report := func() error {
		return c.ReportMessage(t.Context(), 1, zulip.ReportMessageRequest{Type: zulip.ReportSpam})
	}
	require.ErrorIs(t, report(), zulip.ErrUnsupported)
	_, err := c.GetEvents(t.Context(), zulip.EventsRequest{QueueID: "q", LastEventID: 0})
	require.NoError(t, err)
	require.NoError(t, report(), "the server was upgraded")
	assert.Equal(t, 1, seen["GET /api/v1/server_settings"])
}

func TestALevelThatCannotBeLearned(t *testing.T) {
	t.Parallel()
	c := answering(t, answerWith(http.StatusForbidden, `{"result":"error","msg":"no","code":"BAD_REQUEST"}`))
	_, err := c.Reminders(t.Context())
	require.ErrorIs(t, err, zulip.ErrForbidden)
	require.NotErrorIs(t, err, zulip.ErrUnsupported)
}
