package matrixbot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/oauth"
)

// DeviceCode is what a person needs to let the bot in.
type DeviceCode struct {
	UserCode string        // To be typed in at Address.
	Address  string        // Where to sign in.
	Link     string        // Address with the code in it; may be empty.
	Expires  time.Duration // From now on.
}

const (
	// clientURI names the software to the OAuth server.
	clientURI = "https://github.com/signalbox-go/signalbox"
	// forcedRefresh is longer than tokens live, so that one which looks good is refreshed too.
	forcedRefresh = 100 * 365 * 24 * time.Hour
	// longestInterval bounds what the server says about it.
	longestInterval = time.Minute
	// defaultExpiry is how long a code is good, where the server does not say it.
	defaultExpiry = 30 * time.Minute
	// defaultInterval is how often to ask whether the code was typed in, where the server does not say it.
	defaultInterval = 5 * time.Second
)

// logInByCode has a person let the bot in. API: OAuth 2.0 device authorization grant, GET /_matrix/client/v1/auth_metadata.
func (b *Bot) logInByCode(ctx context.Context, device id.DeviceID) error {
	if device == "" {
		device = id.DeviceID(rand.Text())
	}
	var registered *oauth.ClientMetadata
	if err := b.retrying(ctx, "register with OAuth", func(ctx context.Context) (err error) {
		registered, err = b.client.OAuthRegisterClient(ctx, &oauth.ClientMetadata{
			ApplicationType: oauth.ApplicationTypeNative, ClientName: b.config.DeviceName, ClientURI: clientURI,
			GrantTypes:              []oauth.GrantType{oauth.GrantTypeDeviceCode, oauth.GrantTypeRefreshToken},
			TokenEndpointAuthMethod: oauth.AuthMethodNone,
		})
		return err
	}); err != nil {
		return fmt.Errorf("%w: register with OAuth: %w", ErrLogin, err)
	}
	if registered == nil || registered.ClientID == "" {
		return fmt.Errorf("%w: its answer to the registration with OAuth has no client id", ErrHomeserver)
	}
	var code *oauth.DeviceCodeResponse
	if err := b.retrying(ctx, "get a device code", func(ctx context.Context) (err error) {
		code, err = b.client.OAuthGenerateDeviceCode(ctx, oauth.GenerateDeviceCodeParams{
			ClientID: registered.ClientID, Scopes: oauth.ScopeList{oauth.ScopeClientAPI, oauth.ScopeDevice(device)},
		})
		return err
	}); err != nil {
		return fmt.Errorf("%w: get a device code: %w", ErrLogin, err)
	}
	if code == nil || code.DeviceCode == "" || code.UserCode == "" {
		return fmt.Errorf("%w: its answer has no device code", ErrHomeserver)
	}
	if err := b.config.DeviceCode(ctx, DeviceCode{
		UserCode: code.UserCode, Address: code.VerificationURI, Link: code.VerificationURIComplete, Expires: code.ExpiresIn.Duration,
	}); err != nil {
		return fmt.Errorf("show the device code: %w", err)
	}
	asked := time.Now()
	tokens, err := b.pollCode(ctx, registered.ClientID, code)
	if err != nil {
		return err
	}
	s := &session{Token: tokens.AccessToken, Client: registered.ClientID, Refresh: tokens.RefreshToken}
	if tokens.RefreshToken != "" {
		s.Expiry = asked.Add(tokens.ExpiresIn.Duration)
	}
	b.useSession(&session{Token: s.Token})
	me, err := b.whoami(ctx)
	if err != nil {
		return err
	}
	s.User, s.Device = me.UserID, me.DeviceID
	return b.begin(ctx, s)
}

// pollCode waits for the person.
func (b *Bot) pollCode(ctx context.Context, client string, code *oauth.DeviceCodeResponse) (*oauth.TokenResponse, error) {
	interval, expiry := code.Interval.Duration, code.ExpiresIn.Duration
	if interval <= 0 {
		interval = defaultInterval
	}
	if expiry <= 0 {
		expiry = defaultExpiry
	}
	errUnused := fmt.Errorf("%w: nobody used the code before it expired: start the bot again", ErrLogin)
	for begun := time.Now(); ; {
		if err := sleep(ctx, min(interval, longestInterval)); err != nil {
			return nil, err
		}
		tokens, err := b.client.OAuthPollDeviceCode(ctx, oauth.PollDeviceCodeParams{DeviceCode: code.DeviceCode, ClientID: client})
		switch {
		case err == nil && tokens != nil && tokens.AccessToken != "":
			return tokens, nil
		case err == nil:
			return nil, fmt.Errorf("%w: its answer to the device code has no token", ErrHomeserver)
		case errors.Is(err, mautrix.ErrOAuthAuthorizationPending):
		case errors.Is(err, mautrix.ErrOAuthSlowDown):
			interval += defaultInterval
		case errors.Is(err, mautrix.ErrOAuthExpiredToken):
			return nil, errUnused
		case errors.Is(err, mautrix.ErrOAuthAccessDenied):
			return nil, fmt.Errorf("%w: whoever used the code declined", ErrLogin)
		case passing(err) || garbled(err):
		default:
			return nil, fmt.Errorf("%w: %w", ErrLogin, err)
		}
		if time.Since(begun) > expiry { // Whatever the server says.
			return nil, errUnused
		}
	}
}
