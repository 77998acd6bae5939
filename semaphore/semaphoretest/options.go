package semaphoretest

import (
	"strings"
	"time"
)

// A Generation is a line of Semaphore UI versions that speak alike.
type Generation int

// The generations.
const (
	// Gen216 is what 2.16 and later speak: tasks start at once, start parameters are in params, empty fields are left out,
	// creations answer what they made, and there are raw output, stages, rejection and project runners. It is the default.
	Gen216 Generation = iota
	// Gen210 is what 2.10 speaks: one task starts every five seconds, every field is always there,
	// and the creation of a key, a repository or an environment answers 204 without an id.
	Gen210
)

// A Database is what a Semaphore UI server keeps its things in; clients notice the difference.
type Database int

// The databases.
const (
	// PostgreSQL counts task ids upwards and knows microseconds. It is the default.
	PostgreSQL Database = iota
	// MySQL, or MariaDB, knows whole seconds. With Gen210 the log of a chatty task comes out of order.
	MySQL
	// Bolt counts task ids downwards from 2147483646, knows nanoseconds, still accepts a token that was deleted,
	// takes the id of a new task from the client, and lists one event.
	Bolt
)

// An Option changes what New builds.
type Option func(*config)

type config struct {
	gen      Generation
	db       Database
	prefix   string
	speed    float64
	logDelay time.Duration
	logRate  float64
	buffer   int
	deadlock bool
	zone     *time.Location // nil is UTC
}

// WithGeneration chooses the API that the server speaks. The default is Gen216.
func WithGeneration(g Generation) Option {
	return func(c *config) { c.gen = g }
}

// WithDatabase chooses the database whose traits clients see. The default is PostgreSQL.
func WithDatabase(d Database) Option {
	return func(c *config) { c.db = d }
}

// WithPrefix moves the whole server below a path such as "/semaphore", as Semaphore UI's web_host does.
// URL includes it. Every address outside answers 200 with a page of HTML, whatever the method, as the real server does.
// The default is no prefix.
func WithPrefix(path string) Option {
	return func(c *config) { c.prefix = "/" + strings.Trim(path, "/") }
}

// WithSpeed lets the server's time pass so many times as fast as the machine's: the queue, scripts, the lag of logs,
// and the stamps on everything. It is for tests and demonstrations outside a testing/synctest bubble, where time costs
// nothing. The default is 1; a value that is not positive means 1. Faults and WebSocket pings go by the machine's time.
func WithSpeed(times float64) Option {
	return func(c *config) { c.speed = times }
}

// WithLogLag lets the REST API know a line of a log only later than WebSockets do: each line is stored delay after it was
// written, and at most linesPerSecond are stored, so that a chatty task has ended long before its log is complete.
// About 2,200 lines per second is usual for 2.10 and half a second of delay for 2.16.
// The default, zero and zero, stores each line at once.
func WithLogLag(delay time.Duration, linesPerSecond float64) Option {
	return func(c *config) { c.logDelay, c.logRate = delay, linesPerSecond }
}

// WithScheduleZone sets the time zone by whose clocks schedules are due, and which the server tells as
// schedule_timezone. The default is UTC.
func WithScheduleZone(zone *time.Location) Option {
	return func(c *config) { c.zone = zone }
}

// WithSocketBuffer sets how many messages a WebSocket may be behind before the server closes it, without a code and
// without the rest. The default is 256, as on the real server; zero or less never closes one for being slow.
func WithSocketBuffer(messages int) Option {
	return func(c *config) { c.buffer = messages }
}

// WithDeadlock switches on a defect of 2.10: a task that is made while more than 10,000 lines of logs wait to be stored
// (see WithLogLag) is accepted, but stops the queue and the running tasks for ever. From then on each attempt to start a task makes
// a task and gets no answer. Restart cures it. The default is off.
func WithDeadlock() Option {
	return func(c *config) { c.deadlock = true }
}
