package chatops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRunReturnsTheCause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		require.ErrorIs(t, o.stop(), context.Canceled)
		require.NoError(t, o.store.Close())
		o.config.Audit = nil
		e, err := New(o.config)
		require.NoError(t, err)
		require.ErrorContains(t, e.Run(t.Context()), "chatops: run: ")
		require.ErrorContains(t, e.Handle(t.Context(), o.event(ada, "!cd help")), "chatops: handle event: ")
	})
}

// A loop that panics goes on after a while, and the others with it all the time.
func TestALoopThatPanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		e := &Engine{Config: Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}}
		times := 0
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Second)
		defer cancel()
		e.repeat(ctx, nil, loop{"stumble", func(context.Context) time.Duration {
			times++
			panic("over a stone")
		}})
		assert.Equal(t, 3, times)
		assert.Contains(t, log.String(), `what=stumble error="over a stone"`)
	})
}

// shiftClock restarts the engine with a clock that can be set. The function that sets it says how much the clock is fast.
func (o *town) shiftClock() (jump func(time.Duration)) {
	o.t.Helper()
	_ = o.stop()
	var shift atomic.Int64
	o.config.Now = func() time.Time { return time.Now().Add(time.Duration(shift.Load())) }
	o.start()
	return func(d time.Duration) {
		shift.Store(int64(d))
		o.engine.Wake()
		o.settle()
	}
}

// With Config.Now shifted, what is due by the new clock is done at Wake, and nothing twice when it goes back.
func TestAClockThatJumps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		jump := o.shiftClock()
		o.say(carl, "!cd run website deploy-prod")
		asked := o.last()
		jump(time.Hour)
		expired := o.last()
		assert.Equal(t, asked.id, expired.id)
		assert.NotEqual(t, asked.text, expired.text)
		jump(0)
		assert.Equal(t, expired.text, o.last().text)
		assert.Equal(t, 1, o.last().edits)
		o.say(carl, "yes")
		assert.Empty(t, o.server.Tasks())
	})
}

func TestOldRecordsAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		jump := o.shiftClock()
		for day := range 120 {
			jump(time.Duration(day) * 24 * time.Hour)
			o.say(vera, "!cd ping")
			o.say(mallory, "!cd ping")
			o.say(carl, "!cd run website deploy-prod")
			if day%2 == 0 {
				o.say(carl, "yes")
			}
			time.Sleep(time.Minute)
		}
		jump(120 * 24 * time.Hour)
		counts := map[string]int{}
		require.NoError(t, o.store.View(t.Context(), func(tx Tx) error {
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
		for kind, most := range map[string]int{
			"event": 7 * 4, "quiet": 1, "request": 91, "question": 91, "sent": 91 + 46, "track": 0, "outbox": 0, "edit": 0, "audit": 0,
			"open": 0, "last": 1, "latest": 1, "number": 2,
		} {
			assert.LessOrEqual(t, counts[kind], most, kind)
			delete(counts, kind)
		}
		assert.Empty(t, counts, "every kind of record has an end")
	})
}

// A request that cannot be read stops no other, and neither people who talk nor what is pruned.
func TestADamagedRequestIsSetAside(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		require.NoError(t, o.store.Update(t.Context(), func(tx Tx) error {
			return errors.Join(tx.Put(requestKey("broke"), []byte(`{"state":`)), save(tx, openKey("broke"), present{At: time.Now()}))
		}))
		o.say(vera, "good morning")
		assert.Empty(t, o.messages())
		o.runs(carl, "website check")
		o.say(carl, "yes")
		assert.Equal(t, 1, o.started())
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		require.NoError(t, o.store.View(t.Context(), func(tx Tx) error {
			there, err := tx.Get(requestKey("broke"))
			assert.Nil(t, there)
			require.NoError(t, err)
			kept, err := tx.Get("damaged/request/broke")
			assert.Equal(t, `{"state":`, string(kept))
			return err
		}))
	})
}

// A store that an older backup was restored to goes on with the numbers of the audit.
func TestTheAuditGoesOnAfterAnOlderStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for range 5 {
			o.say(vera, "!cd ping")
		}
		require.NoError(t, o.store.Update(t.Context(), func(tx Tx) error { return save(tx, numberKey("audit"), 2) }))
		o.restart()
		o.say(vera, "!cd ping")
		assert.Len(t, o.auditLines(), 6)

		// Also where an event comes before the engine runs.
		_ = o.stop()
		require.NoError(t, o.store.Update(t.Context(), func(tx Tx) error { return save(tx, numberKey("audit"), 2) }))
		var err error
		o.config.Audit, err = OpenAudit(o.audit)
		require.NoError(t, err)
		early, err := New(o.config)
		require.NoError(t, err)
		require.NoError(t, early.Handle(t.Context(), o.event(vera, "!cd ping")))
		require.NoError(t, o.config.Audit.Close())
		o.start()
		o.settle()
		assert.Len(t, o.auditLines(), 7)
	})
}

// While the audit cannot be written its entries wait in the store, and nothing else waits for them.
func TestAnAuditThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		require.NoError(t, o.config.Audit.Close())
		for range 5 {
			o.say(vera, "!cd ping")
		}
		assert.Len(t, o.messages(), 5)
		assert.Empty(t, o.auditLines())
		_ = o.stop()
		o.start()
		o.settle()
		assert.Len(t, o.auditLines(), 5)

		_ = o.stop()
		o.audit = filepath.Join(t.TempDir(), "next.jsonl") // As after a rotation.
		o.start()
		o.say(vera, "!cd ping")
		assert.Len(t, o.auditLines(), 1)
		content, err := os.ReadFile(o.audit)
		require.NoError(t, err)
		assert.Contains(t, string(content), `{"seq":6,`)
	})
}

func TestWithoutAnAuditNothingPilesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		_ = o.stop()
		o.config.Audit = nil
		var err error
		o.engine, err = New(o.config)
		require.NoError(t, err)
		require.NoError(t, o.engine.Handle(t.Context(), o.event(vera, "!cd ping")))
		require.NoError(t, o.store.View(t.Context(), func(tx Tx) error {
			entries, err := all[AuditEntry](tx, "audit/")
			assert.Empty(t, entries)
			return err
		}))
	})
}

// What a decision returns happens as a whole or not at all.
func TestCommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		failed := errors.New("no")
		err := o.engine.commit(t.Context(), func(tx Tx) (changes, error) {
			if err := tx.Put("alias/x", []byte("1")); err != nil {
				return changes{}, err
			}
			return changes{}, failed
		})
		require.ErrorIs(t, err, failed)
		err = o.engine.commit(t.Context(), func(Tx) (c changes, _ error) {
			c.send(row("k", "not sent"))
			c.put("an unwritable\nkey", 1)
			return c, nil
		})
		require.Error(t, err)
		o.settle()
		assert.Empty(t, o.messages())
		require.NoError(t, o.store.View(t.Context(), func(tx Tx) error {
			value, err := tx.Get("alias/x")
			assert.Nil(t, value)
			return err
		}))
		require.NoError(t, o.engine.commit(t.Context(), func(Tx) (c changes, _ error) {
			for i := range 3 {
				c.note(AuditEntry{Reason: fmt.Sprint(i)})
			}
			return c, nil
		}))
		o.settle()
		assert.Equal(t, []string{"  : 0", "  : 1", "  : 2"}, o.auditLines())
	})
}
