package chatops

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

const broken = `{"broken":`

// damage makes records unreadable, those that are there and those that are not.
func (o *town) damage(keys ...string) {
	o.t.Helper()
	require.NoError(o.t, o.store.Update(o.t.Context(), func(tx Tx) error {
		for _, key := range keys {
			if err := tx.Put(key, []byte(broken)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// record is what is stored under a key.
func (o *town) record(key string) string {
	o.t.Helper()
	var value []byte
	require.NoError(o.t, o.store.View(o.t.Context(), func(tx Tx) (err error) {
		value, err = tx.Get(key)
		return err
	}))
	return string(value)
}

// One record that cannot be read, whatever it is of, keeps no loop from anything else: tasks are started and followed,
// watches tell, locks and requests end, and the audit is written.
func TestADamagedRecordStopsNothingElse(t *testing.T) {
	t.Parallel()
	there, here := TaskRef{Project: 1, Task: 99}, Address{Room: ops}.conversation()
	// These are removed or written anew before anybody reads them, or say all with their keys.
	unread := []string{openKey("broke"), cursorKey(9), latestKey(here), aliasKey("x")}
	for _, key := range []string{
		requestKey("broke"), openKey("broke"), outboxKey(0), auditKey(1), lockKey("0000000000000009.0000000000000009"), lockKey("strange"),
		trackKey(there), reportKey(there, "w7"), stoppingKey(there), watchKey("w7"), cursorKey(1), cursorKey(9),
		lastKey(here), latestKey(here), sentKey("card." + there.key()),
		editKey("card." + TaskRef{Project: 1, Task: 2}.key()), eventKey("past"), questionKey("past"), aliasKey("x"),
		numberKey("outbox"), numberKey("audit"), numberKey("watch"),
	} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				o := newTown(t, func(o *town) { o.config.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
				o.say(ada, "!cd watch website check --trigger schedule")
				o.say(ada, "!cd lock website/deploy-prod a minute of rest --for 1m")
				expires := o.runs(carl, "website check")
				o.damage(key)
				o.pass(10 * time.Second)
				o.server.StartTask(o.check, nil, "by time")
				o.pass(10 * time.Second)
				assert.Equal(t, 1, o.count("started by a schedule"))
				o.say(bob, "!cd run website check --message release")
				o.say(bob, "yes")
				o.pass(10 * time.Second)
				assert.Equal(t, 1, o.count("BOB: ✅ website / check #2 has succeeded"))
				assert.Contains(t, o.find("has succeeded\nasked for by BOB").text, "✅", "the card is edited")
				o.pass(5 * time.Minute)
				assert.Equal(t, 1, o.count("The lock on website / deploy-prod has ended."))
				assert.Contains(t, o.again(expires).text, "Expired")
				o.say(ada, "!cd watch website deploy-prod")
				second := regexp.MustCompile(`Watching website / deploy-prod as (w\d+):`).FindStringSubmatch(o.last().text)
				require.NotNil(t, second, o.last().text)
				o.say(ada, "!cd unwatch w1") // So that the next hour is soon over.
				o.say(ada, "!cd unwatch "+second[1])
				assert.Empty(t, records(t, o.store, "watch/"))
				o.pass(time.Hour)
				assert.NotEmpty(t, o.auditLines())
				assert.Empty(t, records(t, o.store, "audit/"))
				assert.Empty(t, records(t, o.store, "open/"))
				assert.Zero(t, o.outboxSize())
				if !slices.Contains(unread, key) {
					assert.Equal(t, broken, o.record(damagedKey(key)), "it is kept for whoever wants to look at it")
					assert.Equal(t, 1, strings.Count(log.String(), "level=ERROR"), log.String())
					assert.Contains(t, log.String(), "record="+damagedKey(key))
				}
			})
		})
	}
}

// An entry that cannot be read is missed by nobody in silence: the audit says so in its place.
func TestADamagedEntryOfTheAudit(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"unreadable": broken, "nothing": "null", "another number": `{"seq":9,"time":"2000-01-01T00:00:00Z","decision":"done"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t)
				require.NoError(t, o.config.Audit.Close())
				for range 3 {
					o.say(vera, "!cd ping")
				}
				_ = o.stop()
				require.NoError(t, o.store.Update(t.Context(), func(tx Tx) error { return tx.Put(auditKey(2), []byte(damage)) }))
				o.start()
				o.settle()
				o.say(vera, "!cd ping")
				assert.Equal(t, []string{
					"vera ping done", "  failed: the record of this entry was damaged and is kept as damaged/audit/0000000000000002",
					"vera ping done", "vera ping done",
				}, o.auditLines())
				assert.Equal(t, damage, o.record("damaged/"+auditKey(2)))
				assert.Empty(t, records(t, o.store, "audit/"))
			})
		})
	}
}

// A number that cannot be read does not let another row take the place of one that waits, nor an entry of the audit get
// lost.
func TestADamagedNumber(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(vera, "!cd ping")
		require.NoError(t, o.config.Audit.Close())
		o.say(vera, "!cd ping")
		o.chat.failWith(func(string, Outgoing) error { return ErrNotSent })
		o.post(row("k1", "one"), row("k2", "two"))
		o.settle()
		o.damage(numberKey("outbox"), numberKey("audit"))
		o.post(row("k3", "three"))
		o.say(vera, "!cd admins")
		o.chat.failWith(nil)
		o.restart()
		o.pass(5 * time.Minute)
		o.say(vera, "!cd projects")
		texts := o.texts(string(ops))
		require.Len(t, texts, 7)
		assert.Equal(t, []string{"one", "two", "three"}, texts[2:5])
		assert.Equal(t, []string{"vera ping done", "vera ping done", "vera admins done", "vera projects done"}, o.auditLines())
	})
}

// A lock that cannot be read still locks, for everybody and without an end, until an admin removes it.
func TestADamagedLockStillLocks(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{"unreadable": broken, "nothing": "null", "of something else": `{"target":{"project":7}}`} {
		for what, scope := range map[string]TargetRef{
			"website / check": {Project: 1, Template: 2}, "website": {Project: 1},
		} {
			t.Run(name+" of "+what, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					o := newTown(t)
					written, number, row := strings.ReplaceAll(what, " ", ""), "1/2", "template 2 of project 1"
					if scope.Template == 0 {
						number, row = "1", "project 1"
					}
					question := o.runs(carl, "website check")
					o.say(carl, "!cd lock "+written+" mine --for 10m")
					require.NoError(t, o.store.Update(t.Context(), func(tx Tx) error { return tx.Put(lockKey(lockScope(scope)), []byte(damage)) }))
					o.answers(carl, question.id, "yes")
					sentence := what + " is locked. By whom, why and how long cannot be read, so it stays locked until an admin unlocks it: unlock " + number
					assert.Equal(t, strings.Replace(sentence, what+" ", "website / check ", 1), o.last().text)
					o.pass(time.Hour)
					for _, who := range []UserID{carl, bob, ada} {
						o.say(who, "!cd run website check")
						assert.Contains(t, o.last().text, "website / check is locked. By whom", who)
					}
					o.say(carl, "!cd lock "+written+" again")
					assert.Equal(t, sentence, o.last().text)
					o.say(carl, "!cd unlock "+written)
					assert.Equal(t, sentence, o.last().text)
					o.say(carl, "!cd locks")
					assert.Contains(t, o.last().text, row+"\tcannot be read\tan admin unlocks it\tthe record was damaged")
					assert.Zero(t, o.started())
					assert.Equal(t, damage, o.record(damagedKey(lockKey(lockScope(scope)))))
					o.say(ada, "!cd unlock "+written)
					assert.Equal(t, what+" is unlocked. By whom it was locked could not be read.", o.last().text)
					o.runs(carl, "website check")
				})
			})
		}
	}
}

// What was handled before is not handled again because the record of that cannot be read.
func TestADamagedEventIsNotHandledAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		in := o.say(vera, "!cd ping")
		o.damage(eventKey(in.ID))
		o.pass(3 * time.Hour)
		assert.Equal(t, broken, o.record(damagedKey(eventKey(in.ID))))
		o.handle(in)
		assert.Len(t, o.messages(), 1)
		o.pass(8 * 24 * time.Hour)
		assert.Empty(t, o.record(eventKey(in.ID)))
	})
}

// What cannot be set aside is not forgotten either, and is tried again.
func TestADamagedRecordThatCannotBeSetAside(t *testing.T) {
	t.Parallel()
	inner := standup.NewMemStore()
	require.NoError(t, inner.Update(t.Context(), func(tx Tx) error { return tx.Put("alias/x", []byte(broken)) }))
	refused := errors.New("the disk is full")
	store := mending{Store: readOnly{inner, refused}, log: slog.New(slog.DiscardHandler), now: time.Now}
	err := store.View(t.Context(), func(tx Tx) error {
		_, _, err := load[alias](tx, "alias/x")
		return err
	})
	require.ErrorContains(t, err, `record "alias/x" is damaged`)
	require.ErrorIs(t, err, refused)
}

// readOnly is a store that refuses to write.
type readOnly struct {
	Store

	err error
}

func (s readOnly) Update(context.Context, func(Tx) error) error { return s.err }
