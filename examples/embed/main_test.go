package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestHoldStandups(t *testing.T) {
	t.Parallel()
	server := zuliptest.New()
	t.Cleanup(server.Close)
	site, err := server.Listen("127.0.0.1:0")
	require.NoError(t, err)
	account, ann := server.AddBot("Standup Bot", ""), server.AddUser(zuliptest.User{FullName: "Ann", Timezone: "Africa/Lagos"})
	channel := server.AddChannel("team", account, ann)

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	database := filepath.Join(t.TempDir(), "standup.db")
	for _, command := range []string{"setup", "status"} { // It remembers from one run to the next.
		running, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() {
			ended <- holdStandups(running, zulip.Credentials{Site: site, Email: account.Email, APIKey: zulip.NewSecret(account.APIKey)}, database)
		}()
		require.NoError(t, server.WaitForPoll(ctx, account))
		server.SendToChannel(ann, channel, command, "@**Standup Bot** "+command)
		_, err := server.WaitForMessage(ctx, func(m zuliptest.Message) bool {
			return m.SenderID == account.ID && m.Topic == command && strings.Contains(m.Content, "Africa/Lagos")
		})
		require.NoError(t, err)
		stop()
		require.ErrorIs(t, <-ended, context.Canceled)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	good := zulip.Credentials{Site: "https://chat.example.org", Email: "bot@example.org", APIKey: zulip.NewSecret("key")}
	require.ErrorContains(t, holdStandups(t.Context(), zulip.Credentials{}, "unused.db"), "Site, Email, APIKey")
	folder := t.TempDir()
	require.ErrorContains(t, holdStandups(t.Context(), good, folder), folder)
}
