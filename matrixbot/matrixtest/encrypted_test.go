//go:build goolm || libolm

package matrixtest_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// encrypted starts a client with the crypto of others and tells what it can read.
func encrypted(t *testing.T, srv *matrixtest.Server, user *matrixtest.User, device id.DeviceID) (*mautrix.Client, *crypto.OlmMachine, chan string) {
	t.Helper()
	cli := client(srv, user.NewSession(device))
	cli.DeviceID = device
	state, isState := mautrix.NewMemoryStateStore().(*mautrix.MemoryStateStore)
	require.True(t, isState)
	cli.StateStore = state
	mach := crypto.NewOlmMachine(cli, nil, crypto.NewMemoryStore(nil), state)
	require.NoError(t, mach.Load(t.Context()))
	require.NoError(t, mach.ShareKeys(t.Context(), 0))
	syncer, isDefault := cli.Syncer.(*mautrix.DefaultSyncer)
	require.True(t, isDefault)
	syncer.OnEvent(cli.StateStoreSyncHandler)
	syncer.OnSync(mach.ProcessSyncResponse)
	syncer.OnEventType(event.StateMember, mach.HandleMemberEvent)
	read := make(chan string, 10)
	syncer.OnEventType(event.EventEncrypted, func(ctx context.Context, e *event.Event) {
		if e.Sender == cli.UserID {
			return
		}
		plain, err := mach.DecryptMegolmEvent(ctx, e)
		if !assert.NoError(t, err) { //nolint:testifylint // Not the test's goroutine.
			return
		}
		read <- plain.Content.AsMessage().Body
	})
	return cli, mach, read
}

func TestTwoClientsEncrypt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada, bot := srv.User("ada"), srv.User("bot")
		room := ada.CreateRoom(matrixtest.RoomOptions{Encrypted: true, Members: []*matrixtest.User{bot}})
		adaCli, adaMach, adaRead := encrypted(t, srv, ada, "ADA")
		botCli, botMach, botRead := encrypted(t, srv, bot, "BOT")
		assert.Equal(t, 50, bot.OneTimeKeys("BOT"))

		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 2)
		go func() { ended <- adaCli.SyncWithContext(ctx) }()
		go func() { ended <- botCli.SyncWithContext(ctx) }()
		require.NoError(t, srv.WaitForSync(ctx, ada.ID()))
		require.NoError(t, srv.WaitForSync(ctx, bot.ID()))

		say := func(cli *mautrix.Client, mach *crypto.OlmMachine, body string) {
			require.NoError(t, mach.ShareGroupSession(ctx, room, []id.UserID{ada.ID(), bot.ID()}))
			content, err := mach.EncryptMegolmEvent(ctx, room, event.EventMessage, text(body))
			require.NoError(t, err)
			_, err = cli.SendMessageEvent(ctx, room, event.EventEncrypted, content, mautrix.ReqSendEvent{DontEncrypt: true})
			require.NoError(t, err)
		}
		say(adaCli, adaMach, "question")
		assert.Equal(t, "question", <-botRead)
		say(botCli, botMach, "answer")
		assert.Equal(t, "answer", <-adaRead)
		_, err := srv.WaitForRequest(ctx, func(r matrixtest.Request) bool { return r.Path == "/keys/claim" })
		require.NoError(t, err)
		for _, e := range srv.Messages(room) {
			assert.Equal(t, "m.room.encrypted", e.Type)
		}

		// Cross-signing: the first keys need no password, others do. The library's store in memory is not made for two
		// goroutines, so nobody syncs any more.
		cancel()
		<-ended
		<-ended
		ctx = t.Context()
		_, keys, err := botMach.GenerateAndUploadCrossSigningKeysWithPassword(ctx, bot.Password(), "")
		require.NoError(t, err)
		require.NotNil(t, keys)
		require.NoError(t, botMach.SignOwnDevice(ctx, botMach.OwnIdentity()))
		device, err := adaMach.GetOrFetchDevice(ctx, bot.ID(), "BOT")
		require.NoError(t, err)
		_, err = adaMach.FetchKeys(ctx, []id.UserID{bot.ID()}, true)
		require.NoError(t, err)
		trust, err := adaMach.ResolveTrustContext(ctx, device)
		require.NoError(t, err)
		assert.Equal(t, id.TrustStateCrossSignedTOFU, trust)
	})
}
