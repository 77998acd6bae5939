package zulip_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

// A conversation whose handler takes long holds up nobody else, and what is not handled comes again.
func TestHandleEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		c := h.client(t)
		store := &memoryStore{}
		var mu sync.Mutex
		var order []string
		errFull := errors.New("the disk is full")
		run := func(ctx context.Context, fail string) error {
			return c.HandleEvents(ctx, zulip.ListenRequest{EventTypes: onlyMessages, Store: store}, 2, func(ctx context.Context, event zulip.Event) error {
				if event.Message == nil {
					return nil
				}
				text := event.Message.Content
				if text == fail {
					return errFull
				}
				if text == "slow" {
					select {
					case <-time.After(time.Hour):
					case <-ctx.Done():
						return context.Cause(ctx)
					}
				}
				mu.Lock()
				defer mu.Unlock()
				order = append(order, text)
				return nil
			})
		}
		heard := func() []string {
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(order)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- run(ctx, "") }()
		synctest.Wait()
		h.server.SendDirect(h.alice, "slow", h.bot)
		for i := range 3 {
			h.server.SendDirect(h.alice, fmt.Sprint("behind ", i), h.bot)
			h.server.SendDirect(h.bob, fmt.Sprint("quick ", i), h.bot)
		}
		assert.Equal(t, []string{"quick 0", "quick 1", "quick 2"}, heard())
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
		assert.Len(t, heard(), 3)

		go func() { ended <- run(t.Context(), "behind 2") }()
		require.ErrorIs(t, <-ended, errFull)
		assert.Equal(t, []string{"slow", "behind 0", "behind 1"}, heard()[3:], "nothing twice, and in order")

		ctx, cancel = context.WithCancel(t.Context())
		go func() { ended <- run(ctx, "") }()
		assert.Equal(t, []string{"behind 2"}, heard()[6:])
		cancel()
		<-ended
	})
}
