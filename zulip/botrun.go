package zulip

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
)

// botRun is one run of a bot.
type botRun struct {
	bot  Bot
	jobs conversations
	bots knownBots
}

func newBotRun(b *Bot) *botRun {
	return &botRun{bot: *b, jobs: conversations{workers: b.config.workers, waiting: map[string][]func(){}}}
}

func (r *botRun) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l := newListener(r.bot.c, r.bot.config.listen, func(event Event, done func()) bool {
		r.deliver(ctx, event, done)
		return true
	})
	l.loaded = func(self User) { r.bot.self = self }
	err := l.run(ctx)
	cancel(err) // what waits for its turn is left for the next run
	r.jobs.wg.Wait()
	return err
}

func (r *botRun) deliver(ctx context.Context, event Event, done func()) {
	if event.Message == nil {
		done()
		return
	}
	m := *event.Message
	content, ok := addressed(m, r.bot.self)
	if !ok {
		done()
		return
	}
	m.Content = content
	r.jobs.add(conversationKey(m), func() {
		if r.serve(ctx, m) {
			done()
		}
	})
}

// serve handles one message and reports whether it is done with; it is not when the bot stops in the middle.
func (r *botRun) serve(ctx context.Context, m Message) bool {
	if ctx.Err() != nil {
		return false
	}
	log := r.bot.c.log.With("message_id", int64(m.ID), "sender_id", int64(m.SenderID))
	isBot, err := r.senderIsBot(ctx, m.SenderID)
	if err == nil && isBot {
		return true
	}
	if err == nil {
		err = r.call(ctx, m)
	}
	switch {
	case err == nil:
		return true
	case ctx.Err() != nil:
		return false
	}
	id := rand.Text()[:8]
	log.ErrorContext(ctx, "bot handler failed", "error_id", id, "error", err)
	if !errors.Is(err, errUnknownSender) {
		text := "Sorry, something went wrong. The error has the number " + id + "."
		if _, err := r.bot.Reply(ctx, m, text); err != nil {
			log.WarnContext(ctx, "bot could not report the error", "error_id", id, "error", err)
		}
	}
	return true
}

// senderIsBot asks who wrote a message, for as long as trouble may pass: the message is not lost to it.
func (r *botRun) senderIsBot(ctx context.Context, id UserID) (bool, error) {
	wait := backoff{jitter: r.bot.c.jitter}
	for {
		isBot, err := r.bots.check(ctx, r.bot.c, id)
		if err == nil || permanent(err) {
			return isBot, err
		}
		r.bot.c.log.WarnContext(ctx, "bot waits to learn who wrote", "sender_id", int64(id), "error", err)
		if err := sleep(ctx, wait.next(err)); err != nil {
			return false, err
		}
	}
}

// call is the boundary behind which a panic is an error.
func (r *botRun) call(ctx context.Context, m Message) (err error) {
	ctx, cancel := context.WithTimeout(ctx, r.bot.config.timeout)
	defer cancel()
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("the handler panicked: %v\n%s", value, debug.Stack())
		}
	}()
	return r.bot.handler(ctx, &r.bot, m)
}

// addressed finds out whether a message is meant for self and returns its content without the mention.
func addressed(m Message, self User) (content string, ok bool) {
	if m.SenderID == self.ID {
		return "", false
	}
	content, mentioned := cutMention(m.Content, self)
	if m.IsDirect() && len(m.Recipient.Users) <= 2 {
		return content, true
	}
	return content, mentioned && slices.Contains(m.Flags, "mentioned")
}

// cutMention takes a mention of self off the beginning: @**Name**, @**Name|id** or @**|id**.
func cutMention(content string, self User) (rest string, ok bool) {
	inner, found := strings.CutPrefix(strings.TrimSpace(content), "@**")
	if !found {
		return content, false
	}
	name, rest, found := strings.Cut(inner, "**")
	if !found || name != self.FullName && !strings.HasSuffix(name, "|"+idText(self.ID)) {
		return content, false
	}
	return strings.TrimSpace(rest), true
}

// conversationKey names the topic or the people.
func conversationKey(m Message) string {
	if !m.IsDirect() {
		return fmt.Sprintf("%d\x00%s", m.ChannelID, strings.ToLower(m.Topic))
	}
	ids := make([]UserID, 0, len(m.Recipient.Users))
	for _, user := range m.Recipient.Users {
		ids = append(ids, user.ID)
	}
	slices.Sort(ids)
	return fmt.Sprint(ids)
}

// conversations runs functions: those of one key in their order, those of different keys at once, as far as
// there are workers. Who comes first is served first.
type conversations struct {
	wg      sync.WaitGroup
	workers int

	mu      sync.Mutex
	running int                 // workers
	waiting map[string][]func() // a key is here while its functions run or wait for a worker
	ready   []string            // keys that wait for a worker, the first of waiting[key] being next
}

func (c *conversations) add(key string, job func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	queue, known := c.waiting[key]
	c.waiting[key] = append(queue, job)
	if known {
		return
	}
	c.ready = append(c.ready, key)
	if c.running < c.workers {
		c.running++
		key, job := c.take()
		c.wg.Go(func() { c.work(key, job) })
	}
}

// work is a worker: it goes on as long as there is something to do.
func (c *conversations) work(key string, job func()) {
	for ok := true; ok; key, job, ok = c.next(key) {
		job()
	}
}

// next is what a worker does when it has done a job of key: one of the conversation that waits longest, which a busy
// conversation joins at the end.
func (c *conversations) next(key string) (nextKey string, job func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if queue := c.waiting[key]; len(queue) > 0 {
		c.ready = append(c.ready, key)
	} else {
		delete(c.waiting, key)
	}
	if len(c.ready) == 0 {
		c.running--
		return "", nil, false
	}
	key, job = c.take()
	return key, job, true
}

// take is called with mu held and a key ready.
func (c *conversations) take() (key string, job func()) {
	key = c.ready[0]
	c.ready = c.ready[1:]
	job = c.waiting[key][0]
	c.waiting[key] = c.waiting[key][1:]
	return key, job
}

var errUnknownSender = errors.New("the sender could not be looked up")

// knownBots remembers who is a bot: messages do not say so.
type knownBots struct {
	mu    sync.Mutex
	users map[UserID]bool
}

// maxKnownBots bounds the memory; a full map is thrown away.
const maxKnownBots = 10000

func (k *knownBots) check(ctx context.Context, c *Client, id UserID) (isBot bool, err error) {
	k.mu.Lock()
	isBot, known := k.users[id]
	k.mu.Unlock()
	if known {
		return isBot, nil
	}
	user, err := c.User(ctx, id)
	if err != nil {
		return false, fmt.Errorf("%w: %w", errUnknownSender, err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.users == nil || len(k.users) >= maxKnownBots {
		k.users = map[UserID]bool{}
	}
	k.users[id] = user.IsBot
	return user.IsBot, nil
}
