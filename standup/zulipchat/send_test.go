package zulipchat

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestNewChecksItsArguments(t *testing.T) {
	t.Parallel()
	_, err := New(nil)
	require.ErrorContains(t, err, "the client is nil")
	client, err := zulip.NewClient(zulip.Credentials{Site: "https://chat.example.org", Email: "bot@chat.example.org", APIKey: zulip.NewSecret("key")})
	require.NoError(t, err)
	_, err = New(client, WithLogger(nil))
	require.ErrorContains(t, err, "the logger is nil")
	chat, err := New(client)
	require.NoError(t, err)
	require.ErrorContains(t, chat.Run(t.Context(), nil), "the engine is nil")
}

func TestSendAndEdit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)

		id, err := chat.Send(t.Context(), standup.Outgoing{To: standup.Address{User: user(o.ann)}, Body: text("Hello")})
		require.NoError(t, err)
		require.Equal(t, []string{"Hello"}, o.heard(o.ann))
		assert.Equal(t, messageID(o.DirectMessages(o.bot, o.ann)[0].ID), id)

		require.NoError(t, chat.Edit(t.Context(), id, standup.Outgoing{Body: text("Bye")}))
		assert.Equal(t, []string{"Bye"}, o.heard(o.ann))

		to := standup.Address{Channel: channel(o.channel), Topic: " Standup\x00\n2026 "}
		_, err = chat.Send(t.Context(), standup.Outgoing{To: to, Body: text("Report")})
		require.NoError(t, err)
		assert.Equal(t, []string{"Report"}, o.posted("Standup2026"))

		to.Topic = strings.Repeat("é", 61)
		_, err = chat.Send(t.Context(), standup.Outgoing{To: to, Body: text("Report")})
		require.NoError(t, err)
		assert.Equal(t, []string{"Report"}, o.posted(strings.Repeat("é", 59)+"…"))
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
		for name, m := range map[string]standup.Outgoing{
			"deactivated person": {To: standup.Address{User: user(gone)}, Body: text("x")},
			"unknown person":     {To: standup.Address{User: "9999"}, Body: text("x")},
			"channel gone":       {To: standup.Address{Channel: "9999", Topic: "t"}, Body: text("x")},
			"no permission":      {To: standup.Address{Channel: channel(secret), Topic: "t"}, Body: text("x")},
			"nothing to say":     {To: standup.Address{User: user(o.ann)}, Body: text(" ")},
			"id of another chat": {To: standup.Address{User: "@ann:example.org"}, Body: text("x")},
			"signed id":          {To: standup.Address{User: "+101"}, Body: text("x")},
			"no address":         {Body: text("x")},
		} {
			_, err := chat.Send(t.Context(), m)
			require.ErrorIs(t, err, standup.ErrUndeliverable, name)
			require.NotErrorIs(t, err, standup.ErrNotSent, name)
		}
		assert.Empty(t, o.Messages())
		for _, id := range []standup.MessageID{"9999", "x", ""} {
			require.ErrorIs(t, chat.Edit(t.Context(), id, standup.Outgoing{Body: text("x")}), standup.ErrUndeliverable)
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
		{"forbidden by Zulip", zuliptest.Fault{Status: http.StatusForbidden}, "refused"},
		{"refused by a proxy", zuliptest.Fault{Status: http.StatusForbidden, Body: "<html>"}, "not sent"},
		{"request timeout", zuliptest.Fault{Status: http.StatusRequestTimeout}, ""},
		{"server error", zuliptest.Fault{Status: http.StatusInternalServerError}, ""},
		{"bad gateway", zuliptest.Fault{Status: http.StatusBadGateway}, ""},
		{"reset before", zuliptest.Fault{CutBefore: true}, ""},
		{"reset after", zuliptest.Fault{CutAfter: true}, ""},
		{"cut answer", zuliptest.Fault{CutBody: true}, ""},
		{"broken answer", zuliptest.Fault{Malformed: true}, ""},
		{"timeout", zuliptest.Fault{Delay: time.Hour}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				chat := o.chat(t)
				o.Fail(zuliptest.Match{Method: http.MethodPost, Path: "/messages", Times: -1}, c.fault)
				_, err := chat.Send(t.Context(), standup.Outgoing{To: standup.Address{User: user(o.ann)}, Body: text("x")})
				require.Error(t, err)
				assert.Equal(t, c.want == "not sent", errors.Is(err, standup.ErrNotSent), err)
				assert.Equal(t, c.want == "refused", errors.Is(err, standup.ErrUndeliverable), err)
				assert.LessOrEqual(t, len(o.Messages()), 1, "nothing is sent twice")
			})
		})
	}
}

func TestLowerLimitsOfTheServerAreFinal(t *testing.T) {
	t.Parallel()
	for _, err := range []error{zulip.ErrMessageTooLong, zulip.ErrTopicTooLong} {
		err = failure("send", fmt.Errorf("zulip: send message: %w", err))
		require.ErrorIs(t, err, standup.ErrUndeliverable)
	}
}

func TestSendToServerThatIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		o.Close()
		_, err := chat.Send(t.Context(), standup.Outgoing{To: standup.Address{User: user(o.ann)}, Body: text("x")})
		require.ErrorIs(t, err, standup.ErrNotSent)
	})
}

func TestSendThatDoesNotFitTheRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, zuliptest.WithRateLimit(2, time.Hour))
		chat := o.chat(t)
		m := standup.Outgoing{To: standup.Address{User: user(o.ann)}, Body: text("x")}
		for range 2 {
			_, err := chat.Send(t.Context(), m)
			require.NoError(t, err)
		}
		_, err := chat.Send(t.Context(), m)
		require.ErrorIs(t, err, standup.ErrNotSent)
	})
}
