package zulipchat

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/boltstore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
	"github.com/signalbox-go/signalbox/standup/storetest"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// works is Semaphore and an engine for an office: Ann runs, Ben approves, and one template takes an approval.
type works struct {
	*office

	t         *testing.T
	mu        sync.Mutex
	semaphore *semaphoretest.Server
	store     *boltstore.Store
	audit     *chatops.Audit
	auditPath string
	stop      func()
	// dies is asked before and after each commit whether the bot is killed there; nil is never.
	dies func() bool
}

func newWorks(t *testing.T) *works {
	t.Helper()
	w := &works{office: newOffice(t), t: t, semaphore: semaphoretest.New()}
	t.Cleanup(w.semaphore.Close)
	project := w.semaphore.AddProject("website")
	for _, name := range []string{"restart", "deploy"} {
		w.semaphore.AddTemplate(project, semaphoretest.Template{Name: name, Script: semaphoretest.Script{Lines: 3, Rate: 10}})
	}
	folder := t.TempDir()
	var err error
	w.store, err = boltstore.Open(filepath.Join(folder, "deploys.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.store.Close()) })
	w.auditPath = filepath.Join(folder, "audit.jsonl")
	w.audit, err = chatops.OpenAudit(w.auditPath)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.audit.Close()) })
	w.start()
	return w
}

func (w *works) start() {
	w.t.Helper()
	api, err := semaphore.NewClient(
		semaphore.Credentials{URL: w.semaphore.URL(), Token: semaphore.NewSecret(w.semaphore.Admin().Token)},
		semaphore.WithTransport(w.semaphore.Transport()))
	require.NoError(w.t, err)
	chat := w.chat(w.t)
	ctx, cancel := context.WithCancel(w.t.Context())
	dead := false
	store := storetest.Faulty(w.store, func(storetest.Boundary) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		if dead = dead || w.dies != nil && w.dies(); dead {
			cancel()
			return errors.New("killed")
		}
		return nil
	})
	engine, err := chatops.New(chatops.Config{
		Semaphore: api, Store: store, Chat: chat, Audit: w.audit, Logger: slog.New(slog.NewTextHandler(w.t.Output(), nil)),
		Policy: chatops.Policy{
			Rooms: []chatops.RoomID{roomOf(w.channel)},
			Grants: []chatops.Grant{
				{Users: []chatops.UserID{user(w.ann)}, Role: chatops.Runner},
				{Users: []chatops.UserID{user(w.ben)}, Role: chatops.Approver},
			},
			Approvals: []chatops.ApprovalRule{{Scope: chatops.Scope{Templates: []string{"website/deploy"}}, Approvals: 1}},
		},
	})
	require.NoError(w.t, err)
	var running sync.WaitGroup
	running.Go(func() { _ = engine.Run(ctx) })
	running.Go(func() { _ = chat.Run(ctx, engine) })
	w.stop = func() {
		cancel()
		running.Wait()
	}
	w.t.Cleanup(w.stop)
	synctest.Wait()
}

// asked has Ann ask for something, and returns the question.
func (w *works) asked(command string) (question int) {
	w.t.Helper()
	w.SendToChannel(w.ann, w.channel, "releases", command)
	time.Sleep(10 * time.Second)
	return w.last("Run website / ")
}

// last is the bot's newest message with these words.
func (w *works) last(words string) (id int) {
	w.t.Helper()
	for _, m := range w.Messages() {
		if m.SenderID == w.bot.ID && strings.Contains(m.Content, words) {
			id = m.ID
		}
	}
	require.NotZero(w.t, id, words)
	return id
}

// gap is a time without a queue, in which something is done while the bot is away or while it runs.
func (w *works) gap(away bool, do func()) {
	w.t.Helper()
	if away {
		w.stop()
	}
	noQueue := w.Fail(zuliptest.Match{Path: "/register", Times: -1}, zuliptest.Fault{Status: http.StatusBadGateway})
	w.ExpireQueues()
	do()
	noQueue()
	if away {
		w.start()
	}
	time.Sleep(90 * time.Second)
}

// audited are the decisions so far, but for what Semaphore did.
func (w *works) audited() (decisions []chatops.Decision) {
	w.t.Helper()
	time.Sleep(5 * time.Second) // It is written soon.
	audit, err := os.ReadFile(w.auditPath)
	require.NoError(w.t, err)
	for line := range strings.Lines(string(audit)) {
		var entry chatops.AuditEntry
		require.NoError(w.t, json.Unmarshal([]byte(line), &entry), line)
		if entry.Decision != chatops.DecisionStarted && entry.Decision != chatops.DecisionEnded {
			decisions = append(decisions, entry.Decision)
		}
	}
	return decisions
}
