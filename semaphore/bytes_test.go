package semaphore_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// counted is a transport to a server that counts what comes over its connections.
func counted(tb testing.TB, server *semaphoretest.Server) (*http.Transport, *atomic.Int64) {
	tb.Helper()
	read := new(atomic.Int64)
	transport := server.Transport().(*http.Transport).Clone()
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return countingConn{conn, read}, nil
	}
	tb.Cleanup(transport.CloseIdleConnections)
	return transport, read
}

type countingConn struct {
	net.Conn
	read *atomic.Int64
}

func (c countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// TestFollowFetchesLittle follows 20,000 lines in 40 seconds: live they come once, and once more to be sure;
// by polling the whole log comes again and again, but not often.
func TestFollowFetchesLittle(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options []semaphore.Option
		most    float64
	}{"live": {nil, 2.2}, "polling": {[]semaphore.Option{semaphore.WithoutWebSocket()}, 5}} {
		for generation, fake := range map[string]semaphoretest.Generation{"2.10": semaphoretest.Gen210, "2.16": semaphoretest.Gen216} {
			t.Run(name+" "+generation, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					y := newYard(t, semaphoretest.WithGeneration(fake))
					text := strings.Repeat("x", 95) // which makes about 165 bytes in the log, as was measured
					tpl := y.template("long", semaphoretest.Script{Lines: 20_000, Rate: 500, Line: func(int) string { return text }})
					transport, read := counted(t, y.Server)
					client := y.clientOf(t, y.Admin(), append(test.options, semaphore.WithTransport(transport))...)
					id := y.start(t, tpl)
					var first time.Duration
					lines := 0
					for line, err := range client.Follow(t.Context(), y.id, id, semaphore.FollowRequest{}) {
						require.NoError(t, err)
						if first == 0 && line.Output == text {
							first = time.Since(line.Time)
						}
						lines++
					}
					assert.Len(t, y.Log(int(id)), lines)
					followed := read.Swap(0)
					for _, err := range client.Output(t.Context(), y.id, id) {
						require.NoError(t, err)
					}
					ratio := float64(followed) / float64(read.Load())
					t.Logf("%d bytes fetched over %d of the log: %.2f; first line after %v", followed, read.Load(), ratio, first)
					assert.LessOrEqual(t, ratio, test.most)
					assert.LessOrEqual(t, first, 2*time.Second)
				})
			})
		}
	}
}
