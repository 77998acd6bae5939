//go:build goolm || libolm

package e2ee

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/secret"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// Many rooms are written to while syncs go on, and every message can be read.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, first, ada, bot := pair(t, nil, nil)
		rooms := []id.RoomID{first}
		for range 3 {
			rooms = append(rooms, srv.User("ada").CreateRoom(matrixtest.RoomOptions{Encrypted: true, Members: []*matrixtest.User{srv.User("bot")}}))
		}
		bot.listen()
		stopAda, stopBot := ada.run(), bot.run()
		var wg sync.WaitGroup
		var want []string
		for i, room := range rooms {
			for j := range 10 {
				text := fmt.Sprintf("%d in %d", j, i)
				want = append(want, text)
				wg.Go(func() { assert.NoError(t, bot.trySay(room, text)) })
			}
		}
		wg.Wait()
		srv.User("ada").NewSession("NEW") // device lists change meanwhile
		time.Sleep(time.Second)
		stopAda()
		stopBot()
		got := ada.said()
		slices.Sort(got)
		slices.Sort(want)
		assert.Equal(t, want, got)
		require.NoError(t, ada.failure())
		require.NoError(t, ada.store.Close())
		require.NoError(t, bot.store.Close())
	})
}

// Other stores can be plugged in; here mautrix's own for keys, in memory.
func TestStores(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var key secret.Secret
		_, room, ada, bot := pair(t, nil, func(c *Config) {
			keeper(&key)(c)
			state := c.Store.State()
			c.Stores = func(id.UserID, id.DeviceID) (Stores, error) {
				return Stores{Crypto: crypto.NewMemoryStore(nil), State: state}, nil
			}
			c.Store = nil
		})
		stop := bot.run()
		bot.say(room, "one")
		ada.listen().say(room, "two")
		time.Sleep(2 * backupPause)
		stop()
		require.NoError(t, ada.failure())
		require.Equal(t, []string{"one"}, ada.said())
		require.Equal(t, []string{"two"}, bot.said())
		assert.Equal(t, TrustCrossSigned, bot.trust())
		n, err := bot.machine.RestoreBackup(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 2, n)
		require.NoError(t, ada.store.Close())
		require.NoError(t, bot.store.Close())
	})
}

// What is missing in a config is said, and what is not ready says so.
func TestConfig(t *testing.T) {
	t.Parallel()
	_, err := New(Config{})
	require.ErrorContains(t, err, "Config.Client")
	_, _, ada, _ := pair(t, nil, nil)
	_, err = New(Config{Client: ada.client})
	require.ErrorContains(t, err, "Config has neither a Store")
	_, err = New(Config{Client: ada.client, Store: ada.store})
	require.ErrorContains(t, err, "pickle key is empty")
	_, err = New(Config{Client: ada.client, Store: ada.store, PickleKey: secret.New("pickle"), SendTo: 7})
	require.ErrorContains(t, err, "SendTo")

	m, err := New(Config{Client: ada.client, Store: ada.store, PickleKey: secret.New("pickle")})
	require.NoError(t, err)
	_, err = m.Encrypt(t.Context(), "!a:b", event.EventMessage, nil)
	require.ErrorIs(t, err, ErrNotReady)
	require.ErrorIs(t, m.Run(t.Context()), ErrNotReady)
	require.ErrorIs(t, m.HandleSync(t.Context(), nil, ""), ErrNotReady)
	require.NoError(t, m.Start(t.Context()))
	require.Error(t, m.Start(t.Context()), "twice")
	_, err = m.Verify(t.Context(), "@a:b")
	require.ErrorContains(t, err, "Operator.Compare")
	require.NoError(t, m.Prune(t.Context(), time.Hour))
}
