package zulip_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

const webhookToken = "xvOzfurIutdRRVLz"

// webhookBody is what the server sends.
func webhookBody(token, data string) string {
	raw, _ := json.Marshal(map[string]any{
		"bot_email": "porter-bot@zulip.example", "bot_full_name": "Porter", "data": data, "trigger": "private_message", "token": token,
		"message": map[string]any{
			"id": 112, "sender_id": 5, "type": "private", "content": data, "rendered_content": "<p>x</p>",
			"display_recipient": []map[string]any{{"id": 5, "email": "a@b.example", "full_name": "Alice"}},
		},
	})
	return string(raw)
}

func ask(handler http.Handler, method, body string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(method, "/", strings.NewReader(body)))
	return recorder
}

func TestWebhookReplies(t *testing.T) {
	t.Parallel()
	buttons := &zulip.Buttons{Heading: "H", Choices: []zulip.Button{{ShortName: "a", LongName: "b", Reply: "c"}}}
	for want, reply := range map[string]zulip.WebhookReply{
		`{"content":"hello"}`:            {Content: "hello"},
		`{"response_not_required":true}`: {},
		`{"content":"Ready?","widget_content":{"widget_type":"zform","extra_data":{"type":"choices","heading":"H",` +
			`"choices":[{"short_name":"a","long_name":"b","reply":"c"}]}}}`: {Content: "Ready?", Buttons: buttons},
	} {
		var got zulip.WebhookMessage
		handler, err := zulip.NewWebhookHandler(zulip.NewSecret(webhookToken), func(_ context.Context, m zulip.WebhookMessage) (zulip.WebhookReply, error) {
			got = m
			return reply, nil
		}, nil)
		require.NoError(t, err)
		answer := ask(handler, http.MethodPost, webhookBody(webhookToken, "hi"))
		assert.Equal(t, http.StatusOK, answer.Code)
		assert.JSONEq(t, want, answer.Body.String())
		assert.Equal(t, "hi", got.Data)
		assert.Equal(t, zulip.TriggerDirect, got.Trigger, "in the word of today")
		assert.Equal(t, zulip.MessageID(112), got.Message.ID)
		assert.Equal(t, zulip.Direct(5), got.Message.ReplyTo(7))
	}
}

func TestWebhookRefusesStrangers(t *testing.T) {
	t.Parallel()
	log, text := logTo(t)
	handler, err := zulip.NewWebhookHandler(zulip.NewSecret(webhookToken), func(context.Context, zulip.WebhookMessage) (zulip.WebhookReply, error) {
		t.Error("the function was called")
		return zulip.WebhookReply{}, nil
	}, log)
	require.NoError(t, err)
	for name, row := range map[string]struct {
		method, body string
		want         int
	}{
		"wrong token":  {http.MethodPost, webhookBody("guess", "x"), http.StatusUnauthorized},
		"no token":     {http.MethodPost, `{}`, http.StatusUnauthorized},
		"a prefix":     {http.MethodPost, webhookBody(webhookToken[:8], "x"), http.StatusUnauthorized},
		"not JSON":     {http.MethodPost, "token=" + webhookToken, http.StatusBadRequest},
		"cut off":      {http.MethodPost, webhookBody(webhookToken, "x")[:40], http.StatusBadRequest},
		"too large":    {http.MethodPost, webhookBody(webhookToken, strings.Repeat("x", 5<<20)), http.StatusRequestEntityTooLarge},
		"wrong method": {http.MethodGet, "", http.StatusMethodNotAllowed},
	} {
		answer := ask(handler, row.method, row.body)
		assert.Equal(t, row.want, answer.Code, name)
		assert.NotContains(t, answer.Body.String(), webhookToken)
	}
	assert.NotContains(t, text.String(), webhookToken)
	assert.NotContains(t, text.String(), "guess")
	for _, handler := range []func() (http.Handler, error){
		func() (http.Handler, error) { return zulip.NewWebhookHandler(zulip.Secret{}, nil, nil) },
		func() (http.Handler, error) { return zulip.NewWebhookHandler(zulip.NewSecret("x"), nil, nil) },
	} {
		_, err := handler()
		require.ErrorContains(t, err, "needs a token and a function")
	}
}

