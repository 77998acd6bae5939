package zuliptest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/internal/memnet"
)

const (
	webhookTimeout = 10 * time.Second // for one answer
	webhookTries   = 4                // the first and three more
	maxWebhookBody = 1 << 20
)

// webhook is where the messages for an outgoing webhook bot go.
type webhook struct {
	url    string
	token  string
	client *http.Client
	agent  string
}

// webhookJob is one message that a webhook is to be told.
type webhookJob struct {
	bot     *userState
	hook    *webhook
	message *messageState
	body    []byte
	tries   int
}

// DeliverTo has what people write to an outgoing webhook bot (a direct message, a mention in a channel) POSTed to h,
// as Zulip does, and returns the token that each POST carries. Messages are told one after the other.
// What h answers within ten seconds becomes a message of the bot; when no answer comes, three more tries follow.
// A failure is told in the conversation, and to the bot's owner.
// It panics when the user is no bot of the type BotOutgoingWebhook.
func (s *Server) DeliverTo(bot *User, h http.Handler) (token string) {
	handler := memnet.Start(h)
	s.mu.Lock()
	s.handlers = append(s.handlers, handler)
	s.mu.Unlock()
	return s.setWebhook("DeliverTo", bot, handler.URL(), handler.Transport())
}

// DeliverToURL is like DeliverTo for a webhook on a real port of this machine or another.
func (s *Server) DeliverToURL(bot *User, url string) (token string) {
	return s.setWebhook("DeliverToURL", bot, url, &http.Transport{DisableKeepAlives: true})
}

func (s *Server) setWebhook(method string, bot *User, url string, transport http.RoundTripper) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.mustUser(method, bot)
	if !u.IsBot || u.BotType != BotOutgoingWebhook {
		panic("zuliptest: " + method + ": " + u.FullName + " is no outgoing webhook bot")
	}
	w := &webhook{
		url: url, token: sha(fmt.Sprintf("webhook of user %d", u.ID))[:32], agent: "ZulipOutgoingWebhook/" + s.version(),
		client: &http.Client{Transport: transport, Timeout: webhookTimeout},
	}
	s.webhooks[u.ID] = w
	return w.token
}

// callWebhooks notes a new message for the webhooks that it triggers. Bots trigger none, so that none talks to itself.
func (s *Server) callWebhooks(m *messageState) {
	if m.sender.IsBot {
		return
	}
	for id, hook := range s.webhooks {
		u, trigger := s.users[id], "mention"
		if m.channel == nil {
			if trigger = "direct_message"; s.featureLevel < 201 {
				trigger = "private_message"
			}
		}
		if row := m.rows[id]; row == nil || !u.active || m.channel != nil && !row["mentioned"] {
			continue
		}
		o := s.messageObject(m, form{})
		o["rendered_content"] = s.render(m.content)
		s.jobs = append(s.jobs, &webhookJob{bot: u, hook: hook, message: m, body: encode(map[string]any{
			"bot_email": u.Email, "bot_full_name": u.FullName, "data": m.content, "trigger": trigger, "token": hook.token, "message": o,
		})})
		nudge(s.calling)
	}
}

// runWebhooks tells the webhooks what they are to know until the server is closed.
func (s *Server) runWebhooks() {
	ctx, cancel := context.WithCancel(context.Background())
	s.workers.Go(func() {
		<-s.done
		cancel()
	})
	for {
		s.mu.Lock()
		var job *webhookJob
		if len(s.jobs) > 0 {
			job, s.jobs = s.jobs[0], s.jobs[1:]
		}
		s.mu.Unlock()
		if job == nil {
			select {
			case <-s.calling:
				continue
			case <-s.done:
				return
			}
		}
		s.deliverJob(ctx, job)
	}
}

// deliverJob POSTs one message. Without any answer the job goes to the end of the line, three times.
func (s *Server) deliverJob(ctx context.Context, job *webhookJob) {
	status, body, err := job.hook.post(ctx, job.body)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch job.tries++; {
	case s.closed:
	case err != nil && job.tries < webhookTries:
		s.jobs = append(s.jobs, job)
	case err != nil:
		text := "A connection error occurred. Is my bot server down?"
		if timeout, is := errors.AsType[net.Error](err); is && timeout.Timeout() {
			text = fmt.Sprintf("Request timed out after %d seconds.", int(webhookTimeout.Seconds()))
		}
		s.webhookFailed(job, "Bot is unavailable", text)
	case status/100 != 2:
		s.webhookFailed(job, fmt.Sprintf("Third party responded with %d", status),
			fmt.Sprintf("The webhook got a response with status code *%d*.", status)+payload(body))
	default:
		if bad := s.webhookReply(job, body); bad != nil {
			s.webhookFailed(job, bad.text(), "The outgoing webhook server attempted to send a message in Zulip, "+
				"but that request resulted in the following error:\n> "+bad.text()+payload(body))
		}
	}
}

func payload(body []byte) string {
	return fmt.Sprintf("\nThe response contains the following payload:\n```\n%s\n```", body)
}

func (w *webhook) post(ctx context.Context, body []byte) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", w.agent)
	resp, err := w.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	got, err := io.ReadAll(io.LimitReader(resp.Body, maxWebhookBody))
	return resp.StatusCode, got, errors.Join(err, resp.Body.Close())
}

// webhookReply lets the bot say what its webhook answered, if anything.
func (s *Server) webhookReply(job *webhookJob, body []byte) *answer {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return refuse("Invalid JSON in response")
	}
	reply, isObject := v.(map[string]any)
	switch {
	case v == "": // what the bot servers of old say when they have nothing to say
		return nil
	case !isObject:
		return refuse("Invalid response format")
	case reply["response_not_required"] == true:
		return nil
	}
	content, has := reply["response_string"]
	if !has {
		content = reply["content"]
	}
	text, _ := content.(string)
	if strings.TrimSpace(text) == "" {
		return nil
	}
	d := s.inConversation(job, text)
	if widget := reply["widget_content"]; widget != nil && !has {
		var bad *answer
		inner, _ := widget.(string) // JSON within JSON: an object is refused
		if d.widget, bad = checkWidgetContent(inner); bad != nil {
			return bad
		}
	}
	_, bad := s.send(d)
	return bad
}

// inConversation is a message of the bot where the job's message was, whatever the bot's permissions.
func (s *Server) inConversation(job *webhookJob, text string) draft {
	m := job.message
	return draft{
		sender: job.bot, channel: m.channel, to: m.to, topic: m.topic, content: text, system: true,
		client: "OutgoingWebhookResponse",
	}
}

// webhookFailed says so in the conversation, and why to the bot's owner.
func (s *Server) webhookFailed(job *webhookJob, short, long string) {
	_, _ = s.send(s.inConversation(job, "Failure! "+short)) // where it cannot be said nobody hears it
	if owner := s.users[job.bot.OwnerID]; owner != nil {
		_, _ = s.send(draft{
			sender: job.bot, to: []int{owner.ID}, client: "OutgoingWebhookResponse",
			content: fmt.Sprintf("[A message](%s) to your bot @_**%s** triggered an outgoing webhook.\n%s",
				s.nearURL(job.message), job.bot.FullName, long),
		})
	}
}
