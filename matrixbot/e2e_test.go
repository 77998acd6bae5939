//go:build goolm || libolm

package matrixbot_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestElementBothWays(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.person("ada")
	w.start()
	room := w.room(ada)
	ada.Send(room, "!echo tea")
	answer := ada.Message(room, w.bot.String(), "tea")
	require.True(t, answer.Encrypted)
}
