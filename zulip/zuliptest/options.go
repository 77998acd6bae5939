package zuliptest

import "time"

// An Option changes what New builds.
type Option func(*config)

type config struct {
	now          func() time.Time
	limit        int
	per          time.Duration
	featureLevel int
	editLimit    time.Duration
	heartbeat    time.Duration
	noReceipts   bool
}

// WithNow sets the clock from which the timestamps of messages, edits and users come; the default is [time.Now].
// Waiting (long polls, heartbeats, the life of an event queue, rate limits, faults that delay) always goes by the real clock,
// which inside a testing/synctest bubble is the bubble's clock.
func WithNow(now func() time.Time) Option {
	return func(c *config) { c.now = now }
}

// WithRateLimit allows each user n requests in any stretch of time of length per, and as many polls of GET /events,
// which have a bucket of their own. Zulip's own default is 200 in a minute.
// Without this option, or with n < 1, there is no limit and the X-RateLimit headers are absent,
// as on a server that has rate limiting switched off.
func WithRateLimit(n int, per time.Duration) Option {
	return func(c *config) { c.limit, c.per = n, per }
}

// WithFeatureLevel sets the API feature level that the server reports; the default is 421, which is Zulip 11.0.
// An operation that is newer than the level answers 404, and where Zulip changed the names of parameters, values and
// fields, each level has those of its time.
func WithFeatureLevel(level int) Option {
	return func(c *config) { c.featureLevel = level }
}

// WithHeartbeat sends the heartbeats of event queues after d instead of after 45 to 55 seconds; a long d tests what
// watches for them. It has no effect when d is not positive.
func WithHeartbeat(d time.Duration) Option {
	return func(c *config) { c.heartbeat = d }
}

// WithoutReadReceipts switches read receipts off, as an organization can.
func WithoutReadReceipts() Option {
	return func(c *config) { c.noReceipts = true }
}

// WithEditLimit refuses to change the content of a message that is older than d, as an organization's
// "time limit for editing messages" does; ten minutes is usual. The default, zero, is no limit.
// It holds for people whose words come through EditMessage too.
func WithEditLimit(d time.Duration) Option {
	return func(c *config) { c.editLimit = d }
}
