package chatops

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
	"github.com/signalbox-go/signalbox/standup"
)

// message is one of the bot's in the pretended chat, as it looks now.
type message struct {
	id    MessageID
	to    Address
	text  string
	body  Text
	alert bool
	keys  []string // The first one it was sent with, and those of its edits.
	edits int
	file  string // What its file held.
	name  string // Of its file.
	at    time.Time
}

// fakeChat is a pretended chat with threads: it keeps what the bot posts and can fail. A message is known by its key, so
// Find finds what was posted.
type fakeChat struct {
	mu       sync.Mutex
	newest   int
	messages []message
	rooms    []Room
	largest  int // The most bytes that a text may have.

	// fail is asked before and after each message is kept ("before", "after"), and before each Find ("find"); what it
	// returns the engine gets.
	fail func(when string, m Outgoing) error
}

func newFakeChat() *fakeChat { return &fakeChat{largest: 10_000} }

// nextID makes the id of a new message, the bot's or a person's.
func (c *fakeChat) nextID() MessageID {
	c.newest++
	return MessageID(strconv.Itoa(c.newest))
}

func (c *fakeChat) failing(when string, m Outgoing) error {
	if c.fail == nil {
		return nil
	}
	return c.fail(when, m)
}

func (c *fakeChat) Send(ctx context.Context, m Outgoing) (MessageID, error) {
	content := ""
	if m.File != nil {
		r, err := m.File.Open(ctx)
		if err != nil {
			return "", err
		}
		data, err := io.ReadAll(r)
		if err != nil || int64(len(data)) != m.File.Size || r.Close() != nil {
			return "", fmt.Errorf("a file of %d bytes, not of %d: %w", len(data), m.File.Size, err)
		}
		content = string(data)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.failing("before", m); err != nil {
		return "", err
	}
	kept := message{
		id: c.nextID(), to: m.To, text: m.Body.String(), body: m.Body, alert: m.Alert, keys: []string{m.Key},
		file: content, at: time.Now(),
	}
	if m.File != nil {
		kept.name = m.File.Name
	}
	c.messages = append(c.messages, kept)
	if err := c.failing("after", m); err != nil {
		return "", err
	}
	return kept.id, nil
}

func (c *fakeChat) Edit(_ context.Context, id MessageID, m Outgoing) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.failing("before", m); err != nil {
		return err
	}
	i := slices.IndexFunc(c.messages, func(p message) bool { return p.id == id })
	if i < 0 {
		return ErrUndeliverable
	}
	kept := &c.messages[i]
	kept.text, kept.body, kept.keys = m.Body.String(), m.Body, append(kept.keys, m.Key)
	kept.edits++
	return c.failing("after", m)
}

func (c *fakeChat) Find(_ context.Context, m Outgoing, _ MessageID) (MessageID, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.failing("find", m); err != nil {
		return "", false, err
	}
	for _, p := range c.messages {
		if p.keys[0] == m.Key {
			return p.id, true, nil
		}
	}
	return "", false, nil
}

func (c *fakeChat) Fits(t Text) bool { return len(t.String()) <= c.largest }

func (c *fakeChat) Thread(where Address, message MessageID, _ string) Address {
	where.Thread, where.ReplyTo = string(message), ""
	return where
}

func (c *fakeChat) Rooms(context.Context) ([]Room, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.rooms), nil
}

func (c *fakeChat) Join(_ context.Context, room string) (Room, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	joined := Room{ID: RoomID(room), Name: room, CanSend: true}
	c.rooms = append(c.rooms, joined)
	return joined, nil
}

func (c *fakeChat) Leave(_ context.Context, room string) (Room, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.rooms, func(r Room) bool { return string(r.ID) == room })
	if i < 0 {
		return Room{}, fmt.Errorf("the bot is not in %q", room)
	}
	left := c.rooms[i]
	c.rooms = slices.Delete(c.rooms, i, i+1)
	return left, nil
}

func (c *fakeChat) Verify(_ context.Context, from UserID, words []string) (Text, error) {
	return sentence("Verified " + string(from) + ": " + strings.Join(words, " ")), nil
}

// failWith sets what is asked before and after each message.
func (c *fakeChat) failWith(fail func(when string, m Outgoing) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail = fail
}

// in returns the bot's messages in a room, threads included, or to a person, in the order in which they were posted.
func (c *fakeChat) in(place string) []message {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []message
	for _, m := range c.messages {
		if string(m.to.User) == place || m.to.User == "" && string(m.to.Room) == place {
			found = append(found, m)
		}
	}
	return found
}

// The people and the room of a town.
const (
	ops     RoomID = "ops"
	ada     UserID = "ada"     // Admin.
	bob     UserID = "bob"     // Approver.
	carl    UserID = "carl"    // Runner.
	vera    UserID = "vera"    // Viewer.
	mallory UserID = "mallory" // Nobody.
)

// town is an engine with a pretended chat and a Semaphore server that has one project, website, with two templates. It
// lives in a synctest bubble.
type town struct {
	t       *testing.T
	server  *semaphoretest.Server
	website *semaphoretest.Project
	deploy  *semaphoretest.Template // deploy-prod: 10 lines in 5 s.
	check   *semaphoretest.Template // check: succeeds at once.
	store   Store
	chat    *fakeChat
	config  Config // Change it before a restart.
	audit   string // The path of the audit.
	engine  *Engine
	stop    func() error
}

