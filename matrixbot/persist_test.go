package matrixbot

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPersist(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	odd := errors.New("who knows")
	t.Run("an attempt that hangs", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			attempts := 0
			got, err := persist(t.Context(), log, "test", time.Minute, func(ctx context.Context) (int, error) {
				if attempts++; attempts < 20 {
					<-ctx.Done()
					return 0, ctx.Err()
				}
				return attempts, nil
			})
			require.NoError(t, err)
			assert.Equal(t, 20, got)
		})
	})
	t.Run("an odd error", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			attempts := 0
			_, err := persist(t.Context(), log, "test", time.Minute, func(context.Context) (int, error) {
				attempts++
				return 0, odd
			})
			require.ErrorIs(t, err, odd)
			assert.Equal(t, maxOdd, attempts)
		})
	})
	t.Run("a panic", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			_, err := persist(t.Context(), log, "test", time.Minute, func(context.Context) (int, error) {
				panic("a nil dereference in mautrix")
			})
			require.ErrorContains(t, err, "the answer made no sense")
		})
	})
	t.Run("an end", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, odd)
			defer cancel()
			_, err := persist(ctx, log, "test", time.Minute, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				return 0, ctx.Err()
			})
			require.ErrorIs(t, err, odd)
		})
	})
}
