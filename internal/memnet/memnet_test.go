package memnet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/memnet"
)

func get(t *testing.T, s *memnet.Server, path string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+path, nil)
	require.NoError(t, err)
	resp, err := s.Client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(body)
}

func TestServerLetsTimePass(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memnet.Start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for i := range 3 { // A stream with minutes between its lines.
				time.Sleep(5 * time.Minute)
				fmt.Fprintln(w, i)
				_ = http.NewResponseController(w).Flush()
			}
		}))
		defer s.Close()
		begin := time.Now()
		assert.Equal(t, "0\n1\n2\n", get(t, s, "/"))
		assert.Equal(t, 15*time.Minute, time.Since(begin))
		assert.Equal(t, "0\n1\n2\n", get(t, s, "/again")) // On the connection that was kept.
	})
}

func TestServerServesManyAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memnet.Start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			_, _ = io.Copy(w, r.Body)
		}))
		defer s.Close()
		begin := time.Now()
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				text := strings.Repeat("x", i)
				resp, err := s.Client().Post(s.URL(), "text/plain", strings.NewReader(text))
				if assert.NoError(t, err) {
					defer resp.Body.Close()
					body, err := io.ReadAll(resp.Body)
					assert.NoError(t, err)
					assert.Equal(t, text, string(body))
				}
			})
		}
		all.Wait()
		assert.Equal(t, time.Second, time.Since(begin))
	})
}

func TestCloseAfterARejectedBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memnet.Start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}))
		defer s.Close()
		resp, err := s.Client().Post(s.URL(), "text/plain", strings.NewReader(strings.Repeat("x", 1<<20)))
		if err == nil { // Else the server was quicker than the body.
			_ = resp.Body.Close()
			assert.Equal(t, http.StatusRequestEntityTooLarge, resp.StatusCode)
		}
	})
}

func TestCloseEndsAWaitingRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memnet.Start(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
		ended := make(chan error, 1)
		go func() {
			resp, err := s.Client().Get(s.URL())
			if err == nil {
				_ = resp.Body.Close()
			}
			ended <- err
		}()
		synctest.Wait()
		s.Close()
		s.Close()
		require.Error(t, <-ended)
		_, err := s.Client().Get(s.URL()) //nolint:bodyclose // There is no response.
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
	})
}

func TestListenerClosed(t *testing.T) {
	t.Parallel()
	l := memnet.Listen()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := l.DialContext(ctx, "tcp", "anywhere:1")
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	_, err = l.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
	_, err = l.DialContext(t.Context(), "tcp", "anywhere:1")
	opError, ok := errors.AsType[*net.OpError](err)
	require.True(t, ok)
	assert.Equal(t, "dial", opError.Op)
	assert.Equal(t, "memory", l.Addr().Network())
}
