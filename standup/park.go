package standup

import (
	"context"
	"errors"
	"slices"
)

// What a person writes while it is not known whether a question has reached
// them cannot be told to be an answer to it or to the one before. It is parked,
// safe in the store, until the outbox knows.

// park keeps an event of a direct conversation if it has to wait, and reports
// whether it does.
func park(tx Tx, in Incoming) (bool, error) {
	if in.Channel != "" {
		return false, nil
	}
	doubt, err := tx.Get(doubtKey(in.From))
	if err != nil {
		return false, err
	}
	waiting, err := keys(tx, parkedPrefix(in.From), 1)
	if err != nil || doubt == nil && len(waiting) == 0 {
		return false, err
	}
	number, err := nextNumber(tx)
	if err != nil {
		return false, err
	}
	return true, save(tx, parkedPrefix(in.From)+number, in)
}

// unparkAll handles what was parked, in its order, for everybody of whom no
// question is in doubt any more.
func (e *Engine) unparkAll(ctx context.Context) error {
	var users []UserID
	err := e.Store.View(ctx, func(tx Tx) (err error) {
		users, err = parkedUsers(tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, user := range users {
		for more := true; more; {
			if more, err = e.unpark(ctx, user); err != nil {
				return err
			}
		}
	}
	return nil
}

// unpark handles the oldest event that is parked for a person, and reports
// whether there was one that could be handled.
func (e *Engine) unpark(ctx context.Context, user UserID) (bool, error) {
	var key string
	var in Incoming
	err := e.Store.View(ctx, func(tx Tx) error {
		doubt, err := tx.Get(doubtKey(user))
		if err != nil || doubt != nil {
			return err
		}
		waiting, err := keys(tx, parkedPrefix(user), 1)
		if err != nil || len(waiting) == 0 {
			return err
		}
		key = waiting[0]
		in, _, err = load[Incoming](tx, key)
		return err
	})
	if err != nil || key == "" {
		return false, err
	}
	return true, e.settleEvent(ctx, e.prepared(in), func(tx Tx) (bool, error) {
		doubt, err := tx.Get(doubtKey(user))
		if err != nil || doubt != nil {
			return false, err
		}
		return true, tx.Delete(key)
	})
}

// parkedUsers lists the people who have something parked.
func parkedUsers(tx Tx) ([]UserID, error) {
	all, err := keys(tx, "parked/", 0)
	if err != nil {
		return nil, err
	}
	var users []UserID
	for _, key := range all {
		parts, err := splitKey(key)
		if err != nil || len(parts) != 3 {
			return nil, damaged(key, errors.Join(err))
		}
		if user := UserID(parts[1]); !slices.Contains(users, user) {
			users = append(users, user)
		}
	}
	return users, nil
}
