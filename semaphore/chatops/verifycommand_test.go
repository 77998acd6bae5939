package chatops

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

// guidingChat is a chat that says how devices are verified.
type guidingChat struct{ *fakeChat }

func (guidingChat) Verify(context.Context, UserID, []string) (Text, error) {
	return say(code("verify start"), plain(" begins, verify ends, "), code("verified"), plain(" is a word.")), nil
}

// The commands that a chat speaks of can be copied as they are.
func TestTheCommandsOfAVerificationHaveThePrefix(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) { o.config.Chat = guidingChat{o.chat} })
		o.say(vera, "!cd verify")
		assert.Equal(t, "!cd verify start begins, verify ends, verified is a word.", o.last().text)
	})
}
