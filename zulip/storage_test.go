package zulip_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBotStorage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	require.NoError(t, c.UpdateBotStorage(ctx, map[string]string{"a": "1", "b": `{"x":2}`}))
	require.NoError(t, c.UpdateBotStorage(ctx, map[string]string{"a": "3"}))
	all, err := c.BotStorage(ctx)
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"a": "3", "b": `{"x":2}`}, all)
	some, err := c.BotStorage(ctx, "b")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"b": `{"x":2}`}, some)
	require.NoError(t, c.DeleteBotStorage(ctx, "a"))
	_, err = c.BotStorage(ctx, "a")
	require.ErrorContains(t, err, "400")
	require.ErrorContains(t, c.DeleteBotStorage(ctx), "at least one key", "the server would delete everything")
	require.ErrorContains(t, c.UpdateBotStorage(ctx, nil), "nothing to store")
}
