//go:build goolm || libolm

package matrixsql

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

const (
	sessions = 10  // as many as people write in a busy room
	each     = 100 // after as many messages a sender takes another session
	batch    = 20  // messages in one sync response
)

// traffic is what one device sends to the bot.
type traffic struct {
	device  *id.Device
	keys    []string // of its sessions
	events  []event.EncryptedEventContent
	account *crypto.OlmAccount
}

const alice = id.UserID("@alice:example.org")

// offline is a homeserver that must not be asked.
type offline struct{}

// RoundTrip implements [http.RoundTripper].
func (offline) RoundTrip(req *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("nobody should ask for %s", req.URL.Path)
}

// newTraffic makes 1,000 messages of ten sessions.
func newTraffic(b *testing.B) *traffic {
	b.Helper()
	t := &traffic{account: crypto.NewOlmAccount()}
	signing, identity := t.account.Keys()
	t.device = &id.Device{UserID: alice, DeviceID: "PHONE", IdentityKey: identity, SigningKey: signing}
	for range sessions {
		out, err := crypto.NewOutboundGroupSession(room, nil, nil)
		require.NoError(b, err)
		out.Shared = true
		t.keys = append(t.keys, out.Internal.Key())
		for i := range each {
			plain, err := json.Marshal(map[string]any{
				"room_id": room, "type": "m.room.message",
				"content": map[string]any{"msgtype": "m.text", "body": fmt.Sprintf("!deploy web %d", i)},
			})
			require.NoError(b, err)
			message, err := out.Encrypt(plain)
			require.NoError(b, err)
			t.events = append(t.events, event.EncryptedEventContent{
				Algorithm: id.AlgorithmMegolmV1, SenderKey: identity, SessionID: out.ID(), MegolmCiphertext: message,
			})
		}
	}
	return t
}

// receive lets the store know the sender, who is cross-signed, and the keys of the sessions.
func (t *traffic) receive(b *testing.B, store crypto.Store) {
	b.Helper()
	ctx := b.Context()
	require.NoError(b, store.PutDevices(ctx, alice, map[id.DeviceID]*id.Device{"PHONE": t.device}))
	require.NoError(b, store.PutCrossSigningKey(ctx, alice, id.XSUsageMaster, "master"))
	require.NoError(b, store.PutCrossSigningKey(ctx, alice, id.XSUsageSelfSigning, "self"))
	for _, usage := range []id.CrossSigningUsage{id.XSUsageMaster, id.XSUsageSelfSigning, id.XSUsageUserSigning} {
		require.NoError(b, store.PutCrossSigningKey(ctx, "@bot:example.org", usage, "own "+id.Ed25519(usage)))
	}
	require.NoError(b, store.PutSignature(ctx, alice, "self", alice, "master", "signature"))
	require.NoError(b, store.PutSignature(ctx, alice, t.device.SigningKey, alice, "self", "signature"))
	for _, k := range t.keys {
		session, err := crypto.NewInboundGroupSession(t.device.IdentityKey, t.device.SigningKey, room, k, 7*24*time.Hour, each, nil, false)
		require.NoError(b, err)
		require.NoError(b, store.PutGroupSession(ctx, session))
	}
	require.NoError(b, store.Flush(ctx))
}

// decrypt decrypts all messages as sync responses bring them: before the next one is asked for,
// everything is on the disk.
func (t *traffic) decrypt(b *testing.B, machine *crypto.OlmMachine) {
	b.Helper()
	ctx := b.Context()
	for i := range t.events {
		content := t.events[i]
		evt, err := machine.DecryptMegolmEvent(ctx, &event.Event{
			ID: id.EventID(fmt.Sprintf("$event%d", i)), RoomID: room, Sender: alice, Type: event.EventEncrypted,
			Timestamp: int64(1_700_000_000_000 + i), Content: event.Content{Parsed: &content},
		})
		if err != nil || evt.Mautrix.TrustState != id.TrustStateCrossSignedTOFU {
			b.Fatalf("decrypt: trust %v, %v", evt, err)
		}
		if i%batch == batch-1 {
			require.NoError(b, machine.FlushStore(ctx))
		}
	}
}

// BenchmarkDecrypt decrypts 1,000 Megolm messages in sync responses of 20.
func BenchmarkDecrypt(b *testing.B) {
	for name, tracking := range map[string]bool{"tracking": true, "no_tracking": false} {
		b.Run(name, func(b *testing.B) {
			t := newTraffic(b)
			compare(b, func(b *testing.B, store opened) time.Duration {
				b.Helper()
				machine := newMachine(b, store, offline{})
				machine.DisableRatchetTracking = !tracking
				t.receive(b, store)
				start := time.Now()
				t.decrypt(b, machine)
				return time.Since(start)
			})
		})
	}
}
