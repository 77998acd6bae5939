//go:build goolm || libolm

package matrixbot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot"
)

// childVariable makes the test binary another process: a bot with these settings.
const childVariable = "SIGNALBOX_TEST_BOT"

func TestMain(m *testing.M) {
	if text := os.Getenv(childVariable); text != "" {
		if err := runChild(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child is a bot in a process of its own.
type child struct {
	Homeserver string
	User       id.UserID
	Password   string
	Data       string // The folder of the bot.
	Journal    string // The file in which its handlers note what they do.
	Log        string // The file in which the bot reports.
	DieAt      int64  // The step at which it kills itself; 0 means none.
}

// newChild returns the settings of a bot, with files in a folder of the test.
func newChild(t *testing.T, homeserver string, user id.UserID, password string) *child {
	t.Helper()
	folder := t.TempDir()
	return &child{
		Homeserver: homeserver, User: user, Password: password, Data: filepath.Join(folder, "bot"),
		Journal: filepath.Join(folder, "journal"), Log: filepath.Join(folder, "log"),
	}
}

// text is how the other process gets the settings.
func (c *child) text(t *testing.T) string {
	t.Helper()
	text, err := json.Marshal(c)
	require.NoError(t, err)
	return string(text)
}

// start starts the process.
func (c *child) start(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+c.text(t))
	log, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	require.NoError(t, log.Close())
	return cmd
}

// note is a line of the journal.
type note struct {
	Process int // Of which start of the bot it is.
	Room    id.RoomID
	Event   id.EventID
	Attempt int
	Done    bool // The handler is about to return; else it has begun.
}

// notes reads the journal.
func (c *child) notes(t *testing.T) []note {
	t.Helper()
	file, err := os.Open(c.Journal)
	require.NoError(t, err)
	defer file.Close()
	var list []note
	for lines := json.NewDecoder(file); ; {
		var next note
		if err := lines.Decode(&next); err == io.EOF {
			return list
		}
		require.NoError(t, err)
		list = append(list, next)
	}
}

// said returns what the bot has reported.
func (c *child) said(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(c.Log)
	require.NoError(t, err)
	return string(text)
}

// runChild is the other process. It ends when it is killed.
func runChild(text string) error {
	var c child
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return err
	}
	journal, err := os.OpenFile(c.Journal, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	doom := &doom{next: http.DefaultTransport, at: c.DieAt}
	write := func(r *matrixbot.Request, done bool) error {
		line, err := json.Marshal(note{os.Getpid(), r.Room, r.Event, r.Attempt, done})
		if err != nil {
			return err
		}
		_, err = journal.Write(append(line, '\n')) // In one go: no half of a line is left.
		doom.step()
		return err
	}
	bot, err := matrixbot.New(matrixbot.Config{
		Homeserver: c.Homeserver, User: string(c.User), Password: matrixbot.NewSecret(c.Password), Data: c.Data,
		Invites: matrixbot.Invites{Servers: []string{c.User.Homeserver()}}, Transport: doom,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo})),
		Handler: func(ctx context.Context, r *matrixbot.Request) error {
			if err := write(r, false); err != nil {
				return err
			}
			for line := range strings.Lines(r.Text) {
				if _, err := r.ReplyText(ctx, "re "+strings.TrimSpace(line)); err != nil {
					return err
				}
				doom.step()
			}
			return write(r, true)
		},
	})
	if err != nil {
		return err
	}
	return bot.Run(context.Background())
}

// doom ends the process at a step: there are one before each request, when all that the store has to say is on the
// disk, one after each answer, and those of the handler. Between two of them the disk changes at most once.
type doom struct {
	next  http.RoundTripper
	at    int64
	steps atomic.Int64
}

func (d *doom) step() {
	if d.steps.Add(1) != d.at {
		return
	}
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	select {} // Nothing of it goes on until then.
}

// RoundTrip implements [http.RoundTripper].
func (d *doom) RoundTrip(req *http.Request) (*http.Response, error) {
	d.step()
	resp, err := d.next.RoundTrip(req)
	d.step()
	return resp, err
}
