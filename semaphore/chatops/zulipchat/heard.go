package zulipchat

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// heardName is what the reactions are called in the engine's store.
const heardName = "zulip-reactions"

// maxHeard is how many reactions are remembered, the newest.
const maxHeard = 500

// heard remembers which reactions stand below the bot's messages that the engine was given. Zulip tells reactions in
// events and shows them with messages, where nothing says of which event they are: so one that is met again is known,
// and one that was taken back and put there anew is another. It serves one caller at a time.
type heard struct {
	engine Engine
	log    *slog.Logger
	read   bool
	list   []heardReaction // In the order in which they came.
}

type heardReaction struct {
	Message zulip.MessageID `json:"message"`
	User    zulip.UserID    `json:"user"`
	Code    string          `json:"code"`
	Event   chatops.EventID `json:"event"`
	Had     bool            `json:"had,omitempty"` // The engine has taken it in.
}

func (h heardReaction) is(r zulip.ReactionEvent) bool {
	return h.Message == r.MessageID && h.User == r.UserID && h.Code == r.Code
}

// begin is called before the engine is given a reaction, and says as which event: fresh, unless it was begun before and
// then came a crash. had means that the engine has had it.
func (h *heard) begin(ctx context.Context, r zulip.ReactionEvent, fresh chatops.EventID) (id chatops.EventID, had bool, err error) {
	if err := h.load(ctx); err != nil {
		return "", false, err
	}
	if at := h.find(r); at >= 0 {
		return h.list[at].Event, h.list[at].Had, nil
	}
	list := append(slices.Clone(h.list), heardReaction{Message: r.MessageID, User: r.UserID, Code: r.Code, Event: fresh})
	return fresh, false, h.save(ctx, list[max(0, len(list)-maxHeard):])
}

// end is called when the engine has taken a reaction in.
func (h *heard) end(ctx context.Context, r zulip.ReactionEvent) error {
	list := slices.Clone(h.list)
	list[h.find(r)].Had = true
	return h.save(ctx, list)
}

func (h *heard) find(r zulip.ReactionEvent) int {
	return slices.IndexFunc(h.list, func(k heardReaction) bool { return k.is(r) })
}

// forget is for a reaction that was taken back.
func (h *heard) forget(ctx context.Context, r zulip.ReactionEvent) error {
	return h.drop(ctx, func(k heardReaction) bool { return k.is(r) })
}

// keep forgets all reactions but these.
func (h *heard) keep(ctx context.Context, standing []zulip.ReactionEvent) error {
	return h.drop(ctx, func(k heardReaction) bool { return !slices.ContainsFunc(standing, k.is) })
}

func (h *heard) drop(ctx context.Context, gone func(heardReaction) bool) error {
	if err := h.load(ctx); err != nil {
		return err
	}
	list := slices.DeleteFunc(slices.Clone(h.list), gone)
	if len(list) == len(h.list) {
		return nil
	}
	return h.save(ctx, list)
}

func (h *heard) load(ctx context.Context) error {
	if h.read {
		return nil
	}
	raw, err := h.engine.Cursor(ctx, heardName)
	if err != nil {
		return fmt.Errorf("read the reactions: %w", err)
	}
	if raw != nil {
		if err := json.Unmarshal(raw, &h.list); err != nil {
			h.log.LogAttrs(ctx, slog.LevelError, "the stored reactions are damaged; starting without", slog.Any("error", err))
			h.list = nil
		}
	}
	h.read = true
	return nil
}

func (h *heard) save(ctx context.Context, list []heardReaction) error {
	raw, err := json.Marshal(list)
	if err == nil {
		err = h.engine.SaveCursor(ctx, heardName, raw)
	}
	if err != nil {
		return fmt.Errorf("keep the reactions: %w", err)
	}
	h.list = list
	return nil
}
