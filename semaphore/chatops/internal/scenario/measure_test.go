package scenario

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/matrixchat"
	"github.com/signalbox-go/signalbox/semaphore/chatops/zulipchat"
)

// fakes are the stages that need nothing from outside.
var fakes = []string{"zulip", "matrix"}

func open(tb testing.TB, fake string) stage {
	tb.Helper()
	if fake == "zulip" {
		return newZulipStage(tb)
	}
	return newMatrixStage(tb)
}

// TestEveryCommandOfABurstIsAnswered: forty at once are, and who goes on is told to wait, once.
func TestEveryCommandOfABurstIsAnswered(t *testing.T) {
	t.Parallel()
	for _, name := range fakes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, open(t, name))
				for range 40 {
					w.say("carl", "!cd projects")
				}
				w.heard(40)
				for range 20 {
					w.say("carl", "!cd projects")
				}
				time.Sleep(time.Minute)
				answered, told := 0, 0
				for _, m := range w.messages() {
					if has(m.text, "website") {
						answered++
					} else {
						told++
					}
				}
				t.Logf("%d of 60 answered, told to wait %d times", answered, told)
				assert.GreaterOrEqual(t, answered, 40)
				assert.Less(t, answered, 60)
				assert.Equal(t, 1, told)
			})
		})
	}
}

// TestTheEndOfATaskIsToldWithinASecond measures on the clock of the bubble: from when the task ends to when people see it.
func TestTheEndOfATaskIsToldWithinASecond(t *testing.T) {
	t.Parallel()
	for _, name := range fakes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, open(t, name))
				w.say("carl", "!cd run website restart")
				w.line = "the question"
				w.expect(inRoom, "Run website / restart?")
				w.say("carl", "yes")
				w.line = "the notice"
				w.expect(inThread, "has succeeded")
				task, found := w.server.Task(1)
				require.True(t, found)
				took := time.Since(task.End)
				t.Logf("%v from the end of the task to the notice", took)
				assert.Less(t, took, time.Second)
			})
		})
	}
}

// parrot answers each message at once, with nothing between the chat and it.
type parrot struct{ chat chatops.Chat }

func (p parrot) Handle(ctx context.Context, in chatops.Incoming) error {
	_, err := p.chat.Send(ctx, chatops.Outgoing{
		Key: string(in.ID), To: chatops.Address{Room: in.Room, Thread: in.Thread},
		Body: chatops.Text{{Kind: chatops.Paragraph, Spans: []chatops.Span{{Text: in.Text}}}},
	})
	return err
}

func (parrot) Cursor(context.Context, string) ([]byte, error)   { return nil, nil }
func (parrot) SaveCursor(context.Context, string, []byte) error { return nil }

// roundTrip is how long the chat itself takes, by an adapter without an engine.
func roundTrip(b *testing.B, s stage, times int) time.Duration {
	b.Helper()
	s.room()
	s.connect((*life)(nil).around)
	ctx, cancel := context.WithCancel(b.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	switch adapter := s.chat().(type) {
	case *zulipchat.Chat:
		running.Go(func() { _ = adapter.Run(ctx, parrot{adapter}) })
	case *matrixchat.Chat:
		running.Go(func() { _ = adapter.Run(ctx, parrot{adapter}) })
	}
	s.ready()
	return replies(s, times)
}

// replies is how long a reply takes, from a person's message to when it is in the room.
func replies(s stage, times int) time.Duration {
	s.say("carl", "!cd projects")
	s.heard(1)
	begun := time.Now()
	for i := range times {
		s.say("carl", "!cd projects")
		s.heard(i + 2)
	}
	return time.Since(begun) / time.Duration(times)
}

// BenchmarkReply compares the reply to "projects" with the round trip of the chat alone. The goal is at most ten
// milliseconds more.
func BenchmarkReply(b *testing.B) {
	const times = 20 // A person may give forty commands at once.
	for _, name := range fakes {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				floor := roundTrip(b, open(b, name), times)
				w := newWorld(b, open(b, name))
				reply := replies(w, times)
				w.stop()
				b.ReportMetric(float64(reply)/float64(floor), "reply/round_trip_ratio")
				b.ReportMetric(float64(reply-floor)/float64(10*time.Millisecond), "more/10ms_ratio")
			}
		})
	}
}
