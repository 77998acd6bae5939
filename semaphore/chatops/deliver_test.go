package chatops

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// post commits messages to the room ops, or to where they say.
func (o *town) post(rows ...outboxRow) {
	o.t.Helper()
	for i := range rows {
		if rows[i].To == (Address{}) {
			rows[i].To = Address{Room: ops}
		}
	}
	require.NoError(o.t, o.engine.commit(o.t.Context(), func(Tx) (changes, error) { return changes{messages: rows}, nil }))
}

func row(key, text string) outboxRow {
	return outboxRow{Outgoing: Outgoing{Key: key, Body: sentence(text)}}
}

// outboxSize is how many messages wait.
func (o *town) outboxSize() (n int) {
	o.t.Helper()
	require.NoError(o.t, o.store.View(o.t.Context(), func(tx Tx) error {
		n = 0
		for _, err := range tx.Scan("outbox/", "") {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}))
	return n
}

func TestMessagesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		failures := 3
		o.chat.failWith(func(when string, m Outgoing) error {
			if when == "before" && m.Key == "a0" && failures > 0 {
				failures--
				return fmt.Errorf("%w: too many requests", ErrNotSent)
			}
			return nil
		})
		var want []string
		for i := range 20 {
			want = append(want, fmt.Sprint("text ", i))
			o.post(row(fmt.Sprint("a", i), want[i]))
			other := row(fmt.Sprint("b", i), want[i])
			other.To = Address{User: vera}
			o.post(other)
		}
		o.settle()
		assert.Equal(t, want, o.texts("vera"), "one conversation does not wait for another")
		assert.Empty(t, o.messages())
		time.Sleep(10 * time.Second) // 1 + 2 + 4 seconds of waiting.
		assert.Equal(t, want, o.texts(string(ops)))
		assert.Zero(t, o.outboxSize())
	})
}

// After an error that leaves open whether a message was posted, it is looked for and not posted again.
func TestAMessageInDoubtIsPostedOnce(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before", "after"} {
		synctest.Test(t, func(t *testing.T) {
			o := newTown(t)
			first := true
			o.chat.failWith(func(at string, _ Outgoing) error {
				if at == when && first {
					first = false
					return errors.New("the connection broke")
				}
				return nil
			})
			o.post(row("k", "one"), row("l", "two"))
			time.Sleep(2 * time.Minute)
			assert.Equal(t, []string{"one", "two"}, o.texts(string(ops)), when)
			assert.Zero(t, o.outboxSize())
		})
	}
}

func TestAMessageThatTheChatRefusesHoldsUpNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.chat.failWith(func(_ string, m Outgoing) error {
			if m.Key == "gone" || len(m.Body.String()) > 2000 {
				return fmt.Errorf("%w: no", ErrUndeliverable)
			}
			if m.Key == "panics" {
				panic("an adapter with a bug")
			}
			return nil
		})
		long := row("long", strings.Repeat("x", 3000))
		long.Keep = true
		panics := row("panics", "never")
		panics.To, panics.ExpiresAt = Address{User: vera}, time.Now().Add(time.Minute)
		o.post(row("gone", "gone"), long, row("next", "next"), panics)
		edit := row("edit", "shorter")
		edit.Replaces = "long"
		o.settle()
		assert.Equal(t, []string{"What I have to say here is too much for the chat. Please ask for less at once.", "next"}, o.texts(string(ops)))
		o.post(edit)
		o.settle()
		assert.Equal(t, []string{"shorter", "next"}, o.texts(string(ops)))
		time.Sleep(5 * time.Minute)
		assert.Zero(t, o.outboxSize())
	})
}

