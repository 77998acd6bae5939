package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

const (
	ann     = id.UserID("@ann:example.org")
	bob     = id.UserID("@bob:example.org")
	mallory = id.UserID("@mallory:example.org")
	botUser = id.UserID("@bot:example.org")
	ops     = id.RoomID("!ops:example.org")
	lounge  = id.RoomID("!lounge:example.org")
)

// fakeHost is a sender whose homeserver takes everything, once for each key.
type fakeHost struct {
	sender // It does nothing else.

	store *boltstore.Store

	mu   sync.Mutex
	sent []outgoing
	keys map[string]id.EventID
	down bool
}

func newFakeHost(tb testing.TB) *fakeHost {
	tb.Helper()
	h := &fakeHost{keys: map[string]id.EventID{}}
	path := filepath.Join(tb.TempDir(), "bot.db")
	h.open(tb, path)
	tb.Cleanup(func() { h.store.Close() })
	return h
}

func (h *fakeHost) open(tb testing.TB, path string) {
	tb.Helper()
	store, err := boltstore.Open(path, boltstore.CommitAfter(0))
	require.NoError(tb, err)
	h.store = store
}

func (h *fakeHost) own() id.UserID                { return botUser }
func (h *fakeHost) storage() *boltstore.Store     { return h.store }
func (h *fakeHost) roomState() mautrix.StateStore { return h.store.State() }

func (h *fakeHost) send(ctx context.Context, out outgoing) (id.EventID, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down {
		return "", errors.New("the homeserver is away")
	}
	if event, ok := h.keys[out.Key]; ok {
		return event, nil
	}
	h.sent = append(h.sent, out)
	h.keys[out.Key] = id.EventID(fmt.Sprintf("$sent%d", len(h.sent)))
	return h.keys[out.Key], nil
}

// said returns what was sent since the last call.
func (h *fakeHost) said() []*event.MessageEventContent {
	h.mu.Lock()
	defer h.mu.Unlock()
	var said []*event.MessageEventContent
	for _, out := range h.sent {
		if out.Key != "" {
			said = append(said, out.Content.(*event.MessageEventContent))
		}
	}
	for i := range h.sent {
		h.sent[i].Key = "" // It keeps its place, which makes the ids.
	}
	return said
}

// bodies returns the bodies of what was sent since the last call.
func (h *fakeHost) bodies() []string {
	bodies := []string{}
	for _, content := range h.said() {
		bodies = append(bodies, content.Body)
	}
	return bodies
}

var (
	eventNumber int
	eventMutex  sync.Mutex
)

// request makes a message, encrypted and from a verified device, with an event of its own.
func (h *fakeHost) request(sender id.UserID, text string) *Request {
	eventMutex.Lock()
	defer eventMutex.Unlock()
	eventNumber++
	return &Request{
		Room: ops, Event: id.EventID(fmt.Sprintf("$event%d", eventNumber)), Sender: sender, Text: text,
		Encrypted: true, Trust: e2ee.TrustVerified, Attempt: 1, sender: h,
	}
}

// encrypt makes a room encrypted.
func (h *fakeHost) encrypt(tb testing.TB, room id.RoomID) {
	tb.Helper()
	require.NoError(tb, h.store.State().SetEncryptionEvent(tb.Context(), room,
		&event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1}))
}

// auditor collects entries.
type auditor struct {
	mu      sync.Mutex
	entries []AuditEntry
}

func (a *auditor) hear(_ context.Context, entry AuditEntry) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.entries = append(a.entries, entry)
}

// decisions returns "sender command decision: reason" of the entries since the last call.
func (a *auditor) decisions() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := []string{}
	for _, e := range a.entries {
		text := fmt.Sprintf("%s %s %s", e.Sender.Localpart(), e.Command, e.Decision)
		if e.Reason != "" {
			text += ": " + e.Reason
		}
		list = append(list, text)
	}
	a.entries = nil
	return list
}
