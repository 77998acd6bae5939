package chatops

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is confirmed is what the message with the reaction shows, and the question for a value does not show it.
func TestAReactionToAnOlderQuestionConfirmsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, asking(askNote))
		o.say(carl, "!cd run website ask")
		prompt := o.last()
		o.answers(carl, prompt.id, "tea")
		card := o.last()
		require.Contains(t, card.text, "Run website / ask?")
		click := o.react(carl, prompt.id, "👍")
		assert.Zero(t, o.started())
		entry := o.auditedOf(click)[0]
		assert.Equal(t, "answers another question", entry.Reason)
		assert.Equal(t, idIn(t, card), entry.Request)
		assert.Contains(t, entry.Target, "website/ask")
		o.react(carl, card.id, "👍")
		assert.Equal(t, 1, o.started())
	})
}
