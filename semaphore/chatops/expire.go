package chatops

import (
	"context"
	"time"
)

// expireRequests ends the requests that nobody has answered in time, and forgets the secrets of those that have ended.
func (e *Engine) expireRequests(ctx context.Context) time.Duration {
	var open []request
	err := e.Store.View(ctx, func(tx Tx) (err error) {
		open, err = openRequests(tx)
		return err
	})
	if err != nil {
		e.logFailure(ctx, "read the open requests", err)
		return firstBackoff
	}
	e.secrets.forgetAllBut(open)
	wait := longestSleep
	for _, r := range open {
		if !r.expires() {
			continue
		}
		if left := r.Expires.Sub(e.Now()); left > 0 {
			wait = min(wait, left)
			continue
		}
		err := e.commit(ctx, func(tx Tx) (changes, error) {
			r, found, err := load[request](tx, requestKey(r.ID))
			if err != nil || !found || !r.expires() || e.Now().Before(r.Expires) {
				return changes{}, err
			}
			c := expired(r, e.Now())
			c.audit[0] = r.system(DecisionExpired, c.audit[0].Reason)
			return c, nil
		})
		if err != nil {
			e.logFailure(ctx, "let a request expire", err)
			return firstBackoff
		}
	}
	return wait
}

// unlockDue releases the locks whose time is over, and says when the next one is.
func (e *Engine) unlockDue(ctx context.Context) time.Duration {
	var locks []lock
	err := e.Store.View(ctx, func(tx Tx) (err error) {
		locks, err = all[lock](tx, joinKey("lock")+"/")
		return err
	})
	if err != nil {
		e.logFailure(ctx, "read the locks", err)
		return firstBackoff
	}
	wait := longestSleep
	for _, l := range locks {
		if l.Unreadable {
			continue
		}
		if left := l.Until.Sub(e.Now()); left > 0 {
			wait = min(wait, left)
			continue
		}
		if err := e.commit(ctx, func(tx Tx) (changes, error) { return e.unlocked(tx, l.Target) }); err != nil {
			e.logFailure(ctx, "release a lock", err)
			return firstBackoff
		}
	}
	return wait
}

// unlocked is the decision when the time of a lock is over.
func (e *Engine) unlocked(tx Tx, t TargetRef) (changes, error) {
	var c changes
	l, found, err := load[lock](tx, lockKey(lockScope(t)))
	if err != nil || !found || l.holds(e.Now()) {
		return c, err
	}
	c.remove(lockKey(lockScope(t)))
	c.send(outboxRow{Outgoing: Outgoing{
		Key: "unlocked." + digest(lockScope(t), l.Since.String()), To: l.Where,
		Body: say(plain("The lock on "), bold(scopeName(t)), plain(" has ended. "), person(l.By, clean(l.ByName, maxName)), plain(" had locked it: "+clean(l.Reason, 300))),
	}})
	c.note(AuditEntry{Decision: DecisionExpired, Command: "unlock", Room: l.Where.Room, Target: auditTarget(t), Reason: "the time of the lock is over"})
	return c, nil
}
