package matrixbot

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// startSender returns a bot that sends but does not sync, with its store at path, and how to end it.
func startSender(tb testing.TB, srv *matrixtest.Server, user *matrixtest.User, path string) (b *Bot, stop func()) {
	tb.Helper()
	// The device is the same after a restart, as are its transaction ids.
	return startSenderAt(tb, srv.URL(), srv.Transport(), user.NewSession("SENDER"), path)
}

// startSenderAt is startSender for any homeserver.
func startSenderAt(tb testing.TB, url string, transport http.RoundTripper, session matrixtest.Session, path string) (b *Bot, stop func()) {
	tb.Helper()
	store, err := boltstore.Open(path)
	require.NoError(tb, err)
	b = &Bot{store: store, state: store.State(), log: slog.New(slog.DiscardHandler)}
	b.sealer, err = newSealer(NewSecret("a pickle key"))
	require.NoError(tb, err)
	b.client, err = mautrix.NewClient(url, session.UserID, session.AccessToken)
	require.NoError(tb, err)
	b.client.Client = newHTTPClient(transport, store, b.log)
	b.client.StateStore = store.State()
	b.rooms, b.outbox = newRooms(b), newOutbox(b)
	ctx, cancel := context.WithCancel(tb.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.outbox.run(ctx) }()
	require.NoError(tb, b.outbox.open(ctx))
	b.outbox.sync()
	return b, func() {
		cancel()
		require.NoError(tb, <-ended)
		b.client.Client.CloseIdleConnections()
		require.NoError(tb, store.Close())
	}
}

// dataFile is a path for a store.
func dataFile(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(tb.TempDir(), "bot.db")
}

// askedBy is a request by a person's message.
func askedBy(b *Bot, room id.RoomID, event id.EventID, by id.UserID) *Request {
	return &Request{Room: room, Event: event, Sender: by, Attempt: 1, sender: b}
}

// notices returns the bodies of what a user has said in a room.
func notices(srv *matrixtest.Server, room id.RoomID, by *matrixtest.User) []string {
	var said []string
	for _, e := range srv.Messages(room) {
		if e.Sender == by.ID() {
			said = append(said, e.Body())
		}
	}
	return said
}
