package contract

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// TestClientChecksHaveTeeth makes sure that what the client could do wrong would be noticed.
func TestClientChecksHaveTeeth(t *testing.T) {
	t.Parallel()
	d := loaded(t, newer)
	for name, row := range map[string]struct{ method, path, form, says string }{
		"no such operation": {http.MethodGet, "/nothing", "", "no such operation"},
		"unknown parameter": {http.MethodGet, "/users?user_id=7", "", "no parameter user_id"},
		"unknown in a form": {http.MethodPost, "/messages/render", "content=x&more=1", "no parameter more"},
		"wrong type":        {http.MethodPost, "/typing", "op=start&to=seven", "to"},
		"missing":           {http.MethodPost, "/messages/render", "", "missing"},
		"an e-mail, no id":  {http.MethodGet, "/users/ada/status", "", "user_id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), row.method, "https://chat.example.org/api/v1"+row.path, strings.NewReader(row.form))
			require.NoError(t, err)
			if row.method != http.MethodGet {
				r.Header.Set("Content-Type", formType)
			}
			_, err = d.checkRequest(r, []byte(row.form))
			require.ErrorContains(t, err, row.says)
		})
	}
	t.Run("a field that nobody reads", func(t *testing.T) {
		t.Parallel()
		example := object{"result": "success", "list": []any{object{"id": 1.0, "name": "x"}, object{"id": 2.0, "extra": nil}}}
		found := harvest{}
		found.add("GET /list", reading(example, func(changed object) bool {
			list, _ := changed["list"].([]any)
			second, _ := list[1].(object)
			return second["id"] != 2.0
		}))
		assert.Equal(t, []string{"GET /list list[].extra", "GET /list list[].name"}, found.lost(nil))
	})
	t.Run("a method that nobody calls", func(t *testing.T) {
		t.Parallel()
		srv := zuliptest.New()
		t.Cleanup(srv.Close)
		bot := srv.AddBot("Porter", "")
		w := watched(srv.Transport())
		c, err := zulip.NewClient(zulip.Credentials{
			Site: srv.URL(), Email: bot.Email, APIKey: zulip.NewSecret(bot.APIKey),
		}, zulip.WithTransport(w))
		require.NoError(t, err)
		_, err = c.OwnUser(t.Context())
		require.NoError(t, err)
		for _, err := range c.AllMessages(t.Context(), zulip.MessagesRequest{}) {
			require.NoError(t, err)
		}
		left := w.uncalled()
		assert.NotContains(t, left, "OwnUser")
		assert.NotContains(t, left, "AllMessages")
		assert.Contains(t, left, "Messages", "it was called by another method only")
	})
}
