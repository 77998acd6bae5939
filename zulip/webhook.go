package zulip

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// WebhookTrigger is why the server calls an outgoing webhook. Later servers may add values.
type WebhookTrigger string

// The reasons of today.
const (
	TriggerMention WebhookTrigger = "mention"
	TriggerDirect  WebhookTrigger = "direct_message"
)

// WebhookMessage is a message that the server hands to an outgoing webhook bot.
type WebhookMessage struct {
	BotEmail    string `json:"bot_email"`
	BotFullName string `json:"bot_full_name"`
	// Data is the Markdown of the message, the mention of the bot included.
	Data    string         `json:"data"`
	Trigger WebhookTrigger `json:"trigger"`
	Message Message        `json:"message"`
}

// WebhookReply goes back to the conversation. The zero value means no reply.
type WebhookReply struct {
	// Content is Markdown, at most [MaxMessageLength] code points.
	Content string
	// Buttons are shown below the content; with an empty Content their text is. Nil: none.
	Buttons *Buttons
}

// WebhookFunc answers a message. ctx ends when the server stops to wait. An error or a panic is logged, and the person is
// told that something went wrong, with an id to find it in the log and no detail.
type WebhookFunc func(ctx context.Context, m WebhookMessage) (WebhookReply, error)

const (
	// maxWebhookBody is room for a message of full length in its three forms; formulas make long HTML.
	maxWebhookBody = 4 << 20
	// webhookTimeout is a second less than the ten that the server waits, for the way back.
	webhookTimeout = 9 * time.Second
)

// NewWebhookHandler serves an outgoing webhook bot of Zulip: an alternative to [Bot] for programs that the server can
// reach. The token is that of the bot's zuliprc; a request without it is refused and the function not called.
// The server repeats a request that gets no answer in ten seconds, so the function may see a message twice.
// A nil logger means silence.
func NewWebhookHandler(token Secret, answer WebhookFunc, log *slog.Logger) (http.Handler, error) {
	if token.IsZero() || answer == nil {
		return nil, errors.New("zulip: new webhook handler: it needs a token and a function")
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &webhook{token: sha256.Sum256([]byte(token.Reveal())), answer: answer, log: log}, nil
}

type webhook struct {
	token  [sha256.Size]byte // hashes have one length, so that comparing tells nothing about the token's
	answer WebhookFunc
	log    *slog.Logger
}

// ServeHTTP answers one request of the server.
func (h *webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "use POST", http.StatusMethodNotAllowed)
		return
	}
	var body struct {
		WebhookMessage
		Token string `json:"token"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxWebhookBody)).Decode(&body); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			http.Error(w, "the body is too large", http.StatusRequestEntityTooLarge)
			return
		}
		http.Error(w, "the body is not what Zulip sends", http.StatusBadRequest)
		return
	}
	token := sha256.Sum256([]byte(body.Token))
	if subtle.ConstantTimeCompare(token[:], h.token[:]) != 1 {
		h.log.WarnContext(r.Context(), "webhook request with a wrong token")
		http.Error(w, "wrong token", http.StatusUnauthorized)
		return
	}
	if body.Trigger == "private_message" {
		body.Trigger = TriggerDirect // the word before Zulip 8
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(h.reply(r.Context(), body.WebhookMessage)); err != nil {
		h.log.WarnContext(r.Context(), "webhook reply not sent", "error", err)
	}
}

// webhookAnswer is the reply in the form of the API.
type webhookAnswer struct {
	Content     string         `json:"content,omitempty"`
	Widget      *buttonsWidget `json:"widget_content,omitempty"`
	NotRequired bool           `json:"response_not_required,omitempty"`
}

// reply asks the function. A status that is not a success would have the server post a failure of its own.
func (h *webhook) reply(ctx context.Context, m WebhookMessage) webhookAnswer {
	reply, err := h.call(ctx, m)
	if err == nil {
		var answer webhookAnswer
		if answer, err = reply.answer(); err == nil {
			return answer
		}
	}
	id := rand.Text()[:8]
	h.log.ErrorContext(ctx, "webhook function failed", "error_id", id, "message_id", int64(m.Message.ID), "error", err)
	return webhookAnswer{Content: "Sorry, something went wrong. The error has the number " + id + "."}
}

// call is the boundary behind which a panic is an error.
func (h *webhook) call(ctx context.Context, m WebhookMessage) (reply WebhookReply, err error) {
	ctx, cancel := context.WithTimeout(ctx, webhookTimeout)
	defer cancel()
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("the function panicked: %v\n%s", value, debug.Stack())
		}
	}()
	return h.answer(ctx, m)
}

func (r WebhookReply) answer() (webhookAnswer, error) {
	answer := webhookAnswer{Content: r.Content}
	if r.Buttons != nil {
		if err := r.Buttons.check(); err != nil {
			return webhookAnswer{}, err
		}
		answer.Widget = new(r.Buttons.widget())
		if answer.Content == "" {
			answer.Content = r.Buttons.Text()
		}
	}
	if answer.Content == "" {
		return webhookAnswer{NotRequired: true}, nil
	}
	return answer, limits{message: MaxMessageLength}.checkContent(answer.Content)
}
