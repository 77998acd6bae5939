package zuliptest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestScriptedPeopleAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		stop := o.OnMessage(func(m zuliptest.Message) {
			if m.SenderID == o.bot.user.ID && m.IsDirect() {
				time.Sleep(time.Minute) // people think
				o.SendDirect(o.ada, "I did "+m.Content, o.bot.user)
			}
		})
		o.bot.ok("POST", "/messages", "type", "direct", "to", "[101]", "content", "what?")
		m, err := o.WaitForMessage(t.Context(), func(m zuliptest.Message) bool { return m.SenderID == o.ada.ID })
		require.NoError(t, err)
		assert.Equal(t, "I did what?", m.Content)
		assert.Len(t, o.DirectMessages(o.bot.user, o.ada), 2)
		stop()
		o.bot.ok("POST", "/messages", "type", "direct", "to", "[101]", "content", "and?")
		time.Sleep(time.Hour)
		assert.Len(t, o.Messages(), 3)
	})
}

func TestWaitsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		never := func(zuliptest.Message) bool { return false }
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := o.WaitForMessage(ctx, never)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, o.WaitForPoll(ctx, o.bot.user), context.DeadlineExceeded)
		time.AfterFunc(time.Second, o.Close)
		_, err = o.WaitForMessages(t.Context(), 2, never)
		require.ErrorIs(t, err, zuliptest.ErrClosed)
		o.Close()
	})
}

// TestCloseLeavesNothingBehind ends a server at which everything that can wait does. A bubble panics when a goroutine
// is left.
func TestCloseLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		queue := o.bot.register()
		o.OnMessage(func(zuliptest.Message) {
			_, _ = o.WaitForMessage(t.Context(), func(zuliptest.Message) bool { return false })
		})
		o.SendDirect(o.ada, "x", o.bob)
		go func() { _, _, _ = o.bot.try("GET", "/events", q("queue_id", queue, "last_event_id", "-1")) }()
		o.Fail(zuliptest.Match{Path: "/users"}, zuliptest.Fault{Delay: time.Hour})
		go func() { _, _, _ = o.bot.try("GET", "/users", nil) }()
		synctest.Wait()
		start := time.Now()
		o.Close()
		assert.Less(t, time.Since(start), time.Minute)
	})
}

func TestTheClockOfTheOrganization(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		at := time.Date(2026, 3, 29, 9, 0, 0, 0, time.UTC)
		o := newOffice(t, zuliptest.WithNow(func() time.Time { return at }))
		assert.Equal(t, at, o.SendDirect(o.ada, "x", o.bob).Time)
		assert.Equal(t, "2026-03-29T09:00:00.000000+00:00", o.bot.ok("GET", "/users/me")["date_joined"])
	})
}

func TestMistakesInATestPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		m := o.SendDirect(o.ada, "x", o.bob)
		for name, mistake := range map[string]func(){
			"nameless user":    func() { o.AddUser(zuliptest.User{}) },
			"taken address":    func() { o.AddUser(zuliptest.User{FullName: "Ada Byron"}) },
			"unknown owner":    func() { o.AddUser(zuliptest.User{FullName: "X", OwnerID: 5}) },
			"taken channel":    func() { o.AddChannel("TEAM") },
			"unknown channel":  func() { o.Subscribe(nil, o.ada) },
			"unknown user":     func() { o.SendDirect(nil, "x", o.ada) },
			"empty message":    func() { o.SendDirect(o.ada, " ", o.bob) },
			"foreign message":  func() { o.EditMessage(o.bob, m.ID, "x") },
			"unknown message":  func() { o.React(o.ada, 5, "tada") },
			"unknown emoji":    func() { o.React(o.ada, m.ID, "no_such") },
			"absent reaction":  func() { o.Unreact(o.ada, m.ID, "tada") },
			"topic of a dm":    func() { o.MoveMessage(o.ada, m.ID, "t") },
			"unknown status":   func() { o.SetStatus(o.ada, "", "no_such") },
			"foreign deletion": func() { o.DeleteMessage(o.bob, m.ID) },
		} {
			assert.Panics(t, mistake, name)
		}
		o.SendDirect(o.ada, "the lock is free after a panic", o.bob)
	})
}

func TestListenOnALoopbackPort(t *testing.T) {
	t.Parallel()
	srv := zuliptest.New()
	defer srv.Close()
	for _, refused := range []string{"0.0.0.0:0", "192.0.2.1:80", ":0", "nonsense"} {
		_, err := srv.Listen(refused)
		require.Error(t, err, refused)
	}
	site, err := srv.Listen("127.0.0.1:0")
	require.NoError(t, err)
	ada := srv.AddUser(zuliptest.User{FullName: "Ada Byron"})
	assert.Contains(t, ada.Zuliprc(site), "key="+ada.APIKey+"\nsite=http://127.0.0.1:")
	srv.Close()
	_, err = srv.Listen("127.0.0.1:0")
	require.Error(t, err)
}
