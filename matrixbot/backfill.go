package matrixbot

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

const (
	// maxBackfill is how many events of a room are fetched that a sync left out.
	maxBackfill = 1000
	// backfillPage is how many of them come at once.
	backfillPage = 100
	// maxEmptyPages is how many pages without events may come in between.
	maxEmptyPages = 10
)

// complete returns what happened in a room since the newest event that has arrived, or since the bot came: the timeline
// of a sync and what the sync left out before that, the oldest first.
func (s *syncer) complete(
	ctx context.Context, room id.RoomID, synced timeline, since string, newest id.EventID, known bool,
) (events, error) {
	b := s.bot
	end := func(evt *event.Event) bool {
		return known && newest != "" && evt.ID == newest || !known && b.membership(evt) == event.MembershipJoin
	}
	list := synced.Events
	if !synced.Limited && since != "" {
		return list, nil // Everything is new.
	}
	if synced.Prev != "" && !slices.ContainsFunc(list, end) {
		older, err := s.backfill(ctx, room, synced.Prev, since, end)
		if err != nil {
			return nil, err
		}
		list = slices.Concat(older, list)
	}
	if known {
		if at := slices.IndexFunc(list, end); at >= 0 {
			list = list[at+1:]
		}
	}
	return list, nil
}

// backfill fetches what happened in a room before a place, until an event for which end is true, or a message that is
// too old, or too many. It returns the oldest first.
func (s *syncer) backfill(ctx context.Context, room id.RoomID, from, until string, end func(*event.Event) bool) (events, error) {
	b := s.bot
	var found events
	for empty := 0; from != "" && empty < maxEmptyPages; {
		page, err := s.messages(ctx, room, from, until)
		if mautrixRefusal(err) { // As of a room that the bot has left meanwhile.
			b.log.WarnContext(ctx, "messages that a sync left out cannot be had", "room", room, "error", err)
			break
		} else if err != nil {
			return nil, err
		}
		if empty++; len(page.Chunk) > 0 {
			empty = 0
		}
		prepare(room, page.Chunk)
		for _, evt := range page.Chunk {
			found = append(found, evt)
			if end(evt) {
				slices.Reverse(found)
				return found, nil
			}
			if s.age(evt) > b.config.MaxAge && evt.StateKey == nil || len(found) >= maxBackfill {
				b.log.WarnContext(ctx, "messages were missed: there were too many, or they are too old", "room", room, "fetched", len(found))
				slices.Reverse(found)
				return found, nil
			}
		}
		if page.End == from {
			break
		}
		from = page.End
	}
	slices.Reverse(found)
	return found, nil
}

// mautrixRefusal says whether the homeserver understood a request and will not do it, now or later.
func mautrixRefusal(err error) bool {
	if err == nil || passing(err) || garbled(err) {
		return false
	}
	refused, _ := refusedToken(err)
	return !refused && isAnswer(err)
}

type messagesPage struct {
	Chunk events `json:"chunk"`
	End   string `json:"end"`
}

// messages fetches one page, the newest event first. API: GET /_matrix/client/v3/rooms/{roomId}/messages.
func (s *syncer) messages(ctx context.Context, room id.RoomID, from, until string) (*messagesPage, error) {
	query := map[string]string{"dir": "b", "from": from, "limit": strconv.Itoa(backfillPage)}
	if until != "" {
		query["to"] = until
	}
	page := new(messagesPage)
	ctx, cancel := context.WithTimeout(ctx, pollSlack)
	defer cancel()
	_, err := s.bot.client.MakeFullRequest(ctx, mautrix.FullRequest{
		Method: http.MethodGet, URL: s.bot.client.BuildURLWithQuery(mautrix.ClientURLPath{"v3", "rooms", room, "messages"}, query),
		ResponseJSON: page, MaxAttempts: 1,
	})
	if err != nil {
		return nil, fmt.Errorf("fetch messages: %w", err)
	}
	return page, nil
}
