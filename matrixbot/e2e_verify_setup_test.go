//go:build goolm || libolm

package matrixbot_test

import (
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/matrixjs"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// meeting is a verification between somebody and the bot.
type meeting struct {
	*town

	human       *matrixjs.Client
	room        string // Where they talk.
	inRoom      bool   // The verification takes place there, else by to-device messages.
	transaction string
}

// meet has one of them ask the other for a verification, until both see the emojis, which are the same ones.
func (w *town) meet(human *matrixjs.Client, room string, inRoom, botAsks bool) *meeting {
	w.Helper()
	m := &meeting{town: w, human: human, room: room, inRoom: inRoom}
	if botAsks {
		m.isKnown()
	}
	m.ask(botAsks)
	m.begin(botAsks)
	return m
}

// isKnown waits until the human's client has heard of the bot's device: Element drops a request by one of which it has not.
func (m *meeting) isKnown() {
	m.Helper()
	for range 100 {
		if m.botStatus(m.human).DeviceSigned {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// begin has the two go on from the request, until both see the emojis.
func (m *meeting) begin(botAsks bool) {
	m.Helper()
	if botAsks {
		m.phase("Requested")
		m.human.Do(nil, "accept", map[string]any{"transaction": m.transaction})
	} else {
		m.phase("Ready")
		m.human.Do(nil, "startSas", map[string]any{"transaction": m.transaction})
	}
	sas := m.sees("the emojis", func(e matrixjs.Event) bool { return e.Event == "sas" })
	var shown []string
	for _, emoji := range await(m.T, "the bot's emojis", m.bot.shown) {
		shown = append(shown, emoji.Symbol)
	}
	require.Len(m, shown, 7)
	assert.Equal(m, sas.Emoji, shown)
}

func (m *meeting) ask(botAsks bool) {
	m.Helper()
	var err error
	bot, human := m.bot.machine(), id.UserID(m.human.User)
	switch {
	case botAsks && m.inRoom:
		m.transaction, err = bot.VerifyIn(m.Context(), id.RoomID(m.room), human)
	case botAsks:
		m.transaction, err = bot.Verify(m.Context(), human)
	case m.inRoom:
		m.human.Do(&m.transaction, "requestInRoom", map[string]any{"user": m.bot.user, "room": m.room})
	default:
		m.human.Do(&m.transaction, "requestToDevice", map[string]any{"user": m.bot.user, "device": m.bot.device()})
	}
	require.NoError(m, err)
}

// sees waits for something about this verification in the human's client.
func (m *meeting) sees(what string, ok func(matrixjs.Event) bool) matrixjs.Event {
	m.Helper()
	return m.human.Wait(what, func(e matrixjs.Event) bool { return e.Transaction == m.transaction && ok(e) })
}

func (m *meeting) phase(name string) {
	m.Helper()
	m.sees("the phase "+name, func(e matrixjs.Event) bool { return e.Event == "verification" && e.Phase == name })
}

// The orders in which the two confirm.
const (
	botFirst   = "the bot confirms first"
	humanFirst = "the human confirms first"
	together   = "both confirm together"
)

// confirm has both say that the emojis are the same.
func (m *meeting) confirm(order string) {
	m.Helper()
	switch order {
	case botFirst:
		m.botConfirms()
		m.human.Do(nil, "confirm", map[string]any{"transaction": m.transaction})
	case humanFirst:
		m.human.Do(nil, "confirm", map[string]any{"transaction": m.transaction})
		m.answers(m.human, m.room, m.transaction+" is confirmed") // so has the bot heard of it
		m.bot.answer <- true
	default:
		m.bot.answer <- true
		m.human.Do(nil, "confirm", map[string]any{"transaction": m.transaction})
	}
}

// botConfirms returns when the human's client has heard that the bot confirms.
func (m *meeting) botConfirms() {
	m.Helper()
	m.bot.answer <- true
	m.human.Wait("the bot's confirmation", func(e matrixjs.Event) bool {
		if e.Sender != m.bot.user.String() || e.Type != "m.key.verification.mac" {
			return false
		}
		relation, _ := e.Wire["m.relates_to"].(map[string]any)
		return e.Transaction == m.transaction || relation["event_id"] == m.transaction
	})
}

// succeeds waits until both are through.
func (m *meeting) succeeds() {
	m.Helper()
	require.NoError(m, await(m.T, "the bot's end", m.bot.ended))
	m.sees("the end", func(e matrixjs.Event) bool { return e.Event == "verified" })
	m.phase("Done")
}

// fails waits until both know that it came to nothing.
func (m *meeting) fails(code string) {
	m.Helper()
	var why *e2ee.CancelledError
	require.ErrorAs(m, await(m.T, "the bot's end", m.bot.ended), &why)
	assert.Equal(m, code, why.Code)
	m.phase("Cancelled")
}

// trusts asserts that either trusts the other as verified, or that neither does.
func (m *meeting) trusts(text string, verified bool) {
	m.Helper()
	level := e2ee.TrustCrossSigned
	if verified {
		level = e2ee.TrustVerified
	}
	answer := m.answers(m.human, m.room, text)
	assert.Equal(m, "NONE", answer.Shield)
	assert.Equal(m, level, m.bot.hearsText("!echo "+text).Trust)
	assert.Equal(m, status{
		Verified: verified, CrossSigningVerified: verified, HasKeys: true, DeviceSigned: true, DeviceVerified: verified,
	}, m.botStatus(m.human))
}
