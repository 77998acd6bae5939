package matrixbot

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/event"
)

// flood answers downloads with a file of 200 MiB.
type flood struct {
	next  http.RoundTripper
	says  bool // how long it is
	taken int64
}

// RoundTrip implements [http.RoundTripper].
func (f *flood) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := f.next.RoundTrip(req)
	if err != nil || !strings.Contains(req.URL.Path, "/media/download/") {
		return resp, err
	}
	_ = resp.Body.Close()
	const size = 200 << 20
	resp.StatusCode, resp.ContentLength = http.StatusOK, -1
	if f.says {
		resp.ContentLength = size
	}
	resp.Body = io.NopCloser(io.LimitReader(&counted{&f.taken}, size))
	return resp, nil
}

// Of a file of 200 MiB no more is taken than is allowed, whatever the message and the homeserver say of its size.
func TestDownloadOfALargeFile(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]bool{"that says its size": true, "that does not": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			converse(t, func(t *testing.T, c conversation) {
				large := &flood{next: c.b.client.Client.Transport, says: says}
				c.b.client.Client.Transport = large
				r := c.request("look")
				r.Raw = &event.Event{Content: event.Content{Parsed: &event.MessageEventContent{
					MsgType: event.MsgFile, Body: "small.txt", URL: "mxc://matrix.example/large", Info: &event.FileInfo{Size: 9},
				}}}
				_, err := r.Download(t.Context(), 1<<20)
				require.ErrorIs(t, err, ErrTooLarge)
				assert.LessOrEqual(t, large.taken, int64(2<<20))
				assert.True(t, !says || large.taken == 0, "it is not begun")
			})
		})
	}
}
