package matrixtest

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/memnet"
)

// A Server is a Matrix homeserver in this process. Make one with New or NewServer and end it with Close.
// All methods may be called from several goroutines.
type Server struct {
	config

	net     *memnet.Server
	routes  []route
	done    chan struct{} // closed by Close; ends every wait
	workers sync.WaitGroup

	mu     sync.Mutex // guards everything below; never held while waiting
	closed bool

	pos       int64 // of the newest change; sync tokens are positions
	ids       int   // how many ids were made
	joinedPos int64 // of the newest change of who is in a room
	users     map[id.UserID]*User
	rooms     map[id.RoomID]*room
	aliases   map[id.RoomAlias]*alias
	media     map[string]*Media
	tokens    map[string]*token
	logins    map[string]*loginToken
	uia       map[string]bool // sessions of user-interactive authentication
	oauth     oauthState
	keyLog    []keyChange
	sso       *User // who signs in at the SSO page

	requests []Request
	faults   []*plannedFault
	timers   map[*time.Timer]bool

	changed chan struct{} // closed and replaced when something changes that a sync may tell
	watched chan struct{} // closed and replaced when something changes that a test may wait for
	hooks   []*hook
	news    []Event       // events that the hooks have not seen yet
	wake    chan struct{} // capacity 1; tells the hook goroutine about news
}

// New starts a homeserver that is reached through Client or Transport, without any port.
// It works inside a testing/synctest bubble when it is made and closed there. The caller must Close it.
func New(opts ...Option) *Server {
	c := config{
		now: time.Now, serverName: "matrix.example", roomVersion: "10",
		versions: defaultVersions, flows: []string{flowPassword}, uploadLimit: 10 << 20,
	}
	for _, opt := range opts {
		opt(&c)
	}
	s := &Server{
		config:  c,
		routes:  routes(),
		done:    make(chan struct{}),
		users:   map[id.UserID]*User{},
		rooms:   map[id.RoomID]*room{},
		aliases: map[id.RoomAlias]*alias{},
		media:   map[string]*Media{},
		tokens:  map[string]*token{},
		logins:  map[string]*loginToken{},
		uia:     map[string]bool{},
		oauth:   newOAuthState(),
		timers:  map[*time.Timer]bool{},
		changed: make(chan struct{}),
		watched: make(chan struct{}),
		wake:    make(chan struct{}, 1),
	}
	s.net = memnet.Start(s)
	s.workers.Go(s.runHooks)
	return s
}

// NewServer is New for a test: the server is closed when the test ends.
func NewServer(tb testing.TB, opts ...Option) *Server {
	tb.Helper()
	s := New(opts...)
	tb.Cleanup(s.Close)
	return s
}

// URL is the address of the homeserver for Client and Transport, without a slash at the end.
// Other programs cannot reach it: see Listen.
func (s *Server) URL() string { return s.net.URL() }

// Name is the server name, the part of a user id after the colon. Client and Transport reach the server under
// https://NAME too, so that a program can discover it through /.well-known/matrix/client.
func (s *Server) Name() string { return s.serverName }

// Client returns an HTTP client that reaches the server, whatever host is asked for. It needs no closing.
func (s *Server) Client() *http.Client { return &http.Client{Transport: s.Transport()} }

// Transport returns the [http.RoundTripper] under Client, for programs that build their own [http.Client].
func (s *Server) Transport() http.RoundTripper {
	t := s.net.Transport()
	t.DialTLSContext = t.DialContext // https:// works as well, in the clear: memory has no eavesdropper
	return t
}

// Listen serves the same homeserver on a real port of this machine too, for other programs, until Close.
// The address is of the form "127.0.0.1:0"; one that is not a loopback address is refused. It returns the URL.
// Do not use it inside a testing/synctest bubble: waiting for the network keeps a bubble's clock still.
func (s *Server) Listen(addr string) (string, error) {
	url, err := s.net.Listen(addr)
	if err != nil {
		return "", fmt.Errorf("matrixtest: listen: %w", err)
	}
	return url, nil
}

// Close ends the server: waiting syncs are answered, hooks that run are waited for, every goroutine ends.
// It must not be called from a hook. A second Close does nothing.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	close(s.done)
	for t := range s.timers {
		t.Stop()
	}
	s.mu.Unlock()

	s.net.Close()
	s.workers.Wait()
}

// after runs f with the lock after d, unless the server is closed before.
func (s *Server) after(d time.Duration, f func()) *time.Timer {
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.timers, t)
		if !s.closed {
			f()
		}
	})
	s.timers[t] = true
	return t
}

// next takes the position of a change that is being made.
func (s *Server) next() int64 {
	s.pos++
	return s.pos
}

// announce wakes every sync and everybody who waits for something.
func (s *Server) announce() {
	close(s.changed)
	s.changed = make(chan struct{})
	s.announceWatch()
}

// announceWatch wakes those who wait in the test.
func (s *Server) announceWatch() {
	close(s.watched)
	s.watched = make(chan struct{})
}
