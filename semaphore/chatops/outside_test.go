package chatops

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// everyCommand is each command as somebody would give it who has used the others before.
func everyCommand(task int) []string {
	commands := []string{
		"help", "ping", "info", "admins", "projects", "templates website", "aliases", "aliases add again run website check", "aliases remove again",
		"rooms", "verify list", "run website check", "queue", "history", "watch website", "watch list", "mute w1 --for 1h", "unwatch w1",
		"lock website because", "locks", "unlock website", "schedule list website", "schedule pause nightly", "schedule resume nightly",
		"schedule once website check --in 2h", "logs on", "logs off",
	}
	for _, name := range []string{"status", "logs", "stop", "stop --force", "confirm-task", "reject-task"} {
		commands = append(commands, fmt.Sprintf("%s %d", name, task))
	}
	return append(commands, "approve", "cancel")
}

// TestATokenOfLittleRight gives each command with a user of Semaphore who has each of the roles there. What that user may
// not do is said in a sentence; a task runner is enough for all but schedules.
func TestATokenOfLittleRight(t *testing.T) {
	t.Parallel()
	for role, forbidden := range map[string][]string{
		semaphoretest.RoleTaskRunner: {"schedule pause nightly", "schedule resume nightly"},
		semaphoretest.RoleGuest: {
			"schedule pause nightly", "schedule resume nightly", "stop", "stop --force",
		},
		semaphoretest.RoleManager: nil,
	} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t, func(o *town) {
					user := o.server.AddUser(semaphoretest.User{Username: "deploybot"})
					o.website = o.server.AddProject("website", semaphoretest.Member{User: user, Role: role})
					o.deploy = o.server.AddTemplate(o.website, semaphoretest.Template{Name: "deploy-prod", Script: semaphoretest.Script{Hold: time.Hour}})
					o.check = o.server.AddTemplate(o.website, semaphoretest.Template{Name: "check"})
					client, err := semaphore.NewClient(semaphore.Credentials{URL: o.server.URL(), Token: semaphore.NewSecret(user.Token)},
						semaphore.WithTransport(o.server.Transport()))
					require.NoError(t, err)
					o.config.Semaphore = client
				})
				o.schedule(o.check, "nightly", "0 3 1 6 *")
				task := o.server.StartTask(o.deploy, nil, "")
				o.pass(time.Minute)
				var refused []string
				for _, command := range everyCommand(task) {
					before := len(o.messages())
					in := o.say(ada, "!cd "+command)
					require.Greater(t, len(o.messages()), before, command)
					text := o.messages()[before].text
					for _, detail := range []string{"403", "401", "http://", "/api", "/project", "forbidden"} {
						assert.NotContains(t, text, detail, command)
					}
					if strings.HasPrefix(text, "Semaphore does not let me do that: who runs me can give my user there another role.") {
						refused = append(refused, strings.TrimSuffix(command, fmt.Sprintf(" %d", task)))
						assert.Equal(t, DecisionFailed, o.auditedOf(in)[0].Decision)
					}
					if command == "run website check" {
						o.say(ada, "yes")
						o.pass(time.Minute)
						assert.Equal(t, role != semaphoretest.RoleGuest, o.count("ADA: ✅") == 1)
						assert.Equal(t, role == semaphoretest.RoleGuest, o.count("was not started.\nSemaphore does not let me do that") == 1, "%q", o.texts(string(ops)))
					}
					o.pass(10 * time.Second)
				}
				assert.Equal(t, forbidden, refused)
			})
		})
	}
}

