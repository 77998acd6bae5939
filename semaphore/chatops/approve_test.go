package chatops

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const eve UserID = "eve" // A second approver.

// twoPersons makes the town want approvals for deploy-prod.
func twoPersons(approvals int) func(o *town) {
	return func(o *town) {
		p := &o.config.Policy
		p.Rooms = append(p.Rooms, dev)
		p.Grants = append(p.Grants, Grant{Users: []UserID{eve}, Role: Approver})
		p.Approvals = []ApprovalRule{{Scope: Scope{Templates: []string{"website/deploy-prod"}}, Approvals: approvals, DryRunFree: true}}
	}
}

// confirmed has somebody ask for deploy-prod and say yes, and returns the question to the approvers.
func (o *town) confirmed(from UserID) message {
	o.t.Helper()
	question := o.runs(from, "website deploy-prod")
	assert.Contains(o.t, question.text, "must approve")
	o.answers(from, question.id, "yes")
	asks := o.find("Confirmed; ")
	require.NotEqual(o.t, question.id, asks.id)
	assert.True(o.t, asks.alert)
	require.Contains(o.t, o.again(question).text, "it waits for approval")
	return asks
}

func TestTwoPersons(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(1))
		asks := o.confirmed(carl)
		assert.Contains(t, asks.text, "one other person must approve until 01:00 UTC: with 👍 here or !cd approve "+idIn(t, asks))
		for _, who := range []string{"bob", "ada", "eve"} {
			assert.Contains(t, asks.text, who)
		}
		o.react(carl, asks.id, "👍")
		o.answers(carl, asks.id, "yes")
		assert.Equal(t, "Somebody else has to approve what you want to run.", o.last().text)
		o.react(vera, asks.id, "👍")
		o.react(mallory, asks.id, "👍")
		o.say(vera, "!cd approve "+idIn(t, asks))
		assert.Contains(t, o.last().text, "takes the role approver")
		o.say(bob, "yes") // To whom?
		require.Zero(t, o.started())
		o.react(bob, asks.id, "👍")
		require.Equal(t, 1, o.started())
		assert.Contains(t, o.again(asks).text, "Approved by bob at 00:00 UTC. Runs as task 1.")
		o.react(ada, asks.id, "👍")
		require.Equal(t, 1, o.started())
		audit := strings.Join(o.auditLines(), "\n")
		for _, want := range []string{
			"carl run asked", "carl answer confirmed", "carl reaction denied: own request", "vera reaction denied: takes the role approver",
			"mallory reaction denied", "vera approve denied: takes the role approver", "bob reaction approved", "carl run started",
		} {
			assert.Contains(t, audit, want)
		}
	})
}

func TestThreePersons(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(2))
		asks := o.confirmed(bob)
		id := idIn(t, asks)
		o.react(bob, asks.id, "👍")
		o.say(bob, "!cd approve "+id)
		assert.Contains(t, o.last().text, "Somebody else", "who asks does not count, approver or not")
		o.say(eve, "!cd approve")
		assert.Equal(t, "Approved. 1 more to come.", o.last().text)
		assert.Contains(t, o.again(asks).text, "and 1 did")
		o.react(eve, asks.id, "👍")
		o.say(eve, "!cd approve "+id)
		assert.Equal(t, "You have approved it already, and that counts once.", o.last().text)
		o.restart()
		require.Zero(t, o.started())
		in := o.event(ada, "!cd approve "+strings.ToUpper(id))
		in.Room = dev
		o.handle(in)
		require.Equal(t, 1, o.started(), "from another room, after a restart")
		assert.Contains(t, o.again(asks).text, "Approved by eve, ada")
		o.say(ada, "!cd approve")
		assert.Contains(t, o.texts(string(ops)), "There is no open request for you to approve.")
	})
}

