package zuliptest_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

func TestAlertWordsAndGroupsSetFlags(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.AddGroup("backend", o.bot.user)
		o.bot.ok("POST", "/users/me/alert_words", "alert_words", `["deploy"]`)
		queue := o.bot.register("event_types", `["message"]`)
		for _, content := range []string{"we Deploy, now", "redeployed", "ask @*backend* today", "about @_*backend*", "plain @*nobody*"} {
			o.SendToChannel(o.ada, o.team, "t", content)
		}
		var flags []any
		for _, e := range o.bot.events(queue, "-1") {
			flags = append(flags, e["flags"])
		}
		assert.Equal(t, []any{[]any{"has_alert_word"}, []any{}, []any{"mentioned"}, []any{}, []any{}}, flags)
	})
}
