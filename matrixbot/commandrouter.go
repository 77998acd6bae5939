package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/internal/commandline"
	"github.com/signalbox-go/signalbox/ratelimit"
)

// RouterConfig is what a [Router] is made from. What makes a command of a message has to be set: one of Prefix, Mention
// and Direct.
type RouterConfig struct {
	// Prefix is what commands begin with, in any case. After a word, as in "bot help", comes a blank or the end; after a
	// sign, as in "!help", the command comes at once. A sign may be other bots' prefix too: unknown commands that are
	// not nearly a known one are then none.
	Prefix string
	// Mention makes commands of messages that begin with the bot's name, as "bot: help".
	Mention bool
	// Direct makes commands of all messages in rooms where the sender is alone with the bot.
	Direct bool

	// Access says who may use the bot at all. It may be left out: then each command has a rule of its own.
	Access Access
	// Middleware goes around all commands, the first one outermost. It runs for those whom the rules let.
	Middleware []Middleware
	// Audit hears of every command, of denials too, and of what becomes of questions. Commands that came too late it
	// does not hear of. Nil: nobody does. It may be called from several goroutines at once, and holds up the answer
	// while it runs.
	Audit func(ctx context.Context, entry AuditEntry)
	// Other gets messages and reactions that are no commands and no answers to questions. Nil: nobody gets them.
	Other Handler
}

// Router has commands done that people write to the bot. Make one with [NewRouter], add commands and actions, and give
// its method [Router.Handle] to [Config] as Handler and as Reactions. It is safe for concurrent use once nothing is
// added any more.
//
// There is always a command help, which tells people about the commands that they may use.
type Router struct {
	config  RouterConfig
	trigger trigger
	root    *branch
	unknown Handler
	actions map[string]storedAction
	denials *ratelimit.Keyed[denialKey]
	wake    chan struct{} // A question was asked, so that another time may be the next to expire.
}

type denialKey struct {
	room id.RoomID
	user id.UserID
}

// Who is denied something hears of it once in this time.
const (
	denialPause = 10 * time.Minute
	denialKeys  = 10_000
)

// NewRouter checks the configuration and returns a router without commands but help.
func NewRouter(config RouterConfig) (*Router, error) {
	t := trigger{prefix: config.Prefix, mention: config.Mention, direct: config.Direct}
	if err := errors.Join(t.check(), config.Access.err); err != nil {
		return nil, fmt.Errorf("matrixbot: new router: %w", err)
	}
	denials, err := ratelimit.NewKeyed[denialKey](rate.Every(denialPause), 1, denialKeys)
	if err != nil {
		return nil, fmt.Errorf("matrixbot: new router: %w", err)
	}
	rt := &Router{
		config: config, trigger: t, root: &branch{}, denials: denials,
		actions: map[string]storedAction{}, wake: make(chan struct{}, 1),
	}
	help, err := rt.root.grow(rt.helpCommand())
	if err != nil {
		return nil, fmt.Errorf("matrixbot: new router: %w", err)
	}
	rt.equip(help)
	if config.Access.isSet() {
		rt.root.rules = []Access{config.Access}
	}
	rt.unknown = rt.chain(rt.root, nil, rt.tellUnknown)
	return rt, nil
}

// Command adds a command with its subcommands. It refuses one that nothing says who may use, one whose name is taken,
// and one that makes no sense. It must not be called while the router is in use.
func (rt *Router) Command(c Command) error {
	added, err := rt.root.grow(c)
	if err != nil {
		return fmt.Errorf("matrixbot: add command: %w", err)
	}
	rt.equip(added)
	return nil
}

// Handle is the router's [Handler]. It does the command in the message, if there is one, takes answers to questions,
// and gives everything else to RouterConfig.Other. The bot's own messages, notices and edits it ignores.
func (rt *Router) Handle(ctx context.Context, r *Request) error {
	if _, err := r.bot(); err != nil {
		return err
	}
	if ignored(r) {
		return nil
	}
	if r.Reaction != nil {
		return rt.handleReaction(ctx, r)
	}
	text, by := rt.cut(r)
	if done, err := rt.handleAnswer(ctx, r, text, by); done {
		return err
	}
	in, ok := rt.invoked(text, by)
	if !ok {
		return rt.other(ctx, r)
	}
	handler := in.at.handler
	if in.unknown != "" {
		handler = rt.unknown
	}
	ctx = withInvocation(ctx, in)
	return rt.settle(ctx, r, r.Event, handler(ctx, r))
}

// cut returns what a message says to the bot, and which kind of trigger makes it so.
func (rt *Router) cut(r *Request) (text string, by int) {
	return rt.trigger.cut(addressed{
		text: r.Text, html: formattedBody(r), own: r.sender.own(), mentioned: r.Mentioned, direct: r.Direct,
	})
}

// invoked returns which command a message is, if it is one.
func (rt *Router) invoked(text string, by int) (in invocation, ok bool) {
	if by == noTrigger {
		return invocation{}, false
	}
	found, rest, unknown := rt.root.find(text)
	switch {
	case unknown == "" && found == rt.root: // It is called by its name alone.
		found = rt.root.child("help")
	case unknown != "" && found == rt.root && by == prefixTrigger && rt.trigger.attaches():
		if commandline.Suggest(unknown, names(found)) == "" {
			return invocation{}, false // It may be another bot's.
		}
	}
	return invocation{at: found, rest: rest, unknown: unknown}, true
}

// refusePlaintext tells the audit of a command, or of an answer to a question, that does not count because it was not
// encrypted although its room is.
func (rt *Router) refusePlaintext(ctx context.Context, r *Request) error {
	if rt.config.Audit == nil || ignored(r) {
		return nil
	}
	refusal := denied("plaintext", "")
	text, by := rt.cut(r)
	said, ok := rt.answer(r, text, by)
	if ok {
		questions, _, err := rt.asked(r, said)
		for _, c := range questions {
			rt.audit(ctx, r, c, time.Now(), refusal)
		}
		if err != nil || len(questions) > 0 {
			return err
		}
	}
	if in, ok := rt.invoked(text, by); ok {
		refuse := Audit(rt.config.Audit)(func(context.Context, *Request) error { return refusal })
		_ = refuse(withInvocation(ctx, in), r) // That is the refusal.
	}
	return nil
}

func (rt *Router) other(ctx context.Context, r *Request) error {
	if rt.config.Other == nil {
		return nil
	}
	return rt.config.Other(ctx, r)
}

// ignored says whether nothing may come of a message: it is the bot's own, that of another bot, or an edit of one that
// was handled before.
func ignored(r *Request) bool {
	if r.Sender == r.sender.own() {
		return true
	}
	content := messageOf(r)
	return content != nil && (content.MsgType == event.MsgNotice || content.RelatesTo.GetReplaceID() != "")
}

func formattedBody(r *Request) string {
	if content := messageOf(r); content != nil && content.Format == event.FormatHTML {
		return content.FormattedBody
	}
	return ""
}

// messageOf returns the parsed message behind a request, or nil.
func messageOf(r *Request) *event.MessageEventContent {
	if r.Raw == nil {
		return nil
	}
	content, _ := r.Raw.Content.Parsed.(*event.MessageEventContent)
	return content
}
