package chatops

import "fmt"

// needs refuses who has less than a role for a project or a template.
func (c *call) needs(role Role, target TargetRef) error {
	if has := c.policy.role(c.in, target); has < role {
		return tooLow("For "+scopeName(target)+" this", role, has)
	}
	return nil
}

// needsEverywhere refuses who has less than a role for all projects: what the command changes is not about some of them.
func (c *call) needsEverywhere(role Role) error {
	if has := c.policy.everywhere(c.in.From, c.policy.place(c.in)); has < role {
		return tooLow("As it concerns all projects, this", role, has)
	}
	return nil
}

// tooLow refuses what takes a higher role; what is the beginning of the sentence that says so.
func tooLow(what string, needed, has Role) *refusal {
	return &refusal{
		notice:   sentence(fmt.Sprintf("%s takes the role %s, and yours is %s.", what, needed, has)),
		decision: DecisionDenied, reason: "takes the role " + needed.String(),
	}
}
