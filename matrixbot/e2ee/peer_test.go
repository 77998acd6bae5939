//go:build goolm || libolm

package e2ee

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mau.fi/util/jsontime"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/secret"
	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// account is a device that is logged in somewhere.
type account struct {
	url       string
	transport http.RoundTripper
	user      id.UserID
	device    id.DeviceID
	token     string
}

// on logs a user of the fake homeserver in.
func on(srv *matrixtest.Server, user *matrixtest.User, device id.DeviceID) account {
	session := user.NewSession(device)
	return account{srv.URL(), srv.Transport(), session.UserID, session.DeviceID, session.AccessToken}
}

// peer is a client with a Machine that syncs.
type peer struct {
	t       testing.TB
	account account
	path    string
	store   *boltstore.Store
	client  *mautrix.Client
	machine *Machine

	mu      sync.Mutex
	token   string
	heard   []string // plain bodies of the messages of others
	events  []*event.Event
	refused []error // instead of messages
}

// newPeer makes a client with its own store, and starts its Machine.
func newPeer(tb testing.TB, a account, change func(*Config)) *peer {
	tb.Helper()
	p := &peer{t: tb, account: a, path: filepath.Join(tb.TempDir(), "botb.db")}
	require.NoError(tb, p.start(change))
	tb.Cleanup(func() { _ = p.store.Close() })
	return p
}

func (p *peer) start(change func(*Config)) (err error) {
	if p.store == nil {
		if p.store, err = boltstore.Open(p.path); err != nil {
			return err
		}
	}
	p.client, err = mautrix.NewClient(p.account.url, p.account.user, p.account.token)
	if err != nil {
		return err
	}
	p.client.DeviceID = p.account.device
	p.client.Client = &http.Client{Transport: p.store.Barrier(p.account.transport)}
	config := Config{Client: p.client, Store: p.store, PickleKey: secret.New("pickle")}
	if change != nil {
		change(&config)
	}
	if p.machine, err = New(config); err != nil {
		return err
	}
	return p.machine.Start(p.t.Context())
}

// restart closes the store and begins anew with what is in the file.
func (p *peer) restart(change func(*Config)) {
	p.t.Helper()
	require.NoError(p.t, p.store.Close())
	p.store = nil
	require.NoError(p.t, p.start(change))
}

// sync takes one answer of the homeserver, as a bot does.
func (p *peer) sync(ctx context.Context, timeout time.Duration) error {
	p.mu.Lock()
	since := p.token
	p.mu.Unlock()
	resp, err := p.client.SyncRequest(ctx, int(timeout.Milliseconds()), since, "", false, event.PresenceOffline)
	if err != nil {
		return err
	}
	var state, timeline []*event.Event
	for room, joined := range resp.Rooms.Join {
		state = append(state, prepare(room, joined.State.Events)...)
		timeline = append(timeline, prepare(room, joined.Timeline.Events)...)
	}
	for room, left := range resp.Rooms.Leave {
		state = append(state, prepare(room, left.State.Events)...)
	}
	for _, evt := range append(state, timeline...) {
		mautrix.UpdateStateStore(ctx, p.client.StateStore, evt)
	}
	if err := p.machine.HandleSync(ctx, resp, since); err != nil {
		return err
	}
	for _, evt := range state {
		p.machine.HandleEvent(ctx, evt)
	}
	for _, evt := range timeline {
		p.take(ctx, evt)
	}
	p.mu.Lock()
	p.token = resp.NextBatch
	p.mu.Unlock()
	return nil
}

func prepare(room id.RoomID, events []*event.Event) []*event.Event {
	for _, evt := range events {
		evt.RoomID = room
		evt.Type.Class = event.MessageEventType
		if evt.StateKey != nil {
			evt.Type.Class = event.StateEventType
		}
		_ = evt.Content.ParseRaw(evt.Type)
	}
	return events
}

func (p *peer) take(ctx context.Context, evt *event.Event) {
	encrypted := evt
	if evt.Type == event.EventEncrypted {
		decrypted, err := p.machine.Decrypt(ctx, evt)
		if err != nil {
			p.mu.Lock()
			p.refused = append(p.refused, err)
			p.events = append(p.events, encrypted)
			p.mu.Unlock()
			return
		}
		evt = decrypted
	}
	if p.machine.HandleEvent(ctx, evt) || evt.Type != event.EventMessage || evt.Sender == p.client.UserID {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = append(p.heard, evt.Content.AsMessage().Body)
	p.events = append(p.events, evt)
}

// listen syncs now and takes all there is.
func (p *peer) listen() *peer {
	p.t.Helper()
	require.NoError(p.t, p.sync(p.t.Context(), 0))
	return p
}

// said is what the peer has heard since the last time.
func (p *peer) said() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	heard := p.heard
	p.heard = nil
	return heard
}

// last is the last event that the peer has taken.
func (p *peer) last() *event.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.events[len(p.events)-1]
}

// failure is the last message that could not be read, if any.
func (p *peer) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.refused) == 0 {
		return nil
	}
	err := p.refused[len(p.refused)-1]
	p.refused = nil
	return err
}

// trySay sends a message.
func (p *peer) trySay(room id.RoomID, text string) error {
	_, err := p.client.SendMessageEvent(p.t.Context(), room, event.EventMessage, &event.MessageEventContent{MsgType: event.MsgText, Body: text})
	return err
}

func (p *peer) say(room id.RoomID, text string) {
	p.t.Helper()
	require.NoError(p.t, p.trySay(room, text))
}

// run syncs and runs the Machine in the background until the test, or stop, ends it.
func (p *peer) run() (stop func()) {
	ctx, cancel := context.WithCancel(p.t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = p.machine.Run(ctx) })
	wg.Go(func() {
		for ctx.Err() == nil {
			if err := p.sync(ctx, 30*time.Second); err != nil && ctx.Err() == nil && !errors.Is(err, context.Canceled) {
				p.t.Error("sync: ", err)
				return
			}
		}
	})
	return func() {
		cancel()
		wg.Wait()
	}
}

// trust is that in the device of the last message.
func (p *peer) trust() Trust { return p.machine.Trust(p.t.Context(), p.last()) }

// pair is an encrypted room with Ada and the bot, both started, who have heard of each other.
func pair(tb testing.TB, adaConfig, botConfig func(*Config)) (srv *matrixtest.Server, room id.RoomID, ada, bot *peer) {
	tb.Helper()
	srv = matrixtest.NewServer(tb)
	a, b := srv.User("ada"), srv.User("bot")
	room = a.CreateRoom(matrixtest.RoomOptions{Encrypted: true, Members: []*matrixtest.User{b}})
	ada = newPeer(tb, on(srv, a, "PHONE"), adaConfig).listen()
	bot = newPeer(tb, on(srv, b, "BOT"), botConfig).listen()
	return srv, room, ada, bot
}

func passwordOf(user *matrixtest.User) secret.Secret { return secret.New(user.Password()) }

func ums(at time.Time) jsontime.UnixMilli { return jsontime.UM(at) }
