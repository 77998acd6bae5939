package zulip_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// owner is a client of a person who may do everything, besides that of the bot.
func (h *house) owner(tb testing.TB) (*zulip.Client, *zuliptest.User) {
	tb.Helper()
	user := h.server.AddUser(zuliptest.User{FullName: "Olga Owner", Role: zuliptest.RoleOwner, CanCreateUsers: true})
	return h.clientOf(tb, user), user
}

// oldServer answers as a server of a level that the fake does not play in full, and keeps what it is asked.
type oldServer struct {
	level   int
	answers map[string]string // by "METHOD /path"; "{}" for others

	mu    sync.Mutex
	asked []string
	form  url.Values // of the last request
}

func (s *oldServer) client(tb testing.TB) *zulip.Client {
	tb.Helper()
	return answering(tb, s.ServeHTTP)
}

func (s *oldServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v1")
	if key == "GET /server_settings" {
		answerWith(http.StatusOK, `{"result":"success","msg":"","zulip_feature_level":`+itoa(s.level)+`}`)(w, r)
		return
	}
	s.asked = append(s.asked, key)
	_ = r.ParseForm()
	s.form = r.Form
	text, known := s.answers[key]
	switch {
	case !known:
		text = `{"result":"success","msg":""}`
	case strings.HasPrefix(text, `{"result":"error"`):
		answerWith(http.StatusBadRequest, text)(w, r)
		return
	}
	answerWith(http.StatusOK, text)(w, r)
}

func itoa(n int) string {
	raw, _ := json.Marshal(n)
	return string(raw)
}

// requireTooOld checks that a call is refused on a server of the level before the one that it needs.
func requireTooOld(tb testing.TB, level int, call func(*zulip.Client) error) {
	tb.Helper()
	old := &oldServer{level: level - 1}
	err := call(old.client(tb))
	require.ErrorIs(tb, err, zulip.ErrUnsupported)
	require.ErrorContains(tb, err, "level "+itoa(level-1))
	require.ErrorContains(tb, err, "needs "+itoa(level))
	require.Empty(tb, old.asked)
}
