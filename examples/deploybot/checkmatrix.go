package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// matrix tries the account. With a password it logs in as a device of its own
// and out again, so that the bot's own is left alone.
func (c *checklist) matrix(ctx context.Context, s settings, log *slog.Logger) {
	_, err := newMatrix(s, chatops.Policy{}, log, nil) //nolint:contextcheck // It does nothing that takes time.
	if !c.look("settings of Matrix", err) {
		return
	}
	client, err := findHomeserver(ctx, s.Matrix)
	if err == nil {
		_, err = client.Versions(ctx)
	}
	if !c.look("homeserver "+s.Matrix.homeserver(), err) {
		return
	}
	c.look("account of Matrix", tryAccount(ctx, client, s.Matrix))
}

// homeserver is the address or the name of the homeserver.
func (m *matrixSettings) homeserver() string {
	if m.Homeserver != "" {
		return m.Homeserver
	}
	_, name, _ := strings.Cut(m.User, ":")
	return name
}

// findHomeserver makes a client of the homeserver, whose address it looks up
// where the settings have a name alone.
func findHomeserver(ctx context.Context, m matrixSettings) (*mautrix.Client, error) {
	address := m.homeserver()
	if !strings.Contains(address, "://") {
		found, err := mautrix.DiscoverClientAPI(ctx, address)
		if err != nil {
			return nil, err
		}
		address = "https://" + address
		if found != nil {
			address = found.Homeserver.BaseURL
		}
	}
	return mautrix.NewClient(address, "", "")
}

func tryAccount(ctx context.Context, client *mautrix.Client, m matrixSettings) error {
	switch {
	case !m.AccessToken.IsZero():
		client.AccessToken = m.AccessToken.Reveal()
		me, err := client.Whoami(ctx)
		if err != nil {
			return fmt.Errorf("the access token is not accepted (matrix.access_token): %w", err)
		}
		if m.User != "" && m.User != string(me.UserID) && m.User != me.UserID.Localpart() {
			return fmt.Errorf("the access token is that of %s, and matrix.user is %s", me.UserID, m.User)
		}
		return nil
	case m.Password.IsZero():
		return nil // Single sign-on and OAuth show at the first start.
	}
	ways, err := client.GetLoginFlows(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(ways.Flows, func(f mautrix.LoginFlow) bool { return f.Type == mautrix.AuthTypePassword }) {
		return errors.New("the homeserver takes no passwords: see matrix.oauth, matrix.login_token and matrix.access_token")
	}
	_, err = client.Login(ctx, &mautrix.ReqLogin{
		Type: mautrix.AuthTypePassword, Password: m.Password.Reveal(), InitialDeviceDisplayName: m.DeviceName + " (check)",
		Identifier:       mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: string(id.UserID(m.User))},
		StoreCredentials: true,
	})
	if err != nil {
		return fmt.Errorf("the homeserver does not let the bot in (matrix.user, matrix.password): %w", err)
	}
	_, err = client.Logout(context.WithoutCancel(ctx))
	return err
}
