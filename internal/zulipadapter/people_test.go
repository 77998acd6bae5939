package zulipadapter_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestDirectory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := zuliptest.New()
		defer server.Close()
		bot := server.AddBot("Bot", "")
		boss := server.AddUser(zuliptest.User{FullName: "Boss", Role: zuliptest.RoleOwner})
		client, err := zulip.NewClient(
			zulip.Credentials{Site: server.URL(), Email: bot.Email, APIKey: zulip.NewSecret(bot.APIKey)}, zulip.WithTransport(server.Transport()))
		require.NoError(t, err)
		people := zulipadapter.NewDirectory(client)

		var asking sync.WaitGroup
		for range 100 {
			asking.Go(func() {
				self, meErr := people.Me(t.Context())
				users, err := people.LookUp(t.Context(), zulip.UserID(boss.ID))
				if assert.NoError(t, errors.Join(meErr, err)) {
					assert.Equal(t, zulip.UserID(bot.ID), self)
					assert.Equal(t, zulipadapter.Person{Name: "Boss", Active: true, Admin: true}, users[zulip.UserID(boss.ID)])
					assert.Equal(t, zulipadapter.Person{Name: "Bot", Bot: true, Active: true}, users[self])
				}
			})
		}
		asking.Wait()
		assert.Len(t, server.Requests(), 2, "each is asked for once")

		eve := server.AddUser(zuliptest.User{FullName: "Eve"})
		users, err := people.LookUp(t.Context(), zulip.UserID(eve.ID))
		require.NoError(t, err)
		assert.Equal(t, "Eve", users[zulip.UserID(eve.ID)].Name, "somebody new is looked up at once")

		server.Deactivate(eve)
		time.Sleep(time.Minute)
		users, err = people.LookUp(t.Context())
		require.NoError(t, err)
		assert.False(t, users[zulip.UserID(eve.ID)].Active, "a list is used for a minute")

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = zulipadapter.NewDirectory(client).Me(ctx)
		require.ErrorIs(t, err, context.Canceled)
	})
}
