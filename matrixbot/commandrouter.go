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
	// Audit hears of every command, of denials too, and of what becomes of questions. Nil: nobody does. It may be
	// called from several goroutines at once, and holds up the answer while it runs.
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
	if r.sender == nil {
		return fmt.Errorf("matrixbot: %w", errNoHost)
	}
	if ignored(r) {
		return nil
	}
	if r.Reaction != nil {
		return rt.handleReaction(ctx, r)
	}
	text, by := rt.trigger.cut(addressed{
		text: r.Text, html: formattedBody(r), own: r.sender.own(), mentioned: r.Mentioned, direct: r.Direct,
	})
	if done, err := rt.handleAnswer(ctx, r, text, by); done {
		return err
	}
	if by == noTrigger {
		return rt.other(ctx, r)
	}
	found, rest, unknown := rt.root.find(text)
	if unknown != "" {
		if by == prefixTrigger && found == rt.root && rt.trigger.attaches() && commandline.Suggest(unknown, names(found)) == "" {
			return rt.other(ctx, r)
		}
		ctx = withInvocation(ctx, invocation{at: found, unknown: unknown})
		return rt.settle(ctx, r, r.Event, rt.unknown(ctx, r))
	}
	if found == rt.root { // It is called by its name alone.
		found = rt.root.child("help")
	}
	ctx = withInvocation(ctx, invocation{at: found, rest: rest})
	return rt.settle(ctx, r, r.Event, found.handler(ctx, r))
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
