package zulip_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestLinkifiers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, _ := h.owner(t)
	ctx := t.Context()
	id, err := admin.AddLinkifier(ctx, `#(?P<id>[0-9]+)`, "https://tickets.example/{id}")
	require.NoError(t, err)
	list, err := h.client(t).Linkifiers(ctx)
	require.NoError(t, err)
	assert.Equal(t, []zulip.Linkifier{{ID: id, Pattern: `#(?P<id>[0-9]+)`, URLTemplate: "https://tickets.example/{id}"}}, list)
	_, err = admin.AddLinkifier(ctx, `(`, "https://tickets.example/")
	require.Error(t, err)
	_, err = admin.AddLinkifier(ctx, "", "https://tickets.example/")
	require.ErrorContains(t, err, "must be set")
}
