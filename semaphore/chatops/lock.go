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
	// Unreadable says that the record of the lock was damaged, so that all that is known is the numbers of what it is about. It
	// is in everybody's way and has no end, until an admin removes it.
	Unreadable bool `json:"unreadable,omitempty"`
}

func (l lock) recordKey() string { return lockKey(lockScope(l.Target)) }

// holds says whether the time of the lock is not over.
func (l lock) holds(now time.Time) bool { return l.Unreadable || now.Before(l.Until) }

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
		if found && l.holds(now) {
			locks = append(locks, l)
		}
	}
	return locks, nil
}

// lockedBy finds out from the key of a lock what it is about.
func lockedBy(key string) (t TargetRef, ok bool) {
	if _, err := fmt.Sscanf(key, "lock/%016x.%016x", &t.Project, &t.Template); err != nil {
		return t, false
	}
	return t, lock{Target: t}.recordKey() == key
}

// told says of something that it is locked, by whom, why and how long; word is between its name and who it is.
func (l lock) told(name, word string, now time.Time) Text {
	if l.Unreadable {
		command := fmt.Sprintf("unlock %d", l.Target.Project)
		if l.Target.Template != 0 {
			command += fmt.Sprintf("/%d", l.Target.Template)
		}
		return say(
			bold(name), plain(" is locked. By whom, why and how long cannot be read, so it stays locked until an admin unlocks it: "), code(command),
		)
	}
	return say(
		bold(name), plain(word), person(l.By, clean(l.ByName, maxName)),
		plain(fmt.Sprintf(" until %s: %s", until(l.Until, now), clean(l.Reason, 300))),
	)
}
