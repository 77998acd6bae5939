package zulipchat

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// asks has the bot ask something and offer reactions.
func (o *office) asks(t *testing.T, chat *Chat, to chatops.Address) (message int) {
	t.Helper()
	_, err := chat.Send(t.Context(), chatops.Outgoing{To: to, Body: text("Run it?"), Buttons: []string{"👍", "👎"}})
	require.NoError(t, err)
	synctest.Wait()
	messages := o.Messages()
	return messages[len(messages)-1].ID
}

// back starts the bot anew after Zulip has dropped its queue, and returns what it heard until it listens again.
func (o *office) back(t *testing.T, e *listener) (stop func() error, heard []chatops.Incoming) {
	t.Helper()
	o.ExpireQueues()
	stop = start(t, o.chat(t), e)
	time.Sleep(time.Minute)
	return stop, e.take()
}

func TestReactionsWhileThereWasNoQueue(t *testing.T) {
	t.Parallel()
	for name, level := range map[string]int{"of today": 421, "that cannot search for reactions": 200} {
		t.Run("on a server "+name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t, zuliptest.WithFeatureLevel(level))
				e := &listener{}
				chat := o.chat(t)
				stop := start(t, chat, e)
				question := o.asks(t, chat, chatops.Address{Room: roomOf(o.channel), Thread: "releases"})
				private := o.asks(t, chat, chatops.Address{User: user(o.ann)})
				_ = stop()

				o.React(o.ben, question, "thumbs_up")
				o.React(o.ann, private, "thumbs_up")
				o.React(o.ann, question, "thumbs_up")
				o.Unreact(o.ann, question, "thumbs_up")
				stop, heard := o.back(t, e)
				require.Len(t, heard, 2, "what was taken back is gone")
				assert.Equal(t, chatops.Incoming{
					ID: heard[0].ID, From: user(o.ben), FromName: "Ben", Room: roomOf(o.channel), RoomName: "ops", Thread: "releases",
					Message: messageID(question), Reaction: "👍", At: heard[0].At,
				}, heard[0])
				assert.Equal(t, chatops.Incoming{
					ID: heard[1].ID, From: user(o.ann), FromName: "Ann", Direct: true,
					Message: messageID(private), Reaction: "👍", At: heard[1].At,
				}, heard[1])

				_ = stop()
				_, heard = o.back(t, e)
				assert.Empty(t, heard, "once")
			})
		})
	}
}

// TestAReactionIsOneEventHoweverItComes has reactions come both as events and from the history.
func TestAReactionIsOneEventHoweverItComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		e := &listener{}
		chat := o.chat(t)
		stop := start(t, chat, e)
		question := o.asks(t, chat, chatops.Address{Room: roomOf(o.channel)})
		o.React(o.ben, question, "thumbs_up")
		live := e.take()
		require.Len(t, live, 1)

		// While the bot runs.
		o.ExpireQueues()
		time.Sleep(time.Minute)
		assert.Empty(t, e.take())

		// While it is away.
		_ = stop()
		stop, heard := o.back(t, e)
		assert.Empty(t, heard)

		// Taken back meanwhile, and put there anew.
		_ = stop()
		o.Unreact(o.ben, question, "thumbs_up")
		stop, heard = o.back(t, e)
		assert.Empty(t, heard)
		o.React(o.ben, question, "thumbs_up")
		heard = e.take()
		require.Len(t, heard, 1)
		anew := heard[0].ID
		assert.NotEqual(t, live[0].ID, anew)

		// Taken back before, and put there anew meanwhile, twice.
		for range 2 {
			o.Unreact(o.ben, question, "thumbs_up")
			synctest.Wait()
			_ = stop()
			o.React(o.ben, question, "thumbs_up")
			stop, heard = o.back(t, e)
			require.Len(t, heard, 1)
			assert.NotEqual(t, anew, heard[0].ID)
			anew = heard[0].ID
		}
		_ = stop()

		// The new queue was there before the messages were looked at, so that it has the event too.
		in := &intake{chat: o.chat(t), engine: e, heard: heardBy(o, e)}
		o.React(o.ann, question, "thumbs_up")
		require.NoError(t, in.handle(t.Context(), zulip.Event{ID: -1, Resynced: &zulip.Resynced{}}))
		require.NoError(t, in.handle(t.Context(), zulip.Event{ID: 3, Op: "add", Reaction: &zulip.ReactionEvent{
			Reaction:  zulip.Reaction{Emoji: zulip.Emoji{Code: "1f44d", Type: zulip.UnicodeEmoji}, UserID: zulip.UserID(o.ann.ID)},
			MessageID: zulip.MessageID(question),
		}}))
		heard = e.take()
		require.Len(t, heard, 1)
		assert.Equal(t, user(o.ann), heard[0].From)
	})
}

