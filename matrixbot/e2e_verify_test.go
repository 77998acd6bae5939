//go:build goolm || libolm

package matrixbot_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/matrixjs"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

func where(inRoom bool) string {
	if inRoom {
		return "in a room"
	}
	return "to the device"
}

func who(botAsks bool) string {
	if botAsks {
		return "the bot asks"
	}
	return "the human asks"
}

// A verification succeeds wherever it takes place, whoever asks for it and whoever confirms first. It outlasts the
// process.
func TestElementVerification(t *testing.T) {
	t.Parallel()
	for _, inRoom := range []bool{true, false} {
		for _, botAsks := range []bool{true, false} {
			for _, order := range []string{botFirst, humanFirst, together} {
				t.Run(where(inRoom)+", "+who(botAsks)+", "+order, func(t *testing.T) {
					t.Parallel()
					w := newTown(t)
					ada := w.signed("ada")
					w.bot.start()
					m := w.meet(ada, w.room(ada), inRoom, botAsks)
					m.confirm(order)
					m.succeeds()
					m.trusts("now", true)
					w.bot.restart()
					m.trusts("later", true)
				})
			}
		}
	}
}

// A bot that was started again can sign as before.
func TestElementVerificationAfterARestart(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.signed("ada")
	w.bot.start()
	room := w.room(ada)
	w.answers(ada, room, "before")
	w.bot.restart()
	m := w.meet(ada, room, true, false)
	m.confirm(humanFirst)
	m.succeeds()
	m.trusts("now", true)
}

// What somebody ends, for whatever reason and however late, leaves no trust.
func TestElementVerificationFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		code string
		end  func(*meeting)
	}{
		"the bot sees others": {"m.mismatched_sas", func(m *meeting) { m.bot.answer <- false }},
		"the human sees others": {"m.mismatched_sas", func(m *meeting) {
			m.human.Do(nil, "mismatch", map[string]any{"transaction": m.transaction})
		}},
		"the human sees others after the bot confirmed": {"m.mismatched_sas", func(m *meeting) {
			m.botConfirms()
			m.human.Do(nil, "mismatch", map[string]any{"transaction": m.transaction})
		}},
		"the bot sees others after the human confirmed": {"m.mismatched_sas", func(m *meeting) {
			m.human.Do(nil, "confirm", map[string]any{"transaction": m.transaction})
			m.answers(m.human, m.room, "confirmed")
			m.bot.answer <- false
		}},
		"the human cancels": {"m.user", func(m *meeting) {
			m.human.Do(nil, "cancel", map[string]any{"transaction": m.transaction})
		}},
	} {
		for _, inRoom := range []bool{true, false} {
			t.Run(name+", "+where(inRoom), func(t *testing.T) {
				t.Parallel()
				w := newTown(t)
				ada := w.signed("ada")
				w.bot.start()
				room := w.room(ada)
				w.answers(ada, room, "before")
				m := w.meet(ada, room, inRoom, false)
				test.end(m)
				m.fails(test.code)
				m.trusts("after", false)

				again := w.meet(ada, room, inRoom, false)
				again.confirm(together)
				again.succeeds()
				again.trusts("at last", true)
			})
		}
	}
}

// The operator lets nobody in who should not be.
func TestElementVerificationDeclined(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.signed("ada")
	w.bot.config.Encryption.Operator.Accept = func(context.Context, e2ee.Verification) bool { return false }
	w.bot.start()
	m := &meeting{town: w, human: ada, room: w.room(ada), inRoom: true}
	m.ask(false)
	m.fails("m.user")
	m.trusts("after", false)
}

// Who has no identity cannot be verified for longer than a device lasts, and is not.
func TestElementVerificationOfNobody(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.person("ada")
	w.bot.start()
	room := w.room(ada)
	m := w.meet(ada, room, true, false)
	m.confirm(together)
	require.ErrorIs(t, await(t, "the bot's end", w.bot.ended), e2ee.ErrNoIdentity)
	w.answers(ada, room, "after")
	assert.Equal(t, e2ee.TrustUnverified, w.bot.hearsText("!echo after").Trust)
}

// An identity that took the place of one that was verified has none of its trust, until it is verified itself.
func TestElementReplacedIdentity(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ada := w.signed("ada")
	w.bot.start()
	room := w.room(ada)
	m := w.meet(ada, room, true, false)
	m.confirm(together)
	m.succeeds()
	m.trusts("verified", true)

	ada.Do(nil, "replaceIdentity", map[string]any{"password": password})
	w.answers(ada, room, "replaced")
	assert.Equal(t, e2ee.TrustUnverified, w.bot.hearsText("!echo replaced").Trust)
	w.bot.restart()
	w.answers(ada, room, "still replaced")
	assert.Equal(t, e2ee.TrustUnverified, w.bot.hearsText("!echo still replaced").Trust)

	m = w.meet(ada, room, true, false)
	m.confirm(together)
	m.succeeds()
	m.trusts("verified again", true)
}

// Two bots verify each other too: what they run is the same code on both sides.
func TestOursVerifyEachOther(t *testing.T) {
	t.Parallel()
	for _, inRoom := range []bool{true, false} {
		t.Run(where(inRoom), func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			ada := w.person("ada")
			rival := w.robot("rival")
			w.bot.start()
			rival.start()
			room := w.room(ada)
			invite(ada, room, rival.user.String())
			isIn(ada, room, rival.user.String())
			w.answers(ada, room, "all are here")
			m := &meeting{town: w, human: &matrixjs.Client{User: rival.user.String()}, room: room, inRoom: inRoom}
			m.ask(true)
			assert.Equal(t, await(t, "emojis", w.bot.shown), await(t, "emojis", rival.shown))
			w.bot.answer <- true
			rival.answer <- true
			require.NoError(t, await(t, "the end", w.bot.ended))
			require.NoError(t, await(t, "the end", rival.ended))
		})
	}
}

// Many verifications one after the other succeed too.
func TestElementManyVerifications(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes a while")
	}
	w := newTown(t)
	ada := w.signed("ada")
	w.bot.start()
	room := w.room(ada)
	for _, inRoom := range []bool{true, false} {
		for _, botAsks := range []bool{true, false} {
			for i := range 10 {
				m := w.meet(ada, room, inRoom, botAsks)
				m.confirm([]string{botFirst, humanFirst, together}[i%3])
				m.succeeds()
				m.trusts(fmt.Sprint(where(inRoom), who(botAsks), i), true)
			}
		}
	}
}
