//go:build goolm || libolm

package matrixbot_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// killsVariable says how often the bot is killed; more than a few times take a while.
const killsVariable = "SIGNALBOX_KILLS"

func killsWanted(t *testing.T) int {
	t.Helper()
	text := os.Getenv(killsVariable)
	if text == "" {
		return 20
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, killsVariable)
	return n
}

// A bot that is killed again and again, while people give it commands, loses none, and answers each once, in order.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	kills := killsWanted(t)
	server := matrixtest.Dendrite(t)
	bot := server.Register("bot", password)
	ada := newHuman(t, server.URL(), nil, server.Register("ada", password))
	child := newChild(t, server.URL(), bot.UserID, password)
	process := child.start(t)
	var rooms []id.RoomID
	for range 3 {
		rooms = append(rooms, ada.room(bot.UserID))
	}
	require.True(t, ada.wait(func() bool { return ada.everywhere(len(rooms)) }), "the bot does not come: %s", child.said(t))

	enough, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- keepAsking(ada, rooms, enough) }()
	// The same moments each time, as far as a process can be the same.
	random := rand.New(rand.NewPCG(1, 2))
	begin := time.Now()
	for range kills {
		<-time.After(time.Duration(30+random.IntN(270)) * time.Millisecond)
		require.NoError(t, process.Process.Kill())
		require.ErrorContains(t, process.Wait(), "killed")
		process = child.start(t)
	}
	close(enough)
	require.NoError(t, <-ended)
	answered := ada.wait(func() bool { return ada.open() == 0 })
	took := time.Since(begin)
	commands := 0
	for _, room := range rooms {
		commands += len(ada.asked[room])
	}
	assert.Eventually(t, func() bool { return len(handled(child.notes(t))) == commands }, 10*time.Second, 10*time.Millisecond,
		"each command is handled to its end")
	require.NoError(t, process.Process.Kill())
	require.ErrorContains(t, process.Wait(), "killed")

	assert.True(t, answered, "replies are missing")
	for _, room := range rooms {
		assert.Equal(t, ada.asked[room], ada.heard(room), "each command is answered once, in the order of the room")
	}
	assert.Empty(t, ada.broken)
	assertQuiet(t, child)
	notes := child.notes(t)
	again, after := checkRuns(t, notes)
	most := slices.MaxFunc(notes, func(a, b note) int { return a.Attempt - b.Attempt }).Attempt
	t.Logf("%d kills in %v: %d commands, %d handlers started again (%d at their very end, one %d times), %d replies before their keys",
		kills, took.Round(time.Millisecond), commands, again, after, most, ada.late)
}

// keepAsking gives a command every ten milliseconds, as long as not too many wait for their replies.
func keepAsking(ada *human, rooms []id.RoomID, enough <-chan struct{}) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-enough:
			return nil
		case <-tick.C:
		}
		ada.mu.Lock()
		open := ada.open()
		ada.mu.Unlock()
		if open >= 50 {
			continue
		}
		text := fmt.Sprint("command ", n)
		if err := ada.ask(rooms[n%len(rooms)], text, "re "+text); err != nil {
			return err
		}
	}
}

// assertQuiet looks whether the bot has reported anything that it could not do.
func assertQuiet(t *testing.T, c *child) {
	t.Helper()
	for report := range strings.Lines(c.said(t)) {
		for _, bad := range []string{"level=ERROR", "decrypt", "key to a message did not come", "panic"} {
			assert.NotContains(t, report, bad)
		}
	}
}

// handled is what was handled to its end.
func handled(notes []note) map[id.EventID]bool {
	done := map[id.EventID]bool{}
	for _, n := range notes {
		if n.Done {
			done[n.Event] = true
		}
	}
	return done
}

// checkRuns looks at what the handlers have noted: they ran one after the other in each room, and one was started again
// only where the process died before it had returned, or in the instant in which it did. It returns how often a handler
// was started again, and how often of these its end had been noted.
func checkRuns(t *testing.T, notes []note) (again, after int) {
	t.Helper()
	type run struct {
		note

		done bool
	}
	last := map[id.RoomID]*run{}
	done := map[id.EventID]bool{}
	for _, n := range notes {
		now := last[n.Room]
		switch {
		case n.Done:
			if assert.NotNil(t, now) {
				assert.Equal(t, now.Event, n.Event, "two handlers at once in a room")
				assert.Equal(t, now.Process, n.Process)
				now.done, done[n.Event] = true, true
			}
			continue
		case now != nil && now.Event == n.Event:
			assert.NotEqual(t, now.Process, n.Process, "a handler was started again although its process lived")
			assert.Greater(t, n.Attempt, now.Attempt)
			again++
			if now.done {
				after++
			}
		default:
			assert.False(t, done[n.Event], "%s was handled, then others, then it again", n.Event)
			if now != nil {
				assert.True(t, now.done, "%s was not handled to its end", now.Event)
			}
		}
		last[n.Room] = &run{note: n}
	}
	return again, after
}
