package zuliptest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// A listener is a webhook that remembers what it was told and answers with a fixed body.
type listener struct {
	mu     sync.Mutex
	told   []object
	status int
	answer string
	slow   time.Duration
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	var o object
	_ = json.Unmarshal(text, &o)
	l.mu.Lock()
	l.told = append(l.told, o)
	l.mu.Unlock()
	select {
	case <-time.After(l.slow):
	case <-r.Context().Done():
		return
	}
	w.WriteHeader(l.status)
	_, _ = io.WriteString(w, l.answer)
}

func (l *listener) heard() []object {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]object{}, l.told...)
}

// hooked is an office with an outgoing webhook bot of Ada's.
func hooked(t *testing.T, l *listener, opts ...zuliptest.Option) (o *office, bot *zuliptest.User, token string) {
	t.Helper()
	o = newOffice(t, opts...)
	bot = o.AddUser(zuliptest.User{FullName: "Hook", IsBot: true, BotType: zuliptest.BotOutgoingWebhook, OwnerID: o.ada.ID})
	return o, bot, o.DeliverTo(bot, l)
}

func TestWebhookIsToldAndAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &listener{status: 200, answer: `{"content":"pong"}`}
		o, bot, token := hooked(t, l)
		o.SendDirect(o.bob, "ping", bot)
		o.SendToChannel(o.ada, o.team, "games", "@**Hook** ping")
		o.SendToChannel(o.ada, o.team, "games", "nobody is called")
		o.SendToChannel(o.bot.user, o.team, "games", "@**Hook** bots call in vain")
		synctest.Wait()
		told := l.heard()
		require.Len(t, told, 2)
		assert.Equal(t, "direct_message", told[0]["trigger"])
		assert.Equal(t, "ping", told[0]["data"])
		assert.Equal(t, token, told[0]["token"])
		assert.Equal(t, bot.Email, told[0]["bot_email"])
		assert.Equal(t, "Hook", told[0]["bot_full_name"])
		assert.Equal(t, "mention", told[1]["trigger"])
		message := told[1]["message"].(object)
		assert.Equal(t, "@**Hook** ping", message["content"])
		assert.Contains(t, message["rendered_content"], "user-mention")
		assert.Equal(t, "pong", o.DirectMessages(o.bob, bot)[1].Content)
		said := o.ChannelMessages(o.team, "games")
		assert.Equal(t, "pong", said[len(said)-1].Content, "also where the bot is not subscribed")
	})
}

func TestWebhookAnswers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		answer string
		said   []string // what the bot says in the conversation
		owner  string   // part of what its owner is told
	}{
		"nothing to say":   {200, `{"response_not_required":true}`, nil, ""},
		"old nothing":      {200, `""`, nil, ""},
		"old answer":       {200, `{"response_string":"hi"}`, []string{"hi"}, ""},
		"blank":            {200, `{"content":" "}`, nil, ""},
		"no JSON":          {200, `<html>`, []string{"Failure! Invalid JSON in response"}, "<html>"},
		"no object":        {200, `[]`, []string{"Failure! Invalid response format"}, "Invalid response format"},
		"error":            {500, `oops`, []string{"Failure! Third party responded with 500"}, "*500*"},
		"refusal":          {404, ``, []string{"Failure! Third party responded with 404"}, "*404*"},
		"widget as object": {200, `{"content":"x","widget_content":{}}`, []string{"Failure! Widgets: API programmer sent invalid JSON content"}, "Widgets"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := &listener{status: tc.status, answer: tc.answer}
				o, bot, _ := hooked(t, l)
				o.SendDirect(o.bob, "ping", bot)
				synctest.Wait()
				var said []string
				for _, m := range o.DirectMessages(o.bob, bot)[1:] {
					said = append(said, m.Content)
				}
				assert.Equal(t, tc.said, said)
				told := o.DirectMessages(o.ada, bot)
				if tc.owner == "" {
					assert.Empty(t, told)
				} else {
					require.Len(t, told, 1)
					assert.Contains(t, told[0].Content, tc.owner)
					assert.Contains(t, told[0].Content, "/near/1001)")
				}
				assert.Len(t, l.heard(), 1, "an answer is an answer")
			})
		})
	}
}

func TestWebhookSendsButtons(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inner, _ := json.Marshal(buttons)
		o, bot, _ := hooked(t, &listener{status: 200, answer: `{"content":"Ready?","widget_content":` + string(inner) + `}`})
		o.SendDirect(o.bob, "ping", bot)
		synctest.Wait()
		assert.Equal(t, "start", o.PressButton(o.bob, 1002, "A").Content)
	})
}

func TestWebhookThatIsSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &listener{status: 200, answer: `{"content":"late"}`, slow: time.Hour}
		o, bot, _ := hooked(t, l)
		start := time.Now()
		o.SendDirect(o.bob, "ping", bot)
		said, err := o.WaitForMessage(t.Context(), func(m zuliptest.Message) bool { return m.SenderID == bot.ID })
		require.NoError(t, err)
		assert.Equal(t, "Failure! Bot is unavailable", said.Content)
		assert.Equal(t, 40*time.Second, time.Since(start), "four tries of ten seconds")
		assert.Len(t, l.heard(), 4)
		assert.Contains(t, o.DirectMessages(o.ada, bot)[0].Content, "timed out after 10 seconds")
	})
}

func TestWebhookOnAPort(t *testing.T) {
	t.Parallel()
	l := &listener{status: 200, answer: `{"content":"pong"}`}
	there := httptest.NewServer(l)
	t.Cleanup(there.Close)
	o, bot, _ := hooked(t, l, zuliptest.WithFeatureLevel(200))
	o.DeliverToURL(bot, there.URL)
	o.SendDirect(o.bob, "ping", bot)
	_, err := o.WaitForMessage(t.Context(), func(m zuliptest.Message) bool { return m.Content == "pong" })
	require.NoError(t, err)
	assert.Equal(t, "private_message", l.heard()[0]["trigger"], "the word of that time")
	there.Close()
	o.SendDirect(o.bob, "ping", bot)
	_, err = o.WaitForMessage(t.Context(), func(m zuliptest.Message) bool { return m.Content == "Failure! Bot is unavailable" })
	require.NoError(t, err)
	_, err = o.WaitForMessage(t.Context(), func(m zuliptest.Message) bool { return m.To != nil && m.To[0] == o.ada.ID })
	require.NoError(t, err)
	assert.Contains(t, o.DirectMessages(o.ada, bot)[0].Content, "connection error")
	assert.Panics(t, func() { o.DeliverTo(o.bot.user, l) }, "a generic bot has no webhook")
}
