package zulip

// WithJitter replaces the chance in all waits, so that a day in a bubble can be played again. f returns [0, 1).
func WithJitter(f func() float64) Option {
	return func(c *config) error {
		c.jitter = f
		return nil
	}
}
