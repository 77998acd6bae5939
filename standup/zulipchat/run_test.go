package zulipchat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

func TestRunAnswersCommands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		start(t, chat, o.engine(t, chat, standup.NewMemStore()))

		o.SendToChannel(o.ann, o.channel, "meta", "@**Standup** setup 09:00 10:00 11:00 Europe/Berlin")
		o.SendToChannel(o.ben, o.channel, "meta", "just talking")
		synctest.Wait()
		require.Len(t, o.posted("meta"), 1)

		o.SendToChannel(o.ben, o.channel, "meta", "@**Standup** pause")
		synctest.Wait()
		require.Len(t, o.posted("meta"), 2)
		assert.Contains(t, o.posted("meta")[1], "Only Ann and the administrators")
		o.Subscribe(o.channel, o.root)
		o.SendToChannel(o.root, o.channel, "meta", "@**Standup** pause")
		synctest.Wait()
		require.Len(t, o.posted("meta"), 3)
		assert.Contains(t, o.posted("meta")[2], "paused")

		o.says(o.ben, "help")
		require.Len(t, o.heard(o.ben), 1)
		assert.True(t, strings.HasPrefix(o.heard(o.ben)[0], "### Standup\n\n- `setup 09:30 11:45 12:45 Europe/Berlin` – start"), o.heard(o.ben)[0])
		helper := o.AddBot("Helper", "")
		o.says(helper, "help")
		assert.Empty(t, o.heard(helper), "bots get no answer")
	})
}

func TestRunGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]time.Duration{"for a while": time.Hour, "until the queue is gone": 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				store := standup.NewMemStore()
				o.SendDirect(o.ann, "before the first start", o.bot)
				chat := o.chat(t)
				stop := start(t, chat, o.engine(t, chat, store))
				o.says(o.ann, "help")
				stop()

				o.SendDirect(o.ann, "status", o.bot)
				time.Sleep(away)
				o.SendDirect(o.ann, "timezone Europe/Berlin", o.bot)
				chat = o.chat(t)
				start(t, chat, o.engine(t, chat, store))
				time.Sleep(time.Minute)
				synctest.Wait()
				heard := o.heard(o.ann)
				require.Len(t, heard, 3, "each message is answered once")
				assert.Contains(t, heard[1], "Write this in the channel")
				assert.Contains(t, heard[2], "Europe/Berlin")
			})
		})
	}
}

func TestRunStartsAnewFromADamagedPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		engine := o.engine(t, chat, standup.NewMemStore())
		require.NoError(t, engine.SaveCursor(t.Context(), "zulip", []byte("{")))
		start(t, chat, engine)
		o.says(o.ann, "help")
		assert.Len(t, o.heard(o.ann), 1)
		assert.Contains(t, o.log.String(), "the stored place in the event queue is damaged")
		raw, err := engine.Cursor(t.Context(), "zulip")
		require.NoError(t, err)
		var state zulip.QueueState
		require.NoError(t, json.Unmarshal(raw, &state))
		assert.NotEmpty(t, state.QueueID)
	})
}

// brokenStore fails to write while it is broken.
type brokenStore struct {
	standup.Store
	broken atomic.Bool

	mu       sync.Mutex
	attempts []time.Duration // Since when.
	since    time.Time
}

func (s *brokenStore) Update(ctx context.Context, f func(standup.Tx) error) error {
	if s.broken.Load() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.attempts = append(s.attempts, time.Since(s.since))
		return errors.New("the disk is full")
	}
	return s.Store.Update(ctx, f)
}

func TestRunWaitsForTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		store := &brokenStore{Store: standup.NewMemStore(), since: time.Now()}
		start(t, chat, o.engine(t, chat, store))

		store.broken.Store(true)
		o.says(o.ann, "help")
		o.says(o.ann, "status")
		time.Sleep(2 * time.Minute)
		store.broken.Store(false)
		assert.Empty(t, o.heard(o.ann))
		store.mu.Lock()
		waits := store.attempts
		store.mu.Unlock()
		s := time.Second
		assert.Equal(t, []time.Duration{0, 1 * s, 3 * s, 7 * s, 15 * s, 31 * s, 61 * s, 91 * s}, waits, "one event at a time, less and less often")
		time.Sleep(time.Minute)
		synctest.Wait()
		heard := o.heard(o.ann)
		require.Len(t, heard, 2)
		assert.Contains(t, heard[0], "### Standup", "the order is kept")
		assert.Contains(t, o.log.String(), "handing over an event failed")
	})
}

