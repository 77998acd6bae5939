package semaphore

import (
	"context"
	"fmt"
	"iter"
	"time"
)

// FollowRequest says how to follow a log; the zero value is good.
type FollowRequest struct {
	// From is how many lines to leave out at the beginning, because the caller has them. The numbers of the lines begin
	// with it.
	From int
	// Settle is how long the log must stay the same after the end of the task to count as complete. A server under load
	// stores and sends lines seconds after the task has ended. 0 means 3 seconds.
	Settle time.Duration
	// OnStatus is called with the task at the beginning and whenever its status changes, in the goroutine that follows.
	// Nil: nothing is called.
	OnStatus func(Task)
}

// How often and how much is fetched.
const (
	defaultSettle = 3 * time.Second
	// The whole log comes with each fetch. So the time between two grows with its size: 128 KiB are fetched each second on
	// average, which makes about two and a half times the log in all when it grows evenly.
	fetchRate             = 128 << 10
	minFetch, maxFetch    = time.Second, 2 * time.Minute
	joinFetch             = 200 * time.Millisecond // while live lines are held back
	liveFetch             = time.Minute            // while the WebSocket brings the lines
	socketHeadStart       = time.Second            // that the WebSocket has before the first fetch
	backlog               = time.Minute            // in which lines that were seen live may be stored after the end
	maxHeld, maxHeldBytes = 4 << 10, 4 << 20
)

// Follow delivers the log of a task line by line while the task runs, and ends when the task has ended and its log is
// complete: every line that the server keeps comes once, in the server's order. Lines come live from the WebSocket where
// that works; the stored log begins, completes and corrects them. So Follow survives that the server drops slow readers,
// that it restarts, and that something in between cuts WebSockets. It holds no more than a few thousand lines in memory.
// A reader that takes its time is no problem either.
//
// On a database that keeps times by the second (MySQL) the server itself gives lines of one second in any order. Where
// it does, and where nothing but equal lines comes, the stored log alone is used and lines come later.
// Lines that the server lost before it stored them can be among those that came live.
//
// An error is yielded once, last. Trouble that passes is waited out for two minutes at most. A task whose server was
// restarted never ends: bound ctx where that matters. How the task ended tells [Client.Wait], which returns at once then.
// API: GET /project/{project_id}/tasks/{task_id}, GET /project/{project_id}/tasks/{task_id}/output and GET /ws.
func (c *Client) Follow(ctx context.Context, project ProjectID, id TaskID, req FollowRequest) iter.Seq2[LogLine, error] {
	return func(yield func(LogLine, error) bool) {
		f := &follower{
			client: c, project: project, id: id, settle: req.Settle, yield: yield, number: max(0, req.From),
			ledger: newLedger(max(0, req.From)), feed: newFeed(project, id, true),
			status: c.watchStatus(project, id, req.OnStatus), start: time.Now(),
		}
		if f.settle <= 0 {
			f.settle = defaultSettle
		}
		if err := f.run(ctx); err != nil && !f.stopped {
			yield(LogLine{}, during(fmt.Sprintf("follow task %d", id), err))
		}
	}
}

// follower is the state of one Follow.
type follower struct {
	client  *Client
	project ProjectID
	id      TaskID
	settle  time.Duration
	yield   func(LogLine, error) bool
	stopped bool // the caller wants no more
	number  int
	start   time.Time

	ledger *ledger
	feed   *feed
	status *statusWatch

	joined    bool    // live lines follow without a gap on what was delivered
	held      []frame // live lines that came before that was so
	heldBytes int

	endedAt  time.Time     // when the end of the task was seen
	liveAt   time.Time     // when a live line came last
	newsAt   time.Time     // when the stored log had something new last
	fetching time.Time     // when the last fetch began
	fetched  time.Time     // when it ended
	cost     time.Duration // the time that its size allows it to take on average
	trouble  trouble
	behind   bool // the task has ended, and lines that are held back are not stored
	done     bool
}

func (f *follower) run(ctx context.Context) error {
	if err := f.status.look(ctx, news{}); err != nil {
		return err
	}
	if !f.status.task.Status.Ended() {
		stop := f.client.startListening(ctx, f.feed)
		defer stop()
	}
	for {
		live := f.feed.take()
		f.receive(live)
		if f.stopped {
			return nil
		}
		if err := f.status.look(ctx, live); err != nil {
			return err
		}
		if f.endedAt.IsZero() && f.status.task.Status.Ended() {
			f.endedAt = time.Now()
		}
		if !time.Now().Before(f.fetchDue(live.live)) {
			if err := f.fetch(ctx); err != nil || f.done || f.stopped {
				return err
			}
			continue // lines may have come meanwhile
		}
		if err := pause(ctx, f.next(live.live), f.feed.wake); err != nil {
			return err
		}
	}
}

// next is when to look again at the latest.
func (f *follower) next(live bool) time.Time {
	due := f.fetchDue(live)
	if f.endedAt.IsZero() && f.status.due.Before(due) {
		due = f.status.due
	}
	return due
}