// newTown runs an engine. Each of change may change the town before that.
func newTown(t *testing.T, change ...func(o *town)) *town {
	t.Helper()
	o := &town{
		t: t, server: semaphoretest.New(), store: standup.NewMemStore(), chat: newFakeChat(),
		audit: filepath.Join(t.TempDir(), "audit.jsonl"),
	}
	o.website = o.server.AddProject("website")
	o.deploy = o.server.AddTemplate(o.website, semaphoretest.Template{
		Name: "deploy-prod", Script: semaphoretest.Script{Lines: 10, Rate: 2},
	})
	o.check = o.server.AddTemplate(o.website, semaphoretest.Template{Name: "check"})
	o.chat.rooms = []Room{{ID: ops, Name: "Operations", CanSend: true}}
	o.config = Config{
		Semaphore: o.client(), Store: o.store, Chat: o.chat,
		Policy: Policy{
			Rooms: []RoomID{ops}, Direct: true,
			Grants: []Grant{
				{Users: []UserID{ada}, Role: Admin},
				{Users: []UserID{bob}, Role: Approver},
				{Users: []UserID{carl}, Role: Runner},
				{Users: []UserID{vera}, Role: Viewer},
			},
		},
	}
	for _, c := range change {
		c(o)
	}
	o.start()
	t.Cleanup(func() {
		_ = o.stop()
		o.server.Close()
	})
	return o
}

// client is a new client of the server.
func (o *town) client() *semaphore.Client {
	o.t.Helper()
	c, err := semaphore.NewClient(
		semaphore.Credentials{URL: o.server.URL(), Token: semaphore.NewSecret(o.server.Admin().Token)},
		semaphore.WithTransport(o.server.Transport()))
	require.NoError(o.t, err)
	return c
}

// start begins to run an engine on the town's store.
func (o *town) start() {
	o.t.Helper()
	var err error
	o.config.Audit, err = OpenAudit(o.audit)
	require.NoError(o.t, err)
	o.engine, err = New(o.config)
	require.NoError(o.t, err)
	ctx, cancel := context.WithCancel(o.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.engine.Run(ctx) }()
	o.stop = sync.OnceValue(func() error {
		cancel()
		err := <-ended
		_ = o.config.Audit.Close()
		return err
	})
}

// restart stops the engine and starts another on what it left.
func (o *town) restart() {
	o.t.Helper()
	require.ErrorIs(o.t, o.stop(), context.Canceled)
	o.start()
}

// settle lets everything happen that can happen now, and half a second pass.
func (o *town) settle() {
	synctest.Wait()
	time.Sleep(500 * time.Millisecond)
	synctest.Wait()
}

// event makes a message of a person in the room ops, new in the chat.
func (o *town) event(from UserID, text string) Incoming {
	o.chat.mu.Lock()
	defer o.chat.mu.Unlock()
	id := o.chat.nextID()
	return Incoming{
		ID: EventID("event-" + string(id)), Message: id, From: from, FromName: strings.ToUpper(string(from)),
		Room: ops, RoomName: "Operations", Text: text, At: time.Now(),
	}
}

// handle hands an event over and settles.
func (o *town) handle(in Incoming) Incoming {
	o.t.Helper()
	require.NoError(o.t, o.engine.Handle(o.t.Context(), in))
	o.settle()
	return in
}

// say is a person's message in the room ops; it returns its event.
func (o *town) say(from UserID, text string) Incoming {
	o.t.Helper()
	return o.handle(o.event(from, text))
}

// answers is a person's message that answers another one.
func (o *town) answers(from UserID, to MessageID, text string) Incoming {
	o.t.Helper()
	in := o.event(from, text)
	in.ReplyTo = to
	return o.handle(in)
}

// direct is a person's direct message, as Zulip has them: beside all rooms.
func (o *town) direct(from UserID, text string) Incoming {
	o.t.Helper()
	in := o.event(from, text)
	in.Room, in.RoomName, in.Direct = "", "", true
	return o.handle(in)
}

// react is a person's reaction to a message in the room ops.
func (o *town) react(from UserID, to MessageID, emoji string) Incoming {
	o.t.Helper()
	in := o.event(from, "")
	in.Message, in.Reaction = to, emoji
	return o.handle(in)
}

// messages are the bot's messages in the room ops, as they look now, the oldest first.
func (o *town) messages() []message { return o.chat.in(string(ops)) }

// texts are the texts of the bot's messages in a room or to a person.
func (o *town) texts(place string) []string {
	var texts []string
	for _, m := range o.chat.in(place) {
		texts = append(texts, m.text)
	}
	return texts
}

// last is the newest message in the room ops.
func (o *town) last() message {
	o.t.Helper()
	all := o.messages()
	require.NotEmpty(o.t, all, "nothing was said")
	return all[len(all)-1]
}

// lastTo is the newest message to a person or in a room.
func (o *town) lastTo(place string) message {
	o.t.Helper()
	all := o.chat.in(place)
	require.NotEmpty(o.t, all, "nothing was said to %s", place)
	return all[len(all)-1]
}

// find is the newest message in the room ops that contains a text.
func (o *town) find(text string) message {
	o.t.Helper()
	all := o.messages()
	for _, m := range slices.Backward(all) {
		if strings.Contains(m.text, text) {
			return m
		}
	}
	o.t.Fatalf("no message contains %q in %q", text, o.texts(string(ops)))
	return message{}
}

// count tells how many of the bot's messages in the room ops contain a text.
func (o *town) count(text string) int {
	n := 0
	for _, m := range o.messages() {
		if strings.Contains(m.text, text) {
			n++
		}
	}
	return n
}
