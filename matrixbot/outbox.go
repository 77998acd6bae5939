package matrixbot

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
)

// outbox sends what the bot says: in each room one after the other, in the order in which it was asked for, and once.
// A letter is a record in the store before its request leaves, and its key is the request's transaction id: when the
// process dies in between it is sent again after the restart, and the homeserver knows it.
type outbox struct {
	bot    *Bot
	unsent *boltstore.Records // by their order
	sent   *boltstore.Records // by key: the ids of their events
	days   *boltstore.Records // by day and key: what to forget some day

	opened  chan struct{} // closed when letters from before are loaded
	stopped chan struct{} // closed when nothing is sent any more, and never will be
	stop    func()        // closes stopped
	wake    chan struct{} // there is a room with letters and without a worker

	syncOnce sync.Once
	synced   chan struct{} // closed when a sync was taken in
	late     chan struct{} // closed when letters do not wait for that any more

	mu      sync.Mutex
	next    uint64 // the number of the next letter
	letters map[string]*letter
	queues  map[id.RoomID]*queue
}

// queue is what waits for a room.
type queue struct {
	letters []*letter
	working bool
}

// letter is something that is to be sent. Event and err count when done is closed.
type letter struct {
	outgoing
	record string
	done   chan struct{}
	event  id.EventID
	err    error

	tried time.Time     // when its request may have left; zero for never
	seen  chan struct{} // closed when a sync has shown event, which is set then
}

// record is a letter in the store.
type letterRecord struct {
	Key     string          `json:"key"`
	Room    id.RoomID       `json:"room"`
	Type    string          `json:"type"`
	Content json.RawMessage `json:"content"`
	Redacts id.EventID      `json:"redacts,omitempty"`
	Tried   time.Time       `json:"tried,omitzero"`
}

const (
	unsentSet = "outbox"
	sentSet   = "outbox-sent"
	daysSet   = "outbox-days"

	maxWaiting = 200 // letters to a room
	keepSent   = 7 * 24 * time.Hour
	pruneEvery = 6 * time.Hour
)

func newOutbox(b *Bot) *outbox {
	o := &outbox{
		bot: b, opened: make(chan struct{}), stopped: make(chan struct{}), wake: make(chan struct{}, 1),
		synced: make(chan struct{}), late: make(chan struct{}),
		letters: map[string]*letter{}, queues: map[id.RoomID]*queue{},
	}
	o.stop = sync.OnceFunc(func() { close(o.stopped) })
	return o
}

// send commits what is to be sent, sends it, and returns the id of its event. What was sent before with the same key
// is not sent again. When ctx ends first, it is sent all the same.
func (o *outbox) send(ctx context.Context, out outgoing) (id.EventID, error) {
	if err := o.open(ctx); err != nil {
		return "", err
	}
	l, err := o.post(out)
	if err != nil {
		return "", fmt.Errorf("matrixbot: send to %s: %w", out.Room, err)
	}
	return o.await(ctx, l)
}

// open waits until letters are taken. Where ctx has ended before, nothing is to be sent.
func (o *outbox) open(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("matrixbot: send: %w", err)
	}
	select {
	case <-o.stopped:
		return fmt.Errorf("matrixbot: send: %w", ErrStopped)
	default:
	}
	select {
	case <-o.opened:
		return nil
	case <-o.stopped:
		return fmt.Errorf("matrixbot: send: %w", ErrStopped)
	case <-ctx.Done():
		return fmt.Errorf("matrixbot: the bot does not run yet: %w", context.Cause(ctx))
	}
}

func (o *outbox) await(ctx context.Context, l *letter) (id.EventID, error) {
	var err error
	select {
	case <-l.done:
		if l.err == nil {
			return l.event, nil
		}
		err = l.err
	case <-o.stopped:
		err = fmt.Errorf("%w; the message is kept, and is sent when the bot runs again", ErrStopped)
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	return "", fmt.Errorf("matrixbot: send to %s: %w", l.Room, err)
}

// find returns the letter with a key, be it on its way or sent; nil if there is none.
func (o *outbox) find(key string) (*letter, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.findLocked(key)
}

func (o *outbox) findLocked(key string) (*letter, error) {
	if l := o.letters[key]; l != nil {
		return l, nil
	}
	eventID, err := o.sent.Get(key)
	if err != nil || eventID == nil {
		return nil, err
	}
	l := &letter{outgoing: outgoing{Key: key}, done: make(chan struct{}), event: id.EventID(eventID)}
	close(l.done)
	return l, nil
}

// post writes a letter, unless there is one with the same key.
func (o *outbox) post(out outgoing) (*letter, error) {
	content, err := json.Marshal(out.Content)
	if err != nil {
		return nil, err
	}
	if len(content) > maxContent {
		return nil, fmt.Errorf("%w: the content has %d bytes, and an event holds %d", ErrTooLarge, len(content), maxContent)
	}
	out.Content = json.RawMessage(content)
	o.mu.Lock()
	defer o.mu.Unlock()
	if l, err := o.findLocked(out.Key); l != nil || err != nil {
		return l, err
	}
	if q := o.queues[out.Room]; q != nil && len(q.letters) >= maxWaiting {
		return nil, fmt.Errorf("%w: %d of them", ErrQueueFull, maxWaiting)
	}
	l := &letter{outgoing: out, record: fmt.Sprintf("%016x", o.next), done: make(chan struct{}), seen: make(chan struct{})}
	if err := o.write(l); err != nil {
		return nil, err
	}
	o.next++
	o.queue(l)
	return l, nil
}

// queue puts a letter at the end of its room's queue.
func (o *outbox) queue(l *letter) {
	q := o.queues[l.Room]
	if q == nil {
		q = &queue{}
		o.queues[l.Room] = q
	}
	q.letters = append(q.letters, l)
	o.letters[l.Key] = l
	select {
	case o.wake <- struct{}{}:
	default: // somebody has said so
	}
}

// load reads the letters from before.
func (o *outbox) load() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	store := o.bot.store
	o.unsent, o.sent, o.days = store.Records(unsentSet), store.Records(sentSet), store.Records(daysSet)
	records, err := o.unsent.Scan("")
	if err != nil {
		return err
	}
	for _, r := range records {
		raw, err := o.bot.sealer.open(unsentSet, r.Key, r.Value)
		if err != nil {
			return fmt.Errorf("a message that waits cannot be read: %w", err)
		}
		var kept letterRecord
		if err := json.Unmarshal(raw, &kept); err != nil {
			return fmt.Errorf("a message that waits cannot be read: %w", err)
		}
		if _, err := fmt.Sscanf(r.Key, "%x", &o.next); err != nil {
			return fmt.Errorf("a message that waits has no number: %w", err)
		}
		o.next++
		o.queue(&letter{record: r.Key, done: make(chan struct{}), seen: make(chan struct{}), tried: kept.Tried, outgoing: outgoing{
			Room: kept.Room, Key: kept.Key, Content: kept.Content, Redacts: kept.Redacts,
			Type: event.Type{Type: kept.Type, Class: event.MessageEventType},
		}})
	}
	return nil
}
