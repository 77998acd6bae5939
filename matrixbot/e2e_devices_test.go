//go:build goolm || libolm

package matrixbot_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/matrixjs"
)

// What people say while the bot is away it answers when it is back: all of it, in order, once.
func TestElementRestart(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.person("ada")
	w.bot.start()
	room := w.room(ada)
	w.answers(ada, room, "before")
	w.bot.stop()
	all := []string{"before"}
	for i := range 5 {
		text := fmt.Sprint("meanwhile ", i)
		ada.Send(room, "!echo "+text)
		all = append(all, text)
	}
	w.bot.start()
	w.answers(ada, room, "after")
	var said []string
	events := ada.Events()
	slices.SortStableFunc(events, func(a, b matrixjs.Event) int { return cmp.Compare(a.Time, b.Time) })
	for _, e := range events {
		if e.Event == "timeline" && e.Sender == w.bot.user.String() && e.Type == "m.room.message" {
			said = append(said, e.Body)
		}
	}
	assert.Equal(t, append(all, "after"), said)
}

// A device that somebody logs in with in the middle of a conversation takes part from then on.
func TestElementSecondDevice(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	phone := w.person("ada")
	w.bot.start()
	room := w.room(phone)
	w.answers(phone, room, "before")
	laptop := w.device("ada")
	w.answers(laptop, room, "from the laptop")
	w.said(phone, room, "from the laptop")
	w.answers(phone, room, "from the phone")
	w.said(laptop, room, "from the phone")
	assert.Zero(t, times(laptop, room, "before"), "a new device has not the keys of old messages")
}

// Who comes later reads what is said from then on.
func TestElementLateJoin(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada, bob := w.person("ada"), w.person("bob")
	w.bot.start()
	room := w.room(ada)
	old := w.answers(ada, room, "before")
	invite(ada, room, bob.User)
	join(ada, bob, room)
	w.answers(ada, room, "after")
	w.said(bob, room, "after")
	w.answers(bob, room, "too")
	hidden := bob.Wait("the old message", func(e matrixjs.Event) bool { return e.ID == old.ID })
	assert.NotEmpty(t, hidden.Failed)
}

// Who was sent away gets no keys any more.
func TestElementKick(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada, bob := w.person("ada"), w.person("bob")
	w.bot.start()
	room, other := w.room(ada, bob), w.room(bob)
	before := w.answers(ada, room, "before")
	w.said(bob, room, "before")
	ada.Do(nil, "kick", map[string]any{"room": room, "user": bob.User})
	membership(ada, room, bob.User, "leave")
	after := w.answers(ada, room, "after")
	require.NotEqual(t, before.Wire["session_id"], after.Wire["session_id"])
	w.answers(bob, other, "what was sent to him before this he has got")
	var has []string
	bob.Do(&has, "keys", map[string]any{"room": room})
	assert.Contains(t, has, before.Wire["session_id"])
	assert.NotContains(t, has, after.Wire["session_id"])
}

// A bot whose device was deleted, as by its owner in another client, comes back as a new one. What was said while it
// had none nobody has sent it the keys of.
func TestElementDeviceDeleted(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.signed("ada")
	w.bot.config.Encryption.SaveRecoveryKey = w.bot.keepRecoveryKey
	w.bot.start()
	room := w.room(ada)
	w.answers(ada, room, "before")
	gone := w.bot.device()
	w.device("bot").Do(nil, "deleteDevice", map[string]any{"device": gone, "password": password})
	require.Eventually(t, func() bool { return w.bot.device() != gone }, patience, 20*time.Millisecond)
	// And her client knows it from now on.
	require.Eventually(t, func() bool { return w.botStatus(ada).DeviceSigned }, patience, 50*time.Millisecond)
	w.answers(ada, room, "after")
	later := w.answers(ada, room, "and later")
	assert.Equal(t, "NONE", later.Shield, "the new device is signed too")
	assert.Equal(t, []string{"!echo before", "!echo after", "!echo and later"}, w.bot.texts())
}
