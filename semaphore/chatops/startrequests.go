package chatops

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/semaphore"
)

// How agreed requests are started.
const (
	startTime    = 10 * time.Minute // How long it is tried.
	startTimeout = time.Minute      // One attempt.
	startRetry   = 5 * time.Second
	startSlow    = 5 * time.Second // After which it is said that Semaphore does not answer.
	startAtOnce  = 4
	// startDoubt is how long after the beginning of an attempt Semaphore may still be at work on it. Until then its task
	// is looked for, and nothing is sent again. StartTask looks once more just before it sends.
	startDoubt = startTimeout + 30*time.Second
)

// starting are the requests that are being started. The zero value is ready.
type starting struct {
	mu   sync.Mutex
	busy map[string]bool // Those of this moment, by their ids.
	// sent is when this process told Semaphore, by a clock that nobody sets.
	sent map[string]time.Time
}

// startRequests begins to have Semaphore start what is agreed, and says when to look again. An attempt that ends wakes it
// earlier. Each is made on its own, so that one that hangs holds up no other.
func (e *Engine) startRequests(ctx context.Context) time.Duration {
	var open, due []request
	wait := longestSleep
	now := e.Now()
	e.starting.mu.Lock()
	busy := maps.Clone(e.starting.busy)
	e.starting.mu.Unlock()
	err := e.Store.View(ctx, func(tx Tx) (err error) {
		if open, err = openRequests(tx); err != nil {
			return err
		}
		due, wait = nil, longestSleep
		for _, r := range open {
			switch {
			case r.State != Starting || busy[r.ID]:
			case r.scheduled() && r.NotBefore.After(now):
				wait = min(wait, r.NotBefore.Sub(now))
			case r.Retry.After(now) && r.Retry.Sub(now) <= startDoubt:
				wait = min(wait, r.Retry.Sub(now))
			default:
				due = append(due, r)
			}
		}
		return nil
	})
	if err != nil {
		e.logFailure(ctx, "read the open requests", err)
		return firstBackoff
	}
	e.starting.forgetAllBut(open)
	for _, r := range due[:min(len(due), startAtOnce-len(busy))] {
		e.starting.mark(r.ID, true)
		e.running.Go(func() {
			e.startGuarded(ctx, r)
			e.starting.mark(r.ID, false)
			e.Wake()
		})
	}
	return wait
}

func (s *starting) mark(id string, busy bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !busy {
		delete(s.busy, id)
		return
	}
	if s.busy == nil {
		s.busy = map[string]bool{}
	}
	s.busy[id] = true
}

// sends notes that Semaphore is being told to start a request.
func (s *starting) sends(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sent == nil {
		s.sent = map[string]time.Time{}
	}
	s.sent[id] = time.Now()
}

// over says whether Semaphore is not at work any more on an attempt to start a request, so that its task is there or will
// never be. What another process has tried was that long ago by the engine's clock; should that have been set forward
// by more than [startDoubt] between the two, while Semaphore took its time, the task could be started twice.
func (s *starting) over(r request, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sent, own := s.sent[r.ID]; own {
		return time.Since(sent) >= startDoubt
	}
	return now.Sub(r.Tried) >= startDoubt
}

// forgetAllBut forgets all requests but those that are open.
func (s *starting) forgetAllBut(open []request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.sent, func(id string, _ time.Time) bool {
		return !slices.ContainsFunc(open, func(r request) bool { return r.ID == id })
	})
}

// startGuarded is startRequest, where an error of the store costs a moment, and a panic a minute, and nothing else.
func (e *Engine) startGuarded(ctx context.Context, r request) {
	defer func() {
		if what := recover(); what != nil {
			e.Logger.LogAttrs(ctx, slog.LevelError, "starting a request panicked and will be repeated",
				slog.String("request", r.ID), slog.Any("error", what), slog.String("stack", string(debug.Stack())))
			pause(ctx, longestSleep)
		}
	}()
	if err := e.startRequest(ctx, r); err != nil {
		e.logFailure(ctx, "start a request", err, slog.String("request", r.ID))
		pause(ctx, firstBackoff)
	}
}

