package zulip_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAlertWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	words, err := c.AddAlertWords(ctx, "deploy", "on fire")
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"deploy", "on fire"}, words)
	words, err = c.RemoveAlertWords(ctx, "deploy", "never added")
	require.NoError(t, err)
	assert.Equal(t, []string{"on fire"}, words)
	words, err = c.AlertWords(ctx)
	require.NoError(t, err)
	assert.Equal(t, []string{"on fire"}, words)
	_, err = c.AddAlertWords(ctx)
	require.ErrorContains(t, err, "at least one word")
}
