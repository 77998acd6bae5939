package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// Access is a rule that says who may do something. Rules are made by [AllowUsers] and the like and put together by
// [AllOf] and [AnyOf]. The zero value lets nobody, and is refused where a rule has to be.
type Access struct {
	check func(ctx context.Context, r *Request) error // a *RefusalError, or nil
	err   error                                       // a mistake in the making; such a rule lets nobody
}

// What people are told. It does not say who may.
const notAllowed = "You may not do that."

// AllowEverybody lets everybody who is in a room with the bot.
func AllowEverybody() Access {
	return Access{check: func(context.Context, *Request) error { return nil }}
}

// AllowUsers lets the people with these user ids, which are compared character by character. Without ids it lets
// nobody.
func AllowUsers(users ...id.UserID) Access {
	for _, user := range users {
		if _, _, err := user.ParseAndValidateRelaxed(); err != nil {
			return Access{err: fmt.Errorf("%q is not a user id such as @ann:example.org", user)}
		}
	}
	users = slices.Clone(users)
	return Access{check: func(_ context.Context, r *Request) error {
		if slices.Contains(users, r.Sender) {
			return nil
		}
		return denied("user", notAllowed)
	}}
}

// AllowRooms lets everybody in these rooms. Elsewhere the refusal is silent. Without rooms it lets nobody.
func AllowRooms(rooms ...id.RoomID) Access {
	for _, room := range rooms {
		if len(room) < 2 || room[0] != '!' {
			return Access{err: fmt.Errorf("%q is not a room id such as !abc:example.org", room)}
		}
	}
	rooms = slices.Clone(rooms)
	return Access{check: func(_ context.Context, r *Request) error {
		if slices.Contains(rooms, r.Room) {
			return nil
		}
		return denied("room", "")
	}}
}

// RequirePower lets those who have at least this power level in the room: 50 is what moderators have, 100 admins, and
// the creators of a room of version 12 or later have more than any level. It lets nobody while the levels are unknown.
//
// Power levels are what the homeserver says they are, also in encrypted rooms: who runs it can have any.
func RequirePower(level int) Access {
	return Access{check: func(ctx context.Context, r *Request) error {
		has, err := powerOf(ctx, r)
		switch {
		case err != nil:
			return &RefusalError{Decision: Denied, Reason: "power level unknown", Notice: notAllowed, Err: err}
		case has < level:
			return denied("power level", notAllowed)
		}
		return nil
	}}
}

// RequireTrust lets those whose message came from a device with at least this trust. A message that was not encrypted
// has none, nor has a reaction. The zero trust is a mistake, as everything has it.
func RequireTrust(least e2ee.Trust) Access {
	if least <= e2ee.TrustUnknown || least > e2ee.TrustVerified {
		return Access{err: errors.New("RequireTrust needs a trust between TrustUnverified and TrustVerified")}
	}
	return Access{check: func(_ context.Context, r *Request) error {
		if r.Encrypted && r.Trust >= least {
			return nil
		}
		return denied("device trust", "This takes an encrypted message from a device that is "+least.String()+" at least.")
	}}
}

// AllOf lets those whom each of the rules lets. Without rules it lets nobody.
func AllOf(rules ...Access) Access {
	if err := checkRules(rules); err != nil {
		return Access{err: err}
	}
	rules = slices.Clone(rules)
	return Access{check: func(ctx context.Context, r *Request) error {
		for _, rule := range rules {
			if err := rule.allows(ctx, r); err != nil {
				return err
			}
		}
		return nil
	}}
}

// AnyOf lets those whom one of the rules lets. Without rules it lets nobody.
func AnyOf(rules ...Access) Access {
	if err := checkRules(rules); err != nil {
		return Access{err: err}
	}
	rules = slices.Clone(rules)
	return Access{check: func(ctx context.Context, r *Request) error {
		var last error
		for _, rule := range rules {
			if last = rule.allows(ctx, r); last == nil {
				return nil
			}
		}
		return last
	}}
}

// Require lets only those pass whom the rule lets. Others get a [*RefusalError].
func Require(rule Access) Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, r *Request) error {
			if err := rule.allows(ctx, r); err != nil {
				return err
			}
			return next(ctx, r)
		}
	}
}

// allows returns nil or a *RefusalError.
func (a Access) allows(ctx context.Context, r *Request) error {
	if a.check == nil || a.err != nil {
		return denied("no rule", notAllowed)
	}
	return a.check(ctx, r)
}

// isSet says whether it is more than the zero value.
func (a Access) isSet() bool { return a.check != nil || a.err != nil }

func checkRules(rules []Access) error {
	if len(rules) == 0 {
		return errors.New("there is no rule in AllOf or AnyOf")
	}
	for _, rule := range rules {
		switch {
		case rule.err != nil:
			return rule.err
		case rule.check == nil:
			return errors.New("a rule in AllOf or AnyOf is the zero Access")
		}
	}
	return nil
}
