package zulip_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// listening runs Events in the background of a bubble and collects what comes.
type listening struct {
	stop   context.CancelCauseFunc
	done   chan struct{}
	texts  []string
	events []zulip.Event
	err    error
}

var errTestOver = errors.New("the test is over")

func listen(t *testing.T, c *zulip.Client, req zulip.ListenRequest) *listening {
	t.Helper()
	ctx, stop := context.WithCancelCause(t.Context())
	l := &listening{stop: stop, done: make(chan struct{})}
	go func() {
		defer close(l.done)
		for event, err := range c.Events(ctx, req) {
			if err != nil {
				l.err = err
				return
			}
			l.events = append(l.events, event)
			if event.Message != nil {
				l.texts = append(l.texts, event.Message.Content)
			}
		}
	}()
	t.Cleanup(l.end)
	settle()
	return l
}

func (l *listening) end() {
	l.stop(errTestOver)
	<-l.done
}

// settle lets a bubble come to rest, with time for a few retries.
func settle() {
	synctest.Wait()
	time.Sleep(5 * time.Second)
	synctest.Wait()
}

func (l *listening) resyncs() (gaps []zulip.Resynced) {
	for _, event := range l.events {
		if event.Resynced != nil {
			gaps = append(gaps, *event.Resynced)
		}
	}
	return gaps
}

var onlyMessages = []string{zulip.EventMessage}

func TestEventsBeginsWithThePresent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.server.SendDirect(h.alice, "before", h.bot)
		l := listen(t, h.client(t), zulip.ListenRequest{EventTypes: onlyMessages})
		h.server.SendDirect(h.alice, "one", h.bot)
		h.server.SendToChannel(h.bob, h.channel, "tea", "two")
		settle()
		l.end()
		assert.Equal(t, []string{"one", "two"}, l.texts)
		assert.Empty(t, l.resyncs())
		assert.ErrorIs(t, l.err, errTestOver)
	})
}

func TestEventsFillsTheGapOfALostQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		l := listen(t, h.client(t), zulip.ListenRequest{EventTypes: onlyMessages})
		first := h.server.SendDirect(h.alice, "one", h.bot)
		settle()
		stop := h.server.Fail(zuliptest.Match{Method: "GET", Path: "/events", Times: -1}, zuliptest.Fault{Status: 502})
		h.server.ExpireQueues()
		h.server.SendDirect(h.alice, "two", h.bot)
		last := h.server.SendToChannel(h.bob, h.channel, "tea", "three")
		settle()
		stop()
		time.Sleep(2 * time.Minute)
		h.server.SendDirect(h.alice, "four", h.bot)
		settle()
		l.end()
		assert.Equal(t, []string{"one", "two", "three", "four"}, l.texts)
		require.Len(t, l.resyncs(), 1)
		gap := l.resyncs()[0]
		assert.Equal(t, zulip.MessageID(first.ID), gap.After)
		assert.Equal(t, zulip.MessageID(last.ID), gap.UpTo)
		assert.Contains(t, gap.Reason, "BAD_EVENT_QUEUE_ID")
	})
}

func TestEventsResumesAStoredQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		store := &memoryStore{}
		request := zulip.ListenRequest{EventTypes: []string{zulip.EventMessage, zulip.EventReaction}, Store: store}
		l := listen(t, h.client(t), request)
		message := h.server.SendDirect(h.alice, "one", h.bot)
		settle()
		l.end()
		queue := store.state.QueueID
		require.NotEmpty(t, queue)
		h.server.SendDirect(h.alice, "two", h.bot)
		h.server.React(h.alice, message.ID, "thumbs_up")
		time.Sleep(11 * time.Hour)

		l = listen(t, h.client(t), request)
		l.end()
		assert.Equal(t, []string{"two"}, l.texts)
		assert.Empty(t, l.resyncs(), "the queue lives: nothing is lost, not even the reaction")
		require.Len(t, l.events, 2)
		assert.Equal(t, h.alice.ID, int(l.events[1].Reaction.UserID))
		assert.Equal(t, queue, store.state.QueueID)
	})
}

