package chatops

import (
	"context"
	"slices"
	"strings"
)

// approveDo approves a request of somebody else. One that was asked for elsewhere, which he may not have seen, has to be
// named.
func approveDo(ctx context.Context, e *Engine, c *call) (decision, error) {
	id, err := e.named(ctx, c, "approve", func(r request) bool {
		return r.State == Approving && r.By != c.in.From && c.policy.role(c.in, r.Target) >= Approver &&
			r.Where.conversation() == c.in.reply().conversation()
	})
	if err != nil {
		return nil, err
	}
	return e.vote(c.in, id, true), nil
}

// cancelDo gives a request up, or refuses that of somebody else. Like one to approve, that has to be named where it was
// asked for elsewhere.
func cancelDo(ctx context.Context, e *Engine, c *call) (decision, error) {
	id, err := e.named(ctx, c, "cancel", func(r request) bool {
		own, here := r.By == c.in.From, r.Where.conversation() == c.in.reply().conversation()
		return own || here && r.refusable(c.policy.role(c.in, r.Target))
	})
	if err != nil {
		return nil, err
	}
	return e.vote(c.in, id, false), nil
}

// named returns the id of the request that a command names, or to whose question it replies or, where it says nothing, of
// the only open one that fits.
func (e *Engine) named(ctx context.Context, c *call, word string, fits func(request) bool) (string, error) {
	if c.values.Has("request") {
		return strings.ToLower(c.values.Text("request")), nil
	}
	s, err := e.loadAsked(ctx, c.in)
	open := slices.DeleteFunc(s.open, func(r request) bool { return !fits(r) })
	switch {
	case err != nil:
		return "", err
	case s.about != nil:
		return s.about.ID, nil
	case len(open) == 0:
		return "", refusedf("no request", "There is no open request for you to %s.", word)
	case len(open) > 1:
		return "", severalAsked(word, open)
	}
	return open[0].ID, nil
}
