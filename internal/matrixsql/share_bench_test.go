//go:build goolm || libolm

package matrixsql

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/id"
)

// devices is how many the bot shares the key of a room with: one of each user.
const devices = 200

// directory plays the homeserver that has the keys of everybody.
type directory struct {
	users        []id.UserID
	query, claim []byte
	sent         int // messages with keys
}

func newDirectory(b *testing.B) *directory {
	b.Helper()
	d := &directory{}
	keys, oneTime := map[id.UserID]any{}, map[id.UserID]any{}
	for i := range devices {
		userID, deviceID := id.UserID(fmt.Sprintf("@user%d:example.org", i)), id.DeviceID(fmt.Sprintf("DEVICE%d", i))
		account := crypto.NewOlmAccount()
		keyName := "ed25519:" + string(deviceID)
		sign := func(object map[string]any) map[string]any {
			signature, err := account.SignJSON(object)
			require.NoError(b, err)
			object["signatures"] = map[id.UserID]any{userID: map[string]string{keyName: signature}}
			return object
		}
		require.NoError(b, account.Internal.GenOneTimeKeys(1))
		public, err := account.Internal.OneTimeKeys()
		require.NoError(b, err)
		for name, k := range public {
			oneTime[userID] = map[id.DeviceID]any{deviceID: map[string]any{"signed_curve25519:" + name: sign(map[string]any{"key": k})}}
		}
		keys[userID] = map[id.DeviceID]any{deviceID: sign(map[string]any{
			"user_id": userID, "device_id": deviceID, "algorithms": []id.Algorithm{id.AlgorithmOlmV1, id.AlgorithmMegolmV1},
			"keys": map[string]any{keyName: account.SigningKey(), "curve25519:" + string(deviceID): account.IdentityKey()},
		})}
		d.users = append(d.users, userID)
	}
	var err error
	d.query, err = json.Marshal(map[string]any{"device_keys": keys})
	require.NoError(b, err)
	d.claim, err = json.Marshal(map[string]any{"one_time_keys": oneTime})
	require.NoError(b, err)
	return d
}

// RoundTrip implements [http.RoundTripper].
func (d *directory) RoundTrip(req *http.Request) (*http.Response, error) {
	answer := []byte("{}")
	switch {
	case strings.HasSuffix(req.URL.Path, "/keys/query"):
		answer = d.query
	case strings.HasSuffix(req.URL.Path, "/keys/claim"):
		answer = d.claim
	case strings.Contains(req.URL.Path, "/sendToDevice/"):
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		d.sent += bytes.Count(body, []byte(`"ciphertext"`))
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
		Body: io.NopCloser(bytes.NewReader(answer)), ContentLength: int64(len(answer)),
	}, nil
}

// BenchmarkFirstShare shares the key of a room with 200 devices that the bot has never heard
// of.
func BenchmarkFirstShare(b *testing.B) {
	d := newDirectory(b)
	compare(b, func(b *testing.B, store opened) time.Duration {
		b.Helper()
		machine := newMachine(b, store, d)
		require.NoError(b, store.Flush(b.Context()))
		d.sent = 0
		start := time.Now()
		require.NoError(b, machine.ShareGroupSession(b.Context(), room, d.users))
		require.NoError(b, machine.FlushStore(b.Context()))
		took := time.Since(start)
		require.Equal(b, devices, d.sent)
		return took
	})
}
