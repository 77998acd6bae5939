package zulip_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestFetchAPIKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.server.SetPassword(h.alice, "correct horse")
	login := zulip.Credentials{Site: h.server.URL(), Email: h.alice.Email}
	through := zulip.WithTransport(h.server.Transport())
	credentials, err := zulip.FetchAPIKey(t.Context(), login, zulip.NewSecret("correct horse"), through)
	require.NoError(t, err)
	c, err := zulip.NewClient(credentials, through)
	require.NoError(t, err)
	self, err := c.OwnUser(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "Alice", self.FullName)

	_, err = zulip.FetchAPIKey(t.Context(), login, zulip.NewSecret("wrong battery"), through)
	require.ErrorIs(t, err, zulip.ErrUnauthorized)
	assert.NotContains(t, fmt.Sprintf("%v %#v", err, err), "wrong battery")
	_, err = zulip.FetchAPIKey(t.Context(), login, zulip.Secret{}, through)
	require.ErrorContains(t, err, "password is empty")
	_, err = zulip.FetchAPIKey(t.Context(), zulip.Credentials{Site: "http://chat.example.org", Email: "a@b"}, zulip.NewSecret("x"))
	require.ErrorContains(t, err, "https", "a password does not travel in the clear")
}

func TestFetchAPIKeyDoubtsTheAnswer(t *testing.T) {
	t.Parallel()
	through := zulip.WithTransport(recorded(answerWith(200, `{"result":"success","msg":"","api_key":""}`)))
	_, err := zulip.FetchAPIKey(t.Context(), zulip.Credentials{Site: "https://chat.example.org", Email: "a@b"}, zulip.NewSecret("x"), through)
	require.ErrorContains(t, err, "no key")
}
