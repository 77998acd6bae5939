package zuliptest_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestQueuesThatAreOfNoUse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spoil func(*zuliptest.Server)
		want  string
	}{
		"pruned":  {(*zuliptest.Server).PruneQueues, "An event newer than 0 has already been pruned!"},
		"rewound": {(*zuliptest.Server).RewindQueues, "Event 0 was not in this queue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				queue := o.bot.register()
				o.SendDirect(o.ada, "hello", o.bot.user)
				require.Len(t, o.bot.events(queue, "-1"), 1)
				go func() {
					assert.NoError(t, o.WaitForPoll(t.Context(), o.bot.user))
					tc.spoil(o.Server)
				}()
				assert.Empty(t, o.bot.poll(queue, "0"), "the poll that waits ends")
				assert.Equal(t, tc.want, o.bot.refused(400, "BAD_REQUEST", "GET", "/events", "queue_id", queue, "last_event_id", "0"))
			})
		})
	}
}

func TestDeactivatedRealm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue := o.bot.register()
		go func() {
			assert.NoError(t, o.WaitForPoll(t.Context(), o.bot.user))
			o.DeactivateRealm()
		}()
		assert.Equal(t, "deactivated", o.bot.poll(queue, "-1")[0]["op"])
		o.bot.refused(401, "UNAUTHORIZED", "GET", "/events", "queue_id", queue, "last_event_id", "0")
	})
}

func TestAnswersAreChanged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	queue := o.bot.register()
	o.SendDirect(o.ada, "hello", o.bot.user)
	o.Fail(zuliptest.Match{Path: "/events"}, zuliptest.Fault{Duplicate: true, Rewrite: func(answer object) {
		first := answer["events"].([]any)[0].(object)
		first["type"], first["weight"] = "telepathy", json.Number("12345678901234567890")
	}})
	got := o.bot.events(queue, "-1")
	require.Len(t, got, 2)
	assert.Equal(t, got[0]["id"], got[1]["id"])
	assert.Equal(t, "telepathy", got[0]["type"])
	assert.Len(t, o.bot.events(queue, "-1"), 1, "only the answer was changed")
}

func TestHeartbeatThatIsLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, zuliptest.WithHeartbeat(time.Hour))
		queue := o.bot.register()
		start := time.Now()
		assert.Equal(t, "heartbeat", o.bot.poll(queue, "-1")[0]["type"])
		assert.Equal(t, time.Hour, time.Since(start))
	})
}

func TestUpgrade(t *testing.T) {
	t.Parallel()
	o := newOffice(t, zuliptest.WithFeatureLevel(237))
	queue := o.bot.register("event_types", `["restart"]`)
	o.bot.refused(404, "BAD_REQUEST", "GET", "/reminders")
	o.UpgradeServer(421)
	got := o.bot.events(queue, "-1")[0]
	assert.InDelta(t, 421, got["zulip_feature_level"], 0)
	assert.Equal(t, "11.0", got["zulip_version"])
	o.bot.ok("GET", "/reminders")
	assert.InDelta(t, 421, o.bot.ok("GET", "/server_settings")["zulip_feature_level"], 0)
}
