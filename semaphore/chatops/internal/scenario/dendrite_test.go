//go:build goolm || libolm

package scenario

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/matrixjs"
	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/matrixchat"
)

const password = "a long password"

// dendriteStage is a real homeserver with an encrypted room. Carl uses a client that others wrote, through whose eyes the
// bot's messages are seen; the others use the client under the bot.
type dendriteStage struct {
	tb      testing.TB
	home    *matrixtest.Homeserver
	bot     id.UserID
	config  matrixbot.Config // The bot's.
	carl    *matrixjs.Client
	others  map[string]*matrixbot.Bot
	ops     string
	direct  string // Of carl and the bot.
	said    int
	invited bool
	adapter *matrixchat.Chat

	mu    sync.Mutex
	files map[string]string // What is in files that were read, by message.
}

func newDendriteStage(tb testing.TB) *dendriteStage {
	tb.Helper()
	if os.Getenv("SIGNALBOX_MATRIX_JS") == "" && os.Getenv("SIGNALBOX_REQUIRE_REAL") != "1" {
		tb.Skip("SIGNALBOX_MATRIX_JS names no folder with matrix-js-sdk")
	}
	s := &dendriteStage{tb: tb, home: matrixtest.Dendrite(tb), others: map[string]*matrixbot.Bot{}, files: map[string]string{}}
	s.home.Register("carl", password)
	s.carl = matrixjs.Start(tb)
	s.carl.Login(s.home.URL(), "carl", password)
	s.carl.Do(nil, "bootstrap", map[string]any{"password": password})
	s.config = s.settings(s.home.Register("deploybot", password).UserID)
	s.bot = id.UserID(s.config.User)
	for _, name := range people {
		if name != "carl" {
			s.others[name] = s.person(name)
		}
	}
	return s
}

