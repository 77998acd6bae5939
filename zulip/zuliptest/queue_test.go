package zuliptest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEventsComeAgainUntilAcknowledged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue := o.bot.register("event_types", `["message"]`)
		for _, text := range []string{"one", "two", "three"} {
			o.SendDirect(o.ada, text, o.bot.user)
		}
		assert.Equal(t, []string{"one", "two", "three"}, contents(o.bot.events(queue, "-1")))
		assert.Equal(t, []string{"one", "two", "three"}, contents(o.bot.events(queue, "-1")), "nothing was acknowledged")
		assert.Equal(t, []string{"three"}, contents(o.bot.events(queue, "1")))
		assert.Empty(t, o.bot.events(queue, "2"))
		assert.Empty(t, o.bot.events(queue, "2"))
	})
}

func TestAnAcknowledgedEventIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue := o.bot.register()
		o.SendDirect(o.ada, "one", o.bot.user)
		o.SendDirect(o.ada, "two", o.bot.user)
		o.bot.events(queue, "1")
		msg := o.bot.refused(400, "BAD_REQUEST", "GET", "/events", "queue_id", queue, "last_event_id", "0")
		assert.Equal(t, "An event newer than 0 has already been pruned!", msg)
		assert.Empty(t, o.bot.events(queue, "1"), "the queue lives")
	})
}

func TestAnEventThatNeverWasDestroysTheOlderOnes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue := o.bot.register()
		o.SendDirect(o.ada, "lost", o.bot.user)
		msg := o.bot.refused(400, "BAD_REQUEST", "GET", "/events", "queue_id", queue, "last_event_id", "99")
		assert.Equal(t, "Event 99 was not in this queue", msg)
		assert.Empty(t, o.bot.events(queue, "0"))
		empty := o.bot.register()
		o.bot.refused(400, "BAD_REQUEST", "GET", "/events", "queue_id", empty, "last_event_id", "5")
	})
}

func TestQueueThatIsUnknownOrOfSomebodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		foreign := o.as(t, o.ada).register()
		for _, queue := range []string{foreign, "nothing"} {
			_, got, err := o.bot.try("GET", "/events", q("queue_id", queue, "last_event_id", "-1"))
			require.NoError(t, err)
			assert.Equal(t, "BAD_EVENT_QUEUE_ID", got["code"])
			assert.Equal(t, queue, got["queue_id"])
			o.bot.refused(400, "BAD_EVENT_QUEUE_ID", "DELETE", "/events", "queue_id", queue)
		}
		o.bot.refused(400, "BAD_REQUEST", "GET", "/events", "queue_id", foreign)
	})
}

func TestPollWaitsForAnEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue := o.bot.register()
		time.AfterFunc(20*time.Second, func() { o.SendDirect(o.ada, "late", o.bot.user) })
		start := time.Now()
		assert.Equal(t, []string{"late"}, contents(o.bot.poll(queue, "-1")))
		assert.Equal(t, 20*time.Second, time.Since(start))
	})
}

func TestHeartbeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue := o.bot.register("event_types", `["message"]`)
		start := time.Now()
		got := o.bot.poll(queue, "-1")
		require.Len(t, got, 1)
		assert.Equal(t, object{"type": "heartbeat", "id": 0.0}, got[0])
		assert.GreaterOrEqual(t, time.Since(start), 45*time.Second)
		assert.LessOrEqual(t, time.Since(start), 55*time.Second)
		assert.Len(t, o.bot.events(queue, "-1"), 1, "it has to be acknowledged like any other")
		assert.Empty(t, o.bot.events(queue, "0"))
	})
}

func TestSecondPollEndsTheFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue := o.bot.register()
		first := make(chan []object, 1)
		go func() { first <- o.bot.poll(queue, "-1") }()
		require.NoError(t, o.WaitForPoll(t.Context(), o.bot.user))
		second := make(chan []object, 1)
		go func() { second <- o.bot.poll(queue, "-1") }()
		assert.Empty(t, <-first)
		synctest.Wait()
		o.SendDirect(o.ada, "for the second", o.bot.user)
		assert.Equal(t, []string{"for the second"}, contents(<-second))
	})
}

func TestIdleQueueEnds(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		params []string
		lives  time.Duration
		ends   time.Duration
	}{
		"after ten minutes, at the next sweep": {lives: 9*time.Minute + 59*time.Second, ends: 11 * time.Minute},
		"later when asked for":                 {params: []string{"queue_lifespan_secs", "86400"}, lives: 23 * time.Hour, ends: 24*time.Hour + time.Minute},
		"a week at most":                       {params: []string{"queue_lifespan_secs", "99999999"}, lives: 167 * time.Hour, ends: 168*time.Hour + time.Minute},
		"never sooner":                         {params: []string{"queue_lifespan_secs", "5"}, lives: 9 * time.Minute, ends: 11 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				time.Sleep(17 * time.Second) // sweeps go by the server's minutes
				queue := o.bot.register(tc.params...)
				time.Sleep(tc.lives)
				o.bot.events(queue, "-1") // does not wait, so it does not renew
				time.Sleep(tc.ends - tc.lives)
				o.bot.refused(400, "BAD_EVENT_QUEUE_ID", "GET", "/events", "queue_id", queue, "last_event_id", "-1")
			})
		})
	}
}

func TestIdleTimeoutOfNewerServers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, withLevel481)
		got := o.bot.ok("POST", "/register", "fetch_event_types", "[]", "idle_queue_timeout", "90", "queue_lifespan_secs", "90")
		assert.InDelta(t, 90, got["idle_queue_timeout_secs"], 0)
		assert.Equal(t, []any{"queue_lifespan_secs"}, got["ignored_parameters_unsupported"])
		time.Sleep(3 * time.Minute)
		queue := got["queue_id"].(string)
		o.bot.refused(400, "BAD_EVENT_QUEUE_ID", "GET", "/events", "queue_id", queue, "last_event_id", "-1")
		mobile := o.bot.ok("POST", "/register", "fetch_event_types", "[]", "idle_queue_timeout", `mobile`)
		assert.InDelta(t, 12*60*60, mobile["idle_queue_timeout_secs"], 0)
		o.bot.refused(400, "REQUEST_VARIABLE_INVALID", "POST", "/register", "idle_queue_timeout", "0")
	})
}

func TestPollingKeepsAQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue, last := o.bot.register(), "-1"
		for start := time.Now(); time.Since(start) < time.Hour; {
			for _, e := range o.bot.poll(queue, last) {
				last = number(e["id"])
			}
		}
		assert.Empty(t, o.bot.events(queue, last))
	})
}

func TestFlagEventsMergeUntilDelivered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		a, b := o.SendDirect(o.ada, "a", o.bot.user), o.SendDirect(o.ada, "b", o.bot.user)
		queue := o.bot.register()
		o.bot.ok("POST", "/messages/flags", "messages", "["+number(a.ID)+"]", "op", "add", "flag", "starred")
		o.bot.ok("POST", "/messages/flags", "messages", "["+number(b.ID)+"]", "op", "add", "flag", "starred")
		got := o.bot.events(queue, "-1")
		require.Len(t, got, 1)
		assert.InDelta(t, 1, got[0]["id"], 0, "the id of the second: ids are not consecutive")
		assert.Equal(t, []any{float64(a.ID), float64(b.ID)}, got[0]["messages"])
		o.bot.ok("POST", "/messages/flags", "messages", "["+number(a.ID)+"]", "op", "remove", "flag", "starred")
		assert.Len(t, o.bot.events(queue, "1"), 1, "what was delivered is merged no more")
	})
}

func TestDeletedQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue := o.bot.register()
		polled := make(chan []object, 1)
		go func() { polled <- o.bot.poll(queue, "-1") }()
		require.NoError(t, o.WaitForPoll(t.Context(), o.bot.user))
		o.bot.ok("DELETE", "/events", "queue_id", queue)
		assert.Empty(t, <-polled)
		o.bot.refused(400, "BAD_EVENT_QUEUE_ID", "GET", "/events", "queue_id", queue, "last_event_id", "-1")
	})
}

func TestExpireQueues(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue := o.bot.register()
		time.AfterFunc(time.Second, o.ExpireQueues)
		assert.Empty(t, o.bot.poll(queue, "-1"))
		o.bot.refused(400, "BAD_EVENT_QUEUE_ID", "GET", "/events", "queue_id", queue, "last_event_id", "-1")
	})
}

func TestRestartServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		all, some := o.bot.register(), o.bot.register("event_types", `["message"]`)
		o.RestartServer()
		o.RestartServer()
		got := o.bot.events(all, "-1")
		require.Len(t, got, 1, "restarts merge")
		assert.Equal(t, "restart", got[0]["type"])
		assert.InDelta(t, 421, got[0]["zulip_feature_level"], 0)
		assert.Empty(t, o.bot.events(some, "-1"))
	})
}

func TestPushRawEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue, foreign := o.bot.register("event_types", `["message"]`), o.as(t, o.ada).register()
		o.PushRawEvent(o.bot.user, `{"type":"from_the_future","id":77,"x":{"y":[1]}}`)
		assert.Equal(t, []object{{"type": "from_the_future", "id": 0.0, "x": object{"y": []any{1.0}}}}, o.bot.events(queue, "-1"))
		assert.Empty(t, o.as(t, o.ada).events(foreign, "-1"))
		o.PushRawEvent(nil, `{"type":"more"}`)
		assert.Len(t, o.as(t, o.ada).events(foreign, "-1"), 1)
		assert.Panics(t, func() { o.PushRawEvent(nil, `[]`) })
	})
}

func TestRegisterFilters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		open := o.AddChannel("open", o.bob)
		hidden := o.AddPrivateChannel("hidden", o.bob)
		queues := map[string]string{
			"types":  o.bot.register("event_types", `["reaction"]`),
			"narrow": o.bot.register("event_types", `["message"]`, "narrow", `[["is","dm"]]`),
			"plain":  o.bot.register("event_types", `["message"]`),
			"all":    o.bot.register("event_types", `["message"]`, "all_public_streams", "true"),
		}
		o.SendToChannel(o.bob, open, "t", "in open")
		o.SendToChannel(o.bob, hidden, "t", "in hidden")
		o.SendToChannel(o.ada, o.team, "t", "in team")
		o.SendDirect(o.ada, "direct", o.bot.user)
		for name, want := range map[string][]string{
			"types": nil, "narrow": {"direct"}, "plain": {"in team", "direct"}, "all": {"in open", "in team", "direct"},
		} {
			assert.Equal(t, want, contents(o.bot.events(queues[name], "-1")), name)
		}
		msg := o.bot.refused(400, "BAD_REQUEST", "POST", "/register", "narrow", `[["color","red"]]`)
		assert.Equal(t, "Operator color not supported.", msg)
		o.bot.refused(400, "BAD_REQUEST", "POST", "/register", "client_capabilities", `{"empty_topic_name":true}`)
	})
}

func TestLocalIDComesBackToTheSendingQueueOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		sending, other := o.bot.register(), o.bot.register()
		o.bot.ok("POST", "/messages", "type", "direct", "to", "["+number(o.ada.ID)+"]", "content", "x", "queue_id", sending, "local_id", "7.1")
		assert.Equal(t, "7.1", o.bot.events(sending, "-1")[0]["local_message_id"])
		assert.NotContains(t, o.bot.events(other, "-1")[0], "local_message_id")
	})
}
