package chatops

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// ErrInvalidEvent is returned by [Engine.Handle] for an event that an adapter has not filled in as [Incoming] asks, or
// whose parts are longer than any chat's. Handing it over again does not help.
var ErrInvalidEvent = errors.New("chatops: invalid event")

// Bounds of what an adapter hands over, in bytes. A chat's own limits are below.
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
		{"Room", string(in.Room), false},
		{"ReplyTo", string(in.ReplyTo), false},
		{"Thread", in.Thread, false},
		{"Reaction", in.Reaction, false},
	} {
		if f.required && f.value == "" {
			return fmt.Errorf("%w: %s is empty", ErrInvalidEvent, f.name)
		}
		if len(f.value) > maxIDLength {
			return fmt.Errorf("%w: %s has %d bytes, the limit is %d", ErrInvalidEvent, f.name, len(f.value), maxIDLength)
		}
	}
	switch {
	case in.At.IsZero():
		return fmt.Errorf("%w: At is zero", ErrInvalidEvent)
	case in.Room == "" && !in.Direct:
		return fmt.Errorf("%w: Room is empty and Direct is false", ErrInvalidEvent)
	case len(in.Text) > maxTextLength:
		return fmt.Errorf("%w: Text has %d bytes, the limit is %d", ErrInvalidEvent, len(in.Text), maxTextLength)
	}
	return nil
}

// key makes the key of a message that the event leads to, of what the message is.
func (in Incoming) key(what string) string { return what + "." + digest(string(in.ID)) }

// digest is a short name for parts that may be long or hold any character: the same one for the same parts.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(joinKey(parts...)))
	return hex.EncodeToString(sum[:12])
}
