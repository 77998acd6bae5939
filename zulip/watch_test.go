package zulip_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// A poll that brings neither an event nor a heartbeat is cut after the time of a long poll and a margin.
func TestEventsCutsASilentPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		log, text := logTo(t)
		l := listen(t, h.client(t, zulip.WithLogger(log)), zulip.ListenRequest{EventTypes: onlyMessages})
		h.server.Fail(zuliptest.Match{Path: "/events"}, zuliptest.Fault{Delay: 24 * time.Hour}) // a connection that is half dead
		time.Sleep(time.Minute)                                                                 // the heartbeat; the next poll is the silent one
		h.server.SendDirect(h.alice, "one", h.bot)
		time.Sleep(100 * time.Second)
		synctest.Wait()
		assert.Contains(t, text.String(), "no answer within the time of a long poll")
		settle()
		l.end()
		assert.Equal(t, []string{"one"}, l.texts)
		assert.Empty(t, l.resyncs(), "the queue lives")
	})
}

// A restart shows the server's new level to every later call, also of a program that did not ask for restarts.
func TestEventsLearnsOfANewServer(t *testing.T) {
	t.Parallel()
	for name, types := range map[string][]string{"not asked for": onlyMessages, "asked for": {zulip.EventMessage, zulip.EventRestart}, "everything": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, zuliptest.WithFeatureLevel(237))
				c := h.client(t)
				l := listen(t, c, zulip.ListenRequest{EventTypes: types})
				_, err := c.Reminders(t.Context())
				require.ErrorIs(t, err, zulip.ErrUnsupported)
				h.server.PushRawEvent(h.bot, `{"type":"restart","zulip_version":"12.0","zulip_feature_level":470,"server_generation":1}`)
				h.server.SendDirect(h.alice, "after", h.bot)
				settle()
				_, err = c.Reminders(t.Context())
				require.NotErrorIs(t, err, zulip.ErrUnsupported)
				l.end()
				assert.Equal(t, []string{"after"}, l.texts)
				var restarts int
				for _, event := range l.events {
					if event.Restart != nil {
						restarts++
						assert.Equal(t, 470, event.Restart.ZulipFeatureLevel)
					}
				}
				assert.Equal(t, map[string]int{"not asked for": 0, "asked for": 1, "everything": 1}[name], restarts)
			})
		})
	}
}

// Times of the server are for people: order, waits and gaps do not depend on them.
func TestEventsWhileTheClockJumps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var offset atomic.Int64
		h := newHouse(t, zuliptest.WithNow(func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }))
		l := listen(t, h.client(t), zulip.ListenRequest{EventTypes: onlyMessages})
		var wants []string
		for i, jump := range []time.Duration{0, 24 * time.Hour, -10000 * time.Hour, time.Minute, -time.Second} {
			offset.Add(int64(jump))
			if i == 2 {
				h.server.ExpireQueues()
			}
			wants = append(wants, fmt.Sprint(i))
			h.server.SendDirect(h.alice, fmt.Sprint(i), h.bot)
			time.Sleep(20 * time.Minute)
		}
		l.end()
		assert.Equal(t, wants, l.texts)
	})
}

// A queue whose content is no JSON, poll after poll, is left behind; its messages come from the history.
func TestEventsLeavesAPoisonedQueue(t *testing.T) {
	t.Parallel()
	for name, poison := range map[string]string{
		"no JSON":     `{"result":"success","events":[{"id":1,"type":"message","message":{"content":"\xZZ"}}]}`,
		"cut off":     `{"result":"success","events":[{"id":1,`,
		"no number":   `{"result":"success","events":[{"type":"message","id":null,"message":{"id":"x"}}]}`,
		"nested deep": `{"result":"success","events":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				l := listen(t, h.client(t), zulip.ListenRequest{EventTypes: onlyMessages})
				queues := registrations(h)
				h.server.Fail(zuliptest.Match{Path: "/events", Times: 5, Method: http.MethodGet}, zuliptest.Fault{Status: 200, Body: poison})
				h.server.SendDirect(h.alice, "one", h.bot) // ends the poll that waits
				synctest.Wait()
				h.server.SendDirect(h.alice, "two", h.bot)
				time.Sleep(10 * time.Minute)
				l.end()
				assert.Equal(t, []string{"one", "two"}, l.texts)
				assert.Equal(t, queues+1, registrations(h))
				assert.Len(t, l.resyncs(), 1)
			})
		})
	}
}

func registrations(h *house) (n int) {
	for _, request := range h.server.Requests() {
		if request.Path == "/register" {
			n++
		}
	}
	return n
}
