package semaphore_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// plan is a schedule as its seed makes it, before anything has happened.
type plan struct {
	seed       uint64
	generation semaphoretest.Generation
	database   semaphoretest.Database
	lag        time.Duration // from a line being written to being stored
	stored     float64       // lines per second; 0 is all
	buffer     int
	options    []semaphoretest.Option
	script     semaphoretest.Script
	texts      int // different ones in the script
	blanks     int // each such line is empty; 0 is none
	blind      bool
	delay      time.Duration
	frame      time.Duration
	rests      []rest
	troubles   []trouble
	stopAfter  time.Duration
}

// rest is what the reader does at a line: nothing for a while, or it goes away and begins again behind that line.
type rest struct {
	line  int
	time  time.Duration
	leave bool
}

// trouble is something that happens around.
type trouble struct {
	at    time.Duration
	kind  kind
	bytes int           // after which it happens, where it happens in the middle of something
	time  time.Duration // that it takes
	path  string
	times int
	fault semaphoretest.Fault
}

// kind is a kind of trouble.
type kind string

// The kinds.
const (
	cut            kind = "cut"
	cutInFrame     kind = "cut in a frame"
	cutInLog       kind = "cut in a log"
	kicked         kind = "kick"
	restart        kind = "restart"
	restartInFrame kind = "restart in a frame"
	restartInLog   kind = "restart in a log"
	stall          kind = "stall"
	failure        kind = "failure"
)

// kinds are all, as often as they are to be.
var kinds = []kind{
	cut, cut, cutInFrame, cutInFrame, cutInLog, cutInLog, kicked, kicked, restart, restartInFrame, restartInLog, stall, failure, failure, failure,
}

func newPlan(seed uint64) plan {
	random := rand.New(rand.NewPCG(seed, 1))
	between := func(least, most time.Duration) time.Duration {
		return least + time.Duration(random.Int64N(int64(most-least)))
	}
	p := plan{
		seed: seed, generation: semaphoretest.Generation(random.IntN(2)), database: semaphoretest.Database(random.IntN(3)),
		blind: random.IntN(8) == 0, delay: between(50*time.Microsecond, 5*time.Millisecond), frame: between(time.Microsecond, 50*time.Microsecond),
		stopAfter: between(0, 20*time.Second), buffer: 8 + random.IntN(300), texts: 1 << 30,
	}
	if random.IntN(3) > 0 {
		p.lag = between(0, time.Second)
	}
	if random.IntN(3) > 0 {
		p.stored = float64(1+random.IntN(3)) * 500
	}
	if random.IntN(4) == 0 {
		p.frame = between(500*time.Microsecond, 4*time.Millisecond) // slower than many scripts
	}
	switch random.IntN(4) {
	case 0:
		p.texts = 1 + random.IntN(3)
	case 1:
		p.blanks = 2 + random.IntN(20)
	}
	length, most := between(100*time.Millisecond, 12*time.Second), 150
	switch choice := random.IntN(250); {
	case choice == 0: // longer than what may still change its order
		length, most = between(4*time.Second, 12*time.Second), 20_000
		p.frame /= 10
	case choice < 20: // so long that the log is looked at while it comes live, over a slow connection
		length = between(time.Minute, 3*time.Minute)
		p.frame = between(10*time.Millisecond, 400*time.Millisecond)
	case choice < 35:
		most = 3000
	case choice < 100:
		most = 600
	}
	p.script = semaphoretest.Script{Lines: most/10 + random.IntN(most), Hold: between(0, 4*time.Second)}
	if most == 20_000 {
		p.script.Lines = 17_000 + random.IntN(4000)
	}
	p.script.Line = func(i int) string {
		if p.blanks > 0 && i%p.blanks == 0 {
			return ""
		}
		return "line " + strconv.Itoa(i%p.texts)
	}
	if p.script.Rate = float64(p.script.Lines) / length.Seconds(); most < 20_000 && random.IntN(10) == 0 {
		p.script.Rate, p.buffer = 0, 0
	}
	p.options = []semaphoretest.Option{
		semaphoretest.WithGeneration(p.generation), semaphoretest.WithDatabase(p.database),
		semaphoretest.WithLogLag(p.lag, p.stored), semaphoretest.WithSocketBuffer(p.buffer),
	}
	for range random.IntN(8) {
		p.troubles = append(p.troubles, newTrouble(random, between(0, length+8*time.Second)))
	}
	slices.SortFunc(p.troubles, func(a, b trouble) int { return int(a.at - b.at) })
	for line := 0; random.IntN(3) == 0; {
		line += 1 + random.IntN(p.script.Lines+1)
		p.rests = append(p.rests, rest{line, between(0, 3*time.Second), random.IntN(3) == 0 && !p.shuffled()})
	}
	return p
}

