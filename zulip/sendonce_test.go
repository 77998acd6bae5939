package zulip_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

var sending = zuliptest.Match{Method: http.MethodPost, Path: "/messages"}

// sendFaults are the ways in which a program does not learn what became of its message.
var sendFaults = map[string]zuliptest.Fault{
	"cut before":    {CutBefore: true},
	"cut after":     {CutAfter: true},
	"cut answer":    {CutBody: true},
	"broken answer": {Malformed: true},
	"bad gateway":   {Status: 502},
	"rate limit":    {Status: 429, RetryAfter: 1500 * time.Millisecond},
	"silence":       {Delay: 10 * time.Minute},
}

func TestSendMessageOnceSurvivesEveryFault(t *testing.T) {
	t.Parallel()
	for name, fault := range sendFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				c := h.client(t)
				for to, recipient := range map[string]zulip.Recipient{
					"id":      zulip.Direct(zulip.UserID(h.alice.ID)),
					"e-mail":  zulip.DirectByEmail(h.alice.Email, h.bob.Email),
					"channel": zulip.InChannel(zulip.ChannelID(h.channel.ID), "tea"),
					"name":    zulip.InChannelNamed("engineering", " Tea "),
				} {
					for _, content := range []string{"same words", "same words", " - blank \r\n\tends \n\n"} {
						before := len(h.server.Messages())
						h.server.Fail(zuliptest.Match{Method: http.MethodPost, Path: "/messages", Times: 2}, fault)
						sent, err := c.SendMessageOnce(t.Context(), zulip.SendMessageRequest{To: recipient, Content: content})
						require.NoError(t, err, to)
						time.Sleep(time.Hour) // what still was on its way has arrived
						after := h.server.Messages()
						require.Len(t, after, before+1, to)
						assert.Equal(t, after[before].ID, int(sent.ID), to)
					}
				}
			})
		})
	}
}

func TestSendMessageOnceGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		c := h.client(t)
		request := zulip.SendMessageRequest{To: zulip.Direct(zulip.UserID(h.alice.ID)), Content: "x"}

		stop := h.server.Fail(zuliptest.Match{Method: http.MethodPost, Path: "/messages", Times: -1}, zuliptest.Fault{CutBefore: true})
		_, err := c.SendMessageOnce(t.Context(), request)
		require.Error(t, err)
		assert.False(t, zulip.NotSent(err))
		assert.Equal(t, 4, attempts(h))

		ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Second, errTestOver)
		defer cancel()
		_, err = c.SendMessageOnce(ctx, request)
		require.ErrorIs(t, err, errTestOver)
		assert.Equal(t, 5, attempts(h), "the context ends the search")
		stop()

		_, err = c.SendMessageOnce(t.Context(), zulip.SendMessageRequest{To: zulip.Direct(4711), Content: "x"})
		require.Error(t, err)
		assert.True(t, zulip.NotSent(err), "the server refused")

		stop = h.server.Fail(zuliptest.Match{Method: http.MethodGet, Path: "/messages", Times: -1}, zuliptest.Fault{Status: 502})
		_, err = c.SendMessageOnce(t.Context(), request)
		require.ErrorContains(t, err, "look for what is there before")
		assert.True(t, zulip.NotSent(err), "without a place to look from nothing is sent")
		stop()

		before := len(h.server.Messages())
		h.server.Fail(zuliptest.Match{Method: http.MethodPost, Path: "/messages", Times: -1}, zuliptest.Fault{CutAfter: true})
		// The first look tells what is there before, and works.
		h.server.Fail(zuliptest.Match{Method: http.MethodGet, Path: "/messages", Skip: 1, Times: -1}, zuliptest.Fault{Status: 502})
		_, err = c.SendMessageOnce(t.Context(), request)
		require.ErrorContains(t, err, "the message may exist")
		assert.False(t, zulip.NotSent(err))
		assert.Len(t, h.server.Messages(), before+1, "sent once, and not again")
	})
}

func attempts(h *house) (n int) {
	for _, r := range h.server.Requests() {
		if r.Method == http.MethodPost && r.Path == "/messages" {
			n++
		}
	}
	return n
}

