package zulip

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits that every server has unless it says otherwise in the answer to [Client.Register].
const (
	// MaxMessageLength is how many code points of content a server takes.
	MaxMessageLength = 10000
	// MaxTopicLength is how many code points of a topic a server takes.
	MaxTopicLength = 60
)

// ErrMessageTooLong means that the server would cut the content silently.
var ErrMessageTooLong = errors.New("the message is too long")

// ErrTopicTooLong means that the server would cut the topic silently.
var ErrTopicTooLong = errors.New("the topic is too long")

// limits are the greatest lengths in code points.
type limits struct{ message, topic int }

func (l limits) checkContent(content string) error {
	if strings.TrimSpace(content) == "" {
		return errors.New("the message is empty")
	}
	if strings.ContainsRune(content, 0) {
		return errors.New("the message contains a NUL character")
	}
	if len(content) <= l.message {
		return nil // there are no more code points than bytes
	}
	if n := utf8.RuneCountInString(content); n > l.message {
		return fmt.Errorf("%w: %d code points, the server takes %d; use SendLongMessage", ErrMessageTooLong, n, l.message)
	}
	return nil
}

func (l limits) checkTopic(topic string) error {
	if n := utf8.RuneCountInString(topic); n > l.topic {
		return fmt.Errorf("%w: %d code points, the server takes %d", ErrTopicTooLong, n, l.topic)
	}
	return nil
}
