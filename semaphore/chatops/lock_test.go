package chatops

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLocks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(carl, "!cd lock website/deploy-prod don't touch, I look for a bug --for 2h")
		assert.Equal(t, "website / deploy-prod is locked by CARL until 02:00 UTC: don't touch, I look for a bug", o.last().text)
		o.say(bob, "!cd run website deploy-prod")
		assert.Equal(t, "website / deploy-prod is locked by CARL until 02:00 UTC: don't touch, I look for a bug", o.last().text)
		o.runs(bob, "website check")
		o.say(bob, "no")
		o.runs(carl, "website deploy-prod")
		o.say(carl, "no")
		o.say(bob, "!cd lock website/deploy-prod mine")
		assert.Contains(t, o.last().text, "is locked already, by CARL until 02:00 UTC")
		o.say(bob, "!cd unlock website/deploy-prod")
		assert.Contains(t, o.last().text, "Only who locked it and admins unlock website / deploy-prod.")
		o.say(vera, "!cd lock website x")
		assert.Contains(t, o.last().text, "takes the role runner")
		o.say(vera, "!cd locks")
		assert.Contains(t, o.last().text, "website / deploy-prod\tCARL\t02:00 UTC\tdon't touch, I look for a bug")
		o.say(vera, "!cd locks website/check")
		assert.Equal(t, "Nothing is locked.", o.last().text)
		o.restart()
		o.say(ada, "!cd unlock website/deploy-prod")
		assert.Equal(t, "website / deploy-prod is unlocked. It was locked by CARL.", o.last().text)
		o.say(ada, "!cd unlock website/deploy-prod")
		assert.Equal(t, "website / deploy-prod is not locked.", o.last().text)
		for command, want := range map[string]string{
			"lock website":              "<reason> is missing",
			"lock nothing x":            "There is no",
			"lock website x --for 1s":   "A lock lasts between 1m and 336h.",
			"lock website x --for 999h": "A lock lasts between 1m and 336h.",
		} {
			o.say(carl, "!cd "+command)
			assert.Contains(t, o.last().text, want)
		}
	})
}

func TestALockOfAProjectIsForAllOfIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) {
			p := &o.config.Policy
			p.Grants = append(p.Grants, Grant{Users: []UserID{eve}, Role: Runner, Scope: Scope{Templates: []string{"check"}}})
		})
		o.say(eve, "!cd lock website x")
		assert.Contains(t, o.last().text, "takes the role runner for all of it, and yours is nobody")
		o.say(carl, "!cd lock website database is moved")
		for _, template := range []string{"check", "deploy-prod"} {
			o.say(bob, "!cd run website "+template)
			assert.Contains(t, o.last().text, "is locked by CARL until Sunday, 2 January 00:0", template)
		}
		o.say(carl, "!cd lock website/check twice")
		o.say(carl, "!cd unlock website")
		o.say(bob, "!cd run website check")
		assert.Contains(t, o.last().text, "twice")
		o.runs(bob, "website deploy-prod")
	})
}

func TestLocksEndByThemselves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(carl, "!cd lock website/check soon over --for 30m")
		before := len(o.messages())
		time.Sleep(29 * time.Minute)
		synctest.Wait()
		assert.Len(t, o.messages(), before)
		time.Sleep(time.Minute)
		o.settle()
		assert.Equal(t, "The lock on website / check has ended. CARL had locked it: soon over", o.last().text)
		o.runs(bob, "website check")
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, 1, o.count("The lock on"))
		assert.Contains(t, strings.Join(o.auditLines(), "\n"), " unlock expired: the time of the lock is over")
	})
}

func TestALockCountsAtEveryStep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(1))
		question := o.runs(carl, "website deploy-prod")
		o.say(bob, "!cd lock website/deploy-prod wait")
		o.answers(carl, question.id, "yes")
		assert.Contains(t, o.last().text, "is locked by BOB")
		o.say(bob, "!cd unlock website/deploy-prod")
		o.answers(carl, question.id, "yes")
		asks := o.find("Confirmed; ")
		o.say(ada, "!cd lock website wait again")
		o.react(bob, asks.id, "👍")
		assert.Contains(t, o.last().text, "is locked by ADA")
		require.Zero(t, o.started())
		o.say(ada, "!cd unlock website")
		o.react(bob, asks.id, "👍")
		assert.Equal(t, 1, o.started())
	})
}

func TestAFreezeCountsAtEveryStep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		frozen := Freeze{Reason: "The year ends", From: time.Now().Add(time.Minute), To: time.Now().Add(time.Hour), Admins: true}
		o := newTown(t, func(o *town) { o.config.Policy.Freezes = []Freeze{frozen} })
		question := o.runs(carl, "website check")
		time.Sleep(2 * time.Minute)
		o.answers(carl, question.id, "yes")
		assert.Equal(t, "website / check is frozen until 01:00 UTC: The year ends.", o.last().text)
		o.say(carl, "!cd run website check")
		assert.Equal(t, "website / check is frozen until 01:00 UTC: The year ends.", o.last().text)
		require.Zero(t, o.started())
		o.runs(ada, "website check")
		o.say(ada, "yes")
		assert.Equal(t, 1, o.started())
		time.Sleep(time.Hour)
		again := o.runs(carl, "website check")
		// Between the yes and the start, as while Semaphore is down.
		require.NoError(t, o.engine.commit(t.Context(), func(tx Tx) (changes, error) {
			r, _, err := load[request](tx, requestKey(idIn(t, again)))
			r.State, r.Agreed = Starting, true
			p := o.engine.Policy()
			p.Freezes = []Freeze{{From: time.Now(), To: time.Now().Add(time.Hour)}}
			require.NoError(t, o.engine.SetPolicy(p))
			var c changes
			c.keep(r)
			return c, err
		}))
		o.settle()
		assert.Equal(t, 1, o.started())
		assert.Contains(t, o.again(again).text, "Not started")
		assert.Contains(t, o.last().text, "is frozen until")
	})
}