func TestTheNewestEditWins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.chat.failWith(func(string, Outgoing) error { return ErrNotSent })
		card := row("card", "waiting")
		card.Keep = true
		o.post(card)
		for i := range 10 {
			edit := row(fmt.Sprint("card.", i), fmt.Sprint("state ", i))
			edit.Replaces = "card"
			o.post(edit)
			o.settle()
		}
		assert.Equal(t, 2, o.outboxSize(), "the card and one edit")
		o.chat.failWith(nil)
		time.Sleep(2 * time.Minute)
		require.Equal(t, []string{"state 9"}, o.texts(string(ops)))
		assert.Equal(t, 1, o.last().edits)
		lost := row("lost.1", "nothing to edit")
		lost.Replaces = "lost"
		o.post(lost)
		o.settle()
		assert.Zero(t, o.outboxSize())
		require.NoError(t, o.store.View(t.Context(), func(tx Tx) error {
			left, err := all[string](tx, "edit/")
			assert.Empty(t, left)
			return err
		}))
	})
}

func TestThreadsQuestionsAndFiles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{
			Lines: 3, Line: func(i int) string { return fmt.Sprintf("\x1b[32mok\x1b[0m %d\r", i) },
		})
		task := TaskRef{Project: semaphore.ProjectID(o.website.ID), Task: semaphore.TaskID(o.server.StartTask(o.deploy, o.server.Admin(), ""))}
		time.Sleep(time.Minute)
		card := row("card", "card")
		card.Keep, card.Asks = true, "kx"
		below := row("below", "below")
		below.Under, below.Log = &under{Key: "card", Title: "#1"}, &task
		orphan := row("orphan", "orphan")
		orphan.Under = &under{Key: "absent", Title: "#2"}
		o.post(card, below, orphan)
		o.settle()
		said := o.messages()
		require.Len(t, said, 3)
		assert.Equal(t, Address{Room: ops, Thread: string(said[0].id)}, said[1].to)
		assert.Equal(t, fmt.Sprintf("task-%d.log", task.Task), said[1].name)
		log := strings.NewReplacer("\n\n", "\n", "\x1b[32m", "", "\x1b[0m", "", "\r", "").Replace(strings.Join(o.server.Log(int(task.Task)), "\n") + "\n")
		assert.Contains(t, log, "\nok 2\n")
		assert.Equal(t, log, said[1].file, "every line, the server's own too, without colours")
		assert.Equal(t, Address{Room: ops}, said[2].to)
		require.NoError(t, o.store.View(t.Context(), func(tx Tx) error {
			q, found, err := load[question](tx, questionKey(said[0].id))
			assert.True(t, found)
			assert.Equal(t, question{Request: "kx"}, q)
			return err
		}))
	})
}

// While Semaphore is away the messages that want a log wait, and no others do.
func TestALogThatCannotBeReadHoldsUpNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		task := TaskRef{Project: semaphore.ProjectID(o.website.ID), Task: semaphore.TaskID(o.server.StartTask(o.check, o.server.Admin(), ""))}
		stop := o.server.Fail(semaphoretest.Match{Times: -1}, semaphoretest.Fault{Status: http.StatusBadGateway})
		log := row("log", "the log")
		log.Log = &task
		gone := row("gone", "a log that is gone")
		gone.Log = &TaskRef{Project: task.Project, Task: 4711}
		o.post(log, row("next", "next"))
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"next"}, o.texts(string(ops)))
		stop()
		time.Sleep(2 * time.Minute)
		assert.Equal(t, []string{"next", "the log"}, o.texts(string(ops)))
		assert.NotEmpty(t, o.last().file)
		o.post(gone)
		o.settle()
		assert.Equal(t, "a log that is gone\nSemaphore does not have its log any more.", o.last().text)
	})
}

func TestAFileThatTheChatRefusesIsLeftOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		task := TaskRef{Project: semaphore.ProjectID(o.website.ID), Task: semaphore.TaskID(o.server.StartTask(o.check, o.server.Admin(), ""))}
		o.chat.failWith(func(_ string, m Outgoing) error {
			if m.File != nil {
				return ErrUndeliverable
			}
			return nil
		})
		log := row("log", "the log")
		log.Log = &task
		o.post(log)
		o.settle()
		assert.Equal(t, []string{"the log\nThe chat does not take the whole log; it is in Semaphore."}, o.texts(string(ops)))
	})
}

func TestOldMessagesAreNotSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.chat.failWith(func(string, Outgoing) error { return ErrNotSent })
		soon := row("soon", "soon over")
		soon.ExpiresAt = time.Now().Add(time.Hour)
		o.post(soon, row("day", "a day"))
		time.Sleep(2 * time.Hour)
		o.chat.failWith(nil)
		time.Sleep(5 * time.Minute)
		assert.Equal(t, []string{"a day"}, o.texts(string(ops)))
	})
}

// A record that cannot be read is kept for whoever wants to look at it, and is in nobody's way.
func TestADamagedMessageIsSetAside(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		o := newTown(t, func(o *town) { o.config.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		broken := outboxKey(0)
		require.NoError(t, o.store.Update(t.Context(), func(tx Tx) error { return tx.Put(broken, []byte(`{"outgoing":`)) }))
		o.post(row("k", "one"))
		o.settle()
		assert.Equal(t, []string{"one"}, o.texts(string(ops)))
		assert.Zero(t, o.outboxSize())
		o.restart()
		o.settle()
		assert.Equal(t, 1, strings.Count(log.String(), "record=damaged/outbox/0000000000000000"))
		require.NoError(t, o.store.View(t.Context(), func(tx Tx) error {
			kept, err := tx.Get("damaged/" + broken)
			assert.Equal(t, `{"outgoing":`, string(kept))
			return err
		}))
	})
}

// What is asked in a message that the chat does not take cannot be answered by a word or a click.
func TestAQuestionThatTheChatRefusesAsksNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.chat.failWith(func(_ string, m Outgoing) error {
			if strings.Contains(m.Body.String(), "Run website") {
				return ErrUndeliverable
			}
			return nil
		})
		o.say(carl, "!cd run website check --message "+strings.Repeat("x", 990))
		assert.Contains(t, o.last().text, "too much for the chat")
		o.react(carl, o.last().id, "👍")
		o.answers(carl, o.last().id, "yes")
		o.say(carl, "yes")
		assert.Zero(t, o.started())
	})
}

// After the clock was set back, what was to wait a moment waits no hour.
func TestAClockThatIsSetBackHoldsUpNoMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		jump := o.shiftClock()
		jump(time.Hour)
		o.chat.failWith(func(string, Outgoing) error { return ErrNotSent })
		o.post(row("k", "one"))
		o.settle()
		o.chat.failWith(nil)
		jump(0)
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, []string{"one"}, o.texts(string(ops)))
	})
}

func TestHeadAndTail(t *testing.T) {
	t.Parallel()
	kept := func(half int, lines ...string) string {
		text := headAndTail{half: half}
		for _, line := range lines {
			text.add(line)
		}
		return string(text.bytes())
	}
	assert.Empty(t, kept(10))
	assert.Equal(t, "1\n2\n3\n", kept(10, "1", "2", "3"))
	assert.Equal(t, "11\n22\n\n[… 2 lines left out …]\n\n55\n66\n", kept(8, "11", "22", "33", "44", "55", "66"))
	assert.Equal(t, "1\n2\n3\n4\n5\n6\n", kept(6, slices.Collect(strings.SplitSeq("123456", ""))...), "nothing is left out that fits")
	long := kept(100, strings.Repeat("é", 300), "end")
	assert.Equal(t, strings.Repeat("é", 48)+"…\nend\n", long)
	var many []string
	for i := range 100_000 {
		many = append(many, fmt.Sprint("line ", i))
	}
	cut := kept(1000, many...)
	assert.LessOrEqual(t, len(cut), 2100)
	assert.True(t, strings.HasPrefix(cut, "line 0\nline 1\n"))
	assert.True(t, strings.HasSuffix(cut, "line 99998\nline 99999\n"))
}
