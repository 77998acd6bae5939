package memnet_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/memnet"
)

func TestListen(t *testing.T) {
	t.Parallel()
	s := memnet.Start(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "served") }))
	defer s.Close()
	for _, refused := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.org:0", "127.0.0.1"} {
		_, err := s.Listen(refused)
		require.Error(t, err, refused)
	}
	url, err := s.Listen("127.0.0.1:0")
	require.NoError(t, err)
	ask := func() (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		require.NoError(t, err)
		return http.DefaultClient.Do(req)
	}
	resp, err := ask()
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, "served", string(body))

	s.Close()
	if resp, err := ask(); !assert.Error(t, err, "nobody listens after Close") {
		require.NoError(t, resp.Body.Close())
	}
	_, err = s.Listen("127.0.0.1:0")
	assert.Error(t, err)
}
