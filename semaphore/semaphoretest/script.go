package semaphoretest

import (
	"strconv"
	"time"
)

// A Script says what the tasks of a template do when they run. The zero Script prints nothing and succeeds at once.
type Script struct {
	// Lines is how many lines the task prints, after the lines that the server writes itself.
	Lines int
	// Line returns line i, counted from zero; nil prints "line 1", "line 2", and so on.
	// It may be called often, in any order and from several goroutines, and must answer the same each time.
	Line func(i int) string
	// Rate is how many lines are printed per second; zero prints all at once.
	Rate float64
	// Hold is how long the task goes on in silence after its last line.
	Hold time.Duration
	// ExitCode, if not zero, lets the task fail with the line "Running app failed: exit status N".
	ExitCode int
	// CloneFails lets the task fail before it prints anything, as when the repository cannot be fetched.
	CloneFails bool
	// Confirm, if not nil, lets the task wait for a confirmation after its lines, as Terraform's do,
	// and go on with that script when it is given. On 2.16 a rejection ends the task.
	Confirm *Script
	// Linger is how long the task takes to end after it was asked to stop; zero is two milliseconds.
	Linger time.Duration
}

func (s *Script) line(i int) string {
	if s.Line == nil {
		return "line " + strconv.Itoa(i+1)
	}
	return s.Line(i)
}

// pause is the time between two lines.
func (s *Script) pause() time.Duration {
	if s.Rate <= 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / s.Rate)
}
