package matrixbot

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/time/rate"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/ratelimit"
)

// Rate is how often something may happen: Burst times at once, and once more after each Every. The zero value is no
// limit.
type Rate struct {
	Every time.Duration
	Burst int
}

// rateKeys bounds how many people or rooms are remembered.
const rateKeys = 10_000

// RateLimit limits how often one person, wherever that may be, and how often all people in one room may use what it
// goes around. The first refusal has a notice, those after it have none until something was allowed again.
func RateLimit(user, room Rate) (Middleware, error) {
	users, err := newLimit[id.UserID](user)
	if err != nil {
		return nil, fmt.Errorf("matrixbot: rate limit of users: %w", err)
	}
	rooms, err := newLimit[id.RoomID](room)
	if err != nil {
		return nil, fmt.Errorf("matrixbot: rate limit of rooms: %w", err)
	}
	return func(next Handler) Handler {
		return func(ctx context.Context, r *Request) error {
			if err := limit(users, r.Sender, "user"); err != nil {
				return err
			}
			if err := limit(rooms, r.Room, "room"); err != nil {
				return err
			}
			return next(ctx, r)
		}
	}, nil
}

func newLimit[K comparable](r Rate) (*ratelimit.Keyed[K], error) {
	if r == (Rate{}) {
		return nil, nil
	}
	return ratelimit.NewKeyed[K](rate.Every(r.Every), r.Burst, rateKeys)
}

// limit returns nil or a *RefusalError.
func limit[K comparable](buckets *ratelimit.Keyed[K], key K, what string) error {
	if buckets == nil {
		return nil
	}
	d := buckets.Allow(key)
	if d.Allowed {
		return nil
	}
	refusal := &RefusalError{Decision: Limited, Reason: what}
	if d.First {
		wait := max(time.Second, d.RetryAfter.Round(time.Second))
		refusal.Notice = fmt.Sprintf("That is too much at once. Try again in %s.", wait)
	}
	return refusal
}
