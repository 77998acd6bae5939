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
func (c *checklist) matrix(ctx context.Context, s settings, policy chatops.Policy, log *slog.Logger) {
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
	leave, err := tryAccount(ctx, client, s.Matrix)
	c.look("account of Matrix", err)
	_, own, _ := strings.Cut(string(client.UserID), ":")
	if own == "" {
		_, own, _ = strings.Cut(s.Matrix.User, ":")
	}
	c.people(ctx, s, policy, func(ctx context.Context, name string) (chatops.UserID, error) {
		return matrixPerson(ctx, client, own, name)
	})
	c.aliases(ctx, s, policy, client)
	if err := leave(); err != nil {
		c.look("logout from Matrix", err)
	}
}

// aliases looks for those that are named. Of a room that is named by its id
// nobody outside of it can say whether there is one.
func (c *checklist) aliases(ctx context.Context, s settings, policy chatops.Policy, client *mautrix.Client) {
	find := func(name string) error {
		if err := onMatrix.checkRoom(name); err != nil || !strings.HasPrefix(name, "#") {
			return err
		}
		return checkAlias(ctx, client, name)
	}
	for _, name := range s.Rooms {
		if err := find(name); err != nil {
			c.look("room "+name, err)
		}
	}
	var wrong []error
	rooms := roomsOf(policy)
	for _, name := range rooms {
		wrong = append(wrong, find(string(name)))
	}
	if len(rooms) > 0 {
		c.look("rooms in the policy", errors.Join(wrong...))
	}
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

// tryAccount logs the client in. Leave ends that.
func tryAccount(ctx context.Context, client *mautrix.Client, m matrixSettings) (leave func() error, err error) {
	leave = func() error { return nil }
	switch {
	case !m.AccessToken.IsZero():
		client.AccessToken = m.AccessToken.Reveal()
		me, err := client.Whoami(ctx)
		if err != nil {
			client.AccessToken = "" // What follows does without.
			return leave, fmt.Errorf("the access token is not accepted (matrix.access_token): %w", err)
		}
		if m.User != "" && m.User != string(me.UserID) && m.User != me.UserID.Localpart() {
			return leave, fmt.Errorf("the access token is that of %s, and matrix.user is %s", me.UserID, m.User)
		}
		client.UserID = me.UserID
		return leave, nil
	case m.Password.IsZero():
		return leave, nil // Single sign-on and OAuth show at the first start.
	}
	ways, err := client.GetLoginFlows(ctx)
	if err != nil {
		return leave, err
	}
	if !slices.ContainsFunc(ways.Flows, func(f mautrix.LoginFlow) bool { return f.Type == mautrix.AuthTypePassword }) {
		return leave, errors.New("the homeserver takes no passwords: see matrix.oauth, matrix.login_token and matrix.access_token")
	}
	_, err = client.Login(ctx, &mautrix.ReqLogin{
		Type: mautrix.AuthTypePassword, Password: m.Password.Reveal(), InitialDeviceDisplayName: m.DeviceName + " (check)",
		Identifier:       mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: string(id.UserID(m.User))},
		StoreCredentials: true,
	})
	if err != nil {
		return leave, fmt.Errorf("the homeserver does not let the bot in (matrix.user, matrix.password): %w", err)
	}
	return func() error {
		_, err := client.Logout(context.WithoutCancel(ctx))
		return err
	}, nil
}
