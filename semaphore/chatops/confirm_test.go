package chatops

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// idIn finds the id of the request in a message.
func idIn(t *testing.T, m message) string {
	t.Helper()
	found := regexp.MustCompile(`(?i)request ([a-z]{5})\b`).FindStringSubmatch(m.text)
	require.NotNil(t, found, m.text)
	return found[1]
}

// asks has somebody ask for a run, and returns the question.
func (o *town) runs(from UserID, command string) message {
	o.t.Helper()
	o.say(from, "!cd run "+command)
	question := o.last()
	require.Contains(o.t, question.text, "Run website / ")
	return question
}

// started is how many tasks Semaphore has.
func (o *town) started() int { return len(o.server.Tasks()) }

// now is how a message looks now.
func (o *town) again(m message) message {
	o.t.Helper()
	for _, place := range []string{string(m.to.Room), string(m.to.User)} {
		for _, other := range o.chat.in(place) {
			if other.id == m.id {
				return other
			}
		}
	}
	o.t.Fatalf("message %s is gone", m.id)
	return m
}

func TestNothingRunsBeforeAYes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		question := o.runs(carl, "website check --message release")
		for _, want := range []string{"template: 2 of project 1", "message: release", "digest: ", "CARL, answer yes or no, or 👍 or 👎 until 00:05 UTC."} {
			assert.Contains(t, question.text, want)
		}
		for _, remark := range []string{"hmm, wait a moment", "yes and no", "no problem", "go home", "I say yes", "yesterday", "start the car"} {
			o.say(carl, remark)
		}
		require.Zero(t, o.started())
		assert.Len(t, o.messages(), 1, "a remark is not answered, and changes nothing")
		o.say(carl, "Yes!")
		require.Equal(t, 1, o.started())
		assert.Contains(t, o.again(question).text, "Runs as task 1.")
		o.say(carl, "yes")
		o.react(carl, question.id, "👍")
		o.answers(carl, question.id, "yes")
		assert.Equal(t, 1, o.started())
		assert.Contains(t, o.last().text, "is over: it was started")
	})
}

func TestEveryWordAndReaction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		answer := func(words []string, reaction bool) {
			for _, word := range words {
				question := o.runs(carl, "website check")
				if reaction {
					o.react(carl, question.id, word+"\ufe0f")
				} else {
					o.answers(carl, question.id, word)
				}
				state := o.again(question).text
				require.True(t, strings.Contains(state, "Runs as") || strings.Contains(state, "Cancelled by CARL"), "%s: %s", word, state)
				time.Sleep(time.Minute)
			}
		}
		answer(yesWords, false)
		answer(yesReactions, true)
		answer([]string{"👍🏽", "yes", "OK."}, false)
		ran := o.started()
		assert.Equal(t, len(yesWords)+len(yesReactions)+3, ran)
		answer(noWords, false)
		answer(noReactions, true)
		assert.Equal(t, ran, o.started())
	})
}

func TestOnlyWhoAskedConfirms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		question := o.runs(carl, "website check")
		before := len(o.messages())
		for _, other := range []UserID{mallory, vera, bob, ada} {
			o.react(other, question.id, "👍")
			o.say(other, "yes")
		}
		assert.Len(t, o.messages(), before, "clicks make the bot say nothing")
		o.answers(bob, question.id, "yes")
		assert.Equal(t, "Only CARL can answer that.", o.last().text)
		o.answers(vera, question.id, "no")
		assert.Equal(t, "That is not for you to cancel.", o.last().text)
		require.Zero(t, o.started())
		audit := o.auditLines()
		for _, who := range []string{"vera", "bob", "ada"} {
			assert.Contains(t, audit, who+" reaction denied: request of somebody else")
		}
		assert.Contains(t, audit, "mallory reaction denied: has no role here")
		o.answers(ada, question.id, "no")
		assert.Contains(t, o.again(question).text, "Refused by ADA")
		o.say(carl, "yes")
		assert.Zero(t, o.started())
	})
}

func TestAYesIsBoundToItsRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		first, second := o.runs(carl, "website check --message one"), o.runs(carl, "website deploy-prod --message two")
		o.say(carl, "yes")
		assert.Contains(t, o.last().text, "To which one?")
		for _, q := range []message{first, second} {
			assert.Contains(t, o.last().text, idIn(t, q))
		}
		require.Zero(t, o.started())
		remark := o.say(bob, "shall we have lunch?")
		o.answers(carl, remark.Message, "yes")
		require.Zero(t, o.started(), "that was about lunch")
		o.say(carl, "yes "+idIn(t, second))
		require.Equal(t, 1, o.started())
		assert.True(t, strings.HasPrefix(o.server.Tasks()[0].Message, "two ["))
		o.answers(carl, second.id, "no")
		assert.Contains(t, o.last().text, "is over")
		o.say(carl, "yes zzzzz")
		require.Equal(t, 1, o.started(), "no such request, and not addressed to the bot")
		o.say(carl, "!cd yes zzzzz")
		assert.Equal(t, "There is no request zzzzz.", o.last().text)
		in := o.event(carl, "go")
		in.Thread = string(first.id)
		o.handle(in)
		require.Equal(t, 2, o.started())
		assert.Contains(t, o.again(first).text, "Runs as task 2")
	})
}

