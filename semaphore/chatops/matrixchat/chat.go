package matrixchat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/signalbox-go/signalbox/internal/pages"
	"github.com/signalbox-go/signalbox/matrixbot"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// Chat is Matrix as the engine sees it: the engine sends through it, and [Chat.Run] feeds the engine. Make one with
// [New]. It is safe for concurrent use.
type Chat struct {
	bot    *matrixbot.Bot
	log    *slog.Logger
	site   pages.Site
	desk   *desk
	offers chan offer             // Buttons that are to be put on messages.
	engine atomic.Pointer[Engine] // Set by Run.
	direct sync.Mutex             // One room for one person.
}

var _ chatops.Chat = (*Chat)(nil)

// New makes a chat of the settings of a bot: of who it is, where it keeps what it must remember, and into which rooms it
// comes. Handler, Reactions, TooOld and Router are the chat's. Where Encryption.Operator.Compare is not set,
// verifications go through the log, see [Chat.Verify]. The address is that of the Semaphore server, to whose pages
// messages may link; where it is empty there are no links. New connects to nobody and starts nothing.
func New(config matrixbot.Config, semaphoreURL string) (*Chat, error) {
	if config.Router != nil || config.Handler != nil || config.Reactions != nil || config.TooOld != nil {
		return nil, errors.New("matrixchat: new chat: Router, Handler, Reactions and TooOld are the chat's: leave them unset")
	}
	c := &Chat{log: config.Log, site: pages.New(semaphoreURL), offers: make(chan offer, maxOffers)}
	if semaphoreURL != "" && c.site == (pages.Site{}) {
		return nil, fmt.Errorf("matrixchat: new chat: %q is no address such as https://semaphore.example.org", semaphoreURL)
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.desk = newDesk(c.log)
	if operator := &config.Encryption.Operator; operator.Compare == nil {
		operator.Compare = c.desk.compare
	} else {
		c.desk.elsewhere = true
	}
	config.Handler, config.Reactions, config.TooOld = c.handle, c.handle, c.handle
	bot, err := matrixbot.New(config)
	if err != nil {
		return nil, fmt.Errorf("matrixchat: new chat: %w", err)
	}
	c.bot = bot
	return c, nil
}

// Bot is the bot, for what a program does with it beside deploys, such as a backup.
func (c *Chat) Bot() *matrixbot.Bot { return c.bot }

// Engine is what takes in the events: a [chatops.Engine], or what a program puts before one. Handle is called from
// several goroutines at once.
type Engine interface {
	Handle(ctx context.Context, in chatops.Incoming) error
}

var errRuns = errors.New("matrixchat: run: the chat runs already, or has run")

// Run logs in and hands what people write, and how they react, to e.Handle until ctx ends; then it returns the cause.
// It blocks. Messages of one room are handed over in order, those of several rooms at once. An event that e.Handle
// refuses as invalid is logged and skipped; after any other error it is tried again after a second, later more, for as
// long as the bot's handlers may take, and messages of the same room wait.
//
// Other errors are those of [matrixbot.Bot.Run]: the homeserver does not let the bot in, or the disk is full. A chat
// runs once.
func (c *Chat) Run(ctx context.Context, e Engine) error {
	if e == nil {
		return errors.New("matrixchat: run: the engine is nil")
	}
	if !c.engine.CompareAndSwap(nil, &e) {
		return errRuns
	}
	var working sync.WaitGroup
	offering, stop := context.WithCancel(ctx)
	working.Go(func() { c.putButtons(offering) })
	defer working.Wait()
	defer stop()
	if err := c.bot.Run(ctx); err != nil {
		return fmt.Errorf("matrixchat: run: %w", err)
	}
	return nil
}