// Nothing can be looked up, but the bot hears itself.
func TestReplyRecognisesItselfInTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		var sent zulip.SentMessage
		serving(t, h, func(ctx context.Context, b *zulip.Bot, m zulip.Message) (err error) {
			sent, err = b.Reply(ctx, m, "answer")
			return err
		})
		stop := h.server.Fail(zuliptest.Match{Method: http.MethodGet, Path: "/messages", Times: -1}, zuliptest.Fault{Status: 502})
		defer stop()
		h.server.Fail(sending, zuliptest.Fault{CutAfter: true})
		h.server.SendDirect(h.alice, "question", h.bot)
		time.Sleep(5 * time.Minute)
		answers := h.server.MessagesFunc(func(m zuliptest.Message) bool { return m.SenderID == h.bot.ID })
		require.Len(t, answers, 1)
		assert.Equal(t, answers[0].ID, int(sent.ID))
	})
}

// What the bot said in answer to an earlier message, or twice to this one, is not taken for the answer in doubt.
func TestReplyTwiceTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		serving(t, h, func(ctx context.Context, b *zulip.Bot, m zulip.Message) error {
			for range 2 {
				h.server.Fail(sending, zuliptest.Fault{CutBefore: true})
				if _, err := b.Reply(ctx, m, "yes"); err != nil {
					return err
				}
			}
			return nil
		})
		for range 2 {
			h.server.SendDirect(h.alice, "question", h.bot)
			time.Sleep(10 * time.Minute)
		}
		assert.Len(t, h.server.MessagesFunc(func(m zuliptest.Message) bool { return m.Content == "yes" }), 4)
	})
}

func serving(t *testing.T, h *house, handler zulip.HandlerFunc) {
	t.Helper()
	bot, err := zulip.NewBot(h.client(t), handler, zulip.WithHandlerTimeout(time.Hour))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = bot.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
	})
	settle()
}

// Many sends at once, some alike, with trouble all the time: as many messages as calls.
func TestSendMessageOnceInACrowd(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				c, chance := h.client(t), rand.New(rand.NewPCG(seed, 1))
				faults := []zuliptest.Fault{{CutBefore: true}, {CutAfter: true}, {CutBody: true}, {Status: 503}, {Delay: 3 * time.Minute}}
				for range 6 {
					plan := zuliptest.Match{Method: http.MethodPost, Path: "/messages", Skip: chance.IntN(20)}
					h.server.Fail(plan, faults[chance.IntN(len(faults))])
				}
				wants := map[string]int{}
				ids := make(chan zulip.MessageID, 40)
				var all sync.WaitGroup
				for range 40 {
					text, pause := "words "+strconv.Itoa(chance.IntN(10)), time.Duration(chance.IntN(60))*time.Second
					wants[text]++
					all.Go(func() {
						time.Sleep(pause)
						sent, err := c.SendMessageOnce(t.Context(), zulip.SendMessageRequest{To: zulip.Direct(zulip.UserID(h.alice.ID)), Content: text})
						assert.NoError(t, err)
						ids <- sent.ID
					})
				}
				all.Wait()
				time.Sleep(time.Hour)
				have := map[string]int{}
				for _, m := range h.server.Messages() {
					have[m.Content]++
				}
				assert.Equal(t, wants, have)
				close(ids)
				different := map[zulip.MessageID]bool{}
				for id := range ids {
					different[id] = true
				}
				assert.Len(t, different, 40, "no message belongs to two calls")
			})
		})
	}
}

func TestFindSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	first := h.server.SendDirect(h.bot, "words", h.alice)
	h.server.SendDirect(h.alice, "words of hers", h.bot)
	h.server.SendToChannel(h.bot, h.channel, "tea", "in the channel")
	find := func(to zulip.Recipient, content string, after int) (zulip.MessageID, bool) {
		t.Helper()
		id, found, err := c.FindSent(ctx, zulip.FindSentRequest{To: to, Content: content, After: zulip.MessageID(after)})
		require.NoError(t, err)
		return id, found
	}
	toAlice := zulip.Direct(zulip.UserID(h.alice.ID))
	id, found := find(toAlice, " words\n", 0)
	assert.True(t, found)
	assert.Equal(t, first.ID, int(id))
	_, found = find(toAlice, "words", first.ID)
	assert.False(t, found, "only what is newer counts")
	_, found = find(toAlice, "words of hers", 0)
	assert.False(t, found, "only the caller's own")
	_, found = find(zulip.InChannelNamed("engineering", "TEA"), "in the channel", 0)
	assert.True(t, found, "topics are the same in capitals")
	_, found = find(zulip.InChannelNamed("engineering", "coffee"), "in the channel", 0)
	assert.False(t, found)
	for range 20 {
		h.server.SendDirect(h.bot, "other words", h.alice)
	}
	_, found = find(toAlice, "words", 0)
	assert.False(t, found, "long ago")
	_, _, err := c.FindSent(ctx, zulip.FindSentRequest{})
	require.ErrorContains(t, err, "no recipient")
}
