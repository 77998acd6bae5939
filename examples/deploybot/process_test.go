//go:build (goolm || libolm) && linux

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// What the program costs, as people would build it.
const (
	maxBinary = 18_000_000 // bytes
	maxIdle   = 25_000_000 // bytes
	maxStart  = 300 * time.Millisecond
)

func TestProgramIsSmall(t *testing.T) {
	t.Parallel()
	file := buildProgram(t)
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), int64(maxBinary))

	stage := newStage(t, file)
	stage.start(t)
	assert.LessOrEqual(t, stage.memory(t), int64(maxIdle), "resident bytes of a bot that waits")
	stage.stop(t)
	assert.NotEmpty(t, privateNames(t, stage.data))
}

// BenchmarkProgram says how long the program takes from its start to the first
// sync that it has taken in, in the middle one of its runs, and how much memory
// it has when it has waited for five seconds, against what it may.
func BenchmarkProgram(b *testing.B) {
	file := buildProgram(b)
	info, err := os.Stat(file)
	require.NoError(b, err)
	stage := newStage(b, file)
	var took []time.Duration
	for b.Loop() {
		took = append(took, stage.start(b))
		b.StopTimer()
		stage.stop(b)
		b.StartTimer()
	}
	slices.Sort(took)
	stage.start(b)
	<-time.After(5 * time.Second)
	b.ReportMetric(float64(took[len(took)/2])/float64(maxStart), "warm_start/300ms_ratio")
	b.ReportMetric(float64(info.Size())/maxBinary, "binary/18MB_ratio")
	b.ReportMetric(float64(stage.memory(b))/maxIdle, "idle_memory/25MB_ratio")
	stage.stop(b)
}

// buildProgram builds the program and returns its file.
func buildProgram(tb testing.TB) string {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "deploybot")
	build := exec.CommandContext(tb.Context(), "go", "build", "-tags", "goolm", "-trimpath", "-ldflags", "-s -w", "-o", file, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(tb, err, "%s", out)
	return file
}

// stage is where the program runs: a homeserver with an encrypted room that it
// has joined when it ran before, and a Semaphore.
type stage struct {
	file    string
	env     []string
	args    []string
	data    string
	syncs   chan time.Time // when each sync is asked for
	process *exec.Cmd
}

func newStage(tb testing.TB, file string) *stage {
	tb.Helper()
	server := matrixtest.Dendrite(tb)
	ci := semaphoretest.New()
	tb.Cleanup(ci.Close)
	semaphore, err := ci.Listen("127.0.0.1:0")
	require.NoError(tb, err)
	target, err := url.Parse(server.URL())
	require.NoError(tb, err)
	s := &stage{file: file, data: filepath.Join(tb.TempDir(), "data"), syncs: make(chan time.Time, 100)}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) {} // The program is gone.
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/sync") {
			s.syncs <- time.Now()
		}
		proxy.ServeHTTP(w, r)
	}))
	tb.Cleanup(front.Close)
	bot, session := server.Register("bot", "hunter2-bot"), server.Register("ada", "hunter2-ada")
	ada, err := mautrix.NewClient(server.URL(), session.UserID, session.AccessToken)
	require.NoError(tb, err)
	room, err := ada.CreateRoom(tb.Context(), &mautrix.ReqCreateRoom{
		Name: "Deploys", Preset: "private_chat", Invite: []id.UserID{bot.UserID},
		InitialState: []*event.Event{{
			Type: event.StateEncryption, Content: event.Content{Parsed: &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1}},
		}},
	})
	require.NoError(tb, err)
	s.args = []string{"-admin", string(session.UserID), "-room", string(room.RoomID)}
	s.env = []string{
		"MATRIX_HOMESERVER=" + front.URL, "MATRIX_USER=" + string(bot.UserID), "MATRIX_PASSWORD=hunter2-bot",
		"SEMAPHORE_URL=" + semaphore, "SEMAPHORE_TOKEN=" + ci.Admin().Token, "DEPLOY_DATA=" + s.data,
		"DEPLOY_LISTEN=127.0.0.1:0",
	}
	s.start(tb)
	require.Eventually(tb, func() bool {
		members, err := ada.JoinedMembers(tb.Context(), room.RoomID)
		return err == nil && len(members.Joined) == 2
	}, 30*time.Second, 10*time.Millisecond)
	s.stop(tb)
	return s
}

// start starts the program, and returns how long it took until its first sync
// was taken in: it asks for the next one.
func (s *stage) start(tb testing.TB) time.Duration {
	tb.Helper()
	for len(s.syncs) > 0 {
		<-s.syncs
	}
	open := []string{"-c", `umask 0; exec "$0" "$@"`, s.file} // Files are private whatever the umask.
	s.process = exec.CommandContext(tb.Context(), "sh", append(open, s.args...)...)
	s.process.Env = s.env
	s.process.Stderr = tb.Output()
	begin := time.Now()
	require.NoError(tb, s.process.Start())
	var second time.Time
	for range 2 {
		select {
		case second = <-s.syncs:
		case <-time.After(30 * time.Second):
			tb.Fatal("the program does not sync")
		}
	}
	return second.Sub(begin)
}

// stop ends the program as a service manager does.
func (s *stage) stop(tb testing.TB) {
	tb.Helper()
	require.NoError(tb, s.process.Process.Signal(syscall.SIGTERM))
	require.NoError(tb, s.process.Wait())
}

// memory is how many bytes of memory the program has.
func (s *stage) memory(tb testing.TB) int64 {
	tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	require.NoError(tb, err)
	_, rest, found := strings.Cut(string(status), "VmRSS:")
	require.True(tb, found)
	var kilobytes int64
	_, err = fmt.Sscan(rest, &kilobytes)
	require.NoError(tb, err)
	return kilobytes << 10
}
