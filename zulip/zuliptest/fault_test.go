package zuliptest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func send(c *client) (*reply, object, error) {
	return c.try("POST", "/messages", q("type", "channel", "to", `"team"`, "topic", "t", "content", "hello"))
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault  zuliptest.Fault
		status int // zero: the connection breaks
		code   any
		broken bool // the body is no JSON
		sent   int  // messages that exist afterwards
	}{
		"cut before":   {fault: zuliptest.Fault{CutBefore: true}},
		"cut after":    {fault: zuliptest.Fault{CutAfter: true}, sent: 1},
		"cut body":     {fault: zuliptest.Fault{CutBody: true}, sent: 1},
		"malformed":    {fault: zuliptest.Fault{Malformed: true}, status: 200, broken: true, sent: 1},
		"refusal":      {fault: zuliptest.Fault{Status: 400}, status: 400, code: "BAD_REQUEST"},
		"proxy's page": {fault: zuliptest.Fault{Status: 502}, status: 502, broken: true},
		"own body":     {fault: zuliptest.Fault{Status: 503, Body: `{"code":"MINE"}`}, status: 503, code: "MINE"},
		"too fast":     {fault: zuliptest.Fault{Status: 429, RetryAfter: 2500 * time.Millisecond}, status: 429, code: "RATE_LIMIT_HIT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				o.Fail(zuliptest.Match{Method: "POST", Path: "/messages"}, tc.fault)
				resp, got, err := send(o.bot)
				if tc.status == 0 || tc.broken {
					require.Error(t, err)
				} else {
					require.NoError(t, err)
					assert.Equal(t, tc.code, got["code"])
				}
				if tc.status != 0 {
					assert.Equal(t, tc.status, resp.StatusCode)
				}
				if tc.status == 429 {
					assert.Equal(t, "2.5", resp.Header.Get("Retry-After"))
					assert.InDelta(t, 2.5, got["retry-after"], 0)
				}
				assert.Len(t, o.Messages(), tc.sent)
				_, _, err = send(o.bot)
				require.NoError(t, err, "it strikes once")
			})
		})
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.Fail(zuliptest.Match{}, zuliptest.Fault{Delay: time.Minute})
		start := time.Now()
		_, _, err := send(o.bot)
		require.NoError(t, err)
		assert.Equal(t, time.Minute, time.Since(start))
	})
}

func TestMatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		stop := o.Fail(zuliptest.Match{Path: "/users/*", User: o.bot.user, Skip: 1, Times: 2}, zuliptest.Fault{Status: 404})
		statuses := func(c *client, path string) (all []int) {
			for range 4 {
				resp, _, err := c.try("GET", path, nil)
				require.NoError(t, err)
				all = append(all, resp.StatusCode)
			}
			return all
		}
		assert.Equal(t, []int{200, 200, 200, 200}, statuses(o.bot, "/users"))
		assert.Equal(t, []int{200, 200, 200, 200}, statuses(o.as(t, o.ada), "/users/me"))
		assert.Equal(t, []int{200, 404, 404, 200}, statuses(o.bot, "/users/me"))
		stop()
		forever := o.Fail(zuliptest.Match{Times: -1}, zuliptest.Fault{Status: 404})
		assert.Equal(t, []int{404, 404, 404, 404}, statuses(o.bot, "/users"))
		forever()
		assert.Equal(t, []int{200, 200, 200, 200}, statuses(o.bot, "/users"))
		assert.Panics(t, func() { o.Fail(zuliptest.Match{Path: "["}, zuliptest.Fault{}) })
	})
}