// A yes says yes to what was seen: one that comes before the question is none.
func TestAYesBeforeTheQuestionIsNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.chat.failWith(func(string, Outgoing) error { return ErrNotSent })
		o.say(carl, "!cd run website check")
		o.say(carl, "yes")
		require.Zero(t, o.started())
		o.chat.failWith(nil)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		assert.Contains(t, o.last().text, "Run website / check?")
		o.say(carl, "yes")
		assert.Equal(t, 1, o.started())
	})
}

func TestAnAnswerElsewhereIsNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) { o.config.Policy.Rooms = append(o.config.Policy.Rooms, dev) })
		question := o.runs(carl, "website check")
		o.direct(carl, "yes")
		in := o.event(carl, "yes")
		in.Room = dev
		o.handle(in)
		in = o.event(carl, "yes")
		in.Thread = "another topic"
		o.handle(in)
		require.Zero(t, o.started())
		in = o.event(carl, "yes "+idIn(t, question))
		in.Room = dev
		o.handle(in)
		assert.Equal(t, 1, o.started(), "it names the request")
	})
}

func TestTwoAnswersAtOnceStartOneTask(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		question := o.runs(carl, "website check")
		events := []Incoming{o.event(carl, "y"), o.event(carl, ""), o.event(carl, "yes")}
		events[1].Message, events[1].Reaction = question.id, "👍"
		events[2].ReplyTo = question.id
		done := make(chan error)
		for _, in := range append(events, events...) {
			go func() { done <- o.engine.Handle(t.Context(), in) }()
		}
		for range 2 * len(events) {
			require.NoError(t, <-done)
		}
		o.settle()
		assert.Equal(t, 1, o.started())
		assert.Equal(t, 1, o.count("Runs as task 1."))
	})
}

func TestAQuestionExpiresOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		question := o.runs(carl, "website check")
		o.say(carl, "!cd run website deploy-prod")
		o.say(carl, "no") // It was ambiguous, so both are open.
		time.Sleep(time.Minute)
		o.say(carl, "cancel "+idIn(t, o.find("deploy-prod?")))
		time.Sleep(4*time.Minute - 4*time.Second) // The end of one question is not that of another.
		synctest.Wait()
		require.NotContains(t, o.again(question).text, "Expired")
		time.Sleep(4 * time.Second)
		o.settle()
		require.Contains(t, o.again(question).text, "Expired at 00:05 UTC: nobody answered in time. Nothing was started.")
		edits := o.again(question).edits
		o.react(carl, question.id, "👍")
		o.say(carl, "yes")
		o.answers(carl, question.id, "yes")
		assert.Contains(t, o.last().text, "is over: it was expired.")
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, edits, o.again(question).edits)
		assert.Zero(t, o.started())
		expired := 0
		for _, line := range o.auditLines() {
			if strings.Contains(line, "run expired") {
				expired++
			}
		}
		assert.Equal(t, 1, expired)
	})
}

func TestARestartNeitherLosesNorRepeatsAQuestion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		question := o.runs(carl, "website check")
		o.restart()
		yes := o.say(carl, "yes")
		require.Equal(t, 1, o.started())
		o.restart()
		o.handle(yes)
		require.Equal(t, 1, o.started())
		assert.Equal(t, 1, o.count("Run website / check?"))
		assert.Contains(t, o.again(question).text, "Runs as task 1.")

		late := o.runs(carl, "website check")
		require.ErrorIs(t, o.stop(), context.Canceled)
		time.Sleep(time.Hour)
		o.start()
		o.settle()
		assert.Contains(t, o.again(late).text, "Expired")
		o.react(carl, late.id, "👍")
		assert.Equal(t, 1, o.started())
	})
}

func TestReactionsThatAreNotEncryptedDoNotConfirm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		in := o.event(carl, "!cd run website check")
		in.InEncrypted, in.Encrypted = true, true
		o.handle(in)
		question := o.last()
		assert.Contains(t, question.text, "answer yes or no until")
		react := o.event(carl, "")
		react.Message, react.Reaction, react.InEncrypted = question.id, "👍", true
		o.handle(react)
		require.Zero(t, o.started())
		yes := o.event(carl, "yes")
		yes.InEncrypted = true
		o.handle(yes)
		require.Zero(t, o.started(), "anybody could have written it")
		o.config.Policy.PlaintextReactions = true
		require.NoError(t, o.engine.SetPolicy(o.config.Policy))
		react.ID = "another"
		o.handle(react)
		assert.Equal(t, 1, o.started())
	})
}

func TestRequestsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for range mostRequestsEach {
			o.runs(carl, "website check")
		}
		o.say(carl, "!cd run website check")
		assert.Contains(t, o.last().text, "10 requests of yours are open.")
		o.runs(bob, "website check")
		o.say(carl, "!cd cancel")
		assert.Contains(t, o.last().text, "To which one?")
		o.say(bob, "!cd cancel")
		assert.Contains(t, o.last().text, "is cancelled")
		o.say(bob, "!cd cancel")
		assert.Equal(t, "There is no open request for you to cancel.", o.last().text)
	})
}
