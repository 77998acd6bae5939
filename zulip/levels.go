package zulip

import (
	"context"
	"fmt"
)

// Feature levels: the server's count of changes to its API. 185 is Zulip 7.0, 237 is 8.0, 421 is 11.0.

// featureLevel is the server's level: from the last POST /register or restart event, or asked for once.
func (c *Client) featureLevel(ctx context.Context) (int, error) {
	if level := c.level.Load(); level > 0 {
		return int(level), nil
	}
	settings, err := c.ServerSettings(ctx)
	if err != nil {
		return 0, err
	}
	c.level.Store(int64(settings.ZulipFeatureLevel))
	return settings.ZulipFeatureLevel, nil
}

// requires refuses what the server is too old for.
func (c *Client) requires(ctx context.Context, op string, level int) error {
	has, err := c.featureLevel(ctx)
	if err != nil {
		return fmt.Errorf("zulip: %s: %w", op, err)
	}
	if has < level {
		return fmt.Errorf("zulip: %s: %w: it has feature level %d, this needs %d or later", op, ErrUnsupported, has, level)
	}
	return nil
}

// noteRestarts takes the level that a restarted server reports; 0 makes the next call ask.
func (c *Client) noteRestarts(events []Event) {
	for i := range events {
		if restart := events[i].Restart; restart != nil {
			c.level.Store(int64(restart.ZulipFeatureLevel))
		}
	}
}
