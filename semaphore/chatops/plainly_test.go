package chatops

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Of lists, the words alone show what is there, and change nothing.
func TestABareWatchLists(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for _, bare := range []string{"watch", "watches", "watch list"} {
			o.say(carl, "!cd "+bare)
			assert.Equal(t, "Nothing is watched here.", o.last().text, bare)
		}
		o.say(carl, "!cd watch --status failed")
		assert.Equal(t, "Of which project? As: !cd watch all --status error", o.last().text)
		assert.Empty(t, records(t, o.store, "watch/"))
		o.say(carl, "!cd watch all --status failed,succeeded")
		assert.Contains(t, o.last().text, "Watching all projects as w1: success, error, started by")
		o.say(carl, "!cd watch")
		assert.Contains(t, o.last().text, "w1\tall projects\tsuccess, error")
	})
}

// What people are to copy is code: a chat may put marks into other words.
func TestCommandsAreShownAsCode(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for says, shown := range map[string]string{
			"status":               "!cd history",
			"rooms join":           "!cd rooms join ROOM",
			"aliases add":          "!cd aliases add prod run website deploy-prod",
			"schedule pause":       "!cd schedule pause PROJECT SCHEDULE",
			"watch --status error": "!cd watch all --status error",
		} {
			o.say(ada, "!cd "+says)
			require.NotEmpty(t, o.last().body, says)
			var code []string
			for _, block := range o.last().body {
				for _, span := range block.Spans {
					if span.Style == Code {
						code = append(code, span.Text)
					}
				}
			}
			assert.Contains(t, code, shown, says)
		}
	})
}

func TestDirectRoomsTakeCommandsWhereThePolicyLetsThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.chat.rooms = append(o.chat.rooms, Room{ID: "!ada", Name: "Ada", CanSend: true, Direct: true})
		o.say(ada, "!cd rooms")
		assert.Contains(t, o.last().text, "Ada\t!ada\tyes\tyes")
		policy := o.engine.Policy()
		policy.Direct = false
		require.NoError(t, o.engine.SetPolicy(policy))
		o.say(ada, "!cd rooms")
		assert.Contains(t, o.last().text, "Ada\t!ada\tyes\tno")
	})
}
