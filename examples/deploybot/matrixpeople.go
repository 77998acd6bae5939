package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// lookUpTimeout bounds the look for one person or alias.
const lookUpTimeout = 30 * time.Second

// visitorPerson is [matrixPerson] of somebody who is not logged in, so that it
// needs nothing of the bot. It is for one goroutine.
func visitorPerson(m matrixSettings) func(ctx context.Context, name string) (chatops.UserID, error) {
	var client *mautrix.Client
	_, own, _ := strings.Cut(m.User, ":")
	return func(ctx context.Context, name string) (_ chatops.UserID, err error) {
		if client == nil {
			if client, err = findHomeserver(ctx, m); err != nil {
				return "", err
			}
		}
		return matrixPerson(ctx, client, own, name)
	}
}

// matrixPerson finds out whether there is a user of the homeserver whose name is
// own. One that does not tell, and those of other people, leave it at what is
// written.
func matrixPerson(ctx context.Context, client *mautrix.Client, own, name string) (chatops.UserID, error) {
	if err := onMatrix.checkPerson(name); err != nil {
		return "", err
	}
	user := chatops.UserID(name)
	if _, server, _ := strings.Cut(name, ":"); server != own {
		return user, nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	_, err := client.GetProfile(ctx, id.UserID(name))
	if errors.Is(err, mautrix.MNotFound) {
		return "", fmt.Errorf("%s: the homeserver knows no such user", name)
	}
	return user, unlessRefused(err)
}

// checkAlias finds aliases that there are not.
func checkAlias(ctx context.Context, client *mautrix.Client, alias string) error {
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	_, err := client.ResolveAlias(ctx, id.RoomAlias(alias))
	if errors.Is(err, mautrix.MNotFound) {
		return fmt.Errorf("%s: the homeserver knows no such alias", alias)
	}
	return unlessRefused(err)
}

// unlessRefused is an error, unless the homeserver says that who asks may not
// know.
func unlessRefused(err error) error {
	refused, ok := errors.AsType[mautrix.HTTPError](err)
	if ok && refused.Response != nil && (refused.Response.StatusCode == http.StatusUnauthorized || refused.Response.StatusCode == http.StatusForbidden) {
		return nil
	}
	return err
}
