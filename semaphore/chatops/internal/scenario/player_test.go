package scenario

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/boltstore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// place is where a message is.
type place string

const (
	inRoom   place = "room"
	inThread place = "thread"
	inDirect place = "direct"
)

// message is one of the bot, as people see it now.
type message struct {
	id    string
	place place
	text  string
	file  string // The content of its file, if there is one.
}

// stage is a chat with a bot, people and a room of all of them.
type stage interface {
	chat() chatops.Chat
	run(ctx context.Context, e *chatops.Engine) error
	user(person string) chatops.UserID
	room() chatops.RoomID
	say(person, text string)
	tell(person, text string) // The bot alone.
	answer(person, message, text string)
	react(person, message, emoji string)
	// messages are what the bot has written, the oldest first.
	messages() []message
	// connect makes the chat, anew after a run has ended, with something around its way to the server.
	connect(around func(http.RoundTripper) http.RoundTripper)
	// ready waits until the bot listens.
	ready()
	// heard waits until the bot has written so many messages.
	heard(n int)
	// wait lets a moment pass.
	wait()
}

// world is Semaphore and an engine, for a stage.
type world struct {
	testing.TB
	stage

	server    *semaphoretest.Server
	project   *semaphoretest.Project
	restart   *semaphoretest.Template // The template of this name.
	store     *boltstore.Store
	audit     *chatops.Audit
	auditPath string
	policy    chatops.Policy
	stop      func()

	claimed map[string]bool // Messages that were expected.
	last    string          // The one that was seen last.
	card    string
	line    string
}

// patience is how often a player waits for something.
const patience = 600

// newWorld runs an engine on a stage.
func newWorld(tb testing.TB, s stage) *world {
	tb.Helper()
	w := &world{TB: tb, stage: s, server: semaphoretest.New(), claimed: map[string]bool{}}
	tb.Cleanup(w.server.Close)
	w.project = w.server.AddProject("website")
	w.restart = w.server.AddTemplate(w.project, semaphoretest.Template{Name: "restart", Script: semaphoretest.Script{Lines: 3, Rate: 10}})
	w.server.AddTemplate(w.project, semaphoretest.Template{Name: "deploy-prod", App: "ansible", Script: semaphoretest.Script{
		Lines: 300, Rate: 300, Line: func(i int) string { return fmt.Sprintf("line %d of <b>the</b> @**all** `deploy`", i+1) },
	}})
	w.server.AddTemplate(w.project, semaphoretest.Template{Name: "migrate", App: "ansible", Script: semaphoretest.Script{
		Lines: 4, Rate: 10, ExitCode: 2, Line: func(i int) string {
			return []string{"PLAY [all] ****", "TASK [migrate the database] ****", `fatal: [db1]: FAILED! => {"msg": "the disk is full"}`, "PLAY RECAP ****"}[i]
		},
	}})
	var users []chatops.UserID
	for _, name := range []string{"ada", "ben", "carl", "vera"} {
		users = append(users, s.user(name))
	}
	w.policy = chatops.Policy{
		Rooms: []chatops.RoomID{s.room()}, Direct: true, PlaintextReactions: true,
		Grants: []chatops.Grant{
			{Users: users[:1], Role: chatops.Admin},
			{Users: users[1:2], Role: chatops.Approver},
			{Users: users[2:3], Role: chatops.Runner},
			{Users: users[3:], Role: chatops.Viewer},
		},
		Approvals: []chatops.ApprovalRule{{Scope: chatops.Scope{Templates: []string{"website/deploy-prod"}}, Approvals: 1}},
	}
	folder := tb.TempDir()
	var err error
	w.store, err = boltstore.Open(filepath.Join(folder, "chatops.db"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, w.store.Close()) })
	w.auditPath = filepath.Join(folder, "audit.jsonl")
	w.audit, err = chatops.OpenAudit(w.auditPath)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, w.audit.Close()) })
	w.start()
	return w
}

// start runs the engine and the chat until stop is called, which it is at the end of the test at the latest.
func (w *world) start() {
	w.Helper()
	w.stop = w.begin(w.Context(), nil, func(err error) { assert.ErrorIs(w, err, context.Canceled) })
	w.ready()
}

