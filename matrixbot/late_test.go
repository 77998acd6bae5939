package matrixbot

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// locks is an encryption in which the session id of an event is its text, and its key comes when the test says so.
type locks struct {
	encryption

	mu        sync.Mutex
	keys      map[string]bool
	requested []string
}

func (l *locks) HandleSync(context.Context, *mautrix.RespSync, string) error { return nil }
func (l *locks) HandleEvent(context.Context, *event.Event) bool              { return false }
func (l *locks) Trust(context.Context, *event.Event) e2ee.Trust              { return e2ee.TrustCrossSigned }

func (l *locks) RequestSession(_ context.Context, _ id.RoomID, _ id.SenderKey, session id.SessionID, _ id.UserID, _ id.DeviceID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requested = append(l.requested, string(session))
}

func (l *locks) give(keys ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range keys {
		l.keys[key] = true
	}
}

func (l *locks) asked() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.requested...)
}

func (l *locks) Decrypt(_ context.Context, evt *event.Event) (*event.Event, error) {
	text := string(evt.Content.AsEncrypted().SessionID)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case text == "panic":
		panic("a mistake in the encryption")
	case text == "damaged":
		return nil, e2ee.ErrUndecryptable
	case !l.keys[text]:
		return nil, e2ee.ErrKeyMissing
	}
	decrypted := *evt
	decrypted.Type = event.EventMessage
	raw, err := json.Marshal(map[string]any{"msgtype": "m.text", "body": text})
	if err != nil {
		return nil, err
	}
	decrypted.Content = event.Content{}
	if err := json.Unmarshal(raw, &decrypted.Content); err != nil {
		return nil, err
	}
	decrypted.Mautrix.TrustSource = &id.Device{DeviceID: "ADASDEVICE"}
	return &decrypted, nil
}

// lateBench is a bot with locks in an encrypted room.
type lateBench struct {
	*locks

	srv    *matrixtest.Server
	room   id.RoomID
	config Config

	mu   sync.Mutex
	got  []string
	last *Request
}

func newLateBench(t *testing.T) *lateBench {
	t.Helper()
	srv := matrixtest.NewServer(t)
	ada, bot := srv.User("ada"), srv.User("bot")
	b := &lateBench{locks: &locks{keys: map[string]bool{}}, srv: srv}
	b.room = ada.CreateRoom(matrixtest.RoomOptions{Encrypted: true, Members: []*matrixtest.User{bot}})
	b.config = Config{
		Homeserver: srv.URL(), User: string(bot.ID()), Password: NewSecret(bot.Password()), Data: t.TempDir(),
		PickleKey: NewSecret("a pickle key of a test"), NoEncryption: true, Transport: srv.Transport(),
		Handler: func(_ context.Context, r *Request) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.got, b.last = append(b.got, r.Text), r
			return nil
		},
	}
	return b
}

func (b *lateBench) heard() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.got...)
}

func (b *lateBench) newest() *Request {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

var errLateEnough = errors.New("the test has seen enough")

func (b *lateBench) start(t *testing.T) (stop func()) {
	t.Helper()
	bot, err := New(b.config)
	require.NoError(t, err)
	bot.crypto = b.locks
	ctx, end := context.WithCancelCause(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- bot.Run(ctx) }()
	require.NoError(t, b.srv.WaitForSync(t.Context(), b.srv.User("bot").ID()))
	return func() {
		end(errLateEnough)
		require.ErrorIs(t, <-done, errLateEnough)
	}
}

func (b *lateBench) say(texts ...string) {
	for _, text := range texts {
		b.srv.User("ada").SendEvent(b.room, "m.room.encrypted", map[string]any{
			"algorithm": "m.megolm.v1.aes-sha2", "session_id": text, "ciphertext": "x", "sender_key": "k", "device_id": "ADASDEVICE",
		})
	}
}

func TestLateKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newLateBench(t)
		stop := b.start(t)
		b.give("1", "3")
		b.say("1", "2", "damaged", "panic", "3")
		time.Sleep(time.Second)
		assert.Equal(t, []string{"1"}, b.heard(), "what comes after waits")
		b.give("2")
		b.say("damaged") // Something that arrives, as the key does.
		time.Sleep(time.Second)
		assert.Equal(t, []string{"1", "2", "3"}, b.heard(), "the order is kept")
		assert.True(t, b.newest().Encrypted)
		assert.Equal(t, e2ee.TrustCrossSigned, b.newest().Trust)
		assert.Equal(t, id.DeviceID("ADASDEVICE"), b.newest().Device)
		stop()
	})
}

func TestAKeyThatIsVeryLateHoldsUpTheRoomForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newLateBench(t)
		stop := b.start(t)
		b.give("2")
		b.say("1", "2")
		time.Sleep(10 * time.Second)
		assert.Equal(t, []string{"2"}, b.heard())
		assert.Equal(t, []string{"1"}, b.asked(), "the key is asked for, once")
		stop()
		stop = b.start(t) // It still waits after a restart.
		b.give("1")
		time.Sleep(10 * time.Second)
		assert.Equal(t, []string{"2", "1"}, b.heard())
		stop()
	})
}

func TestAKeyThatNeverComesIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newLateBench(t)
		stop := b.start(t)
		b.say("1")
		time.Sleep(20 * time.Minute)
		b.give("1", "2")
		b.say("2")
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"2"}, b.heard())
		stop()
	})
}

func TestALateMessageThatIsRemoved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newLateBench(t)
		stop := b.start(t)
		b.say("1")
		time.Sleep(time.Second)
		timeline := b.srv.Timeline(b.room)
		b.srv.User("ada").Redact(b.room, timeline[len(timeline)-1].ID, "")
		b.give("1")
		time.Sleep(time.Minute)
		assert.Empty(t, b.heard())
		stop()
	})
}
