package chatops_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/boltstore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// BenchmarkReply is the time from a command to its answer's way into the chat, with a store and an audit on the disk,
// against the time of one Update of that store: how often the disk is waited for.
func BenchmarkReply(b *testing.B) {
	server := semaphoretest.New()
	b.Cleanup(server.Close)
	server.AddProject("website")
	client, err := semaphore.NewClient(semaphore.Credentials{
		URL: server.URL(), Token: semaphore.NewSecret(server.Admin().Token),
	}, semaphore.WithTransport(server.Transport()))
	require.NoError(b, err)
	folder := b.TempDir()
	store, err := boltstore.Open(filepath.Join(folder, "deploy.db"))
	require.NoError(b, err)
	audit, err := chatops.OpenAudit(filepath.Join(folder, "audit.jsonl"))
	require.NoError(b, err)
	chat := console{said: make(chan string)}
	engine, err := chatops.New(chatops.Config{
		Semaphore: client, Store: store, Chat: chat, Audit: audit,
		Allow:  func(chatops.UserID) (allowed, notice bool) { return true, false },
		Policy: chatops.Policy{Rooms: []chatops.RoomID{"ops"}, Grants: []chatops.Grant{{Users: []chatops.UserID{"ada"}, Role: chatops.Viewer}}},
	})
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error)
	go func() { done <- engine.Run(ctx) }()

	var replies, updates time.Duration
	events := 0
	for b.Loop() {
		events++
		start := time.Now()
		require.NoError(b, engine.Handle(ctx, chatops.Incoming{
			ID: chatops.EventID(fmt.Sprint(events)), Message: "m", From: "ada", Room: "ops", Text: "!cd projects", At: start,
		}))
		<-chat.said
		replies += time.Since(start)
		start = time.Now()
		require.NoError(b, store.Update(ctx, func(tx chatops.Tx) error { return tx.Put("benchmark", []byte(start.String())) }))
		updates += time.Since(start)
	}
	b.ReportMetric(float64(replies)/float64(updates), "reply/update_ratio")
	cancel()
	<-done
	require.NoError(b, audit.Close())
	require.NoError(b, store.Close())
}
