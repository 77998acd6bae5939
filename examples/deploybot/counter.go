package main

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"sync"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// counter counts things by what they are.
type counter struct {
	mu sync.Mutex
	by map[string]int
}

func (c *counter) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = map[string]int{}
	}
	c.by[what]++
}

// counts returns a copy.
func (c *counter) counts() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.by)
}

// countedEngine counts what comes in.
type countedEngine struct {
	*chatops.Engine

	events *counter
}

// Handle counts the event and hands it on.
func (e countedEngine) Handle(ctx context.Context, in chatops.Incoming) error {
	err := e.Engine.Handle(ctx, in)
	switch {
	case err != nil:
		e.events.add("failed")
	case in.Reaction != "":
		e.events.add("reaction")
	default:
		e.events.add("message")
	}
	return err
}

// countedChat counts what goes out.
type countedChat struct {
	chatops.Chat

	messages *counter
}

// Send counts what became of the message.
func (c countedChat) Send(ctx context.Context, m chatops.Outgoing) (chatops.MessageID, error) {
	id, err := c.Chat.Send(ctx, m)
	c.messages.add(outcome("sent", err))
	return id, err
}

// Edit counts what became of the edit.
func (c countedChat) Edit(ctx context.Context, id chatops.MessageID, m chatops.Outgoing) error {
	err := c.Chat.Edit(ctx, id, m)
	c.messages.add(outcome("edited", err))
	return err
}

func outcome(done string, err error) string {
	switch {
	case err == nil:
		return done
	case errors.Is(err, chatops.ErrUndeliverable):
		return "refused"
	case errors.Is(err, chatops.ErrNotSent):
		return "not_sent"
	}
	return "unsure"
}

// countedStore counts the decisions that are committed, by means of what the
// audit will say about them.
type countedStore struct {
	chatops.Store

	decisions *counter
}

// Update counts once the transaction is on the disk.
func (s countedStore) Update(ctx context.Context, fn func(chatops.Tx) error) error {
	var made []string
	err := s.Store.Update(ctx, func(tx chatops.Tx) error {
		made = nil
		return fn(countedTx{tx, &made})
	})
	if err == nil {
		for _, decision := range made {
			s.decisions.add(decision)
		}
	}
	return err
}

type countedTx struct {
	chatops.Tx

	made *[]string
}

// Put looks at the records that are for the audit.
func (tx countedTx) Put(key string, value []byte) error {
	if strings.HasPrefix(key, auditRecords) {
		var entry chatops.AuditEntry
		if json.Unmarshal(value, &entry) == nil {
			*tx.made = append(*tx.made, string(entry.Decision))
		}
	}
	return tx.Tx.Put(key, value)
}

// What the keys of the engine's records begin with.
const (
	auditRecords  = "audit/"
	outboxRecords = "outbox/"
	trackRecords  = "track/"
)

// countRecords counts the records whose keys begin so.
func countRecords(ctx context.Context, store chatops.Store, prefix string) (n int, err error) {
	err = store.View(ctx, func(tx chatops.Tx) error {
		for _, err := range tx.Scan(prefix, "") {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}
