package scenario

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/matrixchat"
)

// matrixStage is Matrix as its fake is. It lives in a bubble.
type matrixStage struct {
	tb      testing.TB
	server  *matrixtest.Server
	bot     *matrixtest.User
	ops     id.RoomID
	direct  map[string]id.RoomID
	data    string
	adapter *matrixchat.Chat
}

func newMatrixStage(tb testing.TB) *matrixStage {
	tb.Helper()
	s := &matrixStage{tb: tb, server: matrixtest.NewServer(tb), direct: map[string]id.RoomID{}, data: tb.TempDir()}
	s.bot = s.server.User("deploybot")
	members := []*matrixtest.User{s.bot}
	for _, name := range people[1:] {
		members = append(members, s.server.User(name))
	}
	s.ops = s.server.User(people[0]).CreateRoom(matrixtest.RoomOptions{Name: "Operations", Members: members})
	for _, name := range people {
		s.direct[name] = s.server.User(name).CreateRoom(matrixtest.RoomOptions{Members: members[:1]})
	}
	return s
}

func (s *matrixStage) connect(around func(http.RoundTripper) http.RoundTripper) {
	var err error
	s.adapter, err = matrixchat.New(matrixbot.Config{
		Homeserver: s.server.URL(), User: string(s.bot.ID()), Password: matrixbot.NewSecret(s.bot.Password()), Data: s.data,
		NoEncryption: true, Transport: around(s.server.Transport()), PickleKey: matrixbot.NewSecret("a pickle key of a test"),
	}, semaphoreURL)
	require.NoError(s.tb, err)
}

func (s *matrixStage) chat() chatops.Chat { return s.adapter }

func (s *matrixStage) run(ctx context.Context, e *chatops.Engine) error { return s.adapter.Run(ctx, e) }

func (s *matrixStage) user(person string) chatops.UserID {
	return chatops.UserID(s.server.User(person).ID())
}

func (s *matrixStage) room() chatops.RoomID { return chatops.RoomID(s.ops) }

func (s *matrixStage) say(person, text string) { s.server.User(person).Send(s.ops, text) }

func (s *matrixStage) tell(person, text string) {
	s.server.User(person).Send(s.direct[person], text)
}

func (s *matrixStage) answer(person, message, text string) {
	s.server.User(person).Reply(s.ops, id.EventID(message), text)
}

func (s *matrixStage) react(person, message, emoji string) {
	s.server.User(person).React(s.ops, id.EventID(message), emoji)
}

func (s *matrixStage) messages() []message {
	var list []message
	for _, room := range s.server.Rooms() {
		for _, e := range s.server.Messages(room) {
			relation := e.Relation()
			if e.Sender != s.bot.ID() || relation.Type == "m.replace" {
				continue
			}
			shown, _ := s.server.Shown(room, e.ID)
			seen := message{id: string(e.ID), place: inRoom, text: shown.Body()}
			switch {
			case room != s.ops:
				seen.place = inDirect
			case relation.Type == "m.thread":
				seen.place = inThread
			}
			if url, ok := e.Content["url"].(string); ok {
				media, found := s.server.Media(url)
				require.True(s.tb, found)
				seen.file = string(media.Data)
			}
			list = append(list, seen)
		}
	}
	return list
}

func (s *matrixStage) ready() {
	require.NoError(s.tb, s.server.WaitForSync(s.tb.Context(), s.bot.ID()))
}

func (s *matrixStage) heard(n int) {
	_, err := s.server.WaitForAll(s.tb.Context(), n, func(e matrixtest.Event) bool {
		return e.Sender == s.bot.ID() && e.Type == "m.room.message"
	})
	require.NoError(s.tb, err)
}

func (s *matrixStage) wait() {
	synctest.Wait()
	time.Sleep(moment)
}

func TestDeploysOnMatrix(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		newWorld(t, newMatrixStage(t)).play("deploy.txt")
	})
}
