package zuliptest

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/internal/memnet"
)

// A Server is a Zulip server with one organization, in this process. Make one with New and end it with Close.
// All methods may be called from several goroutines.
type Server struct {
	config

	net     *memnet.Server
	routes  []route
	started time.Time
	done    chan struct{} // closed by Close; ends every wait
	workers sync.WaitGroup

	mu     sync.Mutex // guards everything below; never held while waiting
	closed bool

	org
	post

	users      map[int]*userState
	channels   map[int]*channelState
	messages   []*messageState // ascending by id; deleted ones stay, marked
	uploads    map[string]*upload
	queues     map[string]*queue
	lastUser   int
	lastChan   int
	lastMsg    int
	lastUpload int
	lastQueue  int
	generation int

	requests []Request
	faults   []*plannedFault
	limits   map[int]*bucket
	polls    map[int]*gcra

	changed chan struct{} // closed and replaced whenever messages or queues change
	hooks   []*hook
	news    []Message     // messages that the hooks have not seen yet
	wake    chan struct{} // capacity 1; tells the hook goroutine about news
}

// New starts a server that is reached through Client or Transport, without any port.
// It works inside a testing/synctest bubble when it is made and closed there. The caller must Close it.
func New(opts ...Option) *Server {
	c := config{now: time.Now, featureLevel: 421}
	for _, opt := range opts {
		opt(&c)
	}
	s := &Server{
		config:     c,
		routes:     routes(c.featureLevel),
		started:    time.Now(),
		org:        newOrg(),
		post:       newPost(),
		done:       make(chan struct{}),
		users:      map[int]*userState{},
		channels:   map[int]*channelState{},
		uploads:    map[string]*upload{},
		queues:     map[string]*queue{},
		lastUser:   firstUserID - 1,
		lastChan:   firstChannelID - 1,
		lastMsg:    firstMessageID - 1,
		generation: int(c.now().Unix()),
		limits:     map[int]*bucket{},
		polls:      map[int]*gcra{},
		changed:    make(chan struct{}),
		wake:       make(chan struct{}, 1),
	}
	s.addNotifier()
	s.net = memnet.Start(s)
	s.workers.Go(s.runHooks)
	s.workers.Go(s.runSchedule)
	s.workers.Go(s.runWebhooks)
	return s
}

// The first ids of each kind are far apart, so that a program which takes one kind for another is found out.
const (
	firstUserID       = 101
	firstChannelID    = 11
	firstGroupID      = 301
	firstMessageID    = 1001
	firstSubmessageID = 501
	firstScheduledID  = 701
	firstAttachmentID = 401
)

// URL is the address of the organization ("site" in a zuliprc) for Client and Transport.
// Other programs cannot reach it: see Listen.
func (s *Server) URL() string { return s.net.URL() }

// Client returns an HTTP client that reaches the server. It needs no closing.
func (s *Server) Client() *http.Client { return s.net.Client() }

// Transport returns the [http.RoundTripper] under Client, for programs that build their own [http.Client].
func (s *Server) Transport() http.RoundTripper { return s.net.Transport() }

// Listen serves the same organization on a real port of this machine too, for other programs, until Close.
// The address is of the form "127.0.0.1:0"; one that is not a loopback address is refused. It returns the site's URL.
// Do not use it inside a testing/synctest bubble: waiting for the network keeps a bubble's clock still.
func (s *Server) Listen(addr string) (string, error) {
	url, err := s.net.Listen(addr)
	if err != nil {
		return "", fmt.Errorf("zuliptest: listen: %w", err)
	}
	return url, nil
}

// Close ends the server: waiting polls are answered, hooks that run are waited for, every goroutine ends.
// It must not be called from a hook. A second Close does nothing.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	close(s.done)
	handlers := slices.Clone(s.handlers)
	s.mu.Unlock()

	s.net.Close()
	for _, h := range handlers {
		h.Close()
	}
	s.workers.Wait()
}
