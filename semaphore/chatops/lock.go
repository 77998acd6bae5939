package chatops

import (
	"fmt"
	"time"
)

// lock keeps others from running a template, or anything of a project.
type lock struct {
	Target TargetRef `json:"target"` // Without a template: the whole project.
	By     UserID    `json:"by"`
	ByName string    `json:"by_name"`
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until"`
	Where  Address   `json:"where"` // Where its end is told.
}

// lockScope names what a lock is about.
func lockScope(t TargetRef) string {
	return fmt.Sprintf("%016x.%016x", int64(t.Project), int64(t.Template))
}

// locksOn returns the locks that hold for a template: that of its project and its own.
func locksOn(tx Tx, t TargetRef, now time.Time) ([]lock, error) {
	whole := t
	whole.Template, whole.TemplateName = 0, ""
	scopes := []TargetRef{whole}
	if t.Template != 0 {
		scopes = append(scopes, t)
	}
	var locks []lock
	for _, scope := range scopes {
		l, found, err := load[lock](tx, lockKey(lockScope(scope)))
		if err != nil {
			return nil, err
		}
		if found && now.Before(l.Until) {
			locks = append(locks, l)
		}
	}
	return locks, nil
}

// told says who holds the lock, why and how long.
func (l lock) told(now time.Time) []Span {
	return []Span{person(l.By, clean(l.ByName, maxName)), plain(fmt.Sprintf(" until %s: %s", until(l.Until, now), clean(l.Reason, 300)))}
}
