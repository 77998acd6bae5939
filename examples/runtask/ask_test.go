package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// long prints a line a second and does not end soon.
var long = semaphoretest.Script{Lines: 600, Rate: 1}

const stopQuestion = "Stop the task (s), only stop watching (w), or go on (enter)?"

func TestStop(t *testing.T) {
	t.Parallel()
	for name, generation := range map[string]semaphoretest.Generation{"2.10": semaphoretest.Gen210, "2.16": semaphoretest.Gen216} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBooth(t, long, func(b *booth) {
				b.sit()
				b.start("deploy")
				b.pass(10 * time.Second)
				b.interrupt()
				b.asks(stopQuestion)
				b.types("s")
				b.ends(statusFailed)
				assert.Contains(t, b.shown(), "The task was asked to stop.")
				assert.Contains(t, b.shown(), "\nstopped after 0:")
				assert.Contains(t, []string{"stopped", "error"}, b.task().Status)
			}, semaphoretest.WithGeneration(generation))
		})
	}
}

func TestStopByForce(t *testing.T) {
	t.Parallel()
	stubborn := long
	stubborn.Linger = 10 * time.Minute
	inBooth(t, stubborn, func(b *booth) {
		b.sit()
		b.start("deploy")
		b.pass(3 * time.Second)
		b.interrupt()
		b.types("s")
		b.pass(time.Minute)
		assert.Contains(t, b.terminal.bottom(), "stopping 1:04")
		b.interrupt()
		b.asks("It is stopping. Force it (s)")
		b.types("S")
		b.ends(statusFailed)
		assert.Contains(t, b.shown(), "The server was told to stop by force.\n")
		assert.Contains(t, b.shown(), "\nstopped after 1:0")
		assert.Equal(t, "stopped", b.task().Status)
	})
}

func TestStopWatching(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(b *booth){
		"by w":              func(b *booth) { b.types("w") },
		"by another Ctrl-C": func(b *booth) { b.interrupt() },
		"by SIGTERM":        func(b *booth) { b.signals <- syscall.SIGTERM },
		"by the end of input": func(b *booth) {
			close(b.keys.lines)
			b.keys.lines = make(chan string)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBooth(t, long, func(b *booth) {
				b.sit()
				b.start("deploy", "-mark", "pipeline-4711")
				b.pass(3 * time.Second)
				b.interrupt()
				b.asks(stopQuestion)
				leave(b)
				b.ends(statusUnwatched)
				assert.Contains(t, b.shown(), "No longer watching; task 1 runs on. To look again: the same command with "+
					"-mark pipeline-4711, or http://127.0.0.1/project/1/templates/1?t=1\n")
				assert.Equal(t, "running", b.task().Status)
				assert.Empty(t, b.terminal.bottom())
			})
		})
	}
}

func TestGoOn(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{Lines: 30, Rate: 1}, func(b *booth) {
		b.sit()
		b.start("deploy")
		b.pass(2500 * time.Millisecond)
		b.interrupt()
		b.pass(3 * time.Second)
		b.asks(stopQuestion)
		assert.Contains(t, b.shown(), "\nline 6\n"+stopQuestion, "the log goes on above the question")
		b.types("what?")
		b.asks(stopQuestion)
		b.types("")
		b.asks("running 0:08 · ")
		b.types("nobody has asked")
		b.ends(statusSuccess)
		assert.Contains(t, b.shown(), "\nline 30\nsuccess after 0:29: ")
	})
}

// TestTypedTooSoon types what cannot be an answer: the question was not there yet.
func TestTypedTooSoon(t *testing.T) {
	t.Parallel()
	inBooth(t, long, func(b *booth) {
		b.sit()
		b.start("deploy")
		b.pass(3 * time.Second)
		b.typesAtOnce("s")
		b.interrupt()
		b.asks(stopQuestion)
		b.types("w")
		b.ends(statusUnwatched)
		assert.Equal(t, "running", b.task().Status)
	})
}

func TestTaskEndsBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{Lines: 4, Rate: 1}, func(b *booth) {
		b.sit()
		b.start("deploy")
		b.pass(3 * time.Second)
		b.interrupt()
		b.ends(statusSuccess)
		assert.NotContains(t, b.shown(), stopQuestion)
	})
}

// TestTaskThatHasEndedIsLeftAlone lets the task end while it is being stopped.
func TestTaskThatHasEndedIsLeftAlone(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{Lines: 4, Rate: 1}, func(b *booth) {
		b.sit()
		b.start("deploy")
		b.pass(1500 * time.Millisecond)
		b.interrupt()
		b.pass(time.Second)
		b.Fail(semaphoretest.Match{Method: "GET", Path: "/project/1/tasks/1"}, semaphoretest.Fault{Delay: 700 * time.Millisecond})
		b.typesAtOnce("s")
		b.ends(statusSuccess)
		assert.Contains(t, b.shown(), "There was nothing to stop: the task has ended already.")
		assert.Equal(t, "success", b.task().Status)
	})
}

