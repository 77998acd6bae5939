package semaphoretest

import (
	"bufio"
	"encoding/json"
	"io"
	"math"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// A taskLog is what a task has written. The lines of a script are not kept but made again when they are read,
// so that a long log costs nothing.
type taskLog struct {
	parts []logPart
}

// A logPart is a run of lines that come at regular intervals, of which n are written so far.
type logPart struct {
	begin time.Time
	pause time.Duration
	n     int
	text  func(i int) string
	first bool // before the script, in the stage of the server's preparations

	after time.Time     // when the line before was stored
	delay time.Duration // from being written to being stored
	gap   time.Duration // between two lines that are stored
}

func (p *logPart) at(i int) time.Time { return p.begin.Add(times(i, p.pause)) }

func times(n int, d time.Duration) time.Duration { return time.Duration(n) * d }

// stored is when line i can be read by the REST API.
func (p *logPart) stored(i int) time.Time {
	latest := p.at(i).Add(p.delay)
	for _, t := range []time.Time{p.begin.Add(p.delay + times(i, p.gap)), p.after.Add(times(i+1, p.gap))} {
		if t.After(latest) {
			latest = t
		}
	}
	return latest
}

// known is how many lines are stored at a moment.
func (p *logPart) known(now time.Time) int {
	return sort.Search(p.n, func(i int) bool { return p.stored(i).After(now) })
}

// open begins a part.
func (l *taskLog) open(c config, p logPart) {
	if n := len(l.parts); n > 0 && l.parts[n-1].n > 0 {
		p.after = l.parts[n-1].stored(l.parts[n-1].n - 1)
	} else if n > 0 {
		p.after = l.parts[n-1].after
	}
	p.delay = c.logDelay
	if c.logRate > 0 {
		p.gap = time.Duration(float64(time.Second) / c.logRate)
	}
	l.parts = append(l.parts, p)
}

// size is the number of lines, whether they are stored or not.
func (l *taskLog) size() int {
	n := 0
	for i := range l.parts {
		n += l.parts[i].n
	}
	return n
}

// backlog is how many lines wait to be stored.
func (l *taskLog) backlog(now time.Time) int {
	n := 0
	for i := range l.parts {
		n += l.parts[i].n - l.parts[i].known(now)
	}
	return n
}

// lose forgets what is not stored.
func (l *taskLog) lose(now time.Time) {
	for i := range l.parts {
		l.parts[i].n = l.parts[i].known(now)
	}
}

// seen is a copy of what is stored at a moment, for reading without the lock.
func (l *taskLog) seen(now time.Time) *taskLog {
	c := &taskLog{parts: slices.Clone(l.parts)}
	c.lose(now)
	return c
}

// A logLine is one line.
type logLine struct {
	index int
	time  time.Time
	text  string
	first bool
}

// all calls yield for each line, in the order in which they were written.
func (l *taskLog) all(yield func(logLine) bool) {
	index := 0
	for k := range l.parts {
		p := &l.parts[k]
		for i := range p.n {
			if !yield(logLine{index, p.at(i), p.text(i), p.first}) {
				return
			}
			index++
		}
	}
}

// The number of lines with the same second that MySQL sorts without mixing them up.
const mysqlRun = 41

// shuffled is all in the order in which MySQL returns lines that it has by whole seconds.
func (l *taskLog) shuffled(yield func(logLine) bool) {
	var second []logLine
	flush := func() bool {
		stride := (len(second) + mysqlRun - 1) / mysqlRun
		for first := range stride {
			for i := first; i < len(second); i += stride {
				if !yield(second[i]) {
					return false
				}
			}
		}
		second = second[:0]
		return true
	}
	for line := range l.all {
		if len(second) > 0 && !line.time.Truncate(time.Second).Equal(second[0].time.Truncate(time.Second)) && !flush() {
			return
		}
		second = append(second, line)
	}
	flush()
}

// getOutput answers the whole log as far as it is stored, without the lock and without a copy of it.
func getOutput(s *Server, _ *call, t *task) answer {
	seen := t.log.seen(s.t)
	lines := seen.all
	if s.db == MySQL && s.gen == Gen210 {
		lines = seen.shuffled
	}
	precision := s.db.precision()
	write := func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 32<<10)
		_ = b.WriteByte('[') // Flush returns the error
		first := true
		for line := range lines {
			if !first {
				_ = b.WriteByte(',')
			}
			first = false
			if _, err := b.Write(s.outputLine(t, line, precision)); err != nil {
				return err
			}
		}
		_, _ = b.WriteString("]\n")
		return b.Flush()
	}
	return answer{status: 200, mime: jsonType, stream: write}
}

// linesPerTask is how far apart the ids of the lines of two tasks are.
const linesPerTask = 10_000_000

// stored is a time as a database keeps it: PostgreSQL rounds, and calculates with a double; MariaDB cuts.
func stored(at time.Time, precision time.Duration) time.Time {
	if precision == time.Microsecond {
		whole := at.Truncate(time.Second)
		return whole.Add(time.Duration(math.RoundToEven(at.Sub(whole).Seconds()*1e6)) * time.Microsecond)
	}
	return at.Truncate(precision)
}

// outputLine is the API's object for a line.
func (s *Server) outputLine(t *task, line logLine, precision time.Duration) []byte {
	text, _ := json.Marshal(line.text) // a string always works
	b := make([]byte, 0, 128+len(text))
	if s.gen == Gen216 {
		b = append(b, `{"id":`...)
		b = strconv.AppendInt(b, int64(t.lineID(line.index)), 10)
		b = append(b, `,"task_id":`...)
		b = strconv.AppendInt(b, int64(t.ID), 10)
	} else {
		b = append(b, `{"task_id":`...)
		b = strconv.AppendInt(b, int64(t.ID), 10)
		b = append(b, `,"task":""`...)
	}
	b = append(b, `,"time":"`...)
	b = stored(line.time, precision).AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","output":`...)
	b = append(b, text...)
	if s.gen == Gen216 {
		b = append(b, `,"stage_id":`...)
		b = strconv.AppendInt(b, int64(t.stageID(line.first)), 10)
	}
	return append(b, '}')
}

func (t *task) lineID(index int) int { return t.ordinal*linesPerTask + index + 1 }

// stageID is the id of the stage to which a line belongs: the preparations, or the script.
func (t *task) stageID(first bool) int {
	if first {
		return 2*t.ordinal - 1
	}
	return 2 * t.ordinal
}

// ansi matches the sequences with which terminals are controlled.
var ansi = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]`)

// getRawOutput answers the log as text without colours.
func getRawOutput(s *Server, _ *call, t *task) answer {
	seen := t.log.seen(s.t)
	write := func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 32<<10)
		for line := range seen.all {
			text := ansi.ReplaceAllString(strings.TrimSuffix(line.text, "\n"), "")
			if _, err := b.WriteString(text + "\n"); err != nil {
				return err
			}
		}
		return b.Flush()
	}
	return answer{status: 200, mime: plainType, stream: write}
}
