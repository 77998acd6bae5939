package scenario

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/zulipchat"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// topic is where people talk with the bot.
const topic = "deploys today"

// zulipStage is Zulip as its fake is. It lives in a bubble.
type zulipStage struct {
	tb      testing.TB
	server  *zuliptest.Server
	bot     *zuliptest.User
	people  map[string]*zuliptest.User
	channel *zuliptest.Channel
	adapter *zulipchat.Chat
}

func newZulipStage(tb testing.TB, options ...zuliptest.Option) *zulipStage {
	tb.Helper()
	s := &zulipStage{tb: tb, server: zuliptest.New(options...), people: map[string]*zuliptest.User{}}
	tb.Cleanup(s.server.Close)
	s.bot = s.server.AddBot("Deploybot", "")
	all := []*zuliptest.User{s.bot}
	for _, name := range people {
		s.people[name] = s.server.AddUser(zuliptest.User{FullName: name})
		all = append(all, s.people[name])
	}
	s.channel = s.server.AddChannel("ops", all...)
	return s
}

// semaphoreURL is the address of the fake of Semaphore.
const semaphoreURL = "http://127.0.0.1"

// people are those of the story.
var people = []string{"ada", "ben", "carl", "vera", "mallory"}

func (s *zulipStage) connect(around func(http.RoundTripper) http.RoundTripper) {
	client, err := zulip.NewClient(
		zulip.Credentials{Site: s.server.URL(), Email: s.bot.Email, APIKey: zulip.NewSecret(s.bot.APIKey)},
		zulip.WithTransport(around(s.server.Transport())))
	require.NoError(s.tb, err)
	s.adapter, err = zulipchat.New(client, semaphoreURL)
	require.NoError(s.tb, err)
}

func (s *zulipStage) chat() chatops.Chat { return s.adapter }

func (s *zulipStage) run(ctx context.Context, e *chatops.Engine) error { return s.adapter.Run(ctx, e) }

func (s *zulipStage) user(person string) chatops.UserID {
	return chatops.UserID(strconv.Itoa(s.people[person].ID))
}

func (s *zulipStage) room() chatops.RoomID { return chatops.RoomID(strconv.Itoa(s.channel.ID)) }

func (s *zulipStage) say(person, text string) {
	s.server.SendToChannel(s.people[person], s.channel, topic, text)
}

func (s *zulipStage) tell(person, text string) { s.server.SendDirect(s.people[person], text, s.bot) }

func (s *zulipStage) answer(person, message, text string) {
	s.say(person, fmt.Sprintf("@_**Deploybot|%d** [said](%s/#narrow/channel/%d-ops/topic/x/near/%s):\n```quote\nsomething\n```\n%s",
		s.bot.ID, s.server.URL(), s.channel.ID, message, text))
}

func (s *zulipStage) react(person, message, emoji string) {
	id, err := strconv.Atoi(message)
	require.NoError(s.tb, err)
	s.server.React(s.people[person], id, map[string]string{"👍": "thumbs_up", "👎": "thumbs_down"}[emoji])
}

var (
	// asTyped undoes what makes text inert.
	asTyped   = strings.NewReplacer("\u200b", "", "∗", "*", "ˋ", "`", "∣", "|")
	mentionOf = regexp.MustCompile(`@_?\*\*\|([0-9]+)\*\*`)
	uploadOf  = regexp.MustCompile(`\]\((/user_uploads/[^)]+)\)`)
)

func (s *zulipStage) messages() []message {
	var list []message
	for _, m := range s.server.Messages() {
		if m.SenderID != s.bot.ID {
			continue
		}
		text := mentionOf.ReplaceAllStringFunc(m.Content, func(mention string) string {
			for name, user := range s.people {
				if mentionOf.FindStringSubmatch(mention)[1] == strconv.Itoa(user.ID) {
					return name
				}
			}
			return mention
		})
		text = asTyped.Replace(text)
		seen := message{id: strconv.Itoa(m.ID), place: inRoom, text: text}
		switch {
		case m.IsDirect():
			seen.place = inDirect
		case m.Topic != topic:
			seen.place = inThread
		}
		if upload := uploadOf.FindStringSubmatch(m.Content); upload != nil {
			seen.file = s.download(upload[1])
		}
		list = append(list, seen)
	}
	return list
}

func (s *zulipStage) download(path string) string {
	client, err := zulip.NewClient(
		zulip.Credentials{Site: s.server.URL(), Email: s.bot.Email, APIKey: zulip.NewSecret(s.bot.APIKey)}, zulip.WithTransport(s.server.Transport()))
	require.NoError(s.tb, err)
	file, err := client.DownloadFile(s.tb.Context(), path)
	require.NoError(s.tb, err)
	defer file.Close()
	content, err := io.ReadAll(file)
	require.NoError(s.tb, err)
	return string(content)
}

func (s *zulipStage) ready() { require.NoError(s.tb, s.server.WaitForPoll(s.tb.Context(), s.bot)) }

func (s *zulipStage) heard(n int) {
	_, err := s.server.WaitForMessages(s.tb.Context(), n, func(m zuliptest.Message) bool { return m.SenderID == s.bot.ID })
	require.NoError(s.tb, err)
}

func (s *zulipStage) wait() {
	synctest.Wait()
	time.Sleep(moment)
}

func TestDeploysOnZulip(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		newWorld(t, newZulipStage(t)).play("deploy.txt")
	})
}
