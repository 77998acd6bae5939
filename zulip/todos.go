package zulip

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// TodoList is a list of tasks that people strike through. [Message.TodoList] makes one.
type TodoList struct {
	MessageID MessageID
	// Author sent the list.
	Author UserID
	Title  string
	Tasks  []Task

	last int64 // the newest submessage in it
}

// Task is an entry of a to-do list.
type Task struct {
	// Key names the task for [Client.StrikeTask].
	Key         string
	Text        string
	Description string
	Completed   bool
}

// TodoList reads a to-do list with all that people did to it; false when the message is none.
func (m Message) TodoList() (TodoList, bool) {
	var extra struct {
		Title string `json:"task_list_title"`
		Tasks []struct {
			Text        string `json:"task"`
			Description string `json:"desc"`
		} `json:"tasks"`
	}
	entries, ok := m.widget("todo", &extra)
	if !ok {
		return TodoList{}, false
	}
	t := TodoList{MessageID: m.ID, Author: m.SenderID, Title: extra.Title}
	for i, task := range extra.Tasks {
		t.add(Task{Key: fmt.Sprintf("%d,canned", i), Text: task.Text, Description: task.Description})
	}
	for _, entry := range entries {
		t.Apply(entry)
	}
	return t, true
}

// Apply takes a task, a strike or a title from an event into the list and reports whether it changed.
// Entries of other messages, entries that are in the list already and ones that Zulip would not show do nothing.
func (t *TodoList) Apply(s Submessage) bool {
	entry, ok := s.Entry()
	if !ok || s.MessageID != t.MessageID || s.ID <= t.last {
		return false
	}
	t.last = s.ID
	switch entry.Type {
	case TodoAdded:
		return t.add(Task{
			Key: fmt.Sprintf("%d,%d", entry.Index, s.SenderID), Text: entry.Text, Description: entry.Description, Completed: entry.Completed,
		})
	case TodoStruck:
		at := slices.IndexFunc(t.Tasks, func(task Task) bool { return task.Key == entry.Key })
		if at < 0 {
			return false
		}
		t.Tasks[at].Completed = !t.Tasks[at].Completed
		return true
	case TodoRenamed:
		changed := s.SenderID == t.Author && entry.Text != t.Title // nobody else may
		if changed {
			t.Title = entry.Text
		}
		return changed
	}
	return false
}

func (t *TodoList) add(task Task) bool {
	if slices.ContainsFunc(t.Tasks, func(other Task) bool { return other.Text == task.Text || other.Key == task.Key }) {
		return false
	}
	t.Tasks = append(t.Tasks, task)
	return true
}

// SendTodoListRequest is a to-do list to send.
type SendTodoListRequest struct {
	To Recipient
	// Title is one line and not empty; line ends become blanks.
	Title string
	// Tasks need a Text; only Text and Description are used. What stands behind a colon and a blank in a Text goes to the
	// description. Servers before Zulip 9 make a list without title and tasks: use AddTask there.
	Tasks []Task
}

// SendTodoList sends a to-do list. Clients that cannot show one show its text. API: POST /messages.
func (c *Client) SendTodoList(ctx context.Context, req SendTodoListRequest) (SentMessage, error) {
	items := make([]string, 0, len(req.Tasks))
	for _, task := range req.Tasks {
		item := task.Text
		if task.Description != "" && strings.TrimSpace(item) != "" {
			item += ": " + task.Description
		}
		items = append(items, item)
	}
	return c.sendCommand(ctx, "send to-do list", req.To, "/todo", req.Title, items)
}

// AddTask adds a task to a list; its Text must not be empty, its Key is not used. API: POST /submessage.
func (c *Client) AddTask(ctx context.Context, list TodoList, task Task) error {
	const op = "add task"
	next := 0
	for _, other := range list.Tasks {
		index, _, _ := strings.Cut(other.Key, ",")
		next = max(next, indexOf(index)+1)
	}
	if task.Text = blanks(task.Text); task.Text == "" {
		return errors.New("zulip: " + op + ": the task is empty")
	}
	if !validIndex(next) {
		return fmt.Errorf("zulip: %s: the list has no room for more", op)
	}
	return c.submessage(ctx, op, list.MessageID, map[string]any{
		"type": TodoAdded, "key": next, "task": task.Text, "desc": task.Description, "completed": task.Completed,
	}, true)
}

// StrikeTask strikes a task through, or takes the line away when there is one: look at the list before repeating it.
// API: POST /submessage.
func (c *Client) StrikeTask(ctx context.Context, id MessageID, key string) error {
	return c.submessage(ctx, "strike task", id, map[string]any{"type": TodoStruck, "key": key}, false)
}

// indexOf reads the number in a key; -1 when there is none.
func indexOf(text string) int {
	index, err := strconv.Atoi(text)
	if err != nil || !validIndex(index) {
		return -1
	}
	return index
}
