package chatops

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
	"github.com/signalbox-go/signalbox/standup"
)

// auditLines are the lines of the audit, each as "who command decision: reason". It must be whole.
func (o *town) auditLines() []string {
	o.t.Helper()
	content, err := os.ReadFile(o.audit)
	require.NoError(o.t, err)
	_, err = VerifyAudit(bytes.NewReader(content))
	require.NoError(o.t, err)
	var lines []string
	for line := range strings.Lines(string(content)) {
		l, _, err := unseal([]byte(line))
		require.NoError(o.t, err)
		says := fmt.Sprintf("%s %s %s", l.Actor, l.Command, l.Decision)
		if l.Reason != "" {
			says += ": " + l.Reason
		}
		lines = append(lines, says)
	}
	return lines
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	_, err := New(Config{})
	require.EqualError(t, err, "chatops: new engine: Config needs Semaphore, a Store and a Chat")
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.config.Policy.Grants = []Grant{{Users: []UserID{ada}, Role: 17}}
		_, err := New(o.config)
		require.ErrorContains(t, err, "chatops: new engine: ")
	})
}

func TestHandleRefusesWhatAdaptersGetWrong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for name, spoil := range map[string]func(*Incoming){
			"no id":           func(in *Incoming) { in.ID = "" },
			"no sender":       func(in *Incoming) { in.From = "" },
			"no message":      func(in *Incoming) { in.Message = "" },
			"no time":         func(in *Incoming) { in.At = time.Time{} },
			"nowhere":         func(in *Incoming) { in.Room = "" },
			"a long id":       func(in *Incoming) { in.ID = EventID(strings.Repeat("x", 301)) },
			"a long reaction": func(in *Incoming) { in.Reaction = strings.Repeat("x", 301) },
			"a long text":     func(in *Incoming) { in.Text = strings.Repeat("x", 100_001) },
		} {
			in := o.event(ada, "!cd help")
			spoil(&in)
			require.ErrorIs(t, o.engine.Handle(t.Context(), in), ErrInvalidEvent, name)
		}
		longest := o.event(UserID(strings.Repeat("ü", 150)), "!cd help") // The longest key that there is.
		longest.ID, longest.Room = EventID(strings.Repeat("ü", 150)), RoomID(strings.Repeat("ü", 150))
		o.config.Policy.Rooms = append(o.config.Policy.Rooms, longest.Room)
		require.NoError(t, o.engine.SetPolicy(o.config.Policy))
		o.handle(longest)
		assert.Len(t, o.chat.in(string(longest.Room)), 1)
		assert.Zero(t, o.outboxSize())
	})
}

func TestOneEventLeadsToOneAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		in := o.say(vera, "!cd projects")
		assert.Contains(t, o.last().text, "website")
		assert.Equal(t, in.reply(), o.last().to)
		o.handle(in)
		o.restart()
		o.handle(in)
		assert.Len(t, o.messages(), 1)

		edit := o.event(vera, "!cd projects")
		edit.Edit = true
		o.handle(edit)
		bot := o.event(vera, "!cd projects")
		bot.FromBot = true
		o.handle(bot)
		o.say(vera, "the projects are fine")
		o.react(vera, in.Message, "👍")
		assert.Len(t, o.messages(), 1, "edits, bots, talk and reactions to it are nothing to answer")
		assert.Equal(t, []string{"vera projects done"}, o.auditLines())
	})
}

func TestStrangersGetOneBrushOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for range 1000 {
			in := o.event(mallory, "!cd projects")
			require.NoError(t, o.engine.Handle(t.Context(), in))
		}
		o.settle()
		require.Len(t, o.messages(), 1)
		assert.Equal(t, "I take no commands from you here. Somebody who runs me can change that.", o.last().text)
		assert.Equal(t, []string{"mallory projects denied: has no role here"}, o.auditLines())
		o.restart()
		o.say(mallory, "!cd run")
		assert.Len(t, o.messages(), 1)
		time.Sleep(10 * time.Minute)
		o.say(mallory, "hello")
		assert.Len(t, o.messages(), 1)
		o.say(mallory, "!cd nonsense")
		assert.Len(t, o.messages(), 2)
		for i := range 1000 { // As many strangers as somebody makes up.
			require.NoError(t, o.engine.Handle(t.Context(), o.event(UserID(fmt.Sprint("stranger-", i)), "!cd help")))
		}
		o.settle()
		assert.LessOrEqual(t, len(o.messages()), 7)
		assert.Len(t, o.auditLines(), len(o.messages()))
		assert.Empty(t, o.server.Requests())
	})
}

func TestRoomsOutsideOfThePolicyGetNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) { o.config.Policy.Direct = false })
		for range 3 {
			in := o.event(ada, "!cd projects")
			in.Room = "elsewhere"
			o.handle(in)
			o.direct(ada, "projects")
		}
		assert.Empty(t, o.chat.in("elsewhere"))
		assert.Empty(t, o.chat.in("ada"))
		assert.Empty(t, o.server.Requests())
		assert.Equal(t, []string{"ada projects denied: room is not in the policy", "ada projects denied: room is not in the policy"}, o.auditLines())
		policy := o.engine.Policy()
		policy.Direct = true
		require.NoError(t, o.engine.SetPolicy(policy))
		o.direct(ada, "projects")
		assert.Contains(t, o.lastTo("ada").text, "website")
	})
}

func TestAPolicyThatIsWrongLeavesTheOldOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		wrong := o.engine.Policy()
		wrong.Grants = []Grant{{Users: []UserID{mallory}, Role: 17}}
		require.Error(t, o.engine.SetPolicy(wrong))
		assert.Equal(t, o.config.Policy, o.engine.Policy())
	})
}

func TestRolesOfCommands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.say(vera, "!cd run website check")
		assert.Equal(t, "This takes the role runner, and yours here is viewer.", o.last().text)
		assert.Equal(t, []string{"vera run denied: takes the role runner"}, o.auditLines())
	})
}

func TestWhatIsOldIsNotCarriedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for range 5 {
			in := o.event(ada, "!cd projects")
			in.Old = true
			o.handle(in)
		}
		talk := o.event(ada, "good morning")
		talk.Old = true
		o.handle(talk)
		assert.Equal(t, []string{"I was away, and do not carry out what is old. Please say again what still matters."}, o.texts(string(ops)))
		assert.Equal(t, []string{"ada projects refused: too old"}, o.auditLines())
		o.say(ada, "!cd projects")
		assert.Contains(t, o.last().text, "website")
		assert.Len(t, o.server.Requests(), 1)
	})
}

func TestUnencryptedAndUnverified(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		plaintext := o.event(ada, "!cd projects")
		plaintext.InEncrypted = true
		o.handle(plaintext)
		assert.Contains(t, o.last().text, "This came unencrypted into an encrypted room")
		policy := o.engine.Policy()
		policy.RequireVerified = true
		require.NoError(t, o.engine.SetPolicy(policy))
		strange := o.event(ada, "!cd projects")
		strange.InEncrypted, strange.Encrypted = true, true
		o.handle(strange)
		assert.Contains(t, o.last().text, "I do not know the device")
		assert.Empty(t, o.server.Requests())
		assert.Equal(t, []string{"ada projects denied: not encrypted", "ada projects denied: device not verified"}, o.auditLines())
		verify := o.event(ada, "!cd verify list")
		verify.InEncrypted, verify.Encrypted = true, true
		o.handle(verify)
		assert.Contains(t, o.last().text, "Verified ada", "else nobody could ever verify a device")
		known := o.event(ada, "!cd projects")
		known.InEncrypted, known.Encrypted, known.Verified = true, true, true
		o.handle(known)
		assert.Contains(t, o.last().text, "website")
	})
}

// A burst is answered, a flood is told once to wait; other people are not affected.
func TestFloods(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for range 40 {
			require.NoError(t, o.engine.Handle(t.Context(), o.event(vera, "!cd projects")))
		}
		o.settle()
		assert.Equal(t, 40, o.count("website"))
		for range 300 {
			require.NoError(t, o.engine.Handle(t.Context(), o.event(vera, "!cd projects")))
		}
		o.settle()
		assert.Equal(t, 1, o.count("That was a lot at once."))
		assert.Len(t, o.messages(), 41)
		o.say(ada, "!cd projects")
		assert.Len(t, o.messages(), 42)
		time.Sleep(2 * time.Second)
		o.say(vera, "!cd projects")
		assert.Len(t, o.messages(), 43)
		assert.Len(t, o.auditLines(), 43)
	})
}

