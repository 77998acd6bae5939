package matrixbot

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStrangersCannotMakeTheBotTalk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t, RouterConfig{})
		notices := 0
		for range 1000 {
			notices += len(r.say(t, mallory, "!cd echo x"))
			notices += len(r.say(t, mallory, "!cd nonsense"))
			time.Sleep(500 * time.Millisecond)
		}
		assert.Equal(t, 1, notices, "in eight minutes")
		assert.Len(t, r.decisions(), 2000, "but all of it is on record")
		time.Sleep(10 * time.Minute)
		assert.Equal(t, []string{notAllowed}, r.say(t, mallory, "!cd help"))
		r.host.store.Close()
	})
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit, err := RateLimit(Rate{Every: 10 * time.Second, Burst: 3}, Rate{Every: time.Second, Burst: 5})
		require.NoError(t, err)
		r := newRecorder(t, RouterConfig{Middleware: []Middleware{limit}})
		var answers []string
		for range 50 {
			answers = append(answers, r.say(t, ann, "!cd echo x")...)
		}
		assert.Len(t, r.called(), 3)
		assert.Equal(t, []string{"That is too much at once. Try again in 10s."}, answers, "one notice, then silence")
		for range 3 {
			answers = r.say(t, bob, "!cd echo x")
		}
		assert.Len(t, r.called(), 2, "two were left for the room")
		assert.Equal(t, []string{"That is too much at once. Try again in 1s."}, answers)
		decisions := r.decisions()
		assert.Equal(t, "ann echo limited: user", decisions[49])
		assert.Equal(t, "bob echo limited: room", decisions[52])
		time.Sleep(10 * time.Second)
		assert.Empty(t, r.say(t, ann, "!cd echo x"))
		assert.Equal(t, []string{"That is too much at once. Try again in 10s."}, r.say(t, ann, "!cd echo x"))
		assert.Len(t, r.called(), 1)
		r.say(t, mallory, "!cd echo x")
		assert.Empty(t, r.say(t, bob, "!cd echo x"), "those who may not take nothing from those who may")
		r.host.store.Close()
	})
	_, err := RateLimit(Rate{Every: time.Second}, Rate{})
	require.Error(t, err)
	_, err = RateLimit(Rate{}, Rate{Burst: 1})
	require.Error(t, err)
	none, err := RateLimit(Rate{}, Rate{})
	require.NoError(t, err)
	require.NoError(t, none(func(context.Context, *Request) error { return nil })(t.Context(), &Request{}))
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t, RouterConfig{Middleware: []Middleware{Timeout(time.Minute)}})
		takes := 2 * time.Minute
		require.NoError(t, r.Command(Command{Name: "wait", Access: AllowEverybody(), Handler: func(ctx context.Context, _ *Request, _ Values) error {
			select {
			case <-ctx.Done():
				return fmt.Errorf("wait: %w", ctx.Err())
			case <-time.After(takes):
				return nil
			}
		}}))
		assert.Equal(t, []string{"I gave up: that took longer than 1m0s."}, r.say(t, ann, "!cd wait"))
		require.Len(t, r.entries, 1)
		assert.Equal(t, time.Minute, r.entries[0].Duration)
		assert.Equal(t, []string{"ann wait timed out: timeout"}, r.decisions())
		takes = time.Second
		assert.Empty(t, r.say(t, ann, "!cd wait"))

		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, r.Handle(ctx, r.host.request(ann, "!cd wait")), context.DeadlineExceeded, "the bot's own limit is none of it")
		r.host.store.Close()
	})
}

func TestAuditEntry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t, RouterConfig{})
		request := r.host.request(ann, "!cd echo secret")
		request.Device, request.Attempt = "PHONE", 2
		require.NoError(t, r.Handle(t.Context(), request))
		require.Len(t, r.entries, 1)
		assert.Equal(t, AuditEntry{
			Time: time.Now(), Sender: ann, Device: "PHONE", Trust: request.Trust, Encrypted: true, Room: ops,
			Event: request.Event, Attempt: 2, Command: "echo", Decision: Done,
		}, r.entries[0])
		r.host.store.Close()
	})
}

func TestMiddlewareOrder(t *testing.T) {
	t.Parallel()
	var order []string
	mark := func(name string) Middleware {
		return func(next Handler) Handler {
			return func(ctx context.Context, r *Request) error {
				order = append(order, name+" "+CommandName(ctx))
				return next(ctx, r)
			}
		}
	}
	h := newFakeHost(t)
	rt, err := NewRouter(RouterConfig{Prefix: "!", Middleware: []Middleware{mark("first"), mark("second")}})
	require.NoError(t, err)
	do := func(context.Context, *Request, Values) error { return nil }
	require.NoError(t, rt.Command(Command{
		Name: "a", Access: AllowUsers(ann), Middleware: []Middleware{mark("third")},
		Subcommands: []Command{{Name: "b", Handler: do, Middleware: []Middleware{mark("fourth")}}},
	}))
	require.NoError(t, rt.Handle(t.Context(), h.request(ann, "!a b")))
	require.NoError(t, rt.Handle(t.Context(), h.request(mallory, "!a b")))
	assert.Equal(t, []string{"first a b", "second a b", "third a b", "fourth a b"}, order)
	assert.Empty(t, CommandName(t.Context()))
}
