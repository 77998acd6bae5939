package matrixbot

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	goolm "maunium.net/go/mautrix/crypto/goolm/session"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// maxServers is what is left for what servers add to an event: its place in the room, hashes and signatures.
const maxServers = 4 << 10

// The largest content that is sent fits an event, also when it is encrypted.
func TestEncryptedSize(t *testing.T) {
	t.Parallel()
	room := id.RoomID("!" + strings.Repeat("r", 250))
	answers := &event.RelatesTo{
		Type: event.RelThread, EventID: id.EventID("$" + strings.Repeat("e", 43)),
		InReplyTo: &event.InReplyTo{EventID: id.EventID("$" + strings.Repeat("e", 43))}, IsFallingBack: true,
	}
	content := &event.MessageEventContent{MsgType: event.MsgNotice, RelatesTo: answers, Mentions: &event.Mentions{}}
	content.Body = strings.Repeat("a", maxContent-sizeOf(content))
	require.Equal(t, maxContent, sizeOf(content))
	plain, err := json.Marshal(map[string]any{"type": "m.room.message", "room_id": room, "content": content})
	require.NoError(t, err)
	megolm, err := goolm.NewMegolmOutboundSession()
	require.NoError(t, err)
	ciphertext, err := megolm.Encrypt(plain)
	require.NoError(t, err)
	whole := sizeOf(&event.EncryptedEventContent{
		Algorithm: id.AlgorithmMegolmV1, SessionID: megolm.ID(), MegolmCiphertext: ciphertext, RelatesTo: answers,
		SenderKey: id.SenderKey(strings.Repeat("k", 43)),
	})
	t.Logf("%d bytes of content are %d bytes of an encrypted event", maxContent, whole)
	assert.LessOrEqual(t, whole+len(room)+maxServers+300, 65_536)
}
