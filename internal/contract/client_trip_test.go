package contract

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// A strict transport stands between the client and the fake: it holds every request against the description, and every
// answer too.
type strict struct {
	t       *testing.T
	d       *description
	answers *validator
	base    http.RoundTripper
}

// outside are the beginnings of paths that the description does not have, with the reason.
var outside = map[string]string{
	"POST /api/v1/submessage":        "undocumented; how people vote in polls",
	"GET /api/v1/bot_storage":        "undocumented before feature level 494",
	"PUT /api/v1/bot_storage":        "undocumented before feature level 494",
	"DELETE /api/v1/bot_storage":     "undocumented before feature level 494",
	"POST /api/v1/tus":               "the protocol tus, which has a description of its own",
	"PATCH /api/v1/tus":              "the protocol tus, which has a description of its own",
	"HEAD /api/v1/tus":               "the protocol tus, which has a description of its own",
	"GET /api/v1/users/102/channels": "comes with feature level 440",
	"GET /user_uploads":              "files are no part of the API",
	"GET /external":                  "files are no part of the API",
}

func (s *strict) RoundTrip(r *http.Request) (*http.Response, error) {
	for name := range outside {
		method, path, _ := strings.Cut(name, " ")
		if r.Method == method && strings.HasPrefix(r.URL.Path, path) {
			return s.base.RoundTrip(r)
		}
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	if _, err := s.d.checkRequest(r, body); err != nil {
		s.t.Errorf("%s %s?%s\n%.500s\n%v", r.Method, r.URL.Path, r.URL.RawQuery, body, err)
	}
	if strings.Contains(r.URL.Path, "@") {
		return s.base.RoundTrip(r) // the same handler as for an id, and the same answer
	}
	return s.answers.RoundTrip(r)
}

// A trip is an organisation with clients of some users, all of them watched.
type trip struct {
	*testing.T

	srv              *zuliptest.Server
	watch            *watch
	ada, bob, porter *zuliptest.User
	team             *zuliptest.Channel
	// owner and bot are clients of ada and porter.
	owner, bot *zulip.Client
}

func newTrip(t *testing.T, opts ...zuliptest.Option) *trip {
	t.Helper()
	d := loaded(t, newer)
	srv := zuliptest.New(opts...)
	t.Cleanup(srv.Close)
	answers := newValidator(t, srv.URL(), srv.Transport())
	tr := &trip{T: t, srv: srv, watch: watched(&strict{t: t, d: d, answers: answers, base: srv.Transport()})}
	tr.ada = srv.AddUser(zuliptest.User{
		FullName: "Ada Byron", Timezone: "Europe/London", Role: zuliptest.RoleOwner, CanCreateUsers: true,
	})
	tr.bob = srv.AddUser(zuliptest.User{FullName: "Bob Stone"})
	tr.porter = srv.AddUser(zuliptest.User{FullName: "Porter", IsBot: true, OwnerID: tr.ada.ID})
	tr.team = srv.AddChannel("team", tr.ada, tr.bob, tr.porter)
	tr.owner, tr.bot = tr.client(tr.ada), tr.client(tr.porter)
	return tr
}

func (tr *trip) client(u *zuliptest.User) *zulip.Client {
	tr.Helper()
	c, err := zulip.NewClient(zulip.Credentials{
		Site: tr.srv.URL(), Email: u.Email, APIKey: zulip.NewSecret(u.APIKey),
	}, zulip.WithTransport(tr.watch))
	require.NoError(tr, err)
	return c
}

// must is for calls that cannot fail here.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
