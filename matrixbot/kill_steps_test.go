//go:build goolm || libolm

package matrixbot_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// A bot that dies at any step of its first start, its login, its way into a room, and its first answers, goes on after
// the next start as if nothing had been.
func TestKilledAtAnyStep(t *testing.T) { //nolint:tparallel // How many steps there are shows the last one.
	t.Parallel()
	stride := 7 // A step of each kind, and some more.
	if os.Getenv(killsVariable) != "" {
		stride = 1
	}
	for step, more := 1, true; more; step += stride {
		t.Run(fmt.Sprint("step ", step), func(t *testing.T) { more = killedAt(t, step) })
	}
}

// killedAt has a bot die at a step. It reports whether the bot has come so far.
func killedAt(t *testing.T, step int) (died bool) {
	t.Helper()
	server := matrixtest.NewServer(t)
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	bot := server.User("bot")
	ada := newHuman(t, server.URL(), server.Transport(), server.User("ada").NewSession("PHONE"))
	child := newChild(t, listener.URL, bot.ID(), bot.Password())
	child.DieAt = int64(step)
	ended, said := make(chan error, 1), make(chan error, 1)
	run := func() *exec.Cmd {
		process := child.start(t)
		go func() { ended <- process.Wait() }()
		return process
	}
	process := run()
	room := ada.room(bot.ID())
	go func() { said <- talk(ada, room) }()
	for talking := true; talking; {
		select {
		case err := <-ended:
			require.ErrorContains(t, err, "killed", child.said(t))
			require.False(t, died, "it has died without being told so")
			died, child.DieAt = true, 0
			process = run()
		case err := <-said:
			require.NoError(t, err, child.said(t))
			talking = false
		}
	}
	notes := child.notes(t)
	require.NoError(t, process.Process.Kill())
	<-ended
	assert.Equal(t, ada.asked[room], ada.heard(room))
	assert.Empty(t, ada.broken)
	assertQuiet(t, child)
	checkRuns(t, notes)
	return died
}

// talk gives a few commands, two of them at once.
func talk(ada *human, room id.RoomID) error {
	if !ada.wait(func() bool { return ada.everywhere(1) }) {
		return errors.New("the bot does not come")
	}
	for _, at := range []int{0, 2} {
		for n := at; n < at+2; n++ {
			first, second := fmt.Sprint("first ", n), fmt.Sprint("second ", n)
			if err := ada.ask(room, first+"\n"+second, "re "+first, "re "+second); err != nil {
				return err
			}
		}
		if !ada.wait(func() bool { return ada.open() == 0 }) {
			return errors.New("replies are missing")
		}
	}
	return nil
}