func TestEventsComesBackAfterTheQueueHasExpired(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		store := &memoryStore{}
		request := zulip.ListenRequest{EventTypes: onlyMessages, Store: store, IdleTimeout: time.Hour}
		l := listen(t, h.client(t), request)
		h.server.SendDirect(h.alice, "one", h.bot)
		settle()
		l.end()
		for i := range 1500 { // more than a page of history
			h.server.SendDirect(h.alice, fmt.Sprint("missed ", i), h.bot)
		}
		time.Sleep(48 * time.Hour)
		l = listen(t, h.client(t), request)
		l.end()
		require.Len(t, l.texts, 1500)
		assert.Equal(t, "missed 0", l.texts[0])
		assert.Equal(t, "missed 1499", l.texts[1499])
		assert.LessOrEqual(t, len(store.state.Recent), 256, "the remembered ids are bounded")
		require.Len(t, l.resyncs(), 1)
	})
}

// A place in the queue that the server does not accept any more is not BAD_EVENT_QUEUE_ID.
func TestEventsReplacesAQueueWithALostPlace(t *testing.T) {
	t.Parallel()
	for name, place := range map[string]int64{"pruned": -1, "never there": 99999} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				store := &memoryStore{}
				request := zulip.ListenRequest{EventTypes: onlyMessages, Store: store}
				l := listen(t, h.client(t), request)
				for i := range 5 {
					h.server.SendDirect(h.alice, fmt.Sprint(i), h.bot)
					settle()
				}
				l.end()
				store.state.LastEventID = place
				h.server.SendDirect(h.alice, "5", h.bot)
				l = listen(t, h.client(t), request)
				h.server.SendDirect(h.alice, "6", h.bot)
				settle()
				l.end()
				assert.Equal(t, []string{"5", "6"}, l.texts)
				assert.Len(t, l.resyncs(), 1)
			})
		})
	}
}

func TestEventsLeavesUnhandledWhatTheBodyBreaksOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		c, store := h.client(t), &memoryStore{}
		request := zulip.ListenRequest{EventTypes: onlyMessages, Store: store}
		l := listen(t, c, request)
		l.end()
		h.server.SendDirect(h.alice, "one", h.bot)
		h.server.SendDirect(h.alice, "two", h.bot)
		for event, err := range c.Events(t.Context(), request) {
			require.NoError(t, err)
			if event.Message.Content == "two" {
				break
			}
		}
		l = listen(t, c, request)
		l.end()
		assert.Equal(t, []string{"two"}, l.texts)
	})
}

func TestEventsWithoutStoreDeletesItsQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		l := listen(t, h.client(t), zulip.ListenRequest{EventTypes: onlyMessages})
		l.end()
		deleted := slices.ContainsFunc(h.server.Requests(), func(r zuliptest.Request) bool { // The poll that was given up may end later.
			return r.Method == "DELETE" && r.Path == "/events" && r.Status == 200
		})
		assert.True(t, deleted)
	})
}

func TestEventsStopsWhenTheBotIsDeactivated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		l := listen(t, h.client(t), zulip.ListenRequest{EventTypes: onlyMessages})
		h.server.Deactivate(h.bot)
		time.Sleep(2 * time.Minute)
		<-l.done
		require.ErrorIs(t, l.err, zulip.ErrUnauthorized)
		assert.ErrorIs(t, l.err, zulip.ErrUserDeactivated)
	})
}

func TestEventsRefusesTheStoreOfAnotherBot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		other := h.server.AddBot("Usher", "usher-bot@zulip.example")
		store := &memoryStore{}
		listen(t, h.client(t), zulip.ListenRequest{EventTypes: onlyMessages, Store: store}).end()
		l := listen(t, h.clientOf(t, other), zulip.ListenRequest{EventTypes: onlyMessages, Store: store})
		assert.ErrorIs(t, l.err, zulip.ErrForeignQueue)
	})
}

