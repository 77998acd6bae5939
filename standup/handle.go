package standup

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// ErrInvalidEvent is returned by [Engine.Handle] for an event that an adapter
// has not filled in as [Incoming] asks. Handing it over again does not help.
var ErrInvalidEvent = errors.New("standup: invalid event")

// Bounds of what an adapter hands over, in bytes. A chat's own limits are far
// below.
const (
	maxIDLength   = 300
	maxTextLength = 100_000
)

func (in Incoming) validate() error {
	for _, f := range []struct {
		name, value string
		required    bool
	}{
		{"ID", string(in.ID), true},
		{"From", string(in.From), true},
		{"Message", string(in.Message), true},
		{"Channel", string(in.Channel), false},
		{"ReplyTo", string(in.ReplyTo), false},
		{"FromName", in.FromName, false},
		{"ChannelName", in.ChannelName, false},
		{"Topic", in.Topic, false},
	} {
		if f.required && f.value == "" {
			return fmt.Errorf("%w: %s is empty", ErrInvalidEvent, f.name)
		}
		if len(f.value) > maxIDLength {
			return fmt.Errorf("%w: %s has %d bytes, the limit is %d", ErrInvalidEvent, f.name, len(f.value), maxIDLength)
		}
	}
	if in.At.IsZero() {
		return fmt.Errorf("%w: At is zero", ErrInvalidEvent)
	}
	if len(in.Text) > maxTextLength {
		return fmt.Errorf("%w: Text has %d bytes, the limit is %d", ErrInvalidEvent, len(in.Text), maxTextLength)
	}
	return nil
}

// membersTimeout bounds asking the chat who is in a channel.
const membersTimeout = 30 * time.Second

// prepared is an event with what had to be fetched for it before its
// transaction.
type prepared struct {
	Incoming
	now      time.Time
	members  []Member // For setup and resume.
	unlisted bool     // The chat could not list them.

	// limit says whether the sender may have a command answered, and if not
	// whether to tell them so. It asks Config.Allow once.
	limit func() (allowed, notice bool)
}

// Handle takes in one event of the chat. When it returns nil, what the event
// leads to is stored, messages to send included, and handing the same event
// over again does nothing; the adapter may then acknowledge it. After an error
// nothing is stored and the event is to be handed over again, unless the error
// is [ErrInvalidEvent]. Events of one person are handed over one at a time and
// in order. Handle does not wait for messages to be sent; Run sends them.
func (e *Engine) Handle(ctx context.Context, in Incoming) error {
	if err := in.validate(); err != nil {
		return err
	}
	if in.FromBot {
		return nil
	}
	in.Text = strings.TrimSpace(strings.ToValidUTF8(in.Text, "\uFFFD"))
	return e.settleEvent(ctx, e.prepare(ctx, in), func(tx Tx) (bool, error) {
		key := seenKey(DateOf(in.At, time.UTC), in.ID)
		seen, err := tx.Get(key)
		if err != nil || seen != nil {
			return false, err
		}
		if err := save(tx, key, present{}); err != nil {
			return false, err
		}
		parked, err := park(tx, in)
		return !parked, err
	})
}

// prepare fetches what the event's decision needs from outside the store.
func (e *Engine) prepare(ctx context.Context, in Incoming) prepared {
	p := e.prepared(in)
	if in.Channel == "" || in.Edit {
		return p
	}
	if allowed, _ := p.limit(); !allowed {
		return p
	}
	cmd, err := ParseCommand(in.Text)
	if err != nil {
		return p
	}
	switch cmd.(type) {
	case SetupCommand, ResumeCommand:
		p.members, err = e.membersOf(ctx, in.Channel)
		p.unlisted = err != nil
	}
	return p
}

// prepared returns an event for which nothing needs to be fetched.
func (e *Engine) prepared(in Incoming) prepared {
	limit := func() (allowed, notice bool) { return true, false }
	if e.Allow != nil {
		limit = sync.OnceValues(func() (allowed, notice bool) { return e.Allow(in.From) })
	}
	return prepared{Incoming: in, now: e.Now(), limit: limit}
}

