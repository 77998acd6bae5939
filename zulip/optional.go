package zulip

import (
	"context"
	"fmt"
)

// requiresIf is requires for a request of which only some parameters need a level; 0 means that none does.
func (c *Client) requiresIf(ctx context.Context, op string, level int) error {
	if level == 0 {
		return nil
	}
	return c.requires(ctx, op, level)
}

// listIf sets a list that has elements.
func listIf[T any](p *params, name string, list []T) {
	if len(list) > 0 {
		p.json(name, list)
	}
}

func errNothingToChange(op string) error {
	return fmt.Errorf("zulip: %s: nothing to change; set a field of the request", op)
}
