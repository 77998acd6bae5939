package standup_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]standup.Config{
		"needs a Store and a Chat": {},
		"needs a Store":            {Chat: newChat()},
		"time zone":                {Store: standup.NewMemStore(), Chat: newChat(), Zone: "Mars"},
		"Retention is negative":    {Store: standup.NewMemStore(), Chat: newChat(), Retention: -1},
	} {
		_, err := standup.New(c)
		require.ErrorContains(t, err, want)
	}
}

func TestHandleRefusesWhatAdaptersGetWrong(t *testing.T) {
	t.Parallel()
	e, err := standup.New(standup.Config{Store: standup.NewMemStore(), Chat: newChat()})
	require.NoError(t, err)
	good := standup.Incoming{ID: "1", From: "ada", Message: "1", Text: "help", At: time.Now()}
	require.NoError(t, e.Handle(t.Context(), good))
	for name, spoil := range map[string]func(*standup.Incoming){
		"no id":        func(in *standup.Incoming) { in.ID = "" },
		"no sender":    func(in *standup.Incoming) { in.From = "" },
		"no message":   func(in *standup.Incoming) { in.Message = "" },
		"no time":      func(in *standup.Incoming) { in.At = time.Time{} },
		"a long id":    func(in *standup.Incoming) { in.ID = standup.EventID(strings.Repeat("x", 301)) },
		"a long topic": func(in *standup.Incoming) { in.Topic = strings.Repeat("x", 301) },
		"a long text":  func(in *standup.Incoming) { in.Text = strings.Repeat("x", 100_001) },
	} {
		bad := good
		spoil(&bad)
		require.ErrorIs(t, e.Handle(t.Context(), bad), standup.ErrInvalidEvent, name)
	}
}

// TestAFaultIsAnsweredAndLogged damages a record, so that handling an event of
// its channel fails for good: its author is told, the next event is handled.
func TestAFaultIsAnsweredAndLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada")
		_ = o.stop()
		var log bytes.Buffer
		o.config.Logger = slog.New(slog.NewTextHandler(&log, nil))
		o.start()
		o.mention("Ada", "setup")
		require.NoError(t, o.store.Update(t.Context(), func(tx standup.Tx) error { return tx.Put("team/7", []byte("{")) }))
		answer := o.mention("Ada", "status")
		require.Contains(t, answer, "Something went wrong with this message, and nothing was changed.")
		words := strings.Fields(answer)
		id := strings.TrimSuffix(words[len(words)-1], ".")
		require.Contains(t, log.String(), "error_id="+id)
		require.Contains(t, log.String(), "damaged record")
		require.Contains(t, o.command("Ada", "help"), "Mention me")
	})
}

func TestCommandsAreLimitedAnswersAreNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada")
		_ = o.stop()
		var mu sync.Mutex
		left, told := 2, false
		o.config.Allow = func(standup.UserID) (allowed, notice bool) {
			mu.Lock()
			defer mu.Unlock()
			left--
			notice = left < 0 && !told
			told = told || notice
			return left >= 0, notice
		}
		o.start()
		o.mention("Ada", "setup 09:30 11:45 12:45 UTC")
		o.mention("Ada", "status")
		require.Contains(t, o.mention("Ada", "status"), "Please wait a minute")
		posts := len(o.chat.to(string(general)))
		for range 30 {
			o.mention("Ada", "status")
		}
		require.Len(t, o.chat.to(string(general)), posts, "a flood gets one notice")
		o.until("09:30")
		o.direct("Ada", "an answer")
		require.Contains(t, o.last("ada"), "Thanks!")
	})
}

func TestAClockThatJumps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada")
		_ = o.stop()
		var shift atomic.Int64
		o.config.Now = func() time.Time { return time.Now().Add(time.Duration(shift.Load())) }
		o.start()
		o.mention("Ada", "setup 09:30 11:45 12:45 UTC")
		require.Empty(t, o.chat.to("ada"))
		shift.Store(int64(90 * time.Minute))
		o.engine.Wake()
		o.settle()
		require.Equal(t, 1, o.count("ada", "it is time"))
		shift.Store(0) // Back again: nothing is repeated.
		o.until("09:35")
		require.Equal(t, 1, o.count("ada", "it is time"))
	})
}

func TestRunReturnsTheCause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada")
		require.NoError(t, o.store.Close())
		_ = o.stop()
		e, err := standup.New(o.config)
		require.NoError(t, err)
		require.ErrorIs(t, e.Run(t.Context()), standup.ErrStoreClosed)
		_, err = e.Tick(t.Context())
		require.ErrorIs(t, err, standup.ErrStoreClosed)
		require.ErrorIs(t, e.Handle(t.Context(), o.event("Ada", "help")), standup.ErrStoreClosed)
	})
}

func TestRunsAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, "2026-11-23T08:00:00Z", "Ada")
		_ = o.stop()
		o.config.Retention = 48 * time.Hour
		o.start()
		o.mention("Ada", "setup 09:30 11:45 12:45 UTC")
		for day := range 10 {
			o.until("09:30")
			if o.count("ada", "it is time") > day-4 {
				o.direct("Ada", "an answer")
			}
		}
		o.until("13:00")
		require.NotContains(t, o.mention("Ada", "history"), "2026-11-23")
		counts := map[string]int{}
		require.NoError(t, o.store.View(t.Context(), func(tx standup.Tx) error {
			for r, err := range tx.Scan("", "") {
				if err != nil {
					return err
				}
				kind, _, _ := strings.Cut(r.Key, "/")
				counts[kind]++
			}
			return nil
		}))
		t.Log(counts)
		for kind, most := range map[string]int{"run": 3, "response": 3, "answer": 3, "dialogue": 3, "sent": 3, "outbox": 0, "doubt": 0, "parked": 0, "due": 2, "seen": 12} {
			require.LessOrEqual(t, counts[kind], most, kind)
		}
	})
}

func TestCursor(t *testing.T) {
	t.Parallel()
	e, err := standup.New(standup.Config{Store: standup.NewMemStore(), Chat: newChat()})
	require.NoError(t, err)
	got, err := e.Cursor(t.Context(), "zulip")
	require.NoError(t, err)
	require.Nil(t, got)
	require.NoError(t, e.SaveCursor(t.Context(), "zulip", []byte("42")))
	got, err = e.Cursor(t.Context(), "zulip")
	require.NoError(t, err)
	require.Equal(t, "42", string(got))
}
