package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// signIn makes the client one of a logged-in device: the one of the session that was kept, as long as the homeserver
// accepts that.
func (b *Bot) signIn(ctx context.Context) error {
	kept, err := b.loadSession()
	if err != nil {
		return err
	}
	if !b.config.AccessToken.IsZero() {
		kept = nil // The settings have the token, and need no second place where it could be another one.
	}
	if owner, _, err := b.store.Owner(); err != nil {
		return err
	} else if owner != "" && !b.config.isUser(owner) {
		return b.otherAccount("the folder %s belongs to %s, not to %s: use another folder", b.config.Data, owner, b.config.User)
	}
	address, err := b.homeserverAddress(ctx, kept)
	if err != nil {
		return err
	}
	if err := b.newClient(address); err != nil {
		return err
	}
	if err := b.greet(ctx, kept != nil); err != nil {
		return err
	}
	switch {
	case !b.config.AccessToken.IsZero():
		return b.useAccessToken(ctx)
	case kept == nil:
		return b.logIn(ctx, "")
	}
	b.useSession(kept)
	_, err = b.whoami(ctx)
	if refused, soft := refusedToken(err); refused {
		return b.logInAgain(ctx, soft)
	}
	return err
}

func (c *Config) isUser(user id.UserID) bool {
	return c.User == "" || id.UserID(c.User) == user || !strings.HasPrefix(c.User, "@") && user.Localpart() == c.User
}

func (b *Bot) otherAccount(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrOtherAccount}, args...)...)
}

// whoami asks whose token the client has. API: GET /_matrix/client/v3/account/whoami.
func (b *Bot) whoami(ctx context.Context) (me *mautrix.RespWhoami, err error) {
	err = b.retrying(ctx, "ask whose token this is", func(ctx context.Context) (err error) {
		me, err = b.client.Whoami(ctx)
		if err == nil && (me == nil || me.UserID == "") {
			return passingError{ErrHomeserver}
		}
		if err != nil && garbled(err) {
			return passingError{err}
		}
		return err
	})
	return me, err
}

// useAccessToken takes the token of the settings.
func (b *Bot) useAccessToken(ctx context.Context) error {
	b.useSession(&session{Token: b.config.AccessToken.Reveal()})
	me, err := b.whoami(ctx)
	if refused, _ := refusedToken(err); refused {
		return b.loggedOut()
	} else if err != nil {
		return err
	}
	if !b.config.isUser(me.UserID) {
		return b.otherAccount("the access token belongs to %s, not to %s", me.UserID, b.config.User)
	}
	if me.DeviceID == "" {
		return fmt.Errorf("%w: the access token is of no device, as those of application services: make one by a login", ErrLogin)
	}
	b.useSession(&session{User: me.UserID, Device: me.DeviceID, Token: b.config.AccessToken.Reveal()})
	return b.claim(ctx)
}

// loggedOut says what to do about a token that is worth nothing any more.
func (b *Bot) loggedOut() error {
	switch {
	case !b.config.AccessToken.IsZero():
		return fmt.Errorf("%w: the access token was revoked: log in once more and set the new token", ErrLogin)
	case !b.config.LoginToken.IsZero():
		return fmt.Errorf("%w: the session was ended, and a login token is good for one login: get a new one by single sign-on", ErrLogin)
	}
	return fmt.Errorf("%w: it refuses the sessions that it has just given: look at its log", ErrLogin)
}

// logInAgain follows on a token that the homeserver does not accept any more: as the same device after a soft logout,
// as a new one where the device was deleted.
func (b *Bot) logInAgain(ctx context.Context, soft bool) error {
	old := b.session.Load()
	b.log.WarnContext(ctx, "the homeserver has ended the session", "soft", soft, "device", old.Device)
	if !b.config.AccessToken.IsZero() || b.logins >= maxLogins {
		return b.loggedOut()
	}
	b.logins++
	if soft && old.Refresh != "" {
		if err := b.client.OAuthRefreshToken(ctx, forcedRefresh); err == nil {
			return nil
		}
	}
	// A refresh token of the ended session must not be used for the requests of the login.
	b.client.OAuthSetTokens("", "", "", old.Expiry)
	if !b.config.LoginToken.IsZero() {
		return b.loggedOut()
	}
	if !soft {
		return b.logIn(ctx, "")
	}
	return b.logIn(ctx, old.Device)
}

// maxLogins is how often the bot logs in without a sync that succeeds in between.
const maxLogins = 3

// logIn logs in as a device, or as a new one where the id is empty.
func (b *Bot) logIn(ctx context.Context, device id.DeviceID) error {
	if b.config.DeviceCode != nil {
		return b.logInByCode(ctx, device)
	}
	request := mautrix.ReqLogin{DeviceID: device, InitialDeviceDisplayName: b.config.DeviceName}
	if !b.config.Password.IsZero() {
		request.Type, request.Password = mautrix.AuthTypePassword, b.config.Password.Reveal()
		request.Identifier = mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: b.config.User}
	} else {
		request.Type, request.Token = mautrix.AuthTypeToken, b.config.LoginToken.Reveal()
	}
	var answer *mautrix.RespLogin
	err := b.retrying(ctx, "log in", func(ctx context.Context) (err error) {
		answer, err = b.client.Login(ctx, &request)
		if err != nil && garbled(err) {
			return passingError{err}
		}
		return err
	})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return b.loginRefused(ctx, request.Type, err)
	case answer == nil || answer.UserID == "" || answer.DeviceID == "" || answer.AccessToken == "":
		return fmt.Errorf("%w: its answer to the login lacks the user, the device or the token", ErrHomeserver)
	}
	return b.begin(ctx, &session{User: answer.UserID, Device: answer.DeviceID, Token: answer.AccessToken})
}

// loginRefused names the ways that the homeserver offers where it is the way that it did not like.
func (b *Bot) loginRefused(ctx context.Context, way mautrix.AuthType, err error) error {
	if flows, flowsErr := b.client.GetLoginFlows(ctx); flowsErr == nil && flows != nil {
		var offered []string
		for _, flow := range flows.Flows {
			if flow.Type == way {
				return fmt.Errorf("%w: %w", ErrLogin, err)
			}
			offered = append(offered, fmt.Sprintf("%.40s", clean(string(flow.Type))))
		}
		return fmt.Errorf("%w: it does not offer %s, but %s", ErrLogin, way, strings.Join(offered[:min(len(offered), maxFlows)], ", "))
	}
	return fmt.Errorf("%w: %w", ErrLogin, err)
}

// maxFlows is how many ways to log in are named.
const maxFlows = 10

// begin makes a login the bot's session.
func (b *Bot) begin(ctx context.Context, s *session) error {
	if !b.config.isUser(s.User) {
		return b.otherAccount("the login was that of %s, not of %s", s.User, b.config.User)
	}
	s.Address, s.Server = b.client.HomeserverURL.String(), b.config.serverName()
	b.useSession(s)
	if err := b.claim(ctx); err != nil {
		return err
	}
	return b.saveSession(ctx, s)
}

// claim makes the store that of the session's device.
func (b *Bot) claim(ctx context.Context) error {
	s := b.session.Load()
	user, device := s.User, s.Device
	err := b.store.Claim(user, device)
	if errors.Is(err, boltstore.ErrOtherDevice) {
		b.log.WarnContext(ctx, "the bot has a new device: people must verify it again", "device", device)
		err = b.store.NewDevice(user, device)
	}
	if errors.Is(err, boltstore.ErrOtherAccount) {
		return b.otherAccount("the folder %s belongs to another account than %s: use another folder", b.config.Data, user)
	}
	return err
}