// membersOf asks the chat who is in a channel.
func (e *Engine) membersOf(ctx context.Context, channel ChannelID) ([]Member, error) {
	ctx, cancel := context.WithTimeout(ctx, membersTimeout)
	defer cancel()
	members, err := e.Chat.Members(ctx, channel)
	if err != nil {
		e.logFailure(ctx, "list the members of a channel", err, slog.String("channel", string(channel)))
		return nil, err
	}
	members = slices.DeleteFunc(slices.Clone(members), func(m Member) bool { return m.ID == "" || len(m.ID) > maxIDLength })
	slices.SortFunc(members, func(a, b Member) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return slices.CompactFunc(members, func(a, b Member) bool { return a.ID == b.ID }), nil
}

// settleEvent decides on an event and stores the outcome in one transaction,
// which begins with first and ends there where first says so. It is the
// boundary at which a handler's panic, or a record that cannot be read, is
// turned into an apology, so that one event never stops those after it.
func (e *Engine) settleEvent(ctx context.Context, p prepared, first func(Tx) (proceed bool, err error)) error {
	err := e.guarded(ctx, p.Incoming, func() error {
		return e.Store.Update(ctx, func(tx Tx) error {
			proceed, err := first(tx)
			if err != nil || !proceed {
				return err
			}
			c, err := e.decide(tx, p)
			if err != nil {
				return err
			}
			return c.apply(tx)
		})
	})
	if failure, ok := errors.AsType[*handlerError](err); ok {
		err = e.Store.Update(ctx, func(tx Tx) error {
			proceed, err := first(tx)
			if err != nil || !proceed {
				return err
			}
			var c changes
			c.send(reply(p.Incoming, failure.apology(), p.now))
			return c.apply(tx)
		})
	}
	if err != nil {
		return fmt.Errorf("standup: handle event: %w", err)
	}
	e.Wake()
	return nil
}

// handlerError is a fault in handling one event. ID finds it in the log.
type handlerError struct{ ID string }

func (e *handlerError) Error() string {
	return "standup: handling the event failed, see the log for " + e.ID
}

func (e *handlerError) apology() Text {
	return say(plain("Something went wrong with this message, and nothing was changed. The log knows more under "), code(e.ID), plain("."))
}

// guarded runs f and turns a panic or a damaged record into a handlerError.
func (e *Engine) guarded(ctx context.Context, in Incoming, f func() error) (err error) {
	fault := func(what any) error {
		id := rand.Text()[:8]
		e.Logger.LogAttrs(ctx, slog.LevelError, "handling an event failed",
			slog.String("error_id", id), slog.String("event", string(in.ID)), slog.Any("error", what), slog.String("stack", string(debug.Stack())))
		return &handlerError{ID: id}
	}
	defer func() {
		if what := recover(); what != nil {
			err = fault(what)
		}
	}()
	if err = f(); errors.Is(err, errDamaged) {
		return fault(err)
	}
	return err
}

// decide finds out what an event is, loads what its decision looks at, and
// decides.
func (e *Engine) decide(tx Tx, p prepared) (changes, error) {
	if p.Edit {
		return e.decideEdit(tx, p)
	}
	if p.Channel != "" {
		return e.decideCommand(tx, p)
	}
	_, command := cutSlash(p.Text)
	if command || oneOf(p.Text, "help") {
		return e.decideCommand(tx, p)
	}
	return e.decideDirect(tx, p)
}

// decideDirect decides on a direct message that is not written as a command.
func (e *Engine) decideDirect(tx Tx, p prepared) (changes, error) {
	dialogues, err := loadDialogues(tx, p.From)
	if err != nil {
		return changes{}, err
	}
	for i := range dialogues {
		d := &dialogues[i]
		d.early = d.response.AskedFirst != "" && e.Chat.Order(p.Message, d.response.AskedFirst) < 0
	}
	d, ok := meant(dialogues, p.Incoming)
	if !ok {
		if _, err := ParseCommand(p.Text); err == nil && p.Text != "" {
			return e.decideCommand(tx, p)
		}
		if d, ok = recent(dialogues, p.At); !ok {
			return e.decideCommand(tx, p)
		}
	}
	s := answering{dialogue: d, others: slices.DeleteFunc(dialogues, func(o dialogue) bool { return o.response.id() == d.response.id() })}
	if d.run.closed() {
		if s.responses, err = loadAll[Response](tx, responsesPrefix(d.run.Team, d.run.Date)); err != nil {
			return changes{}, err
		}
	}
	return decideAnswer(s, p.Incoming, p.now), nil
}

// decideEdit decides on an edited message.
func (e *Engine) decideEdit(tx Tx, p prepared) (changes, error) {
	ref, found, err := load[answerRef](tx, answerKey(p.Message))
	if err != nil || !found {
		return changes{}, err
	}
	s := editing{question: ref.Question}
	if s.response, found, err = load[Response](tx, ref.Response.key()); err != nil || !found {
		return changes{}, err
	}
	if s.run, found, err = load[Run](tx, runKey(ref.Response.Team, ref.Response.Date)); err != nil || !found {
		return changes{}, err
	}
	if s.responses, err = loadAll[Response](tx, responsesPrefix(s.run.Team, s.run.Date)); err != nil {
		return changes{}, err
	}
	return decideEdit(s, p.Incoming, p.now), nil
}

// decideCommand decides on a message that is a command, well written or not.
func (e *Engine) decideCommand(tx Tx, p prepared) (changes, error) {
	var c changes
	if allowed, notice := p.limit(); !allowed {
		if notice {
			c.send(reply(p.Incoming, sentence("That was a lot at once. Please wait a minute before the next command."), p.now))
		}
		return c, nil
	}
	cmd, err := ParseCommand(p.Text)
	if err != nil {
		c.send(reply(p.Incoming, say(marked(err.Error())...), p.now))
		return c, nil
	}
	s, err := e.loadAsking(tx, cmd, p)
	if err != nil {
		return c, err
	}
	return decideCommand(s, cmd, p.Incoming, p.now), nil
}