// fetchDue is when to fetch the stored log.
func (f *follower) fetchDue(live bool) time.Time {
	switch {
	case !f.trouble.since.IsZero():
		return f.trouble.until
	case f.endedAt.IsZero() && f.fetched.IsZero():
		if live || f.client.config.noWebSocket {
			return f.start
		}
		return f.start.Add(socketHeadStart)
	case f.endedAt.IsZero() && f.joined:
		return f.fetched.Add(max(f.cost, liveFetch))
	case f.endedAt.IsZero() && len(f.held) > 0:
		return f.fetched.Add(max(f.cost, joinFetch))
	case f.endedAt.IsZero():
		return f.fetched.Add(max(f.cost, minFetch))
	case f.joined && f.fetching.Before(f.quietAt()):
		return f.quietAt()
	case f.joined: // what came live is not all stored
		return f.fetched.Add(max(f.cost/8, minFetch))
	case f.fetching.Before(f.endedAt):
		return f.endedAt
	case f.behind:
		return f.fetched.Add(max(f.cost/8, minFetch))
	}
	return later(f.newsAt, f.endedAt).Add(f.settle)
}

// quietAt is when no live line has come for a while after the end of the task.
func (f *follower) quietAt() time.Time { return later(f.endedAt, f.liveAt).Add(f.settle) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// receive delivers what came live, or holds it back while lines before it are missing.
func (f *follower) receive(n news) {
	if n.gap {
		f.leave()
	}
	for _, line := range n.lines {
		f.liveAt = time.Now()
		if !f.joined {
			f.hold(line)
			continue
		}
		if f.ledger.live(f.ledger.mark(line.Output, line.Time)) && !f.deliver(wireLine{Time: line.Time, Output: line.Output}) {
			return
		}
		if len(f.ledger.ahead) >= maxAhead {
			f.leave()
		}
	}
}

// leave ends the time in which live lines can be delivered at once.
func (f *follower) leave() {
	f.joined, f.held, f.heldBytes, f.ledger.owed = false, nil, 0, nil
}

// hold keeps a live line back. Of too many the oldest go: the stored log is going to have them.
func (f *follower) hold(line frame) {
	f.held = append(f.held, line)
	f.heldBytes += len(line.Output)
	for len(f.held) > maxHeld || f.heldBytes > maxHeldBytes && len(f.held) > 1 {
		f.heldBytes -= len(f.held[0].Output)
		f.held = f.held[1:]
	}
}

// deliver gives a line to the caller; it is false when the caller wants no more.
func (f *follower) deliver(line wireLine) bool {
	f.stopped = !f.yield(LogLine{
		Number: f.number, ID: line.ID, StageID: line.StageID, Time: line.Time, Output: line.Output,
	}, nil)
	f.number++
	return !f.stopped
}

// fetch reads the stored log and delivers what is new.
func (f *follower) fetch(ctx context.Context) error {
	f.fetching = time.Now()
	wasQuiet := f.joined && !f.endedAt.IsZero() && !f.fetching.Before(f.quietAt())
	reading := f.ledger.read()
	size, err := f.client.readOutput(ctx, f.project, f.id, f.ledger.settled, func(line wireLine) bool {
		if !reading.meet(line.Output, line.Time) {
			return true
		}
		if f.joined {
			f.ledger.expectLive(line.Output, line.Time)
		}
		return f.deliver(line)
	})
	reading.end(err == nil && !f.stopped)
	f.fetched = time.Now()
	f.cost = min(time.Duration(size)*time.Second/fetchRate, maxFetch)
	if reading.fresh+reading.stored > 0 {
		f.newsAt = f.fetched
	}
	if f.stopped {
		return nil
	}
	if err != nil {
		if reading.fresh > 0 {
			f.trouble = trouble{} // it is getting on
		}
		_, err = f.trouble.met(ctx, err)
		return err
	}
	f.trouble = trouble{}
	if f.joined && reading.refined {
		f.leave() // times were compared less exactly than possible
	}
	f.join(reading)
	if !f.endedAt.IsZero() && !f.fetching.Before(f.endedAt) {
		complete := wasQuiet && f.joined && len(f.ledger.ahead)+len(f.ledger.owed) == 0
		still := f.fetching.Sub(later(f.newsAt, f.endedAt))
		f.behind = !f.joined && still < backlog && reading.lacks(f.held)
		same := reading.fresh+reading.stored == 0 && still >= f.settle && !f.behind
		f.done = complete || same
	}
	return nil
}

// join delivers what was held back, once the stored log reaches it: then no line before it is missing.
func (f *follower) join(r *reading) {
	if len(f.held) == 0 || f.stopped {
		return
	}
	marks := make([]mark, len(f.held))
	for i, line := range f.held {
		marks[i] = f.ledger.mark(line.Output, line.Time)
	}
	first := r.meetHeld(marks)
	if first < 0 {
		return
	}
	held := f.held[first:]
	f.joined, f.held, f.heldBytes = true, nil, 0
	for i, line := range held {
		if f.ledger.live(marks[first+i]) && !f.deliver(wireLine{Time: line.Time, Output: line.Output}) {
			return
		}
	}
}
