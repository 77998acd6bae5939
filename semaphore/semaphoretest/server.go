package semaphoretest

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/internal/memnet"
)

// A Server is a Semaphore UI server in this process. Make one with New and end it with Close.
// All methods may be called from several goroutines.
type Server struct {
	config

	net     *memnet.Server
	routes  []route
	begin   time.Time     // by the machine's clock, with its monotonic part
	started time.Time     // the same moment on the server's clock
	done    chan struct{} // closed by Close; ends every wait
	workers sync.WaitGroup

	mu     sync.Mutex // guards everything below; never held while waiting
	closed bool

	t       time.Time // the moment that is being worked on, by the server's clock
	agenda  agenda    // what happens later
	planned int
	wake    chan struct{} // capacity 1; tells the clock that the agenda has changed

	counters map[counter]int
	users    []*user
	tokens   []*token
	sessions map[string]*session // by cookie
	projects []*project
	apps     []*app
	options  map[string]string
	events   []*event
	runners  []*runner
	tasks    map[int]*task
	byAge    []*task // oldest first
	pool     pool
	sockets  map[*socket]bool
	scripts  map[scriptKey]Script
	due      map[*schedule]time.Time // when the schedules start their next task
	admin    *User

	requests []Request
	faults   []*plannedFault
}

// New starts a server that is reached through Client or Transport, without any port. It has one user, an administrator.
// It works inside a testing/synctest bubble when it is made and closed there. The caller must Close it.
func New(opts ...Option) *Server {
	c := config{buffer: 256}
	for _, opt := range opts {
		opt(&c)
	}
	if c.speed <= 0 {
		c.speed = 1
	}
	begin := time.Now()
	s := &Server{
		config:   c,
		begin:    begin,
		started:  begin.UTC().Round(0),
		done:     make(chan struct{}),
		wake:     make(chan struct{}, 1),
		counters: map[counter]int{},
		sessions: map[string]*session{},
		apps:     stockApps(c.gen),
		options:  map[string]string{},
		tasks:    map[int]*task{},
		sockets:  map[*socket]bool{},
		scripts:  map[scriptKey]Script{},
		due:      map[*schedule]time.Time{},
	}
	s.t, s.pool.begin = s.started, s.started
	s.routes = routes(c.gen)
	s.admin = s.AddUser(User{Username: "admin", Name: "Admin", Email: "admin@example.com", Admin: true})
	s.net = memnet.Start(s)
	s.workers.Go(s.runClock)
	return s
}

// URL is the base address of the server for Client and Transport, with the prefix of WithPrefix and without "/api".
// Other programs cannot reach it: see Listen.
func (s *Server) URL() string { return s.net.URL() + s.prefix }

// Client returns an HTTP client that reaches the server. It needs no closing.
func (s *Server) Client() *http.Client { return s.net.Client() }

// Transport returns the [http.RoundTripper] under Client, an [*http.Transport], for programs that build their own [http.Client].
func (s *Server) Transport() http.RoundTripper { return s.net.Transport() }

// Listen serves the same things on a real port of this machine too, for other programs, until Close.
// The address is of the form "127.0.0.1:0"; one that is not a loopback address is refused. It returns the base address.
// Do not use it inside a testing/synctest bubble: waiting for the network keeps a bubble's clock still.
func (s *Server) Listen(addr string) (string, error) {
	url, err := s.net.Listen(addr)
	if err != nil {
		return "", fmt.Errorf("semaphoretest: listen: %w", err)
	}
	return url + s.prefix, nil
}

// Close ends the server: WebSockets are cut, requests that wait are answered, every goroutine ends.
// A second Close does nothing.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	close(s.done)
	s.cutSockets(false)
	s.mu.Unlock()

	s.net.Close()
	s.workers.Wait()
}