func TestEventsRidesOutTrouble(t *testing.T) {
	t.Parallel()
	faults := map[string]zuliptest.Fault{
		"bad gateway":    {Status: 502},
		"rate limit":     {Status: 429, RetryAfter: 7500 * time.Millisecond},
		"cut before":     {CutBefore: true},
		"cut after":      {CutAfter: true},
		"cut in between": {CutBody: true},
		"broken JSON":    {Malformed: true},
		"silence":        {Delay: 10 * time.Minute},
	}
	for name, fault := range faults {
		for _, path := range []string{"/events", "/messages", "/register", "/users/me"} {
			t.Run(name+path, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					h := newHouse(t)
					h.server.Fail(zuliptest.Match{Path: path, Times: 3}, fault)
					l := listen(t, h.client(t), zulip.ListenRequest{EventTypes: onlyMessages})
					time.Sleep(time.Hour)
					h.server.Fail(zuliptest.Match{Path: path, Times: 3}, fault)
					h.server.SendDirect(h.alice, "one", h.bot)
					time.Sleep(time.Hour)
					l.end()
					assert.Equal(t, []string{"one"}, l.texts)
				})
			})
		}
	}
}

func TestEventsPassesOnWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		l := listen(t, h.client(t), zulip.ListenRequest{EventTypes: onlyMessages})
		h.server.PushRawEvent(h.bot, `{"type":"teleport","where":{"planet":"Mars"}}`)
		h.server.PushRawEvent(h.bot, `{"type":"message","message":{"id":"not a number"}}`)
		h.server.PushRawEvent(h.bot, `{"type":7,"op":{}}`)
		h.server.PushRawEvent(h.bot, `{"type":"reaction","op":"celebrate","emoji_name":"x","emoji_code":"y","reaction_type":"hologram","message_id":5,"user_id":6}`)
		h.server.SendDirect(h.alice, "still here", h.bot)
		settle()
		l.end()
		require.Len(t, l.events, 5)
		assert.Equal(t, "teleport", l.events[0].Type)
		assert.Contains(t, string(l.events[0].Raw), "Mars")
		assert.Equal(t, "message", l.events[1].Type)
		assert.Nil(t, l.events[1].Message)
		assert.Contains(t, string(l.events[1].Raw), "not a number")
		assert.Contains(t, string(l.events[2].Raw), "7")
		assert.Equal(t, zulip.ReactionType("hologram"), l.events[3].Reaction.Type)
		assert.Nil(t, l.events[3].Raw)
		assert.Equal(t, []string{"still here"}, l.texts)
	})
}

func TestEventsKeepsAQuietQueueAlive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		l := listen(t, h.client(t), zulip.ListenRequest{EventTypes: onlyMessages})
		time.Sleep(24 * time.Hour)
		h.server.SendDirect(h.alice, "one", h.bot)
		settle()
		l.end()
		assert.Equal(t, []string{"one"}, l.texts)
		assert.Len(t, l.events, 1, "heartbeats are not delivered")
	})
}

func TestEventsOfAllPublicChannels(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		elsewhere := h.server.AddChannel("elsewhere", h.alice)
		request := zulip.ListenRequest{EventTypes: onlyMessages, AllPublicChannels: true, Store: &memoryStore{}}
		l := listen(t, h.client(t), request)
		h.server.SendToChannel(h.alice, elsewhere, "a", "one")
		settle()
		l.end()
		assert.Equal(t, []string{"one"}, l.texts)
		h.server.ExpireQueues()
		h.server.SendToChannel(h.alice, elsewhere, "a", "two")
		h.server.SendToChannel(h.alice, h.channel, "a", "three")
		h.server.SendToChannel(h.alice, elsewhere, "a", "four")
		h.server.SendDirect(h.alice, "five", h.bot)
		l = listen(t, h.client(t), request)
		l.end()
		assert.Equal(t, []string{"two", "three", "four", "five"}, l.texts)
	})
}

// A store that cannot save must stop the loop: going on would repeat events after the next start.
func TestEventsStopsWhenTheStoreFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		l := listen(t, h.client(t), zulip.ListenRequest{EventTypes: onlyMessages, Store: brokenStore{}})
		assert.ErrorContains(t, l.err, "disk full")
	})
}

type brokenStore struct{}

func (brokenStore) LoadQueue(context.Context) (zulip.QueueState, error) {
	return zulip.QueueState{}, nil
}

func (brokenStore) SaveQueue(context.Context, zulip.QueueState) error { return errors.New("disk full") }