// Whatever Semaphore answers, who asked is told in one sentence, the log knows more, and the next command works.
func TestFailuresAreSaid(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]semaphoretest.Fault{
		"down":        {CutBefore: true},
		"bad gateway": {Status: http.StatusBadGateway},
		"a web page":  {Status: http.StatusOK, Body: "<html>login</html>"},
		"nonsense":    {Malformed: true},
		"refused":     {Status: http.StatusUnauthorized, Body: `{"error":"/etc/secret token s3cret"}`},
		"for ever":    {Delay: time.Hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			o := newTown(t, func(o *town) { o.config.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
			stop := o.server.Fail(semaphoretest.Match{Times: -1}, fault)
			before := time.Now()
			o.say(vera, "!cd projects")
			assert.LessOrEqual(t, time.Since(before), 16*time.Second, name)
			require.Len(t, o.messages(), 1+o.count("This takes long"), name)
			text := o.last().text
			assert.NotContains(t, text, "secret", name)
			assert.NotContains(t, text, o.server.URL(), name)
			audited := o.auditLines()
			require.Len(t, audited, 1)
			require.Contains(t, audited[0], "vera projects failed: error ", name)
			id := strings.Fields(audited[0])[4]
			assert.Contains(t, text, id, name)
			assert.Contains(t, log.String(), "error_id="+id, name)
			stop()
			time.Sleep(time.Minute)
			o.say(vera, "!cd projects")
			assert.Contains(t, o.last().text, "website", name)
		})
	}
}

// A store that fails for a while: nothing is lost and nothing happens twice, the adapter hands the event over again.
func TestAStoreThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		require.NoError(t, o.store.Update(t.Context(), func(tx Tx) error { return tx.Put("alias/x", []byte("{")) }))
		o.say(ada, "!cd x")
		require.Len(t, o.messages(), 1)
		assert.Contains(t, o.last().text, `There is no command "x".`, "a record that cannot be read is as good as none")
		require.NoError(t, o.store.Close())
		in := o.event(vera, "!cd projects")
		require.ErrorIs(t, o.engine.Handle(t.Context(), in), standup.ErrStoreClosed)
	})
}

func TestCursor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		got, err := o.engine.Cursor(t.Context(), "zulip")
		require.NoError(t, err)
		require.Nil(t, got)
		require.NoError(t, o.engine.SaveCursor(t.Context(), "zulip", []byte("42")))
		got, err = o.engine.Cursor(t.Context(), "zulip")
		require.NoError(t, err)
		require.Equal(t, "42", string(got))
	})
}

// A value that comes after its question is over looks like a command that there is not. It is repeated to nobody but who
// wrote it.
func TestTheAuditRepeatsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.direct(carl, "s3cret-passphrase")
		o.direct(mallory, "s3cret-passphrase")
		assert.Equal(t, []string{"carl unknown refused: no such command", "mallory unknown denied: has no role here"}, o.auditLines())
	})
}

// clumsyChat is an adapter with a bug.
type clumsyChat struct{ *fakeChat }

func (clumsyChat) Verify(context.Context, UserID, []string) (Text, error) { panic("a nil map") }

func TestAHandlerThatPanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		o := newTown(t, func(o *town) {
			o.config.Chat = clumsyChat{o.chat}
			o.config.Logger = slog.New(slog.NewTextHandler(&log, nil))
		})
		for range 10 {
			o.say(vera, "!cd verify list")
			assert.NotContains(t, o.last().text, "nil map")
		}
		assert.Len(t, o.messages(), 10)
		for _, line := range o.auditLines() {
			assert.Contains(t, line, "vera verify failed: error ")
		}
		assert.Contains(t, log.String(), `error="a nil map"`)
		assert.Contains(t, log.String(), "roomcommand.go")
		o.say(vera, "!cd projects")
		assert.Contains(t, o.last().text, "website")
	})
}
