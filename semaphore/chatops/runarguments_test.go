package chatops

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// A script takes words, which are told from the names of the command by where they stand.
func TestRawArgumentsNeedNoDash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) {
			o.server.AddTemplate(o.website, semaphoretest.Template{
				Name: "script", App: "bash", Fields: map[string]any{"allow_override_args_in_task": true},
			})
		})
		o.say(ada, "!cd run website script production")
		assert.Contains(t, o.last().text, `There is nothing for "production" to be; quote words that belong together, and write what is for <arguments> behind --.`)
		o.say(ada, `!cd run website script -- production "two words"`)
		assert.Contains(t, o.last().text, "production")
		o.say(ada, "yes")
		assert.JSONEq(t, `["production","two words"]`, o.lastTask().Arguments)
	})
}
