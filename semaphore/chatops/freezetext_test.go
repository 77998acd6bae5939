package chatops

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFreezesAreListedWithTheLocks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		zone, err := time.LoadLocation("Europe/Berlin")
		require.NoError(t, err)
		now := time.Now()
		policy := o.engine.Policy()
		policy.Freezes = []Freeze{
			{Reason: "long ago", From: now.Add(-2 * time.Hour), To: now.Add(-time.Hour)},
			{Reason: "migration", From: now.Add(-time.Hour), To: now.Add(time.Hour), Scope: Scope{Projects: []string{"website"}}},
			{Reason: "release", From: now.Add(24 * time.Hour), To: now.Add(48 * time.Hour), Scope: Scope{Templates: []string{"website/deploy-prod"}}, Admins: true},
			{Reason: "weekend", Weekly: &WeeklyWindow{
				FromDay: time.Tuesday, FromTime: 16 * time.Hour, ToDay: time.Wednesday, ToTime: 8*time.Hour + 30*time.Minute, Zone: zone,
			}},
			{Reason: "another room", From: now, To: now.Add(time.Hour), Scope: Scope{Rooms: []RoomID{dev}}},
		}
		policy.Rooms = append(policy.Rooms, dev)
		require.NoError(t, o.engine.SetPolicy(policy))
		o.say(vera, "!cd locks")
		assert.Equal(t, "Nothing is locked.\nFrozen\tWhen\tReason\n"+
			"website\tnow, until 01:00 UTC\tmigration\n"+
			"templates of website\tSunday, 2 January 00:00 UTC to Monday, 3 January 00:00 UTC\trelease (not for admins)\n"+
			"everything\teach week, Tuesday 16:00 to Wednesday 08:30 (Europe/Berlin)\tweekend", o.last().text)
		o.say(vera, "!cd locks website check")
		assert.NotContains(t, o.last().text, "release")
		assert.Contains(t, o.last().text, "website / check\tnow, until 01:00 UTC\tmigration")
		o.say(vera, "!cd locks website/deploy-prod")
		assert.Contains(t, o.last().text, "release")
	})
}

func TestLocksTakeTwoNamesAsOtherCommandsDo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(carl, "!cd lock website deploy-prod")
		assert.Equal(t, "Why is it to be locked? As: !cd lock website deploy-prod REASON", o.last().text)
		o.say(carl, "!cd lock website Deploy-Prod 2 hosts are broken")
		assert.Contains(t, o.last().text, "website / deploy-prod is locked by CARL until")
		assert.Contains(t, o.last().text, ": 2 hosts are broken")
		o.runs(bob, "website check")
		o.say(bob, "no")
		o.say(carl, "!cd unlock website check")
		assert.Equal(t, "website / check is not locked.", o.last().text)
		o.say(vera, "!cd locks website deploy-prod")
		assert.Contains(t, o.last().text, "2 hosts are broken")
		o.say(carl, "!cd unlock website deploy-prod")
		assert.Equal(t, "website / deploy-prod is unlocked.", o.last().text)

		o.say(carl, "!cd lock website 2 hosts are broken")
		assert.Contains(t, o.last().text, "website is locked by CARL", "a number is a part of the reason")
		o.say(carl, "!cd unlock website check")
		assert.Contains(t, o.last().text, "website / check is not locked by itself, but with its project.")
		assert.Contains(t, o.last().text, "website is locked by CARL")
		o.say(carl, "!cd unlock website")
		assert.Equal(t, "website is unlocked.", o.last().text)
	})
}
