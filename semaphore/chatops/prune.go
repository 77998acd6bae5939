package chatops

import (
	"context"
	"strings"
	"time"
)

// How long is remembered what has no end of its own.
const (
	keepEvents  = 7 * 24 * time.Hour  // A chat does not hand over again what is older.
	keepSent    = 90 * 24 * time.Hour // A message that old is not edited any more.
	pruneEvery  = time.Hour
	pruneAtOnce = 500 // Records that one transaction removes.
)

// prune removes what is no longer needed, once an hour.
func (e *Engine) prune(ctx context.Context) time.Duration {
	now := e.Now()
	if wait := e.pruned.Add(pruneEvery).Sub(now); wait > 0 && wait <= pruneEvery {
		return wait
	}
	for {
		var old []string
		err := e.Store.View(ctx, func(tx Tx) (err error) {
			old, err = outdated(tx, now)
			return err
		})
		if err == nil && len(old) > 0 {
			err = e.Store.Update(ctx, func(tx Tx) error {
				for _, key := range old {
					if err := tx.Delete(key); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err != nil {
			e.logFailure(ctx, "prune", err)
			return longestSleep
		}
		if len(old) < pruneAtOnce {
			e.pruned = now
			return pruneEvery
		}
	}
}

// olderThan says of a record whether it is from before an instant. What has its time in the future, after the clock was set
// back, stays.
func olderThan[T interface{ at() time.Time }](limit time.Time) func(Record) (bool, error) {
	return func(r Record) (bool, error) {
		value, err := decode[T](r)
		return value.at().Before(limit), err
	}
}

func (p present) at() time.Time { return p.At }
func (s sent) at() time.Time    { return s.At }

// outdated finds the keys of records that are no longer needed, at most pruneAtOnce.
func outdated(tx Tx, now time.Time) (old []string, err error) {
	for prefix, gone := range map[string]func(Record) (bool, error){
		"event/": olderThan[present](now.Add(-keepEvents)),
		"quiet/": olderThan[present](now.Add(-quietFor)),
		"told/":  olderThan[present](now.Add(-keepSent)),
		"sent/":  olderThan[sent](now.Add(-keepSent)),
		"last/":  olderThan[sent](now.Add(-keepSent)),
		"request/": func(r Record) (bool, error) {
			q, err := decode[request](r)
			return !q.open() && q.Asked.Before(now.Add(-keepSent)), err
		},
		"open/": func(r Record) (bool, error) {
			there, err := tx.Get(requestKey(strings.TrimPrefix(r.Key, "open/")))
			return there == nil, err // It was damaged.
		},
		"question/": func(r Record) (bool, error) {
			q, err := decode[question](r)
			if err != nil {
				return false, err
			}
			there, err := tx.Get(requestKey(q.Request))
			return there == nil, err
		},
	} {
		for r, err := range tx.Scan(prefix, "") {
			if err != nil {
				return nil, err
			}
			is, err := gone(r)
			if err != nil {
				return nil, err
			}
			if is {
				if old = append(old, r.Key); len(old) == pruneAtOnce {
					return old, nil
				}
			}
		}
	}
	return old, nil
}