// forgetful fails only to keep the place in the event queue.
type forgetful struct {
	standup.Store
	broken atomic.Bool
}

func (s *forgetful) Update(ctx context.Context, f func(standup.Tx) error) error {
	return s.Store.Update(ctx, func(tx standup.Tx) error { return f(forgetfulTx{tx, s}) })
}

type forgetfulTx struct {
	standup.Tx
	store *forgetful
}

func (tx forgetfulTx) Put(key string, value []byte) error {
	if tx.store.broken.Load() && strings.HasPrefix(key, "cursor/") {
		return errors.New("the disk is full")
	}
	return tx.Tx.Put(key, value)
}

func TestRunSurvivesThatThePlaceIsNotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		store := &forgetful{Store: standup.NewMemStore()}
		start(t, chat, o.engine(t, chat, store))
		store.broken.Store(true)
		o.says(o.ann, "help")
		time.Sleep(10 * time.Minute)
		store.broken.Store(false)
		time.Sleep(time.Minute)
		o.says(o.ann, "status")
		assert.Len(t, o.heard(o.ann), 2, "what is read twice is answered once")
		assert.Contains(t, o.log.String(), "keeping the place in the event queue failed")
	})
}

func TestRunSkipsInvalidEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		engine := o.engine(t, chat, standup.NewMemStore())
		event := zulip.Event{Message: &zulip.Message{SenderID: zulip.UserID(o.ann.ID), ID: 1, Type: "private", Content: strings.Repeat("x", 200_000), Timestamp: 1}}
		require.NoError(t, chat.handle(t.Context(), engine, event))
		assert.Contains(t, o.log.String(), "an event was skipped")
		assert.NotContains(t, o.log.String(), "xxx")
	})
}

func TestRunTriesAgainWhenTheSenderCannotBeLookedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		start(t, chat, o.engine(t, chat, standup.NewMemStore()))
		stop := o.Fail(zuliptest.Match{Path: "/users", Times: -1}, zuliptest.Fault{Status: http.StatusBadGateway})
		o.says(o.ann, "help")
		time.Sleep(5 * time.Minute)
		assert.Empty(t, o.heard(o.ann))
		stop()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		assert.Len(t, o.heard(o.ann), 1)
	})
}

func TestRunEnds(t *testing.T) {
	t.Parallel()
	run := func(ctx context.Context, t *testing.T, o *office, chat *Chat) <-chan error {
		t.Helper()
		ended := make(chan error, 1)
		engine := o.engine(t, chat, standup.NewMemStore())
		go func() { ended <- chat.Run(ctx, engine) }()
		synctest.Wait()
		return ended
	}
	t.Run("with its context", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			ctx, cancel := context.WithCancelCause(t.Context())
			ended := run(ctx, t, o, o.chat(t))
			cause := errors.New("enough")
			cancel(cause)
			assert.Equal(t, cause, <-ended)
		})
	})
	t.Run("while it tries again", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			ctx, cancel := context.WithCancelCause(t.Context())
			ended := run(ctx, t, o, o.chat(t))
			o.Fail(zuliptest.Match{Path: "/users", Times: -1}, zuliptest.Fault{Status: http.StatusBadGateway})
			o.says(o.ann, "help")
			time.Sleep(10 * time.Minute)
			cause := errors.New("enough")
			cancel(cause)
			assert.Equal(t, cause, <-ended)
		})
	})
	t.Run("when the bot is deactivated", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			ended := run(t.Context(), t, o, o.chat(t))
			o.Deactivate(o.bot)
			err := <-ended
			require.ErrorIs(t, err, zulip.ErrUnauthorized)
			assert.ErrorContains(t, err, "see whether the bot is active and its API key is current")
		})
	})
	t.Run("when the key is wrong", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			o.bot.APIKey = "another"
			require.ErrorIs(t, <-run(t.Context(), t, o, o.chat(t)), zulip.ErrUnauthorized)
		})
	})
	t.Run("with the place of another bot", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			chat := o.chat(t)
			engine := o.engine(t, chat, standup.NewMemStore())
			require.NoError(t, engine.SaveCursor(t.Context(), "zulip", []byte(`{"site":"https://other.example","bot_id":1}`)))
			require.ErrorIs(t, chat.Run(t.Context(), engine), zulip.ErrForeignQueue)
		})
	})
}
