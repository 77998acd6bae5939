package pgtest

import (
	"bytes"
	"database/sql"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

// A commit whose answer is lost is asked about on another connection: Update says
// what happened in truth.
func TestCommitInDoubt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ arrives, succeeds bool }{
		"the commit is lost": {arrives: false, succeeds: false},
		"the answer is lost": {arrives: true, succeeds: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connector, err := pq.NewConnector(dsn(t))
			require.NoError(t, err)
			network := &breaking{commitArrives: c.arrives}
			connector.Dialer(network)
			db := sql.OpenDB(connector)
			t.Cleanup(func() { require.NoError(t, db.Close()) })
			store := open(t, db, tableFor(t, connect(t), t.TempDir()))

			network.armed.Store(true)
			err = store.Update(t.Context(), func(tx standup.Tx) error { return tx.Put("a", nil) })
			assert.False(t, network.armed.Load(), "the connection broke")
			assert.Equal(t, c.succeeds, err == nil, "%v", err)
			require.NoError(t, store.View(t.Context(), func(tx standup.Tx) error {
				value, err := tx.Get("a")
				assert.Equal(t, c.succeeds, value != nil)
				return err
			}))
		})
	}
}

var errBroken = errors.New("the network broke")

// breaking dials connections of which the next one that commits breaks, once it is
// armed.
type breaking struct {
	armed         atomic.Bool
	commitArrives bool
}

// Dial implements [pq.Dialer].
func (b *breaking) Dial(network, address string) (net.Conn, error) {
	return b.DialTimeout(network, address, 0)
}

// DialTimeout implements [pq.Dialer].
func (b *breaking) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	conn, err := net.DialTimeout(network, address, timeout)
	return &breakingConn{Conn: conn, network: b}, err
}

type breakingConn struct {
	net.Conn
	network *breaking
	broken  bool
}

// Write breaks the connection at a COMMIT, a statement of its own.
func (c *breakingConn) Write(p []byte) (int, error) {
	if !bytes.Contains(p, []byte("COMMIT\x00")) || !c.network.armed.CompareAndSwap(true, false) {
		return c.Conn.Write(p)
	}
	c.broken = true
	if c.network.commitArrives {
		if n, err := c.Conn.Write(p); err != nil {
			return n, err
		}
		// The first byte of the answer: the commit is done.
		if _, err := c.Conn.Read(make([]byte, 1)); err != nil {
			return 0, err
		}
	}
	return len(p), c.Conn.Close()
}

// Read fails once the connection is broken.
func (c *breakingConn) Read(p []byte) (int, error) {
	if c.broken {
		return 0, errBroken
	}
	return c.Conn.Read(p)
}