func TestWebhookFunctionsMayFail(t *testing.T) {
	t.Parallel()
	for name, function := range map[string]zulip.WebhookFunc{
		"error": func(context.Context, zulip.WebhookMessage) (zulip.WebhookReply, error) {
			return zulip.WebhookReply{}, errors.New("secret detail")
		},
		"panic": func(context.Context, zulip.WebhookMessage) (zulip.WebhookReply, error) { panic("secret detail") },
		"too long": func(context.Context, zulip.WebhookMessage) (zulip.WebhookReply, error) {
			return zulip.WebhookReply{Content: strings.Repeat("secret detail ", 1000)}, nil
		},
		"bad buttons": func(context.Context, zulip.WebhookMessage) (zulip.WebhookReply, error) {
			return zulip.WebhookReply{Content: "secret detail", Buttons: &zulip.Buttons{}}, nil
		},
	} {
		log, text := logTo(t)
		handler, err := zulip.NewWebhookHandler(zulip.NewSecret(webhookToken), function, log)
		require.NoError(t, err)
		answer := ask(handler, http.MethodPost, webhookBody(webhookToken, "x"))
		assert.Equal(t, http.StatusOK, answer.Code, name)
		var reply struct{ Content string }
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &reply))
		assert.NotContains(t, reply.Content, "secret detail", name)
		_, id, found := strings.Cut(strings.TrimSuffix(reply.Content, "."), "number ")
		require.True(t, found, reply.Content)
		assert.Contains(t, text.String(), id, "the log has what the person was told")
	}
}

func TestWebhookFunctionsHaveLimitedTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handler, err := zulip.NewWebhookHandler(zulip.NewSecret(webhookToken), func(ctx context.Context, _ zulip.WebhookMessage) (zulip.WebhookReply, error) {
			<-ctx.Done()
			return zulip.WebhookReply{}, ctx.Err()
		}, nil)
		require.NoError(t, err)
		begin := time.Now()
		answer := ask(handler, http.MethodPost, webhookBody(webhookToken, "x"))
		assert.Less(t, time.Since(begin), 10*time.Second, "the server waits no longer")
		assert.Contains(t, answer.Body.String(), "went wrong")
	})
}

// FuzzWebhook: strangers can send anything; without the token nothing reaches the function.
func FuzzWebhook(f *testing.F) {
	f.Add(webhookBody(webhookToken, "hi"))
	f.Add(webhookBody("", ""))
	f.Add(`{"token":["` + webhookToken + `"],"message":{"display_recipient":7}}`)
	f.Add(`{"token":null}{"token":1}`)
	f.Fuzz(func(t *testing.T, body string) {
		called := false
		handler, err := zulip.NewWebhookHandler(zulip.NewSecret(webhookToken), func(context.Context, zulip.WebhookMessage) (zulip.WebhookReply, error) {
			called = true
			return zulip.WebhookReply{}, nil
		}, nil)
		require.NoError(t, err)
		answer := ask(handler, http.MethodPost, body)
		require.Equal(t, called, answer.Code == http.StatusOK)
		if called {
			// Go matches names in any case, so the token may stand there in another spelling of its name.
			require.Contains(t, strings.ToLower(body), "token")
		}
	})
}

// An outgoing webhook bot is an [http.Handler].
func ExampleNewWebhookHandler() {
	handler, err := zulip.NewWebhookHandler(zulip.NewSecret(webhookToken),
		func(_ context.Context, m zulip.WebhookMessage) (zulip.WebhookReply, error) {
			return zulip.WebhookReply{Content: "You said:\n" + zulip.Quote(zulip.EscapeText(m.Data))}, nil
		}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	answer := ask(handler, http.MethodPost, webhookBody(webhookToken, "hello"))
	fmt.Println(answer.Code, strings.TrimSpace(answer.Body.String()))
	// Output:
	// 200 {"content":"You said:\n```quote\nhello\n```"}
}
