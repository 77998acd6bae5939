package matrixbot_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// releaseRouter has a command that asks before it does something.
func releaseRouter(t *testing.T, requester id.UserID, released *atomic.Int64) *matrixbot.Router {
	t.Helper()
	router, err := matrixbot.NewRouter(matrixbot.RouterConfig{Prefix: "!", Mention: true, Access: matrixbot.AllowUsers(requester)})
	require.NoError(t, err)
	release, err := matrixbot.NewAction(router, matrixbot.ActionConfig[string]{
		Name: "release",
		Run: func(ctx context.Context, r *matrixbot.Request, c matrixbot.Confirmation, project string) error {
			released.Add(1)
			_, err := r.Reply(ctx, "released "+matrixbot.Code(project)+" for "+matrixbot.Escape(string(c.AnsweredBy)))
			return err
		},
	})
	require.NoError(t, err)
	require.NoError(t, router.Command(matrixbot.Command{
		Name: "release", Summary: "brings a project out", Args: []matrixbot.Arg{{Name: "project"}},
		Handler: func(ctx context.Context, r *matrixbot.Request, in matrixbot.Values) error {
			_, err := release.Ask(ctx, r, matrixbot.Question{Markdown: "Release " + matrixbot.Code(in.Text("project")) + "?"}, in.Text("project"))
			return err
		},
	}))
	require.NoError(t, router.Command(matrixbot.Command{
		Name: "admin", Access: matrixbot.RequirePower(50),
		Handler: func(ctx context.Context, r *matrixbot.Request, _ matrixbot.Values) error {
			_, err := r.ReplyText(ctx, "you are one")
			return err
		},
	}))
	return router
}

func TestRouterInABot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := matrixtest.NewServer(t)
		ada, eve, bot := srv.User("ada"), srv.User("eve"), srv.User("bot")
		room := ada.CreateRoom(matrixtest.RoomOptions{Members: []*matrixtest.User{bot, eve}})
		config := settings(t, srv)
		var released atomic.Int64
		fresh := func() *running {
			config.Handler, config.Router = nil, releaseRouter(t, ada.ID(), &released)
			run := start(t, config)
			listens(t, srv)
			return run
		}
		run := fresh()
		ada.Send(room, "!admin")
		eve.Send(room, "!release web")
		ada.Send(room, string(bot.ID())+": release “web shop”")
		said := answers(t, srv, room, 3)
		require.Len(t, said, 3)
		assert.Equal(t, []string{"you are one", "You may not do that."}, said[:2])
		assert.True(t, strings.HasPrefix(said[2], "Release web shop?"), said[2])
		run.stop(t)

		var question id.EventID
		for _, e := range srv.Messages(room) {
			if e.Body() == said[2] {
				question = e.ID
			}
		}
		time.Sleep(time.Minute)
		run = fresh()
		eve.React(room, question, "👍")
		ada.React(room, question, "👍🏽")
		ada.Send(room, "yes")
		said = answers(t, srv, room, 4)
		assert.Equal(t, []string{"released web shop for " + string(ada.ID())}, said[3:])
		assert.EqualValues(t, 1, released.Load())

		ada.Send(room, "!release app")
		said = answers(t, srv, room, 5)
		require.Len(t, said, 5)
		run.stop(t)
		time.Sleep(10 * time.Minute) // It expires while the bot is away.
		run = fresh()
		ada.Send(room, "yes")
		said = answers(t, srv, room, 6)
		require.Len(t, said, 6)
		assert.Regexp(t, `^The question [a-z2-9]+ has expired: nothing was done\.$`, said[5])
		run.stop(t)
		run = fresh()
		assert.Len(t, answers(t, srv, room, 6), 6, "that is said once")
		assert.EqualValues(t, 1, released.Load())
		run.stop(t)
	})
}
