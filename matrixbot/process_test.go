//go:build (goolm || libolm) && linux

package matrixbot_test

import (
	"context"
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
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// What the program examples/echobot costs, as people would build it.
const (
	maxBinary = 12_000_000 // bytes
	maxIdle   = 15_000_000 // bytes
	goodStart = 50 * time.Millisecond
)

// buildEchobot builds the program and returns its file.
func buildEchobot(tb testing.TB) string {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "echobot")
	build := exec.CommandContext(tb.Context(), "go", "build", "-tags", "goolm", "-trimpath", "-ldflags", "-s -w", "-o", file, "../examples/echobot")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(tb, err, "%s", out)
	return file
}

func TestEchobotIsSmall(t *testing.T) {
	t.Parallel()
	file := buildEchobot(t)
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), int64(maxBinary))

	stage := newStage(t, file)
	stage.start(t)
	assert.LessOrEqual(t, stage.memory(t), int64(maxIdle), "resident bytes of a bot that waits")
	stage.stop(t)
}

// BenchmarkEchobot says how long the program takes from its start to the first sync that it has taken in, in the middle
// one of its runs, and how much memory it has when it has waited for five seconds, against what is good.
func BenchmarkEchobot(b *testing.B) {
	file := buildEchobot(b)
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
	b.ReportMetric(float64(took[len(took)/2])/float64(goodStart), "warm_start/50ms_ratio")
	b.ReportMetric(float64(info.Size())/maxBinary, "binary/12MB_ratio")
	b.ReportMetric(float64(stage.memory(b))/maxIdle, "idle_memory/15MB_ratio")
	stage.stop(b)
}

// stage is where the program runs: a homeserver with a few encrypted rooms, which it has joined when it ran before.
type stage struct {
	file    string
	data    string
	address string
	user    id.UserID
	syncs   chan time.Time // when each sync is asked for
	process *exec.Cmd
}

func newStage(tb testing.TB, file string) *stage {
	tb.Helper()
	server := matrixtest.Dendrite(tb)
	target, err := url.Parse(server.URL())
	require.NoError(tb, err)
	s := &stage{file: file, data: filepath.Join(tb.TempDir(), "bot"), syncs: make(chan time.Time, 100)}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) {} // The program is gone.
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/sync") {
			s.syncs <- time.Now()
		}
		proxy.ServeHTTP(w, r)
	}))
	tb.Cleanup(front.Close)
	s.address, s.user = front.URL, server.Register("bot", password).UserID
	session := server.Register("ada", password)
	ada, err := mautrix.NewClient(server.URL(), session.UserID, session.AccessToken)
	require.NoError(tb, err)
	const rooms = 5
	for n := range rooms {
		_, err := ada.CreateRoom(tb.Context(), &mautrix.ReqCreateRoom{
			Name: fmt.Sprint("Room ", n), Preset: "private_chat", Invite: []id.UserID{s.user},
			InitialState: []*event.Event{{
				Type: event.StateEncryption, Content: event.Content{Parsed: &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1}},
			}},
		})
		require.NoError(tb, err)
	}
	s.start(tb)
	require.Eventually(tb, func() bool { return s.joined(ada) == rooms }, 30*time.Second, 10*time.Millisecond)
	s.stop(tb)
	return s
}

// joined is in how many rooms the bot is with somebody.
func (s *stage) joined(ada *mautrix.Client) (n int) {
	list, err := ada.JoinedRooms(context.Background())
	if err != nil {
		return 0
	}
	for _, room := range list.JoinedRooms {
		members, err := ada.JoinedMembers(context.Background(), room)
		if err == nil && len(members.Joined) == 2 {
			n++
		}
	}
	return n
}

// start starts the program, and returns how long it took until its first sync was taken in: it asks for the next one.
func (s *stage) start(tb testing.TB) time.Duration {
	tb.Helper()
	for len(s.syncs) > 0 {
		<-s.syncs
	}
	s.process = exec.CommandContext(tb.Context(), s.file, "-allow", "@ada:localhost")
	s.process.Env = []string{
		"MATRIX_HOMESERVER=" + s.address, "MATRIX_USER=" + string(s.user), "MATRIX_PASSWORD=" + password, "MATRIX_DATA=" + s.data,
	}
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

// stop ends the program as an operator does.
func (s *stage) stop(tb testing.TB) {
	tb.Helper()
	require.NoError(tb, s.process.Process.Signal(os.Interrupt))
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
