package httpx_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/httpx"
)

// Calls that run at once share one timer; each ends at its own time all the same, in whatever order they came.
func TestDeadlinesOfManyCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(_ int32, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		begin := time.Now()
		var calls sync.WaitGroup
		for _, timeout := range []time.Duration{5 * time.Second, 2 * time.Second, 9 * time.Second, 2 * time.Second, 7 * time.Second} {
			calls.Go(func() {
				_, err := b.Do(t.Context(), httpx.Request{Method: http.MethodPost, Path: []string{"x"}, Timeout: timeout})
				assert.ErrorIs(t, err, context.DeadlineExceeded) //nolint:testifylint // Not the test's goroutine.
				assert.Equal(t, timeout, time.Since(begin))
			})
			synctest.Wait()
		}
		calls.Wait()
	})
}

// What a finished call leaves behind ends no other.
func TestDeadlineOfLaterCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(attempt int32, _ http.ResponseWriter, r *http.Request) {
			if attempt > 1 {
				<-r.Context().Done()
			}
		})
		request := httpx.Request{Method: http.MethodPost, Path: []string{"x"}, Timeout: 10 * time.Second}
		_, err := b.Do(t.Context(), request)
		require.NoError(t, err)
		for range 3 {
			time.Sleep(7 * time.Second)
			begin := time.Now()
			_, err = b.Do(t.Context(), request)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, 10*time.Second, time.Since(begin))
		}
	})
}

// The caller's own deadline counts where it is earlier, and what the caller cancels is no timeout.
func TestDeadlineOfCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(_ int32, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		request := httpx.Request{Method: http.MethodPost, Path: []string{"x"}, Timeout: 10 * time.Second}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		begin := time.Now()
		_, err := b.Do(ctx, request)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 3*time.Second, time.Since(begin))

		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(2*time.Second, cancel)
		_, err = b.Do(ctx, request)
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 5*time.Second, time.Since(begin))
	})
}
