package zulip

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// RegisterRequest asks for an event queue.
type RegisterRequest struct {
	// EventTypes to receive. Nil: all.
	EventTypes []string
	// FetchEventTypes says of what the present state is wanted in [Queue.State]: types of events, as "realm_user" or
	// "user_status". Nil: only "realm", which has the limits of the server, and no State.
	FetchEventTypes []string
	// Narrow leaves out messages that do not match. The server takes channels by name, topics, senders by e-mail
	// and states here; terms cannot be negated.
	Narrow []NarrowTerm
	// AllPublicChannels delivers messages of public channels that the caller is not subscribed to.
	AllPublicChannels bool
	// IdleTimeout is how long the queue lives without a poll, at most 7 days, rounded to seconds.
	// 0: the server's default, 10 minutes.
	IdleTimeout time.Duration
	// ApplyMarkdown asks for messages as HTML instead of Markdown.
	ApplyMarkdown bool
}

// Queue is an event queue and what the server told with it.
type Queue struct {
	ID string `json:"queue_id"`
	// LastEventID is where polling starts: -1 for a new queue.
	LastEventID       int64  `json:"last_event_id"`
	ZulipVersion      string `json:"zulip_version"`
	ZulipFeatureLevel int    `json:"zulip_feature_level"`
	// LongPollTimeoutSeconds is how long a poll may take on the server's side; 0 when the server does not tell.
	LongPollTimeoutSeconds int `json:"event_queue_longpoll_timeout_seconds"`
	// MaxMessageLength and MaxTopicLength are code points; 0 when the server does not tell.
	MaxMessageLength     int `json:"max_message_length"`
	MaxTopicLength       int `json:"max_topic_length"`
	MaxFileUploadSizeMiB int `json:"max_file_upload_size_mib"`
	// State is the whole answer: a JSON object with what FetchEventTypes asked for. Nil without.
	State json.RawMessage `json:"-"`
}

// registered is the answer to POST /register.
type registered struct {
	envelope
	Queue
}

// UnmarshalJSON keeps the whole besides its parts.
func (r *registered) UnmarshalJSON(data []byte) error {
	type parts registered // without this method
	r.State = bytes.Clone(data)
	return json.Unmarshal(data, (*parts)(r))
}

// lifespanParams are two names for one setting; each server knows one of them.
var lifespanParams = []string{"idle_queue_timeout", "queue_lifespan_secs"}

// clientCapabilities tells the server which modern forms of events this package reads.
var clientCapabilities = map[string]bool{
	"notification_settings_null":     true,
	"bulk_message_deletion":          true,
	"user_avatar_url_field_optional": true,
	"stream_typing_notifications":    true,
	"user_settings_object":           true,
	"linkifier_url_template":         true,
	"user_list_incomplete":           true,
	"include_deactivated_groups":     true,
	"archived_channels":              true,
	"empty_topic_name":               true,
	"simplified_presence_events":     true,
}

// Register makes an event queue. The client remembers the lengths that the server allows for its later sends.
// Most programs want [Client.Events] instead. API: POST /register.
func (c *Client) Register(ctx context.Context, req RegisterRequest) (Queue, error) {
	const op = "register event queue"
	p := params{}
	if req.EventTypes != nil {
		p.json("event_types", req.EventTypes)
	}
	fetch := req.FetchEventTypes
	if fetch == nil {
		fetch = []string{"realm"}
	}
	p.json("fetch_event_types", fetch)
	p.json("apply_markdown", req.ApplyMarkdown)
	p.json("client_gravatar", true)
	p.json("all_public_streams", req.AllPublicChannels)
	p.json("client_capabilities", clientCapabilities)
	narrow, err := registerNarrow(req.Narrow)
	if err != nil {
		return Queue{}, fmt.Errorf("zulip: %s: %w", op, err)
	}
	p.json("narrow", narrow)
	if req.IdleTimeout > 0 {
		seconds := max(1, int64(req.IdleTimeout/time.Second))
		p.json("idle_queue_timeout", seconds)
		p.json("queue_lifespan_secs", seconds)
	}
	var out registered
	// A queue that is made twice costs nothing: the unused one expires.
	err = c.call(ctx, call{op: op, method: http.MethodPost, path: path("register"), params: p, safe: true, newer: lifespanParams}, &out)
	if err == nil && out.ID == "" {
		err = fmt.Errorf("zulip: %s: the answer has no queue id", op)
	}
	if err != nil {
		return Queue{}, err
	}
	c.learn(out.Queue)
	if req.FetchEventTypes == nil {
		out.State = nil
	}
	return out.Queue, nil
}

// DeleteQueue frees an event queue. API: DELETE /events.
func (c *Client) DeleteQueue(ctx context.Context, id string) error {
	p := params{}
	p.text("queue_id", id)
	return c.call(ctx, call{op: "delete event queue", method: http.MethodDelete, path: path("events"), params: p}, &envelope{})
}

// EventsRequest is one poll of an event queue.
type EventsRequest struct {
	QueueID string
	// LastEventID acknowledges: the server forgets the events up to it.
	LastEventID int64
	// DontBlock answers at once, perhaps with nothing.
	DontBlock bool
	// KeepRaw sets [Event.Raw] for every event.
	KeepRaw bool
}

// defaultLongPoll is for servers that do not tell how long a poll may take; pollMargin is for the way.
const (
	defaultLongPoll = 90 * time.Second
	pollMargin      = 15 * time.Second
)

// GetEvents polls a queue once and returns what is there, or waits for something (for up to about a minute: then
// a heartbeat comes). An empty answer is possible and means nothing. A queue must not be polled twice at
// once. [Client.Events] does all of this. API: GET /events.
func (c *Client) GetEvents(ctx context.Context, req EventsRequest) ([]Event, error) {
	return c.poll(ctx, req, &pollBuffer{}, nil)
}

// pollBuffer is reused from poll to poll.
type pollBuffer struct {
	body  bytes.Buffer
	batch eventBatch
}

// maxKeptBuffer is how large a buffer may be to be kept for the next poll.
const maxKeptBuffer = 4 << 20

// poll appends the events to out. It does not go through pacing and retries: polls are counted apart by the
// server, and the event loop has its own way of waiting.
func (c *Client) poll(ctx context.Context, req EventsRequest, buffer *pollBuffer, out []Event) ([]Event, error) {
	r := call{op: "get events", method: http.MethodGet, path: path("events"), params: params{}}
	r.params.text("queue_id", req.QueueID)
	r.params.json("last_event_id", req.LastEventID)
	if req.DontBlock {
		r.params.json("dont_block", true)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.longPoll()+pollMargin, errPollTimeout)
	defer cancel()
	if buffer.body.Cap() > maxKeptBuffer {
		buffer.body = bytes.Buffer{}
	}
	buffer.body.Reset()
	response, err := c.polls.Stream(ctx, r.request(), nil)
	if err = r.readInto(&buffer.body, response, err); err == nil {
		if out, err = decodeEvents(buffer.body.Bytes(), &buffer.batch, out, req.KeepRaw); err != nil {
			err = r.malformed(err)
		} else {
			err = c.accept(ctx, r, &buffer.batch.envelope)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("zulip: %s: %w", r.op, err)
	}
	c.noteRestarts(out)
	return out, nil
}