// settings are those of a client under the bot, which comes where carl invites it.
func (s *dendriteStage) settings(user id.UserID) matrixbot.Config {
	return matrixbot.Config{
		Homeserver: s.home.URL(), User: string(user), Password: matrixbot.NewSecret(password), Data: s.tb.TempDir(),
		Invites: matrixbot.Invites{From: []id.UserID{id.UserID(s.carl.User)}},
		Log:     slog.New(slog.NewTextHandler(s.tb.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
}

func (s *dendriteStage) person(name string) *matrixbot.Bot {
	s.tb.Helper()
	config := s.settings(s.home.Register(name, password).UserID)
	config.Handler = func(context.Context, *matrixbot.Request) error { return nil }
	client, err := matrixbot.New(config)
	require.NoError(s.tb, err)
	ctx, cancel := context.WithCancel(s.tb.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = client.Run(ctx) })
	s.tb.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return client
}

func (s *dendriteStage) connect(func(http.RoundTripper) http.RoundTripper) {
	var err error
	s.adapter, err = matrixchat.New(s.config, semaphoreURL)
	require.NoError(s.tb, err)
}

func (s *dendriteStage) chat() chatops.Chat { return s.adapter }

func (s *dendriteStage) run(ctx context.Context, e *chatops.Engine) error {
	return s.adapter.Run(ctx, e)
}

func (s *dendriteStage) user(person string) chatops.UserID {
	_, server, _ := strings.Cut(s.carl.User, ":")
	return chatops.UserID("@" + person + ":" + server)
}

// room makes the rooms when somebody asks for them first.
func (s *dendriteStage) room() chatops.RoomID {
	if s.ops == "" {
		s.carl.Do(&s.ops, "createRoom", map[string]any{"encrypted": true})
		s.carl.Do(&s.direct, "createRoom", map[string]any{"encrypted": true})
	}
	return chatops.RoomID(s.ops)
}

// ready invites everybody and waits until they are there, the first time.
func (s *dendriteStage) ready() {
	s.tb.Helper()
	if s.invited {
		return
	}
	s.invited = true
	invite := func(room, user string) {
		s.carl.Do(nil, "invite", map[string]any{"room": room, "user": user})
		s.carl.Wait(user+" has come", func(e matrixjs.Event) bool {
			return e.Event == "timeline" && e.Room == room && e.Type == "m.room.member" && e.StateKey == user && e.Content["membership"] == "join"
		})
	}
	for name := range s.others {
		invite(s.ops, string(s.user(name)))
	}
	invite(s.ops, s.bot.String())
	invite(s.direct, s.bot.String())
}

func (s *dendriteStage) say(person, text string) { s.send(person, s.ops, text, "") }

func (s *dendriteStage) tell(person, text string) {
	require.Equal(s.tb, "carl", person, "only carl has a room for that")
	s.send(person, s.direct, text, "")
}

func (s *dendriteStage) answer(person, message, text string) { s.send(person, s.ops, text, message) }

func (s *dendriteStage) send(person, room, text, replyTo string) {
	s.tb.Helper()
	if person != "carl" {
		s.said++
		_, err := s.others[person].Send(s.tb.Context(), matrixbot.Message{
			Room: id.RoomID(room), Key: fmt.Sprint(s.said), Text: text, ReplyTo: id.EventID(replyTo), Alert: true,
		})
		require.NoError(s.tb, err)
		return
	}
	content := map[string]any{"msgtype": "m.text", "body": text}
	if replyTo != "" {
		content["m.relates_to"] = map[string]any{"m.in_reply_to": map[string]any{"event_id": replyTo}}
	}
	s.carl.Do(nil, "send", map[string]any{"room": room, "content": content})
}

func (s *dendriteStage) react(person, message, emoji string) {
	s.tb.Helper()
	if person != "carl" {
		s.said++
		_, err := s.others[person].React(s.tb.Context(), id.RoomID(s.ops), fmt.Sprint(s.said), id.EventID(message), emoji)
		require.NoError(s.tb, err)
		return
	}
	s.carl.Do(nil, "send", map[string]any{"room": s.ops, "type": "m.reaction", "content": map[string]any{
		"m.relates_to": map[string]any{"rel_type": "m.annotation", "event_id": message, "key": emoji},
	}})
}

func (s *dendriteStage) messages() []message {
	var list []message
	edits := map[string]string{} // The newest text by message.
	events := s.carl.Events()
	slices.SortStableFunc(events, func(a, b matrixjs.Event) int { return cmp.Compare(a.Time, b.Time) })
	for _, e := range events {
		if e.Event != "timeline" || e.Sender != s.bot.String() || e.Type != "m.room.message" {
			continue
		}
		require.True(s.tb, e.Encrypted, e.Body)
		relation, _ := e.Content["m.relates_to"].(map[string]any)
		if relation["rel_type"] == "m.replace" {
			edited, _ := e.Content["m.new_content"].(map[string]any)
			target, _ := relation["event_id"].(string)
			edits[target], _ = edited["body"].(string)
			continue
		}
		seen := message{id: e.ID, place: inRoom, text: e.Body}
		switch {
		case e.Room != s.ops:
			seen.place = inDirect
		case relation["rel_type"] == "m.thread":
			seen.place = inThread
		}
		if file, ok := e.Content["file"].(map[string]any); ok {
			seen.file = s.read(e.ID, file)
		}
		list = append(list, seen)
	}
	for i, m := range list {
		if text, edited := edits[m.id]; edited {
			list[i].text = text
		}
	}
	return list
}

// read decrypts a file, once.
func (s *dendriteStage) read(message string, file map[string]any) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if content, known := s.files[message]; known {
		return content
	}
	var encoded string
	s.carl.Do(&encoded, "readFile", map[string]any{"file": file})
	content, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(s.tb, err)
	s.files[message] = string(content)
	return string(content)
}

func (s *dendriteStage) heard(n int) {
	count := 0
	s.carl.Wait(fmt.Sprint(n, " messages are there"), func(e matrixjs.Event) bool {
		if e.Event == "timeline" && e.Sender == s.bot.String() && e.Type == "m.room.message" {
			count++
		}
		return count == n
	})
}

func (s *dendriteStage) wait() {
	timer := time.NewTimer(moment)
	defer timer.Stop()
	<-timer.C
}

func TestDeploysOnDendrite(t *testing.T) {
	t.Parallel()
	newWorld(t, newDendriteStage(t)).play("deploy.txt")
}

// BenchmarkReplyOnDendrite is BenchmarkReply in an encrypted room of a real homeserver, as a client sees it that others
// wrote.
func BenchmarkReplyOnDendrite(b *testing.B) {
	const times = 20
	for b.Loop() {
		floor := roundTrip(b, newDendriteStage(b), times)
		w := newWorld(b, newDendriteStage(b))
		reply := replies(w, times)
		w.stop()
		b.ReportMetric(float64(reply)/float64(floor), "reply/round_trip_ratio")
		b.ReportMetric(float64(reply-floor)/float64(10*time.Millisecond), "more/10ms_ratio")
	}
}
