package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/signalbox-go/signalbox/internal/httpx"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/zulipchat"
	"github.com/signalbox-go/signalbox/zulip"
)

// newZulip makes the chat of a bot on Zulip. It does not connect.
func newZulip(s settings, log *slog.Logger) (*side, error) {
	client, contact, err := newZulipClient(s, log)
	if err != nil {
		return nil, err
	}
	chat, err := zulipchat.New(client, s.Semaphore.URL, zulipchat.WithLogger(log))
	if err != nil {
		return nil, err
	}
	return &side{
		chat: chat, contact: contact.at,
		run:    func(ctx context.Context, engine countedEngine) error { return explainZulip(chat.Run(ctx, engine)) },
		person: func(ctx context.Context, name string) (chatops.UserID, error) { return zulipPerson(ctx, client, name) },
	}, nil
}

// newZulipClient makes the client, and what notes when the server answers.
func newZulipClient(s settings, log *slog.Logger) (*zulip.Client, *contact, error) {
	credentials, err := s.Zulip.credentials()
	if err != nil {
		return nil, nil, err
	}
	transport, err := httpx.Certificates{
		Bundle: credentials.CertBundle, Client: credentials.ClientCert, Key: credentials.ClientCertKey, TrustEverybody: credentials.Insecure,
	}.Transport()
	if err != nil {
		return nil, nil, fmt.Errorf("zulip: %w", err)
	}
	noted := &contact{next: transport, path: "events"}
	options := []zulip.Option{zulip.WithTransport(noted), zulip.WithLogger(log), zulip.WithUserAgent("deploybot")}
	if s.Zulip.AllowHTTP {
		options = append(options, zulip.WithInsecureHTTP())
	}
	client, err := zulip.NewClient(credentials, options...)
	return client, noted, err
}

// credentials are those of the zuliprc, shadowed by what the settings say.
func (z *zulipSettings) credentials() (zulip.Credentials, error) {
	var c zulip.Credentials
	if z.Config != "" {
		var err error
		if c, err = zulip.LoadZuliprc(z.Config); err != nil {
			return c, err
		}
	}
	for _, each := range []struct {
		into  *string
		value string
	}{
		{&c.Site, z.Site}, {&c.Email, z.Email}, {&c.CertBundle, z.CertBundle}, {&c.ClientCert, z.Cert}, {&c.ClientCertKey, z.CertKey},
	} {
		if each.value != "" {
			*each.into = each.value
		}
	}
	if !z.APIKey.IsZero() {
		c.APIKey = z.APIKey.Secret
	}
	c.Insecure = c.Insecure || z.AllowInsecure
	return c, nil
}

// zulipPerson finds out who is named by number or e-mail address. For who is
// named otherwise it tells the number, where there is one of that name.
func zulipPerson(ctx context.Context, client *zulip.Client, name string) (chatops.UserID, error) {
	if err := onZulip.checkPerson(name); err != nil {
		if users, failed := client.Users(ctx, zulip.UsersRequest{}); failed == nil {
			for _, user := range users {
				if strings.EqualFold(user.FullName, name) {
					err = fmt.Errorf("%w; %s is %d", err, user.FullName, user.ID)
				}
			}
		}
		return "", err
	}
	var user zulip.User
	var err error
	if id, bad := strconv.ParseInt(name, 10, 64); bad == nil {
		user, err = client.User(ctx, zulip.UserID(id))
	} else {
		user, err = client.UserByEmail(ctx, name)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return chatops.UserID(strconv.FormatInt(int64(user.ID), 10)), nil
}

func explainZulip(err error) error {
	if errors.Is(err, zulip.ErrUnauthorized) {
		return fmt.Errorf("%w (zulip.email, zulip.api_key)", err)
	}
	return err
}
