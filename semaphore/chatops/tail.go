package chatops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// How the lines of a running task are shown in a room that wants them.
const (
	batchEvery = 3 * time.Second // at most one message in this time
	batchLines = 25              // in one message
	batchKept  = 2 * time.Minute // after which a message that could not be sent is of no interest
	maxTails   = 8               // at the same time: each has a WebSocket of its own
)

// wantsLines says whether the lines of a task are to be shown while it runs.
func wantsLines(tx Tx, t track) (bool, error) {
	if t.Request == "" {
		return false, nil
	}
	data, err := tx.Get(tailKey(tailRoom(t.Where)))
	return data != nil, err
}

// tailRoom is what `logs on` is about: a room, or a direct conversation on a chat that has these beside rooms.
func tailRoom(where Address) RoomID {
	if where.User != "" {
		return RoomID("user:" + string(where.User))
	}
	return where.Room
}

// tailing is the showing of live lines by a goroutine of its own.
type tailing struct {
	stop  context.CancelFunc
	ended chan struct{} // Closed at the end.
	whole bool          // The log has come to rest. To be read after the end.
}

// keepTail begins or ends to show live lines.
func (f *following) keepTail(ctx context.Context, t track, wanted bool) {
	if !wanted {
		f.stopTail()
		return
	}
	if f.tail != nil || !f.follows.takeTail() {
		return
	}
	ctx, stop := context.WithCancel(ctx)
	f.tail = &tailing{stop: stop, ended: make(chan struct{})}
	f.running.Go(func() {
		defer f.follows.leaveTail()
		defer close(f.tail.ended)
		defer f.survive(ctx, "show lines of a log", slog.String("record", f.key))
		f.tail.whole = f.showLines(ctx, t.Shown.Lines)
	})
}

// stopTail ends the showing of live lines.
func (f *following) stopTail() {
	if f.tail != nil {
		f.tail.stop()
		<-f.tail.ended
		f.tail = nil
	}
}

// restTail waits until the log has come to rest where live lines are shown, and says whether that was so.
func (f *following) restTail() (whole bool) {
	if f.tail == nil {
		return false
	}
	<-f.tail.ended
	whole = f.tail.whole
	f.stopTail()
	return whole
}

// takeTail takes one of the places for live lines, if there is any.
func (f *follows) takeTail() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.tails >= maxTails {
		return false
	}
	f.tails++
	return true
}

func (f *follows) leaveTail() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tails--
}

// errPanicked is what is left of a panic.
var errPanicked = errors.New("it panicked")

// showLines shows the lines of the log from a number on as they come, until the log has come to rest. It is false when
// that was not to be seen.
func (f *following) showLines(ctx context.Context, from int) bool {
	ctx, cancel := context.WithTimeout(ctx, longestTask)
	defer cancel()
	lines := make(chan semaphore.LogLine)
	var failed error
	f.running.Go(func() {
		defer close(lines)
		defer f.survive(ctx, "follow a log", slog.String("record", f.key))
		failed = errPanicked // Until it has come to an end.
		for line, err := range f.Semaphore.Follow(ctx, f.ref.Project, f.ref.Task, semaphore.FollowRequest{From: from}) {
			if err != nil {
				failed = err
				return
			}
			select {
			case lines <- line:
			case <-ctx.Done():
				failed = ctx.Err()
				return
			}
		}
		failed = nil
	})
	batch := batch{next: from}
	ticker := time.NewTicker(batchEvery)
	defer ticker.Stop()
	for {
		select {
		case line, more := <-lines:
			if !more {
				if failed != nil {
					f.logFailure(ctx, "follow a log", failed)
					return false
				}
				return true // What is left is in the last lines, which come now.
			}
			batch.add(line)
		case <-ticker.C:
			if batch.count > 0 {
				f.showBatch(ctx, &batch)
			}
		}
	}
}

// batch is what has come since the last message.
type batch struct {
	next  int      // The number of the line after it.
	count int      // How many lines came.
	shown []string // The last of them.
}

func (b *batch) add(line semaphore.LogLine) {
	b.next = line.Number + 1
	for _, text := range logLines(line.Output, maxShownLine) {
		b.count++
		if b.shown = append(b.shown, text); len(b.shown) > batchLines {
			b.shown = b.shown[1:]
		}
	}
}

// text is the message, of as many of the last lines as fit.
func (b *batch) text(fits func(Text) bool) Text {
	for shown := b.shown; ; shown = shown[(len(shown)+1)/2:] {
		var text Text
		if skipped := b.count - len(shown); skipped > 0 {
			text = Text{para(plain(fmt.Sprintf("… %s skipped; the file with the whole log has them.", counted(skipped, "line"))))}
		}
		if len(shown) == 0 {
			return text
		}
		if text = append(text, codeBlock(strings.Join(shown, "\n"))); fits(text) {
			return text
		}
	}
}

// showBatch sends what has come, unless the message before is still waiting to be sent: a chat that is slow gets fewer
// and later ones, with more lines left out.
func (f *following) showBatch(ctx context.Context, b *batch) {
	text := b.text(f.Chat.Fits)
	wrote := false
	err := f.commit(ctx, func(tx Tx) (c changes, err error) {
		wrote = false
		t, found, err := load[track](tx, f.key)
		if err != nil || !found || !t.Shown.Ended.IsZero() {
			return changes{}, err
		}
		busy, err := waits(tx, t.Card+"/lines/")
		if err != nil || busy {
			return changes{}, err
		}
		t.Shown.Batches++
		t.Shown.Lines = b.next
		row := f.below(t, fmt.Sprintf("lines/%d", t.Shown.Batches), text)
		row.ExpiresAt = f.Now().Add(batchKept)
		c.put(f.key, t)
		c.send(row)
		wrote = true
		return c, nil
	})
	if err != nil {
		f.logFailure(ctx, "write lines of a log", err)
	}
	if wrote {
		b.count, b.shown = 0, nil
	}
}

// waits says whether a message whose key begins with prefix waits to be sent.
func waits(tx Tx, prefix string) (bool, error) {
	for r, err := range tx.Scan("outbox/", "") {
		if err != nil {
			return false, err
		}
		row, err := decode[outboxRow](r)
		if err != nil {
			return false, err
		}
		if strings.HasPrefix(row.Key, prefix) {
			return true, nil
		}
	}
	return false, nil
}

// counted is a number and what it counts.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
