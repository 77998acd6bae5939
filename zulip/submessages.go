package zulip

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// Widgets are messages that clients show as something else than text: a poll, a to-do list, buttons. The definition is the first
// submessage of the message; what people do with it comes as further submessages, in Message.Submessages and as events.

// widgetType is the msg_type of all submessages.
const widgetType = "widget"

// WidgetEntryType says what somebody did with a widget. Later servers may add values.
type WidgetEntryType string

// The entries of polls and to-do lists.
const (
	PollVoted    WidgetEntryType = "vote"
	PollOptioned WidgetEntryType = "new_option"
	PollRenamed  WidgetEntryType = "question"
	TodoAdded    WidgetEntryType = "new_task"
	TodoStruck   WidgetEntryType = "strike"
	TodoRenamed  WidgetEntryType = "new_task_list_title"
)

// WidgetEntry is what somebody did with a widget. Type says which fields count.
type WidgetEntry struct {
	Type WidgetEntryType
	// Key is the option that a vote is for, or the task that was struck through.
	Key string
	// Vote is 1 for a vote and -1 when it was taken back.
	Vote int
	// Index numbers the options or tasks of one user.
	Index int
	// Text is the new option, question, task or title.
	Text string
	// Description says more about a task.
	Description string
	// Completed is whether a new task is done already.
	Completed bool
}

// Entry reads what somebody did with a widget. It is false for a submessage that is something else, such as the
// definition of the widget.
func (s Submessage) Entry() (entry WidgetEntry, ok bool) {
	var wire struct {
		Type        WidgetEntryType `json:"type"`
		Key         json.RawMessage `json:"key"` // a string, but the number of a new task
		Vote        int             `json:"vote"`
		Index       int             `json:"idx"`
		Option      string          `json:"option"`
		Question    string          `json:"question"`
		Task        string          `json:"task"`
		Description string          `json:"desc"`
		Title       string          `json:"title"`
		Completed   bool            `json:"completed"`
	}
	if s.Type != widgetType || json.Unmarshal([]byte(s.Content), &wire) != nil || wire.Type == "" {
		return WidgetEntry{}, false
	}
	entry = WidgetEntry{Type: wire.Type}
	switch entry.Type {
	case PollVoted:
		entry.Vote, ok = wire.Vote, json.Unmarshal(wire.Key, &entry.Key) == nil && (wire.Vote == 1 || wire.Vote == -1)
	case PollOptioned:
		entry.Index, entry.Text, ok = wire.Index, wire.Option, validIndex(wire.Index)
	case PollRenamed:
		entry.Text, ok = wire.Question, true
	case TodoAdded:
		entry.Text, entry.Description, entry.Completed = wire.Task, wire.Description, wire.Completed
		ok = json.Unmarshal(wire.Key, &entry.Index) == nil && validIndex(entry.Index)
	case TodoStruck:
		ok = json.Unmarshal(wire.Key, &entry.Key) == nil
	case TodoRenamed:
		entry.Text, ok = wire.Title, true
	default:
		ok = true // of a kind that is newer than this package
	}
	return entry, ok
}

// maxWidgetIndex is the highest number that Zulip's own clients accept for an option or task.
const maxWidgetIndex = 1000

func validIndex(index int) bool { return 0 <= index && index <= maxWidgetIndex }

// widget reads the definition of a widget into extra and returns the other submessages in the order of their ids.
func (m Message) widget(kind string, extra any) (entries []Submessage, ok bool) {
	entries = slices.SortedFunc(slices.Values(m.Submessages), func(a, b Submessage) int { return cmp.Compare(a.ID, b.ID) })
	if len(entries) == 0 || entries[0].Type != widgetType {
		return nil, false
	}
	var definition struct {
		Type  string          `json:"widget_type"`
		Extra json.RawMessage `json:"extra_data"`
	}
	if json.Unmarshal([]byte(entries[0].Content), &definition) != nil || definition.Type != kind {
		return nil, false
	}
	if definition.Extra != nil && json.Unmarshal(definition.Extra, extra) != nil {
		return nil, false
	}
	return entries[1:], true
}

// AddSubmessage adds an entry to a widget; content is made into JSON. [Client.VotePoll], [Client.AddTask] and their
// like use it. API: POST /submessage.
func (c *Client) AddSubmessage(ctx context.Context, id MessageID, content any) error {
	return c.submessage(ctx, "add submessage", id, content, false)
}

// submessage adds an entry; safe says that adding it twice is the same as once.
func (c *Client) submessage(ctx context.Context, op string, id MessageID, content any, safe bool) error {
	raw, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("zulip: %s: %w", op, err)
	}
	p := params{}
	p.json("message_id", id)
	p.text("msg_type", widgetType)
	p.text("content", string(raw))
	return c.call(ctx, call{op: op, method: http.MethodPost, path: path("submessage"), params: p, safe: safe}, &envelope{})
}