func TestApproversRefuse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(1))
		asks := o.confirmed(carl)
		o.answers(vera, asks.id, "no")
		require.Contains(t, o.again(asks).text, "Confirmed;")
		o.react(bob, asks.id, "👎")
		assert.Contains(t, o.again(asks).text, "Refused by BOB")
		o.react(ada, asks.id, "👍")
		require.Zero(t, o.started())

		o.confirmed(carl)
		o.say(carl, "!cd cancel")
		assert.Contains(t, o.last().text, "is cancelled")
		late := o.confirmed(carl)
		time.Sleep(time.Hour)
		o.settle()
		assert.Contains(t, o.again(late).text, "Expired at 01:0")
		assert.Contains(t, o.again(late).text, "it was not approved in time")
		o.say(bob, "!cd approve "+idIn(t, late))
		assert.Contains(t, o.last().text, "is over: it was expired.")
		assert.Zero(t, o.started())
	})
}

func TestApprovalsAreAskedForInRooms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(1))
		o.direct(carl, "run website deploy-prod")
		assert.Contains(t, o.lastTo("carl").text, "please ask for it in a room where they read along")
		o.direct(carl, "run website check")
		assert.Contains(t, o.lastTo("carl").text, "Run website / check?")
		o.direct(carl, "yes")
		assert.Equal(t, 1, o.started())
	})
}

func TestThePolicyCountsUntilTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		question := o.runs(carl, "website deploy-prod")
		o.stop()
		twoPersons(1)(o)
		o.start()
		o.answers(carl, question.id, "yes")
		require.Zero(t, o.started(), "a rule that came meanwhile")
		asks := o.find("Confirmed; ")
		p := o.engine.Policy()
		p.Grants = p.Grants[:2] // Carl may run nothing any more, nor may Eve approve.
		require.NoError(t, o.engine.SetPolicy(p))
		o.react(eve, asks.id, "👍")
		o.react(bob, asks.id, "👍")
		require.Zero(t, o.started())
		o.say(bob, "!cd approve "+idIn(t, asks))
		assert.Equal(t, "CARL may not run this any more.", o.last().text)
	})
}

// Approvals of people who may not approve any more do not count, nor do those of people who may only elsewhere.
func TestApprovalsOfApprovers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(2), func(o *town) {
			p := &o.config.Policy
			p.Grants = append(p.Grants, Grant{Users: []UserID{vera}, Role: Approver, Scope: Scope{Rooms: []RoomID{dev}}})
		})
		asks := o.confirmed(carl)
		in := o.event(vera, "!cd approve "+idIn(t, asks))
		in.Room = dev
		o.handle(in)
		assert.Contains(t, o.lastTo(string(dev)).text, "takes the role approver")
		o.react(bob, asks.id, "👍")
		assert.Contains(t, o.again(asks).text, "and 1 did")
		p := o.engine.Policy()
		p.Grants = slices.DeleteFunc(slices.Clone(p.Grants), func(g Grant) bool { return g.Users[0] == bob })
		require.NoError(t, o.engine.SetPolicy(p))
		o.react(eve, asks.id, "👍")
		require.Zero(t, o.started(), "Bob is no approver any more")
		o.react(ada, asks.id, "👍")
		require.Equal(t, 1, o.started())
		assert.Contains(t, o.again(asks).text, "Approved by eve, ada")
	})
}

// An approval that does not say of what is of what was asked here, and one below a question is of that.
func TestAnApprovalIsNotGuessed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, twoPersons(1))
		over := o.confirmed(carl)
		o.answers(carl, over.id, "no")
		asks := o.confirmed(carl)
		require.NotEqual(t, over.id, asks.id)
		in := o.event(bob, "!cd approve")
		in.Room = dev
		o.handle(in)
		assert.Equal(t, "There is no open request for you to approve.", o.lastTo(string(dev)).text)
		o.answers(bob, over.id, "!cd approve")
		assert.Contains(t, o.last().text, "is over: it was cancelled.")
		require.Zero(t, o.started())
		o.say(bob, "!cd approve")
		assert.Equal(t, 1, o.started())
	})
}
