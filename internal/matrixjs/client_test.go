package matrixjs_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/matrixjs"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// Two of the foreign clients understand each other on a real homeserver: what tests of the bot then see is the bot's.
func TestTwoClients(t *testing.T) {
	t.Parallel()
	ada, bob := matrixjs.Start(t), matrixjs.Start(t)
	server := matrixtest.Dendrite(t)
	for name, c := range map[string]*matrixjs.Client{"ada": ada, "bob": bob} {
		server.Register(name, "a long password")
		c.Login(server.URL(), name, "a long password")
	}
	var room string
	ada.Do(&room, "createRoom", map[string]any{"encrypted": true, "invite": []string{bob.User}})
	bob.Wait("an invite", func(e matrixjs.Event) bool { return e.Event == "invite" && e.Room == room })
	bob.Do(nil, "join", map[string]any{"room": room})
	ada.Wait("bob joined", func(e matrixjs.Event) bool {
		return e.Event == "timeline" && e.Type == "m.room.member" && e.Sender == bob.User
	})
	ada.Send(room, "tea?")
	got := bob.Message(room, ada.User, "tea?")
	require.True(t, got.Encrypted)
	require.Equal(t, "RED", got.Shield, "nobody has cross-signed")
}
