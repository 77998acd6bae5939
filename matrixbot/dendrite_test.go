//go:build goolm || libolm

package matrixbot_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// Two bots talk in an encrypted room of a real homeserver. One of them is restarted, and answers what was said
// meanwhile; then the homeserver is.
func TestEncryptedOnDendrite(t *testing.T) {
	t.Parallel()
	home := matrixtest.Dendrite(t)
	const password = "a long password"
	settings := func(name string) matrixbot.Config {
		session := home.Register(name, password)
		return matrixbot.Config{
			Homeserver: home.URL(), User: string(session.UserID), Password: matrixbot.NewSecret(password), Data: t.TempDir(),
			Handler: func(context.Context, *matrixbot.Request) error { return nil },
		}
	}
	heard := make(chan *matrixbot.Request, 100)
	person, config := settings("ada"), settings("bot")
	person.Handler = func(_ context.Context, r *matrixbot.Request) error {
		heard <- r
		return nil
	}
	answered := make(chan struct{}, 100)
	config.Handler = func(ctx context.Context, r *matrixbot.Request) error {
		assert.True(t, r.Encrypted)
		_, err := r.Alert(ctx, "echo "+r.Text)
		answered <- struct{}{}
		return err
	}
	config.Invites = matrixbot.Invites{From: []id.UserID{id.UserID(person.User)}}
	ada, bot := start(t, person), start(t, config)
	room := encryptedRoom(t, home, password, id.UserID(person.User), id.UserID(config.User))
	said := 0
	talk := func() {
		said++
		text := fmt.Sprint("hello ", said)
		_, err := ada.bot.Send(t.Context(), matrixbot.Message{Room: room, Key: text, Text: text, Alert: true})
		require.NoError(t, err)
	}
	hear := func(n int) {
		select {
		case r := <-heard:
			assert.Equal(t, fmt.Sprint("echo hello ", n), r.Text)
			assert.True(t, r.Encrypted)
		case <-time.After(30 * time.Second):
			require.Failf(t, "no answer", "to %d", n)
		}
	}
	talk()
	hear(1)
	talk()
	hear(2)
	bot.stop(t)
	talk()
	talk()
	bot = start(t, config)
	hear(3)
	hear(4)

	for range said { // Dendrite forgets transaction ids: what it took but did not confirm would be said twice.
		<-answered
	}
	home.Stop()
	home.Start()
	talk()
	hear(5)
	bot.stop(t)
	ada.stop(t)
}

// encryptedRoom makes a room for two, as a client without encryption.
func encryptedRoom(t *testing.T, home *matrixtest.Homeserver, password string, owner, guest id.UserID) id.RoomID {
	t.Helper()
	client, err := mautrix.NewClient(home.URL(), "", "")
	require.NoError(t, err)
	_, err = client.Login(t.Context(), &mautrix.ReqLogin{
		Type: mautrix.AuthTypePassword, Password: password, StoreCredentials: true,
		Identifier: mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: string(owner)},
	})
	require.NoError(t, err)
	created, err := client.CreateRoom(t.Context(), &mautrix.ReqCreateRoom{
		Preset: "private_chat", Invite: []id.UserID{guest},
		InitialState: []*event.Event{{
			Type:    event.StateEncryption,
			Content: event.Content{Parsed: &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1}},
		}},
	})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		members, err := client.JoinedMembers(t.Context(), created.RoomID)
		return err == nil && len(members.Joined) == 2
	}, 30*time.Second, 50*time.Millisecond)
	_, err = client.Logout(t.Context())
	require.NoError(t, err)
	return created.RoomID
}