// TestLinesAreNotForged has people and Semaphore say what looks like lines of a log. Each command makes one line of the
// audit, and all that is logged are lines of JSON of the engine's own.
func TestLinesAreNotForged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const forged = "x\n{\"forged\":1}\r\n\x1b[2K\u2028{\"forged\":2}\u0085level=ERROR msg=forged"
		var log bytes.Buffer
		o := newTown(t, func(o *town) {
			o.config.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			o.server.AddTemplate(o.website, semaphoretest.Template{Name: forged})
		})
		o.server.Fail(semaphoretest.Match{Path: "/info", Times: -1}, semaphoretest.Fault{Status: 400, Body: fmt.Sprintf(`{"error":%q}`, forged)})
		want := 0
		for _, command := range []string{
			forged, "run website 3", "lock website " + forged, "unlock website", "status " + forged, "watch website 3", "info", "run website check --message " + forged, "cancel",
		} {
			for _, text := range []string{"!cd " + command, strings.ReplaceAll(command, "\n", "\\n")} {
				in := o.event(ada, text)
				in.FromName, in.RoomName, in.Thread, in.Direct = forged, forged, forged, text[0] != '!'
				o.handle(in)
				want++
			}
			time.Sleep(20 * time.Second)
		}
		content, err := os.ReadFile(o.audit)
		require.NoError(t, err)
		assert.Equal(t, want, strings.Count(string(content), "\n"))
		assert.Len(t, o.auditLines(), want)
		for _, r := range string(content) + log.String() { // Not even within the strings.
			assert.False(t, r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp), "%U", r)
		}
		assert.NotEmpty(t, log.String())
		for line := range strings.Lines(string(content) + log.String()) {
			var fields map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &fields), line)
			assert.NotContains(t, fields, "forged")
		}
	})
}

// TestNoSecretIsWritten has each thing go wrong that can, while everything is logged. The token of Semaphore and the values
// that people give in private are nowhere.
func TestNoSecretIsWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		o := newTown(t, asking(askPassword), func(o *town) {
			o.config.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug - 4}))
			client, err := semaphore.NewClient(semaphore.Credentials{URL: o.server.URL(), Token: semaphore.NewSecret(o.server.Admin().Token)},
				semaphore.WithTransport(o.server.Transport()), semaphore.WithLogger(o.config.Logger))
			require.NoError(t, err)
			o.config.Semaphore = client
			o.config.Chat = clumsyChat{o.chat}
		})
		token := o.server.Admin().Token
		for _, fault := range []semaphoretest.Fault{
			{Status: 401, Body: `{"error":"bad token ` + token + `"}`},
			{Status: 302},
			{Status: 500},
			{CutBefore: true},
			{CutAfter: true},
			{CutBody: true},
			{Malformed: true},
			{Status: 200, Body: "<html>" + token},
			{Delay: time.Minute},
		} {
			o.say(carl, "!cd run website ask")
			stop := o.server.Fail(semaphoretest.Match{Times: 20}, fault)
			o.direct(carl, canary)
			o.say(carl, "yes")
			o.say(carl, "!cd projects --like "+token[:1])
			o.pass(time.Minute)
			stop()
			o.pass(20 * time.Minute)
			o.direct(carl, canary+canary)    // Which nobody asked for.
			o.direct(carl, "verify "+canary) // At which the adapter panics.
		}
		assert.NotEmpty(t, o.server.Tasks())
		assert.Contains(t, log.String(), "error_id")
		for _, secret := range []string{token, "hunter2"} {
			o.nowhere(secret)
			assert.NotContains(t, log.String(), secret)
		}
	})
}

// TestARoomThatIsGone has the chat refuse all messages to a room for good while a task is followed for it, a lock and a
// question of it end, and a watch tells it things. Nothing piles up, nothing is tried for ever, and other places hear.
func TestARoomThatIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(carl, "!cd watch website")
		o.say(carl, "!cd lock website/check we look --for 10m")
		o.runs(carl, "website deploy-prod")
		o.say(carl, "yes")
		tries := 0
		o.chat.failWith(func(when string, m Outgoing) error {
			if m.To.Room == ops && when == "before" {
				tries++
				return fmt.Errorf("send: %w", ErrUndeliverable)
			}
			return nil
		})
		o.say(carl, "!cd run website deploy-prod")
		for range 10 {
			o.server.StartTask(o.deploy, nil, "")
		}
		o.direct(vera, "projects")
		assert.Contains(t, o.lastTo("vera").text, "website")
		o.pass(20 * time.Minute)
		assert.Zero(t, o.outboxSize())
		assert.Empty(t, records(t, o.store, "track/"))
		assert.Less(t, tries, 100)
		settled := tries
		o.pass(20 * time.Minute)
		assert.Equal(t, settled, tries)
		assert.Len(t, o.server.Tasks(), 11)
	})
}

