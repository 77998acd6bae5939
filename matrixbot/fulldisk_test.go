//go:build (goolm || libolm) && linux

package matrixbot_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// The settings of a bot, and how long its files may become, for the other process of the test.
const (
	fullVariable  = "SIGNALBOX_TEST_FULL"
	limitVariable = "SIGNALBOX_TEST_LIMIT"
)

// runLimited is runChild in a process whose files may not become longer than so many bytes.
func runLimited(settings, limit string) error {
	most, err := strconv.ParseUint(limit, 10, 64)
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
		return err
	}
	return runChild(settings)
}

// A bot whose disk is full ends, and says why. When there is space again it answers what it could not keep, once.
func TestAFullDisk(t *testing.T) { //nolint:paralleltest // The other process runs nothing else.
	if settings := os.Getenv(fullVariable); settings != "" {
		fmt.Fprintln(os.Stderr, runLimited(settings, os.Getenv(limitVariable)))
		os.Exit(1)
	}
	t.Parallel()
	server := matrixtest.NewServer(t)
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	bot := server.User("bot")
	ada := newHuman(t, server.URL(), server.Transport(), server.User("ada").NewSession("PHONE"))
	child := newChild(t, listener.URL, bot.ID(), bot.Password())
	process := child.start(t)
	room := ada.room(bot.ID())
	require.True(t, ada.wait(func() bool { return ada.everywhere(1) }), child.said(t))
	require.NoError(t, ada.ask(room, "first", "re first"))
	require.True(t, ada.wait(func() bool { return ada.open() == 0 }), child.said(t))
	require.NoError(t, process.Process.Kill())
	require.ErrorContains(t, process.Wait(), "killed")

	for i := range 60 {
		text := strconv.Itoa(i) + strings.Repeat(" much", 5_000)
		require.NoError(t, ada.ask(room, text, "re "+text))
	}
	info, err := os.Stat(filepath.Join(child.Data, "bot.db"))
	require.NoError(t, err)
	limited, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	full := exec.CommandContext(limited, os.Args[0], "-test.run=^TestAFullDisk$")
	full.Env = append(os.Environ(), fullVariable+"="+child.text(t), limitVariable+"="+strconv.FormatInt(info.Size(), 10))
	out, err := full.CombinedOutput()
	require.ErrorContains(t, err, "exit status 1", "%s", out)
	assert.Contains(t, string(out), "nothing more can be kept: see that the disk has space and works, then start the program again")

	process = child.start(t)
	assert.True(t, ada.wait(func() bool { return ada.open() == 0 }), "replies are missing")
	require.NoError(t, process.Process.Kill())
	require.ErrorContains(t, process.Wait(), "killed")
	assert.Equal(t, ada.asked[room], ada.heard(room))
	assert.Empty(t, ada.broken)
}