// startRequest makes one attempt to start a request. That Semaphore is told is stored before, so that after a crash it is
// known that it may have been. The error is one of the store.
func (e *Engine) startRequest(ctx context.Context, r request) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	over := e.starting.over(r, e.Now())
	task, next, err := e.attempt(ctx, r)
	switch {
	case next == stepNone:
		return err
	case err == nil:
		return e.commit(ctx, func(tx Tx) (changes, error) { return e.started(tx, r.ID, task) })
	}
	failed := attemptError{step: next, err: err, over: over, id: digest(r.ID, e.Now().String())[:8]}
	e.Logger.LogAttrs(ctx, slog.LevelWarn, "starting a request failed",
		slog.String("error_id", failed.id), slog.String("request", r.ID), slog.Any("error", err))
	return e.commit(context.WithoutCancel(ctx), func(tx Tx) (changes, error) { return e.notStarted(tx, r.ID, failed) })
}

// attempt has Semaphore start a request, or looks whether it has done so. With stepNone there was nothing to be done, and
// the error is one of the store.
func (e *Engine) attempt(ctx context.Context, r request) (task semaphore.Task, next step, err error) {
	if !r.Tried.IsZero() {
		task, err = e.Semaphore.FindTask(ctx, r.Target.Project, r.Target.Template, r.mark())
		return task, stepLook, err
	}
	req, err := e.prepareStart(ctx, r)
	if err != nil {
		return task, stepPrepare, err
	}
	again, begun, err := e.begin(ctx, r.ID)
	if err != nil || !begun {
		return task, stepNone, err
	}
	req.SecretVariables, _ = e.secrets.of(again)
	e.starting.sends(r.ID)
	task, err = e.Semaphore.StartTask(ctx, r.Target.Project, req)
	return task, stepStart, err
}

// step is what is to be done next to start a request.
type step int

const (
	stepNone    step = iota
	stepPrepare      // Look whether it can be started.
	stepStart        // Have Semaphore start it.
	stepLook         // Look whether Semaphore has started it.
)

// attemptError is why an attempt has failed.
type attemptError struct {
	step step
	err  error
	over bool   // Semaphore is not at work on an earlier one any more.
	id   string // By which the log has it.
}

// begin checks once more that a request may be started, now that nothing is between it and its task, and stores that
// an attempt is made.
func (e *Engine) begin(ctx context.Context, id string) (r request, begun bool, err error) {
	err = e.commit(ctx, func(tx Tx) (c changes, err error) {
		var found bool
		begun = false
		if r, found, err = load[request](tx, requestKey(id)); err != nil || !found || r.State != Starting || !r.Tried.IsZero() {
			return changes{}, err
		}
		now, policy := e.Now(), e.policy.Load()
		if _, missing := e.secrets.of(r); len(missing) > 0 {
			r.Missing = missing
			c.proceed(&r, policy, now)
			c.note(r.system(DecisionAsked, "secret values were lost with a restart"))
			return c, nil
		}
		if now.After(r.Expires) {
			c.fail(&r, "too late", r.tooLate(), now)
			return c, nil
		}
		v := voting{tx: tx, in: Incoming{From: r.By}, policy: policy, now: now, request: r}
		if err := v.may(); err != nil {
			why, ok := errors.AsType[*refusal](err)
			if !ok {
				return changes{}, err
			}
			c.fail(&r, why.reason, why.notice, now)
			return c, nil
		}
		r.Needed, r.Approvals = v.Needed, v.Approvals
		switch {
		case len(r.Approvals) >= r.Needed:
		case !r.NotBefore.IsZero():
			c.fail(&r, "takes approvals", sentence("By now it takes the approval of "+people(r.Needed)+", and there is no time for that."), now)
			return c, nil
		default:
			r.Agreed = false
			c.awaitApproval(&r, e.Prefix, policy, now)
			c.note(r.system(DecisionAsked, "the policy wants more approvals by now"))
			return c, nil
		}
		begun, r.Tried = true, now
		c.keep(r)
		return c, nil
	})
	return r, begun, err
}