func newTrouble(random *rand.Rand, at time.Duration) trouble {
	t := trouble{at: at, kind: kinds[random.IntN(len(kinds))], bytes: 1 + random.IntN(1+random.IntN(20_000))}
	switch t.kind {
	case restart, restartInFrame, restartInLog:
		t.time = time.Duration(random.IntN(10_000)) * time.Millisecond
	case stall:
		t.time = time.Duration(random.IntN(40_000)) * time.Millisecond
	case failure:
		t.path = []string{"/project/*/tasks/*", "/project/*/tasks/*/output", "/ws"}[random.IntN(3)]
		t.times = 1 + random.IntN(3)
		t.fault = []semaphoretest.Fault{
			{Status: 502, RetryAfter: time.Second}, {Status: 429, RetryAfter: 2 * time.Second}, {Delay: 3 * time.Second},
		}[random.IntN(3)]
		if t.path == "/project/*/tasks/*/output" && random.IntN(2) == 0 {
			t.fault = semaphoretest.Fault{Malformed: true}
		}
	}
	return t
}

// shuffled tells whether the server gives lines in another order than that in which they were written.
func (p plan) shuffled() bool {
	return p.database == semaphoretest.MySQL && p.generation == semaphoretest.Gen210
}

// String tells the plan.
func (p plan) String() string {
	return fmt.Sprintf("generation %d, database %d, %d lines at %.0f/s, %d texts, blanks %d, hold %v, lag %v, %.0f stored/s, buffer %d, blind %t, delay %v, frame %v, stop %v\nrests %+v\ntroubles %+v",
		p.generation, p.database, p.script.Lines, p.script.Rate, p.texts, p.blanks, p.script.Hold, p.lag, p.stored, p.buffer, p.blind, p.delay, p.frame, p.stopAfter, p.rests, p.troubles)
}

// tally counts what happened in all schedules.
type tally struct {
	mu       sync.Mutex
	happened map[string]int
	lines    int
}

func (a *tally) add(s *schedule) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.happened == nil {
		a.happened = map[string]int{}
	}
	for _, h := range s.story {
		a.happened[h.what]++
	}
	a.lines += len(s.lines)
}

// enough is how many schedules have everything in them.
const enough = 500

// check says how often things went wrong, and fails when something never did.
func (a *tally) check(t *testing.T, schedules uint64) {
	t.Helper()
	counts := []string{fmt.Sprintf("%d schedules", schedules), fmt.Sprintf("%d lines", a.lines)}
	for _, what := range []string{
		string(cut), string(cutInFrame), string(cutInLog), "kicked", string(restart), string(restartInFrame), string(restartInLog),
		"late lines", "lost lines", string(stall), string(failure), "log refused", "websocket refused", "left",
	} {
		counts = append(counts, fmt.Sprintf("%s: %d", what, a.happened[what]))
		assert.True(t, a.happened[what] > 0 || schedules < enough, what)
	}
	t.Log(strings.Join(counts, ", "))
}
