package semaphore_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// TestSchedules follows logs while everything around goes wrong at random: WebSockets are cut and kicked, also in the
// middle of a frame; answers are cut, broken, late or refused; the server stores lines late, and is restarted in the
// middle of tasks, of frames and of answers, which leaves tasks behind that never end. Whatever happens, every line
// that the server kept is delivered exactly once and in order, and nothing is that was not written.
//
// SIGNALBOX_SCHEDULES is how many schedules are played, SIGNALBOX_SEED plays one of them again, exactly.
func TestSchedules(t *testing.T) {
	t.Parallel()
	if text := os.Getenv("SIGNALBOX_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
		t.Log(playSchedule(t, seed))
		return
	}
	count := uint64(enough)
	if text := os.Getenv("SIGNALBOX_SCHEDULES"); text != "" {
		var err error
		count, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	var next atomic.Uint64
	var all tally
	t.Cleanup(func() {
		if !t.Failed() {
			all.check(t, count)
		}
	})
	for worker := range 2 {
		t.Run(fmt.Sprint("part ", worker), func(t *testing.T) {
			t.Parallel()
			for seed := next.Add(1) - 1; seed < count && !t.Failed(); seed = next.Add(1) - 1 {
				all.add(playSchedule(t, seed))
			}
		})
	}
}

// TestSchedulesCanBePlayedAgain plays schedules twice and compares everything that happened, and when.
func TestSchedulesCanBePlayedAgain(t *testing.T) {
	t.Parallel()
	for seed := range uint64(25) {
		first, second := playSchedule(t, seed), playSchedule(t, seed)
		require.Equal(t, first.String(), second.String())
	}
}

// schedule is one run.
type schedule struct {
	plan   plan
	y      *yard
	id     semaphore.TaskID
	wire   *wire
	begin  time.Time
	over   chan struct{} // closed when the log was followed to its end
	around sync.WaitGroup

	mu      sync.Mutex
	story   []happening
	written []string // all lines of the log, when the server lost some of them; nil before

	lines []semaphore.LogLine // that were delivered
}

// happening is something that happened.
type happening struct {
	at   time.Duration
	what string
	n    int
}

func playSchedule(t *testing.T, seed uint64) *schedule {
	t.Helper()
	s := &schedule{plan: newPlan(seed)}
	synctest.Test(t, func(t *testing.T) {
		wrong := s.play(t)
		if wrong != "" {
			t.Errorf("seed %d: %s\nplay it again: SIGNALBOX_SEED=%d go test -run '^TestSchedules$' ./semaphore\n%v", seed, wrong, seed, s)
		}
	})
	return s
}

// String tells the run.
func (s *schedule) String() string {
	slices.SortStableFunc(s.story, func(a, b happening) int { return int(a.at - b.at) })
	var b strings.Builder
	fmt.Fprintf(&b, "%v\n", s.plan)
	for _, h := range s.story {
		fmt.Fprintf(&b, "%12v %s %d\n", h.at, h.what, h.n)
	}
	return b.String()
}

// note remembers what happened. Only the goroutine of the world may be told something at the moment of another.
func (s *schedule) note(what string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.story = append(s.story, happening{time.Since(s.begin), what, n})
}

func (s *schedule) play(t *testing.T) (wrong string) {
	t.Helper()
	s.y = newYard(t, s.plan.options...)
	s.wire = &wire{to: s.y.Transport(), delay: s.plan.delay, frame: s.plan.frame, note: s.note, fuses: map[string][]fuse{}}
	options := []semaphore.Option{semaphore.WithTransport(s.wire)}
	if s.plan.blind {
		options = append(options, semaphore.WithoutWebSocket())
	}
	client := s.y.clientOf(t, s.y.Admin(), options...)
	s.id = s.y.start(t, s.y.template("any", s.plan.script))
	s.begin, s.over = time.Now(), make(chan struct{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	s.around.Go(s.trouble)
	err := s.follow(ctx, client)
	close(s.over)
	s.around.Wait()
	if err != nil {
		return err.Error()
	}
	return s.verdict()
}

// follow collects the log, in one go or in several.
func (s *schedule) follow(ctx context.Context, client *semaphore.Client) error {
	ended := false
	begun := false
	request := semaphore.FollowRequest{OnStatus: func(task semaphore.Task) {
		s.note("status "+string(task.Status), 0)
		begun = true
		ended = ended || task.Status.Ended()
	}}
	rests := s.plan.rests
	late := false
	for {
		left := false
		begun, request.From = false, len(s.lines)
		for line, err := range client.Follow(ctx, s.y.id, s.id, request) {
			if err != nil && !begun { // a server that is away then is no trouble that passes
				s.note("not begun", 0)
				left = true
				time.Sleep(time.Second)
				break
			}
			if err != nil {
				return err
			}
			if line.Number != len(s.lines) {
				return fmt.Errorf("line %d has number %d", len(s.lines), line.Number)
			}
			s.lines = append(s.lines, line)
			s.note("line", line.Time.Nanosecond())
			if ended && !late {
				late = true
				s.note("late lines", 0)
			}
			if len(rests) == 0 || len(s.lines) < rests[0].line {
				continue
			}
			rest := rests[0]
			rests = rests[1:]
			if left = rest.leave; left {
				s.note("left", 0)
				break
			}
			time.Sleep(rest.time)
		}
		if !left {
			return nil
		}
	}
}

// trouble lets everything happen that was planned.
func (s *schedule) trouble() {
	for _, trouble := range s.plan.troubles {
		select {
		case <-time.After(time.Until(s.begin.Add(trouble.at))):
			s.happen(trouble)
		case <-s.over:
			return
		}
	}
}

func (s *schedule) happen(trouble trouble) {
	switch trouble.kind {
	case cut, kicked:
		if s.y.Sockets() == 0 {
			return
		}
		s.note(string(trouble.kind), 0)
		if trouble.kind == cut {
			s.y.CutSockets()
		} else {
			s.y.KickSockets()
		}
	case cutInFrame:
		s.wire.lay(ofSocket, fuse{trouble.bytes, func() { s.note(string(trouble.kind), 0) }})
	case cutInLog:
		s.wire.lay(ofLog, fuse{trouble.bytes, func() { s.note(string(trouble.kind), 0) }})
	case restart:
		s.restart(trouble)
	case restartInFrame:
		s.wire.lay(ofSocket, fuse{trouble.bytes, func() { s.restart(trouble) }})
	case restartInLog:
		s.wire.lay(ofLog, fuse{trouble.bytes, func() { s.restart(trouble) }})
	case stall:
		s.wire.lay(ofLog, fuse{trouble.bytes, func() {
			s.note(string(trouble.kind), 0)
			time.Sleep(trouble.time)
		}})
	case failure:
		s.note(string(trouble.kind), 0)
		s.y.Fail(semaphoretest.Match{Method: "GET", Path: trouble.path, Times: trouble.times}, trouble.fault)
	}
}

// restart restarts the server. The task, if it had not ended, never does by itself: somebody stops it later.
func (s *schedule) restart(trouble trouble) {
	s.note(string(trouble.kind), 0)
	s.mu.Lock()
	first := s.written == nil
	if first {
		s.written = s.y.Log(int(s.id))
	}
	s.mu.Unlock()
	s.wire.drop(trouble.time)
	s.y.Restart()
	if !first {
		return
	}
	s.around.Go(func() {
		select {
		case <-time.After(trouble.time + s.plan.stopAfter):
		case <-s.over:
			return
		}
		s.note("stopped", 0)
		if err := s.y.client.StopTask(context.Background(), s.y.id, s.id, true); err != nil {
			s.note(err.Error(), 0)
		}
	})
}

// verdict is what was wrong with what was delivered.
func (s *schedule) verdict() string {
	kept := s.y.Log(int(s.id))
	var got []string
	for i, line := range s.lines {
		got = append(got, line.Output)
		if i > 0 && line.Time.Truncate(time.Second).Before(s.lines[i-1].Time.Truncate(time.Second)) {
			return fmt.Sprintf("line %d is of %v, which is before line %d", i, line.Time, i-1)
		}
	}
	if len(got) < len(kept) {
		return fmt.Sprintf("%d lines of %d were delivered\n%s", len(got), len(kept), parting(kept, got))
	}
	lost := got[len(kept):]
	got = got[:len(kept)]
	if s.plan.shuffled() { // the lines of one second come in any order
		slices.Sort(got)
		slices.Sort(kept)
	}
	if !slices.Equal(kept, got) {
		return parting(kept, got)
	}
	if len(lost) == 0 {
		return ""
	}
	// What came live before the server lost it is more than what it kept.
	next := lost
	for _, line := range s.written[min(len(kept), len(s.written)):] {
		if len(next) > 0 && next[0] == line {
			next = next[1:]
		}
	}
	if len(next) > 0 {
		return fmt.Sprintf("%d lines more than the %d that the server kept; %q was not written, or came before", len(lost), len(kept), next[0])
	}
	s.note("lost lines", len(lost))
	return ""
}

// parting shows where two logs part.
func parting(want, got []string) string {
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			return fmt.Sprintf("line %d is %q instead of %q", i, got[i], want[i])
		}
	}
	return "the end is missing"
}
