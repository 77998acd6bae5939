package chatops

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

const (
	reportTimeout = 15 * time.Minute // for reading a log once
	reportLasts   = time.Hour        // after which nobody waits for a log that cannot be read
)

// reportStep tells how the log of a task that is over ends, and forgets the track.
func (f *following) reportStep(ctx context.Context, t track) (wait time.Duration, done bool) {
	x, err := f.read(ctx, t.TaskRef, f.restTail())
	if ctx.Err() != nil {
		return 0, true
	}
	gone := errors.Is(err, semaphore.ErrNotFound) || errors.Is(err, semaphore.ErrForbidden) || errors.Is(err, semaphore.ErrTooLarge)
	if err != nil && !gone && f.Now().Sub(t.Shown.Ended) < reportLasts {
		f.logFailure(ctx, "read a log", err)
		f.fails = min(max(firstBackoff, 2*f.fails), longestSleep)
		return f.fails, false
	}
	failed := f.settle(ctx, func(_ Tx, t track) (c changes, _ error) {
		c.remove(f.key)
		for i, text := range split(x.report(t.Status, err), f.Chat.Fits) {
			c.send(f.below(t, fmt.Sprintf("log/%d", i+1), text))
		}
		if err == nil && x.file() {
			row := f.below(t, "file", sentence(fmt.Sprintf("The whole log: %s.", counted(x.lines, "line"))))
			row.Log = &t.TaskRef
			c.send(row)
		}
		return c, nil
	})
	return failed, failed == 0
}

// read reads the log of a task that is over; whole says that it has come to rest already.
func (f *following) read(ctx context.Context, ref TaskRef, whole bool) (x excerpt, err error) {
	ctx, cancel := context.WithTimeout(ctx, reportTimeout)
	defer cancel()
	var lines iter.Seq2[semaphore.LogLine, error]
	if whole {
		lines = f.Semaphore.Output(ctx, ref.Project, ref.Task)
	} else {
		lines = f.Semaphore.Follow(ctx, ref.Project, ref.Task, semaphore.FollowRequest{})
	}
	return excerptOf(lines)
}

// excerptOf reads a log to its end.
func excerptOf(lines iter.Seq2[semaphore.LogLine, error]) (x excerpt, err error) {
	defer x.end()
	for line, err := range lines {
		if err != nil {
			return x, err
		}
		x.add(line.Output)
	}
	return x, nil
}

// report is what there is to say of the log of a task with a status, or of its beginning, after which it could not be read
// because of err.
func (x *excerpt) report(status semaphore.TaskStatus, err error) Text {
	var text Text
	switch {
	case errors.Is(err, semaphore.ErrTooLarge):
		text = sentence("The log is too large to be read here. The page of the task has it.")
	case err != nil:
		text = sentence("The log could not be read to its end. The page of the task may have it.")
	case x.lines == 0:
		text = sentence("The log is empty.")
	}
	if x.lines == 0 {
		return text
	}
	if block := x.failure(); len(block) > 0 && status != semaphore.StatusSuccess {
		text = append(text, para(bold("What failed")), codeBlock(strings.Join(block, "\n")))
	}
	title := "The whole log"
	switch {
	case x.lines > len(x.last):
		title = fmt.Sprintf("The last %d of %d lines", len(x.last), x.lines)
	case x.cut:
		title = "The log, its long lines cut"
	case !status.Ended() && status != semaphore.StatusRejected:
		title = "The log so far"
	}
	return append(text, para(bold(title)), codeBlock(strings.Join(x.last, "\n")))
}
