//go:build goolm || libolm

package matrixbot_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// human is somebody with a client that encrypts, who writes down what is said.
type human struct {
	t       *testing.T
	client  *mautrix.Client
	machine *e2ee.Machine

	mu      sync.Mutex
	changed chan struct{}          // Closed when there is news.
	said    map[id.RoomID][]*line  // By others, in the order of the room.
	asked   map[id.RoomID][]string // By the human, in the order of the room.
	present map[id.RoomID]bool     // Whether the bot has come into a room.
	late    int                    // Messages that came before their keys.
	broken  []error                // Messages that cannot be decrypted.
}

// line is something that somebody else has said.
type line struct {
	event *event.Event // While it waits for its key, else nil.
	text  string
}

// newHuman makes the client of a session, which syncs until the test ends.
func newHuman(t *testing.T, url string, transport http.RoundTripper, session matrixtest.Session) *human {
	t.Helper()
	h := &human{
		t: t, changed: make(chan struct{}), said: map[id.RoomID][]*line{},
		asked: map[id.RoomID][]string{}, present: map[id.RoomID]bool{},
	}
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "human.db"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	h.client, err = mautrix.NewClient(url, session.UserID, session.AccessToken)
	require.NoError(t, err)
	h.client.DeviceID = session.DeviceID
	h.client.Client = &http.Client{Transport: store.Barrier(transport)}
	h.machine, err = e2ee.New(e2ee.Config{
		Client: h.client, Store: store, PickleKey: matrixbot.NewSecret("pickle"), Password: matrixbot.NewSecret(password),
	})
	require.NoError(t, err)
	require.NoError(t, h.machine.Start(t.Context()))
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { _ = h.machine.Run(ctx) })
	running.Go(func() {
		for since := ""; ctx.Err() == nil; {
			next, err := h.sync(ctx, since)
			if err == nil {
				since = next
			} else if !errors.Is(err, context.Canceled) {
				t.Error("the human's sync: ", err)
				return
			}
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
	return h
}

// sync takes what is new.
func (h *human) sync(ctx context.Context, since string) (string, error) {
	const filter = `{"room":{"timeline":{"limit":1000}}}`
	resp, err := h.client.SyncRequest(ctx, 30_000, since, filter, false, event.PresenceOffline)
	if err != nil {
		return "", err
	}
	var state, timeline []*event.Event
	for room, joined := range resp.Rooms.Join {
		if _, known := h.present[room]; known && joined.Timeline.Limited {
			return "", fmt.Errorf("the timeline of %s has a gap", room)
		}
		for _, evt := range append(joined.State.Events, joined.Timeline.Events...) {
			evt.RoomID, evt.Type.Class = room, event.MessageEventType
			if evt.StateKey != nil {
				evt.Type.Class = event.StateEventType
				state = append(state, evt)
			} else {
				timeline = append(timeline, evt)
			}
			_ = evt.Content.ParseRaw(evt.Type) // What cannot be parsed is noticed when it is missing.
		}
	}
	for _, evt := range state {
		mautrix.UpdateStateStore(ctx, h.client.StateStore, evt)
	}
	if err := h.machine.HandleSync(ctx, resp, since); err != nil {
		return "", err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, evt := range state {
		h.machine.HandleEvent(ctx, evt)
		if evt.Type == event.StateCreate {
			h.present[evt.RoomID] = false
		} else if evt.Type == event.StateMember && evt.GetStateKey() != string(h.client.UserID) {
			h.present[evt.RoomID] = evt.Content.AsMember().Membership == event.MembershipJoin
		}
	}
	h.retry(ctx)
	for _, evt := range timeline {
		h.take(ctx, evt)
	}
	close(h.changed)
	h.changed = make(chan struct{})
	return resp.NextBatch, nil
}

// take notes what somebody says; h.mu is held.
func (h *human) take(ctx context.Context, evt *event.Event) {
	if evt.Sender == h.client.UserID || evt.Type != event.EventEncrypted && evt.Type != event.EventMessage {
		return
	}
	l := &line{event: evt}
	h.said[evt.RoomID] = append(h.said[evt.RoomID], l)
	if evt.Type == event.EventMessage {
		l.event, l.text = nil, "not encrypted: "+evt.Content.AsMessage().Body
		return
	}
	if h.read(ctx, l); l.event != nil {
		h.late++
	}
}

// read decrypts a message; h.mu is held.
func (h *human) read(ctx context.Context, l *line) {
	decrypted, err := h.machine.Decrypt(ctx, l.event)
	switch {
	case errors.Is(err, e2ee.ErrKeyMissing):
	case err != nil:
		h.broken = append(h.broken, err)
		l.event, l.text = nil, "cannot be decrypted: "+err.Error()
	default:
		l.event, l.text = nil, decrypted.Content.AsMessage().Body
	}
}

// retry reads what waits for its key; h.mu is held.
func (h *human) retry(ctx context.Context) {
	for _, lines := range h.said {
		for _, l := range lines {
			if l.event != nil {
				h.read(ctx, l)
			}
		}
	}
}

// room makes an encrypted room and invites somebody.
func (h *human) room(guest id.UserID) id.RoomID {
	h.t.Helper()
	resp, err := h.client.CreateRoom(h.t.Context(), &mautrix.ReqCreateRoom{
		Preset: "private_chat", Invite: []id.UserID{guest},
		InitialState: []*event.Event{{
			Type: event.StateEncryption, Content: event.Content{Parsed: &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1}},
		}},
	})
	require.NoError(h.t, err)
	return resp.RoomID
}

// ask says something, whose lines the bot is to repeat.
func (h *human) ask(room id.RoomID, text string, replies ...string) error {
	_, err := h.client.SendMessageEvent(h.t.Context(), room, event.EventMessage, &event.MessageEventContent{MsgType: event.MsgText, Body: text})
	if err == nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.asked[room] = append(h.asked[room], replies...)
	}
	return err
}

// open is how many replies are missing; h.mu is held.
func (h *human) open() (n int) {
	for room, replies := range h.asked {
		n += len(replies) - len(h.said[room])
		for _, l := range h.said[room] {
			if l.event != nil {
				n++
			}
		}
	}
	return n
}

// everywhere says whether the bot has come into so many rooms; h.mu is held.
func (h *human) everywhere(rooms int) bool {
	n := 0
	for _, present := range h.present {
		if present {
			n++
		}
	}
	return n == rooms
}

// wait blocks until something is so, as h.mu guards it, or much time has passed.
func (h *human) wait(what func() bool) bool {
	limit := time.After(30 * time.Second)
	for {
		h.mu.Lock()
		done, changed := what(), h.changed
		h.mu.Unlock()
		if done {
			return true
		}
		select {
		case <-changed:
		case <-limit:
			return false
		}
	}
}

// heard returns what was said in a room.
func (h *human) heard(room id.RoomID) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var texts []string
	for _, l := range h.said[room] {
		if l.event != nil {
			l.text = "its key did not come"
		}
		texts = append(texts, l.text)
	}
	return texts
}
