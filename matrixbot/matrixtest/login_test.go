package matrixtest_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/oauth"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

func anonymous(srv *matrixtest.Server) *mautrix.Client { return client(srv, matrixtest.Session{}) }

func TestDiscovery(t *testing.T) {
	t.Parallel()
	srv := matrixtest.NewServer(t, matrixtest.WithName("bots.example"))
	found, err := mautrix.DiscoverClientAPIWithClient(t.Context(), srv.Client(), "bots.example")
	require.NoError(t, err)
	assert.Equal(t, "https://bots.example", found.Homeserver.BaseURL)
	cli, err := mautrix.NewClient(found.Homeserver.BaseURL, "", "")
	require.NoError(t, err)
	cli.Client = srv.Client()
	_, err = cli.Versions(t.Context())
	require.NoError(t, err)
}

func TestLoginTokensWorkOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t, matrixtest.WithLoginFlows("m.login.token", "m.login.sso"))
		bot := srv.User("bot")
		req := &mautrix.ReqLogin{Type: "m.login.token", Token: bot.LoginToken()}
		resp, err := anonymous(srv).Login(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, bot.ID(), resp.UserID)
		_, err = anonymous(srv).Login(t.Context(), req)
		require.ErrorIs(t, err, mautrix.MForbidden)
		req.Token = bot.LoginToken()
		time.Sleep(2 * time.Minute)
		_, err = anonymous(srv).Login(t.Context(), req)
		require.ErrorIs(t, err, mautrix.MForbidden)
	})
}

func TestSingleSignOnSendsTheBrowserBack(t *testing.T) {
	t.Parallel()
	srv := matrixtest.NewServer(t, matrixtest.WithLoginFlows("m.login.token", "m.login.sso"))
	srv.User("bot").SignIn()
	browser := srv.Client()
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
		srv.URL()+"/_matrix/client/v3/login/sso/redirect?redirectUrl="+url.QueryEscape("http://127.0.0.1:1/done?a=b"), http.NoBody)
	require.NoError(t, err)
	resp, err := browser.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	back, err := resp.Location()
	require.NoError(t, err)
	assert.Equal(t, "b", back.Query().Get("a"))
	login, err := anonymous(srv).Login(t.Context(), &mautrix.ReqLogin{Type: "m.login.token", Token: back.Query().Get("loginToken")})
	require.NoError(t, err)
	assert.Equal(t, "@bot:matrix.example", string(login.UserID))
}

func TestRefreshTokensAndSoftLogout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t, matrixtest.WithTokenLifetime(time.Hour))
		bot := srv.User("bot")
		cli := anonymous(srv)
		resp, err := cli.Login(t.Context(), &mautrix.ReqLogin{
			Type: "m.login.password", Identifier: mautrix.UserIdentifier{Type: "m.id.user", User: "bot"},
			Password: bot.Password(), DeviceID: "BOT", RefreshToken: true, StoreCredentials: true,
		})
		require.NoError(t, err)
		assert.Equal(t, int64(3_600_000), resp.ExpiresInMS)
		time.Sleep(time.Hour)
		_, err = cli.Whoami(t.Context())
		require.ErrorIs(t, err, mautrix.MUnknownToken)
		assert.Equal(t, true, err.(mautrix.HTTPError).RespError.ExtraData["soft_logout"]) //nolint:errorlint // The client returns it as it is.

		var fresh struct {
			AccessToken  string `json:"access_token"`
			RefreshToken string `json:"refresh_token"`
		}
		for i, want := range []bool{true, false} { // a refresh token works once
			_, err = cli.MakeRequest(t.Context(), http.MethodPost, srv.URL()+"/_matrix/client/v3/refresh",
				map[string]any{"refresh_token": resp.RefreshToken}, &fresh)
			assert.Equal(t, want, err == nil, i)
		}
		cli.AccessToken = fresh.AccessToken
		_, err = cli.Whoami(t.Context())
		require.NoError(t, err)

		bot.SoftLogout("BOT")
		_, err = cli.Whoami(t.Context())
		require.ErrorIs(t, err, mautrix.MUnknownToken)
		bot.DeleteDevice("BOT")
		assert.Empty(t, bot.Devices())
		for _, r := range srv.Requests() {
			assert.NotContains(t, string(r.Body), bot.Password())
			assert.NotContains(t, string(r.Body), resp.RefreshToken)
		}
	})
}

func TestARevokedTokenEndsASyncThatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _, cli, _ := begin(t)
		first := syncOnce(t, cli, mautrix.ReqSync{})
		go func() {
			time.Sleep(time.Second)
			srv.User("bot").DeleteDevice("BOT")
		}()
		_, err := cli.FullSyncRequest(t.Context(), mautrix.ReqSync{Since: first.NextBatch, Timeout: 30_000})
		require.ErrorIs(t, err, mautrix.MUnknownToken)
	})
}

func TestOAuthDeviceCode(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t, matrixtest.WithOAuth(), matrixtest.WithTokenLifetime(10*time.Minute))
		bot, cli := srv.User("bot"), anonymous(srv)
		_, err := cli.OAuthRegisterClient(t.Context(), &oauth.ClientMetadata{ClientURI: "https://bot.example", ClientName: "Bot"})
		require.NoError(t, err)
		code, err := cli.OAuthGenerateDeviceCode(t.Context(), oauth.GenerateDeviceCodeParams{
			Scopes: oauth.ScopeList{oauth.ScopeClientAPI, oauth.ScopeDevice("BOTDEVICE1")},
		})
		require.NoError(t, err)
		poll := oauth.PollDeviceCodeParams{DeviceCode: code.DeviceCode, StoreCredentials: true}
		_, err = cli.OAuthPollDeviceCode(t.Context(), poll)
		require.ErrorIs(t, err, mautrix.ErrOAuthAuthorizationPending)
		_, err = cli.OAuthPollDeviceCode(t.Context(), poll)
		require.ErrorIs(t, err, mautrix.ErrOAuthSlowDown)
		bot.Approve(code.UserCode)
		time.Sleep(10 * time.Second)
		_, err = cli.OAuthPollDeviceCode(t.Context(), poll)
		require.NoError(t, err)
		who, err := cli.Whoami(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "BOTDEVICE1", string(who.DeviceID))

		saved := 0
		cli.SaveNewToken = func(_ context.Context, _, _ string, _ time.Time) error { saved++; return nil }
		time.Sleep(time.Hour) // the client refreshes on its own
		_, err = cli.Whoami(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 1, saved)
		require.NoError(t, cli.OAuthRevokeToken(t.Context()))
		assert.Empty(t, bot.Devices())
	})
}

func TestOAuthDeviceCodeIsDenied(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t, matrixtest.WithOAuth())
		cli := anonymous(srv)
		_, err := cli.OAuthRegisterClient(t.Context(), &oauth.ClientMetadata{ClientURI: "https://bot.example"})
		require.NoError(t, err)
		params := oauth.GenerateDeviceCodeParams{Scopes: oauth.ScopeList{oauth.ScopeDevice("BOTDEVICE1")}}
		denied, err := cli.OAuthGenerateDeviceCode(t.Context(), params)
		require.NoError(t, err)
		srv.User("ada").Deny(denied.UserCode)
		_, err = cli.OAuthPollDeviceCode(t.Context(), oauth.PollDeviceCodeParams{DeviceCode: denied.DeviceCode})
		require.ErrorIs(t, err, mautrix.ErrOAuthAccessDenied)
		late, err := cli.OAuthGenerateDeviceCode(t.Context(), params)
		require.NoError(t, err)
		time.Sleep(20 * time.Minute)
		_, err = cli.OAuthPollDeviceCode(t.Context(), oauth.PollDeviceCodeParams{DeviceCode: late.DeviceCode})
		require.ErrorIs(t, err, mautrix.ErrOAuthExpiredToken)
	})
}