// TestClocksThatDiffer has the chat's clock ten minutes before and behind the bot's: commands count all the same, an
// answer is to the question before it, and a question lives as long as by the bot's clock.
func TestClocksThatDiffer(t *testing.T) {
	t.Parallel()
	for _, differ := range []time.Duration{-10 * time.Minute, 10 * time.Minute} {
		t.Run(differ.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t)
				say := func(text string) {
					in := o.event(carl, text)
					in.At = in.At.Add(differ)
					o.handle(in)
				}
				say("!cd run website check")
				question := o.last()
				assert.Contains(t, question.text, "until 00:05 UTC")
				o.pass(4 * time.Minute)
				say("yes")
				assert.Equal(t, 1, o.started())
				say("!cd run website check")
				question = o.last()
				o.pass(6 * time.Minute)
				say("yes")
				assert.Equal(t, 1, o.started())
				assert.Contains(t, o.again(question).text, "Expired")
			})
		})
	}
}

// TestAServerThatSendsPeopleElsewhere answers each request with a redirect to a server that keeps what it is sent.
func TestAServerThatSendsPeopleElsewhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		elsewhere := &stranger{}
		o := newTown(t, func(o *town) {
			elsewhere.RoundTripper = o.server.Transport()
			client, err := semaphore.NewClient(semaphore.Credentials{URL: o.server.URL(), Token: semaphore.NewSecret(o.server.Admin().Token)},
				semaphore.WithTransport(elsewhere))
			require.NoError(t, err)
			o.config.Semaphore = client
		})
		o.say(ada, "!cd watch website") // So that there is a WebSocket, which is cut.
		elsewhere.on.Store(true)
		o.server.CutSockets()
		for _, command := range []string{"projects", "run website check", "history", "info"} {
			o.say(ada, "!cd "+command)
			assert.NotContains(t, o.last().text, "evil", command)
			o.pass(time.Minute)
		}
		elsewhere.mu.Lock()
		defer elsewhere.mu.Unlock()
		assert.Empty(t, elsewhere.heard)
		assert.Zero(t, o.started())
	})
}

// stranger is a Semaphore that sends everybody to another server.
type stranger struct {
	http.RoundTripper

	on    atomic.Bool
	mu    sync.Mutex
	heard []string // What the other server was told.
}

func (s *stranger) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "evil.example" {
		s.mu.Lock()
		s.heard = append(s.heard, fmt.Sprint(r.URL, r.Header))
		s.mu.Unlock()
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r, Body: http.NoBody}, nil
	}
	if !s.on.Load() {
		return s.RoundTripper.RoundTrip(r)
	}
	return &http.Response{
		StatusCode: http.StatusTemporaryRedirect, Header: http.Header{"Location": {"https://evil.example" + r.URL.Path}}, Request: r, Body: http.NoBody,
	}, nil
}

// FuzzWhoSomebodyIs has user ids that look like that of an admin. Only the one that is the same is his.
func FuzzWhoSomebodyIs(f *testing.F) {
	const admin = "@ada:example.org"
	for _, id := range []string{admin, "@Ada:example.org", "@al%61:example.org", "@ada:example.org.", "@ada:example.org\x00", "@аda:example.org", " " + admin} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		p := Policy{Rooms: []RoomID{ops}, Direct: true, Grants: []Grant{{Users: []UserID{admin}, Role: Admin}}}
		want := Nobody
		if id == admin {
			want = Admin
		}
		for _, in := range []Incoming{{From: UserID(id), Room: ops}, {From: UserID(id), Room: "!dm", Direct: true}, {From: UserID(id), FromName: admin, Direct: true}} {
			assert.Equal(t, want, p.role(in))
			assert.Equal(t, want, p.role(in, deployProd))
		}
	})
}
