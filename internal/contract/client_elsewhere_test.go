package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

// readKey reads the example of the operation that comes before there is a client.
func readKey(t *testing.T, d *description, found harvest) {
	t.Helper()
	const name = "POST /fetch_api_key"
	fetch := func(answer object) (zulip.Credentials, error) {
		s := newStub(t, d)
		s.answers[name] = answer
		return zulip.FetchAPIKey(t.Context(), zulip.Credentials{Site: "https://chat.example.org", Email: "iago@zulip.com"},
			zulip.NewSecret("abcd1234"), zulip.WithTransport(s))
	}
	example := d.example(name)
	credentials, err := fetch(example)
	require.NoError(t, err)
	assert.Equal(t, example["api_key"], credentials.APIKey.Reveal())
	found.add(name, reading(example, func(changed object) bool {
		got, err := fetch(changed)
		return err != nil || !reflect.DeepEqual(got, credentials)
	}))
}

// readWebhook reads the example of what the server sends to a program.
func readWebhook(t *testing.T, d *description, found harvest) {
	t.Helper()
	const name = "POST /zulip-outgoing-webhook"
	read := func(request object) (got zulip.WebhookMessage, status int) {
		token, _ := d.example(name)["token"].(string)
		handler, err := zulip.NewWebhookHandler(zulip.NewSecret(token), func(_ context.Context, m zulip.WebhookMessage) (zulip.WebhookReply, error) {
			got = m
			return zulip.WebhookReply{}, nil
		}, nil)
		require.NoError(t, err)
		text, err := json.Marshal(request)
		require.NoError(t, err)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(text)))
		return got, w.Code
	}
	example := d.example(name)
	message, status := read(example)
	require.Equal(t, http.StatusOK, status)
	assert.Equal(t, zulip.TriggerMention, message.Trigger)
	found.add(name, reading(example, func(changed object) bool {
		got, status := read(changed)
		return status != http.StatusOK || !reflect.DeepEqual(got, message)
	}))
}