// TestInterruptAfterTheEnd presses Ctrl-C when only the rest of the log is missing.
func TestInterruptAfterTheEnd(t *testing.T) {
	t.Parallel()
	inBooth(t, semaphoretest.Script{Lines: 9, ExitCode: 1}, func(b *booth) {
		b.sit()
		b.start("deploy")
		b.pass(1500 * time.Millisecond)
		b.asks(" lines · the rest of the log")
		b.interrupt()
		b.ends(statusFailed)
		assert.Contains(t, b.shown(), "The end of the log may be missing here.\nfailure after 0:00: ")
	}, semaphoretest.WithLogLag(2*time.Second, 0))
}

func TestStopThatFails(t *testing.T) {
	t.Parallel()
	inBooth(t, long, func(b *booth) {
		b.Fail(semaphoretest.Match{Path: "/project/*/tasks/*/stop"}, semaphoretest.Fault{Status: 403})
		b.sit()
		b.start("deploy")
		b.pass(3 * time.Second)
		b.interrupt()
		b.types("s")
		assert.Contains(t, b.shown(), "The server did not stop: semaphore: stop task: ")
		b.interrupt()
		b.asks(stopQuestion)
		b.types("s")
		b.ends(statusFailed)
	})
}

func TestInterruptWithoutTerminal(t *testing.T) {
	t.Parallel()
	inBooth(t, long, func(b *booth) {
		b.start("deploy")
		b.pass(3 * time.Second)
		b.interrupt()
		b.ends(statusUnwatched)
		assert.Contains(t, b.stderr.String(), "No longer watching; task 1 runs on.")
		assert.Equal(t, "running", b.task().Status)
	})
}

// plan waits for a confirmation after two lines.
var plan = semaphoretest.Script{Lines: 2, Confirm: &semaphoretest.Script{Lines: 1, Line: func(int) string { return "applied" }}}

const confirmQuestion = "The task waits for a confirmation. Go ahead (y), or reject (n)?"

func TestConfirm(t *testing.T) {
	t.Parallel()
	inBooth(t, plan, func(b *booth) {
		b.sit()
		b.start("deploy")
		b.pass(10 * time.Second)
		b.asks(confirmQuestion)
		assert.Contains(t, b.shown(), "line 2\n"+confirmQuestion, "the plan can be read")
		b.types("")
		b.asks(confirmQuestion)
		b.types("yes")
		b.ends(statusSuccess)
		assert.Contains(t, b.shown(), "The server was told to confirm.\n")
		assert.Equal(t, 1, strings.Count(b.shown(), "\napplied\n"))
	})
}

func TestReject(t *testing.T) {
	t.Parallel()
	for name, generation := range map[string]semaphoretest.Generation{"2.10": semaphoretest.Gen210, "2.16": semaphoretest.Gen216} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBooth(t, plan, func(b *booth) {
				b.sit()
				b.start("deploy")
				b.pass(20 * time.Second)
				b.asks(confirmQuestion)
				b.types("n")
				b.ends(statusFailed)
				assert.NotContains(t, b.shown(), "\napplied\n")
			}, semaphoretest.WithGeneration(generation))
		})
	}
}

func TestConfirmationByAnother(t *testing.T) {
	t.Parallel()
	inBooth(t, plan, func(b *booth) {
		b.sit()
		b.start("deploy")
		b.pass(10 * time.Second)
		b.asks(confirmQuestion)
		r, err := b.Client().Do(b.request("POST", "/project/1/tasks/1/confirm", "{}"))
		require.NoError(t, err)
		require.NoError(t, r.Body.Close())
		b.ends(statusSuccess)
		assert.NotContains(t, b.shown(), confirmQuestion, "the question is withdrawn")
	})
}

func TestStopInsteadOfConfirm(t *testing.T) {
	t.Parallel()
	inBooth(t, plan, func(b *booth) {
		b.sit()
		b.start("deploy")
		b.pass(10 * time.Second)
		b.asks(confirmQuestion)
		b.interrupt()
		b.asks(stopQuestion)
		b.types("")
		b.pass(5 * time.Second)
		b.asks(confirmQuestion)
		b.interrupt()
		b.types("s")
		b.ends(statusFailed)
		assert.Equal(t, "stopped", b.task().Status)
	})
}

func TestConfirmationWithoutTerminal(t *testing.T) {
	t.Parallel()
	inBooth(t, plan, func(b *booth) {
		b.runs(statusUnwatched, "deploy")
		assert.Contains(t, b.stdout.String(), "line 2\n")
		assert.Contains(t, b.stderr.String(), "The task waits for a confirmation, for which there is nobody to ask here; give it in the browser.\n")
		assert.Equal(t, "waiting_confirmation", b.task().Status)
	})
}
