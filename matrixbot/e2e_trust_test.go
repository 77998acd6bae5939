//go:build goolm || libolm

package matrixbot_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/internal/matrixjs"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// Somebody whose client keeps its keys from unverified devices hears once what to do, and is understood after it.
func TestElementOnlyVerified(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.signed("ada")
	w.bot.start()
	room := w.room(ada)
	ada.Do(nil, "onlyVerified", map[string]any{"on": true})
	hint := func(e matrixjs.Event) bool {
		return e.Event == "timeline" && e.Room == room && e.Sender == w.bot.user.String() && e.Type == "m.room.message" && strings.Contains(e.Body, "verif")
	}
	ada.Send(room, "!echo one")
	ada.Wait("a hint", hint)
	ada.Send(room, "!echo two")

	m := w.meet(ada, room, true, false)
	m.confirm(together)
	m.succeeds()
	m.trusts("three", true)
	assert.Equal(t, []string{"!echo three"}, w.bot.texts(), "what was withheld stays so")
	hints := 0
	for _, e := range ada.Events() {
		if hint(e) {
			hints++
		}
	}
	assert.Equal(t, 1, hints)
}

// Somebody whose client has nothing to do with devices that nobody has signed talks to the bot, and hears it.
func TestElementOnlySigned(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.signed("ada")
	w.bot.start()
	room := w.room(ada)
	ada.Do(nil, "onlySigned", map[string]any{"on": true})
	answer := w.answers(ada, room, "tea")
	assert.Equal(t, "NONE", answer.Shield)
	assert.Equal(t, e2ee.TrustCrossSigned, w.bot.hearsText("!echo tea").Trust)
}

// A device that somebody logs in with and does not sign is no more trusted for its owner's name.
func TestElementUnsignedDevice(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	phone := w.signed("ada")
	w.bot.start()
	room := w.room(phone)
	m := w.meet(phone, room, false, false)
	m.confirm(together)
	m.succeeds()
	m.trusts("from the phone", true)
	stranger := w.device("ada")
	w.answers(stranger, room, "from who knows where")
	assert.Equal(t, e2ee.TrustUnverified, w.bot.hearsText("!echo from who knows where").Trust)
}