func heardBy(o *office, e *listener) heard { return heard{engine: e, log: o.logger()} }

// TestACrashInTheMiddleOfAReaction: the engine may have taken it in, and then the queue is gone.
func TestACrashInTheMiddleOfAReaction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		var asked []chatops.EventID
		e := &listener{handle: func(_ context.Context, in chatops.Incoming) error {
			asked = append(asked, in.ID)
			return errors.New("the disk is full")
		}}
		chat := o.chat(t)
		stop := start(t, chat, e)
		question := o.asks(t, chat, chatops.Address{Room: roomOf(o.channel)})
		o.React(o.ben, question, "thumbs_up")
		synctest.Wait()
		_ = stop()
		require.NotEmpty(t, asked)
		e.handle = nil
		_, heard := o.back(t, e)
		require.Len(t, heard, 1)
		assert.Equal(t, asked[0], heard[0].ID)
	})
}

func TestReactionsThatWereNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		e := &listener{}
		chat := o.chat(t)
		stop := start(t, chat, e)
		to := chatops.Address{Room: roomOf(o.channel)}
		old := o.asks(t, chat, to)
		time.Sleep(questionAge + time.Hour)
		question := o.asks(t, chat, to)
		_, err := chat.Send(t.Context(), chatops.Outgoing{To: to, Body: text("Which version?")})
		require.NoError(t, err)
		prompt := o.Messages()[2].ID
		said := o.SendToChannel(o.ann, o.channel, defaultTopic, "nice")
		require.Len(t, e.take(), 1)
		_ = stop()

		o.React(o.ben, old, "thumbs_up")     // The engine has forgotten what it had of it.
		o.React(o.ben, question, "octopus")  // It was not offered.
		o.React(o.ben, prompt, "thumbs_up")  // Nothing was.
		o.React(o.ben, said.ID, "thumbs_up") // It is not the bot's.
		stop, heard := o.back(t, e)
		assert.Empty(t, heard)

		_ = stop()
		o.React(o.ann, question, "thumbs_up")
		o.React(o.ben, question, "thumbs_down")
		_, heard = o.back(t, e)
		require.Len(t, heard, 2)
		assert.Equal(t, "👎", heard[0].Reaction, "a no comes before a yes")
		assert.Equal(t, "👍", heard[1].Reaction)
	})
}

func TestHeard(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	e := &listener{}
	h := heardBy(o, e)
	reaction := func(n int) zulip.ReactionEvent {
		return zulip.ReactionEvent{MessageID: zulip.MessageID(n), Reaction: zulip.Reaction{Emoji: zulip.Emoji{Code: "1f44d"}, UserID: 7}}
	}
	for n := range maxHeard + 1 {
		id, had, err := h.begin(t.Context(), reaction(n), "first")
		require.NoError(t, err)
		require.Equal(t, chatops.EventID("first"), id)
		require.False(t, had)
	}
	require.NoError(t, h.end(t.Context(), reaction(1)))
	h = heardBy(o, e) // As it was kept.
	for _, c := range []struct {
		message int
		id      chatops.EventID
		had     bool
	}{
		{1, "first", true},
		{2, "first", false}, // It ended with a crash.
		{maxHeard, "first", false},
		{0, "second", false}, // The oldest one is forgotten.
	} {
		id, had, err := h.begin(t.Context(), reaction(c.message), "second")
		require.NoError(t, err)
		assert.Equal(t, c.id, id, c.message)
		assert.Equal(t, c.had, had, c.message)
	}
	assert.Len(t, h.list, maxHeard)

	e.others[heardName] = []byte("{")
	h = heardBy(o, e)
	require.NoError(t, h.forget(t.Context(), reaction(1)))
	assert.Contains(t, o.log.String(), "the stored reactions are damaged")
	e.set(errors.New("the disk is full"))
	_, _, err := h.begin(t.Context(), reaction(1), "third")
	require.ErrorContains(t, err, "keep the reactions: the disk is full")
	assert.Empty(t, h.list, "what is not kept is not remembered")
	h = heardBy(o, e)
	require.ErrorContains(t, h.forget(t.Context(), reaction(1)), "read the reactions: the disk is full")
}