// What a refused request looks like must not depend on luck: it is final, and no request is repeated for ever.
func TestEventsGivesUpOnARefusedRequest(t *testing.T) {
	t.Parallel()
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1/users/me" {
			fmt.Fprint(w, `{"result":"success","msg":"","user_id":7}`)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"result":"error","msg":"Invalid narrow operator: unknown","code":"BAD_NARROW"}`)
	})
	for _, err := range c.Events(t.Context(), zulip.ListenRequest{Narrow: []zulip.NarrowTerm{{Operator: "colour", Operand: "red"}}}) {
		assert.ErrorIs(t, err, zulip.ErrBadNarrow)
	}
}

// A message that arrives while the gap is being filled is in the history and in the new queue.
func TestEventsDeliversOnceWhatComesTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		registrations := 0
		rt := roundTripper(func(r *http.Request) (*http.Response, error) {
			response, err := h.server.Transport().RoundTrip(r)
			if r.URL.Path == "/api/v1/register" {
				registrations++
				h.server.SendDirect(h.alice, fmt.Sprint("during registration ", registrations), h.bot)
			}
			return response, err
		})
		l := listen(t, h.client(t, zulip.WithTransport(rt)), zulip.ListenRequest{EventTypes: onlyMessages})
		h.server.ExpireQueues()
		settle()
		l.end()
		assert.Equal(t, []string{"during registration 1", "during registration 2"}, l.texts)
	})
}

// A transaction of the server that ends late makes a message visible below ones that were handled long before.
func TestEventsFindsAMessageThatBecameVisibleLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		store := &memoryStore{}
		request := zulip.ListenRequest{EventTypes: onlyMessages, Store: store}
		l := listen(t, h.client(t), request)
		for _, text := range []string{"early", "late", "on time"} {
			h.server.SendDirect(h.alice, text, h.bot)
		}
		settle()
		l.end()
		require.Len(t, l.texts, 3)
		store.state.Recent = slices.DeleteFunc(store.state.Recent, func(id zulip.MessageID) bool {
			return id == l.events[1].Message.ID
		})
		h.server.ExpireQueues()
		h.server.SendDirect(h.alice, "now", h.bot)
		l = listen(t, h.client(t), request)
		l.end()
		assert.Equal(t, []string{"late", "now"}, l.texts)
	})
}

// The bounds of a gap are those of the whole gap, also when filling it took two runs.
func TestEventsRemembersWhereAGapBegan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		c, store := h.client(t), &memoryStore{}
		request := zulip.ListenRequest{EventTypes: onlyMessages, Store: store}
		l := listen(t, c, request)
		before := h.server.SendDirect(h.alice, "before", h.bot)
		settle()
		l.end()
		h.server.ExpireQueues()
		for _, text := range []string{"one", "two", "three"} {
			h.server.SendDirect(h.alice, text, h.bot)
		}
		for event, err := range c.Events(t.Context(), request) {
			require.NoError(t, err)
			if event.Message.Content == "two" {
				break
			}
		}
		l = listen(t, c, request)
		l.end()
		assert.Equal(t, []string{"two", "three"}, l.texts)
		require.Len(t, l.resyncs(), 1)
		assert.Equal(t, zulip.MessageID(before.ID), l.resyncs()[0].After)
		assert.Zero(t, store.state.GapAfter)
	})
}

// Two programs that poll one queue end each other's polls; they must not do so as fast as the network allows.
func TestEventsDoesNotFightOverAQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		store := &memoryStore{}
		request := zulip.ListenRequest{EventTypes: onlyMessages, Store: store}
		listen(t, h.client(t), request).end()
		begin := len(h.server.Requests())
		listen(t, h.client(t), request)
		listen(t, h.client(t), request)
		time.Sleep(time.Hour)
		assert.Less(t, len(h.server.Requests())-begin, 1000)
	})
}

func TestEventsMakesANewQueueForOtherEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		store := &memoryStore{}
		l := listen(t, h.client(t), zulip.ListenRequest{EventTypes: onlyMessages, Store: store})
		message := h.server.SendDirect(h.alice, "one", h.bot)
		settle()
		l.end()
		h.server.SendDirect(h.alice, "two", h.bot)
		l = listen(t, h.client(t), zulip.ListenRequest{EventTypes: []string{zulip.EventMessage, zulip.EventReaction}, Store: store})
		h.server.React(h.alice, message.ID, "tada")
		settle()
		l.end()
		assert.Equal(t, []string{"two"}, l.texts)
		require.Len(t, l.resyncs(), 1)
		assert.Equal(t, "tada", l.events[len(l.events)-1].Reaction.Name)
	})
}
