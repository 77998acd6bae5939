package chatops

import (
	"context"
	"fmt"
)

// judge finds out what an event is and whether it may be carried out, and gathers what its decision has to know. How far
// it came stands in v also when it fails or panics.
func (e *Engine) judge(ctx context.Context, in Incoming, v *verdict) (err error) {
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	policy := e.policy.Load()
	if policy.role(in) == Nobody {
		return e.judgeStranger(ctx, policy, in, v)
	}
	if answered, err := e.judgeAnswer(ctx, policy, in, v); answered || err != nil || in.Reaction != "" {
		return err
	}
	v.command = "unknown" // Never what is written: in a direct message that may be a secret, sent too late.
	p, err := e.parse(ctx, in)
	if err != nil || !p.forBot {
		return err
	}
	if p.command != nil {
		v.command = p.command.name
	}
	var stop bool
	if v.decide, stop, err = e.turnAway(ctx, policy, in, p.verifies()); stop || err != nil {
		return err
	}
	if p.command != nil {
		if role := policy.role(in); role < p.command.role {
			return &refusal{
				notice:   sentence(fmt.Sprintf("This takes the role %s, and yours here is %s.", p.command.role, role)),
				decision: DecisionDenied, reason: "takes the role " + p.command.role.String(),
			}
		}
	}
	if _, prefixed := cutPrefix(in.Text, e.Prefix); p.command == nil && in.Direct && !prefixed {
		p.problem.notice[0].Spans[0] = plain("There is no such command. ") // See above.
	}
	if p.problem != nil {
		return p.problem
	}
	defer e.tellIfSlow(ctx, in)()
	v.decide, err = p.command.do(ctx, e, &call{in: in, name: p.command.name, values: p.values, policy: policy, now: e.Now()})
	return err
}

// judgeAnswer is judge for what answers a question of the bot; answered is false where it does not.
func (e *Engine) judgeAnswer(ctx context.Context, policy *Policy, in Incoming, v *verdict) (answered bool, err error) {
	v.command = "answer"
	if in.Reaction != "" {
		v.command = "reaction"
	}
	decide, answered, err := e.answer(ctx, in)
	if !answered && err == nil {
		return false, nil
	}
	instead, stop, failed := e.turnAway(ctx, policy, in, false)
	if v.decide = instead; stop || failed != nil {
		return true, failed
	}
	v.decide = decide
	return true, err
}