// begin runs the engine and the chat for as long as they live, or until they are stopped. Ended is told why each of them
// has ended.
func (w *world) begin(ctx context.Context, l *life, ended func(error)) (stop func()) {
	w.Helper()
	w.connect(l.around)
	client, err := semaphore.NewClient(
		semaphore.Credentials{URL: w.server.URL(), Token: semaphore.NewSecret(w.server.Admin().Token)},
		semaphore.WithTransport(l.around(w.server.Transport())))
	require.NoError(w, err)
	engine, err := chatops.New(chatops.Config{
		Semaphore: client, Store: l.over(w.store), Chat: w.chat(), Policy: w.policy, Audit: w.audit,
		Logger: slog.New(slog.NewTextHandler(w.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
	})
	require.NoError(w, err)
	ctx, cancel := context.WithCancel(ctx)
	l.ends(cancel)
	var running sync.WaitGroup
	running.Go(func() { ended(engine.Run(ctx)) })
	running.Go(func() { ended(w.run(ctx, engine)) })
	stop = func() {
		cancel()
		running.Wait()
	}
	w.Cleanup(stop)
	return stop
}

// play has a story played.
func (w *world) play(name string) {
	w.Helper()
	story, err := os.ReadFile(name)
	require.NoError(w, err)
	lines := bufio.NewScanner(bytes.NewReader(story))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		w.line = line
		w.Log(line)
		name, text, said := strings.Cut(line, ": ")
		person, direct := strings.CutSuffix(name, " (direct)")
		if said && !strings.Contains(person, " ") {
			if direct {
				w.tell(person, text)
			} else {
				w.say(person, text)
			}
			continue
		}
		words := strings.SplitN(line, " ", 3)
		rest := strings.TrimSpace(strings.TrimPrefix(line, words[0]))
		switch {
		case len(words) == 3 && words[1] == ">":
			w.answer(words[0], w.last, words[2])
		case len(words) == 3 && words[1] == "+":
			w.react(words[0], w.last, words[2])
		case words[0] == "card":
			w.card = w.last
		case words[0] == "now":
			w.edited(w.last, rest)
		case words[0] == "ended":
			w.edited(w.card, rest)
		case words[0] == "nothing":
			w.nothing()
		case line == "away":
			w.stop()
		case line == "back":
			w.start()
		case words[0] == "elsewhere":
			w.server.StartTask(w.restart, nil, rest)
		case words[0] == "task":
			w.task(rest)
		default:
			w.expect(place(words[0]), rest)
		}
	}
	w.nothing()
	w.stop()
	w.verifyAudit()
}

// verifyAudit sees that the audit is whole.
func (w *world) verifyAudit() {
	w.Helper()
	audit, err := os.Open(w.auditPath)
	require.NoError(w, err)
	defer audit.Close()
	summary, err := chatops.VerifyAudit(audit)
	require.NoError(w, err)
	require.NotZero(w, summary.Entries)
}

// signs are what Zulip shows as bold or as code, which other chats do not put into their plain text.
var signs = strings.NewReplacer("**", "", "`", "")

// has says whether a text has all of the words.
func has(text, words string) bool {
	text, words = signs.Replace(text), signs.Replace(words)
	for word := range strings.SplitSeq(words, " | ") {
		if !strings.Contains(text, strings.TrimSpace(word)) {
			return false
		}
	}
	return true
}

// seen looks for a message that was not expected before.
func (w *world) seen(at place, words string) bool {
	for _, m := range w.messages() {
		where, text := m.place, m.text
		if at == "file" && m.file != "" {
			where, text = at, m.file
		}
		if !w.claimed[m.id] && where == at && has(text, words) {
			w.claimed[m.id], w.last = true, m.id
			return true
		}
	}
	return false
}

// await waits until something is so.
func (w *world) await(what func() bool) {
	w.Helper()
	for range patience {
		if what() {
			return
		}
		w.wait()
	}
	for _, m := range w.messages() {
		w.Logf("%v %s %s: %s %q", w.claimed[m.id], m.id, m.place, m.text, m.file[:min(len(m.file), 200)])
	}
	for _, task := range w.server.Tasks() {
		w.Logf("%+v", task)
	}
	require.Failf(w, "in vain", "%s", w.line)
}

// expect waits for a message that was not expected before.
func (w *world) expect(at place, words string) {
	w.Helper()
	w.await(func() bool { return w.seen(at, words) })
}

// edited waits for a text of a message that was there before.
func (w *world) edited(id, words string) {
	w.Helper()
	w.await(func() bool {
		return slices.ContainsFunc(w.messages(), func(m message) bool { return m.id == id && has(m.text, words) })
	})
}

// nothing sees that the bot has written nothing that was not expected.
func (w *world) nothing() {
	w.Helper()
	for range 10 {
		w.wait()
	}
	for _, m := range w.messages() {
		require.True(w, w.claimed[m.id], "%s: but in the %s: %s %q", w.line, m.place, m.text, m.file)
	}
}

// task waits for how a task stands.
func (w *world) task(words string) {
	w.Helper()
	var id int
	var status string
	_, err := fmt.Sscan(words, &id, &status)
	require.NoError(w, err, w.line)
	fields := strings.SplitN(words, " ", 3)
	w.await(func() bool {
		task, found := w.server.Task(id)
		return found && task.Status == status && (len(fields) < 3 || has(fmt.Sprintf("%+v", task), fields[2]))
	})
}

// moment is how long a wait lasts.
const moment = 50 * time.Millisecond
