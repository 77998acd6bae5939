package standup_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

// post is a message in the pretended chat.
type post struct {
	id   int
	to   standup.Address
	text string
	body standup.Text
	at   time.Time
}

// chat is a pretended chat: it keeps what the bot posts and can fail.
type chat struct {
	mu      sync.Mutex
	newest  int
	posts   []post
	edits   int
	members map[standup.ChannelID][]standup.Member

	// fail is asked before and after each post is kept; an error is returned
	// to the engine.
	fail func(when string, m standup.Outgoing) error
}

func newChat() *chat { return &chat{members: map[standup.ChannelID][]standup.Member{}} }

func (c *chat) nextID() int {
	c.newest++
	return c.newest
}

func (c *chat) failing(when string, m standup.Outgoing) error {
	if c.fail == nil {
		return nil
	}
	return c.fail(when, m)
}

func (c *chat) Send(_ context.Context, m standup.Outgoing) (standup.MessageID, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.failing("before", m); err != nil {
		return "", err
	}
	id := c.nextID()
	c.posts = append(c.posts, post{id, m.To, m.Body.String(), m.Body, time.Now()})
	if err := c.failing("after", m); err != nil {
		return "", err
	}
	return standup.MessageID(strconv.Itoa(id)), nil
}

func (c *chat) Edit(_ context.Context, id standup.MessageID, m standup.Outgoing) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.failing("before", m); err != nil {
		return err
	}
	n, _ := strconv.Atoi(string(id))
	i := slices.IndexFunc(c.posts, func(p post) bool { return p.id == n })
	if i < 0 {
		return standup.ErrUndeliverable
	}
	c.posts[i].text, c.posts[i].body = m.Body.String(), m.Body
	c.edits++
	return nil
}

func (c *chat) Find(_ context.Context, m standup.Outgoing, after standup.MessageID) (standup.MessageID, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.failing("find", m); err != nil {
		return "", false, err
	}
	last, _ := strconv.Atoi(string(after))
	for _, p := range c.posts {
		if p.id > last && p.to == m.To && p.text == m.Body.String() {
			return standup.MessageID(strconv.Itoa(p.id)), true, nil
		}
	}
	return "", false, nil
}

func (c *chat) Members(_ context.Context, channel standup.ChannelID) ([]standup.Member, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	members, ok := c.members[channel]
	if !ok {
		return nil, errors.New("no such channel")
	}
	return slices.Clone(members), nil
}

func (c *chat) Order(a, b standup.MessageID) int {
	x, _ := strconv.Atoi(string(a))
	y, _ := strconv.Atoi(string(b))
	return x - y
}

// failWith sets what is asked before and after each post.
func (c *chat) failWith(fail func(when string, m standup.Outgoing) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail = fail
}

// list sets who reads a channel; with nobody named the chat cannot tell.
func (c *chat) list(channel standup.ChannelID, members ...standup.Member) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.members[channel] = members
	if members == nil {
		delete(c.members, channel)
	}
}

// edited returns how many edits there were.
func (c *chat) edited() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.edits
}

// to returns the texts posted to a person or channel, oldest first.
func (c *chat) to(name string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var texts []string
	for _, p := range c.posts {
		if string(p.to.User) == name || p.to.User == "" && string(p.to.Channel) == name {
			texts = append(texts, p.text)
		}
	}
	return texts
}

// office is one engine with its chat in a synctest bubble.
type office struct {
	t      *testing.T
	store  standup.Store
	chat   *chat
	config standup.Config
	engine *standup.Engine
	stop   func() error
}

const general = standup.ChannelID("7")

// open starts an engine at the instant for a channel with the people named.
func open(t *testing.T, at string, people ...string) *office {
	t.Helper()
	start, err := time.Parse(time.RFC3339, at)
	require.NoError(t, err)
	time.Sleep(time.Until(start))
	o := &office{t: t, store: standup.NewMemStore(), chat: newChat()}
	for _, p := range people {
		o.chat.members[general] = append(o.chat.members[general], standup.Member{ID: standup.UserID(strings.ToLower(p)), Name: p})
	}
	o.config = standup.Config{Store: o.store, Chat: o.chat, Admins: []standup.UserID{"boss"}}
	o.start()
	t.Cleanup(func() { _ = o.stop() })
	return o
}

// start begins to run an engine on the office's store.
func (o *office) start() {
	o.t.Helper()
	var err error
	o.engine, err = standup.New(o.config)
	require.NoError(o.t, err)
	ctx, cancel := context.WithCancel(o.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.engine.Run(ctx) }()
	o.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
}

// until sleeps to an instant given as a time of day in UTC, today or later.
func (o *office) until(clock string) {
	o.t.Helper()
	now := time.Now().UTC()
	at, err := time.Parse("2006-01-02 15:04", now.Format("2006-01-02 ")+clock)
	require.NoError(o.t, err)
	if at.Before(now) {
		at = at.AddDate(0, 0, 1)
	}
	time.Sleep(at.Sub(now))
	o.settle()
}

// settle lets everything that can happen now happen.
func (o *office) settle() {
	synctest.Wait()
	time.Sleep(time.Second)
	synctest.Wait()
}

// event makes a message of a person, new in the chat.
func (o *office) event(from, text string) standup.Incoming {
	o.chat.mu.Lock()
	defer o.chat.mu.Unlock()
	id := strconv.Itoa(o.chat.nextID())
	return standup.Incoming{
		ID: standup.EventID("m" + id), Message: standup.MessageID(id),
		From: standup.UserID(strings.ToLower(from)), FromName: from, Text: text, At: time.Now(),
	}
}

// direct sends the bot a direct message and returns its event.
func (o *office) direct(from, text string) standup.Incoming {
	o.t.Helper()
	in := o.event(from, text)
	require.NoError(o.t, o.engine.Handle(o.t.Context(), in))
	o.settle()
	return in
}

// mention sends the bot a message in the channel and returns the answer.
func (o *office) mention(from, text string) string {
	o.t.Helper()
	in := o.event(from, text)
	in.Channel, in.ChannelName, in.Topic = general, "general", "standup"
	require.NoError(o.t, o.engine.Handle(o.t.Context(), in))
	o.settle()
	return o.last(string(general))
}

// edit edits an earlier message.
func (o *office) edit(in standup.Incoming, text string) {
	o.t.Helper()
	in.Edit, in.Text, in.At = true, text, time.Now()
	in.ID = standup.EventID(fmt.Sprintf("e%s-%d", in.Message, in.At.UnixNano()))
	require.NoError(o.t, o.engine.Handle(o.t.Context(), in))
	o.settle()
}

// last returns the newest post to a person or channel.
func (o *office) last(name string) string {
	o.t.Helper()
	all := o.chat.to(name)
	require.NotEmpty(o.t, all, "nothing was sent to %s", name)
	return all[len(all)-1]
}

// count tells how many posts to a person or channel contain a text.
func (o *office) count(name, text string) int {
	n := 0
	for _, p := range o.chat.to(name) {
		if strings.Contains(p, text) {
			n++
		}
	}
	return n
}

// command sends a direct message written as a command and returns the answer.
func (o *office) command(from, text string) string {
	o.t.Helper()
	o.direct(from, "/standup "+text)
	return o.last(strings.ToLower(from))
}

// newestTo returns the newest message to a person.
func (c *chat) newestTo(user standup.UserID) standup.MessageID {
	c.mu.Lock()
	defer c.mu.Unlock()
	newest := 0
	for _, p := range c.posts {
		if p.to.User == user {
			newest = p.id
		}
	}
	return standup.MessageID(strconv.Itoa(newest))
}
