package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"github.com/signalbox-go/signalbox/matrixbot/boltstore"
	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

type release struct {
	Project string   `json:"project"`
	Tags    []string `json:"tags"`
}

// releaser is a bot that releases after a question.
type releaser struct {
	*auditor
	t        *testing.T
	host     *fakeHost
	rt       *Router
	access   Access
	question Question
	released []string
	attempts []int
	outcome  func(ctx context.Context) error
}

func newReleaser(t *testing.T, question Question) *releaser {
	t.Helper()
	question.Markdown = "Release **it**?"
	b := &releaser{t: t, auditor: &auditor{}, host: newFakeHost(t), question: question}
	b.restart()
	return b
}

// restart makes a new router and opens the store again.
func (b *releaser) restart() {
	b.t.Helper()
	if b.rt != nil {
		path := filepath.Join(b.t.TempDir(), "bot.db")
		file := new(strings.Builder)
		require.NoError(b.t, b.host.store.Backup(file))
		require.NoError(b.t, b.host.store.Close())
		require.NoError(b.t, os.WriteFile(path, []byte(file.String()), 0o600))
		b.host.open(b.t, path)
	}
	rt, err := NewRouter(RouterConfig{Prefix: "!", Audit: b.hear})
	require.NoError(b.t, err)
	action, err := NewAction(rt, ActionConfig[release]{
		Name: "release", Access: b.access,
		Run: func(ctx context.Context, r *Request, c Confirmation, what release) error {
			b.attempts = append(b.attempts, c.Attempt)
			if b.outcome != nil {
				if err := b.outcome(ctx); err != nil {
					return err
				}
			}
			b.released = append(b.released, what.Project+" "+strings.Join(what.Tags, ",")+" by "+c.AnsweredBy.Localpart())
			_, err := r.ReplyText(ctx, "released")
			return err
		},
	})
	require.NoError(b.t, err)
	require.NoError(b.t, rt.Command(Command{
		Name: "release", Args: []Arg{{Name: "project"}}, Flags: []Flag{{Name: "tag", Repeated: true}}, Access: AllowUsers(ann, bob),
		Handler: func(ctx context.Context, r *Request, in Values) error {
			_, err := action.Ask(ctx, r, b.question, release{in.Text("project"), in.Texts("tag")})
			return err
		},
	}))
	b.rt = rt
}

func (b *releaser) handle(r *Request) {
	b.t.Helper()
	require.NoError(b.t, b.rt.Handle(b.t.Context(), r))
}

func (b *releaser) say(sender id.UserID, text string) []string {
	b.t.Helper()
	b.handle(b.host.request(sender, text))
	return b.host.bodies()
}

// ask has ann ask for a release, and returns the question.
func (b *releaser) ask(project string) *confirmation {
	b.t.Helper()
	require.Len(b.t, b.say(ann, "!release "+project+" --tag=a --tag=b"), 1)
	all, err := desk{b.host.store}.all()
	require.NoError(b.t, err)
	for _, c := range all {
		if strings.Contains(string(c.Arguments), `"`+project+`"`) {
			return c
		}
	}
	require.FailNow(b.t, "no question")
	return nil
}

func (b *releaser) react(sender id.UserID, key string, c *confirmation) []string {
	b.t.Helper()
	r := b.host.request(sender, "")
	r.Reaction, r.Encrypted, r.Trust = &Reaction{Key: key, To: c.Question}, false, e2ee.TrustUnknown
	b.handle(r)
	return b.host.bodies()
}

func (b *releaser) reply(sender id.UserID, text string, c *confirmation) []string {
	b.t.Helper()
	r := b.host.request(sender, text)
	r.ReplyTo = c.Question
	b.handle(r)
	return b.host.bodies()
}

func TestQuestion(t *testing.T) {
	t.Parallel()
	b := newReleaser(t, Question{Allowed: []id.UserID{ann, bob}})
	b.handle(b.host.request(ann, "!release web"))
	content := b.host.said()[0]
	all, err := desk{b.host.store}.all()
	require.NoError(t, err)
	c := all[0].ID
	assert.Equal(t, "Release it?\n\nReact with 👍 or 👎, or answer yes or no (or: confirm "+c+", cancel "+c+") within 5m.\n"+
		"For @ann:example.org, @bob:example.org.", content.Body)
	assert.Contains(t, content.FormattedBody, "<strong>it</strong>")
	assert.Equal(t, event.MsgText, content.MsgType, "people are told of it")
	assert.Equal(t, []id.UserID{ann, bob}, content.Mentions.UserIDs)
	assert.Equal(t, all[0].Request, content.RelatesTo.GetReplyTo())
	assert.Equal(t, []string{"ann release asked", "ann release done"}, b.decisions())

	b.host.encrypt(t, ops)
	assert.Contains(t, b.say(ann, "!release web")[0], "\n\nAnswer yes or no (or:")
	b.question.AllowPlaintextReaction = true
	assert.Contains(t, b.say(ann, "!release web")[0], "\n\nReact with 👍")
}

// All the ways to say yes and no, and what is neither.
func TestAnswersToQuestions(t *testing.T) {
	t.Parallel()
	const yes, no, neither = "released", "Cancelled: nothing was done.", ""
	for name, c := range map[string]struct {
		answer func(b *releaser, c *confirmation) []string
		want   string
	}{
		"yes":                {func(b *releaser, _ *confirmation) []string { return b.say(ann, "yes") }, yes},
		"Yes!":               {func(b *releaser, _ *confirmation) []string { return b.say(ann, " Yes! ") }, yes},
		"👍🏽 as text":         {func(b *releaser, _ *confirmation) []string { return b.say(ann, "👍🏽") }, yes},
		"no":                 {func(b *releaser, _ *confirmation) []string { return b.say(ann, "no") }, no},
		"confirm with id":    {func(b *releaser, c *confirmation) []string { return b.say(ann, "confirm "+c.ID) }, yes},
		"id in upper case":   {func(b *releaser, c *confirmation) []string { return b.say(ann, "CONFIRM "+strings.ToUpper(c.ID)) }, yes},
		"with the prefix":    {func(b *releaser, c *confirmation) []string { return b.say(ann, "!confirm "+c.ID) }, yes},
		"prefix alone":       {func(b *releaser, _ *confirmation) []string { return b.say(ann, "!yes") }, yes},
		"cancel with id":     {func(b *releaser, c *confirmation) []string { return b.say(ann, "cancel "+c.ID) }, no},
		"reply":              {func(b *releaser, c *confirmation) []string { return b.reply(ann, "y", c) }, yes},
		"👍":                  {func(b *releaser, c *confirmation) []string { return b.react(ann, "👍", c) }, yes},
		"👍🏿":                 {func(b *releaser, c *confirmation) []string { return b.react(ann, "👍🏿", c) }, yes},
		"👍️":                 {func(b *releaser, c *confirmation) []string { return b.react(ann, "👍\ufe0f", c) }, yes},
		"✔️":                 {func(b *releaser, c *confirmation) []string { return b.react(ann, "✔️", c) }, yes},
		"👎🏻":                 {func(b *releaser, c *confirmation) []string { return b.react(ann, "👎🏻", c) }, no},
		"another emoji":      {func(b *releaser, c *confirmation) []string { return b.react(ann, "🎉", c) }, neither},
		"a text as reaction": {func(b *releaser, c *confirmation) []string { return b.react(ann, "yes", c) }, neither},
		"a remark":           {func(b *releaser, _ *confirmation) []string { return b.say(ann, "hmm, wait a moment") }, neither},
		"ok":                 {func(b *releaser, _ *confirmation) []string { return b.say(ann, "ok") }, neither},
		"yes and more":       {func(b *releaser, _ *confirmation) []string { return b.say(ann, "yes please") }, neither},
		"a reply in words":   {func(b *releaser, c *confirmation) []string { return b.reply(ann, "yes, but wait for me", c) }, neither},
		"wrong id":           {func(b *releaser, _ *confirmation) []string { return b.say(ann, "confirm xxxx") }, neither},
		"reply to another": {func(b *releaser, _ *confirmation) []string {
			return b.reply(ann, "yes", &confirmation{Confirmation: Confirmation{Question: "$other"}})
		}, neither},
		"reaction to another": {func(b *releaser, _ *confirmation) []string {
			return b.react(ann, "👍", &confirmation{Confirmation: Confirmation{Question: "$other"}})
		}, neither},
		"in another room": {func(b *releaser, c *confirmation) []string {
			r := b.host.request(ann, "confirm "+c.ID)
			r.Room = lounge
			b.handle(r)
			return b.host.bodies()
		}, neither},
		"in another thread": {func(b *releaser, _ *confirmation) []string {
			r := b.host.request(ann, "yes")
			r.Thread = "$thread"
			b.handle(r)
			return b.host.bodies()
		}, neither},
		"in a thread below the question": {func(b *releaser, c *confirmation) []string {
			r := b.host.request(ann, "yes")
			r.Thread = c.Question
			b.handle(r)
			return b.host.bodies()
		}, yes},
	} {
		b := newReleaser(t, Question{})
		question := b.ask("web")
		b.decisions()
		answers := c.answer(b, question)
		if c.want == neither {
			assert.Empty(t, answers, name)
			assert.Empty(t, b.decisions(), name)
			assert.Equal(t, []string{"released"}, b.say(ann, "yes"), "%s: the question is still open", name)
			continue
		}
		assert.Equal(t, []string{c.want}, answers, name)
		want := []string{"ann release cancelled"}
		if c.want == yes {
			want = []string{"ann release confirmed", "ann release done"}
			assert.Equal(t, []string{"web a,b by ann"}, b.released, name)
		}
		assert.Equal(t, want, b.decisions(), name)
	}
}

// Who may say yes and no, for every kind of question.
func TestWhoMayAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		question Question
		access   Access
		yes, no  []id.UserID
	}{
		"the requester alone": {Question{}, Access{}, []id.UserID{ann}, []id.UserID{ann}},
		"named":               {Question{Allowed: []id.UserID{bob}}, Access{}, []id.UserID{bob}, []id.UserID{ann, bob}},
		"two people":          {Question{Allowed: []id.UserID{ann, bob}, TwoPeople: true}, Access{}, []id.UserID{bob}, []id.UserID{ann, bob}},
		"rule":                {Question{}, AllowUsers(bob), []id.UserID{bob}, []id.UserID{ann, bob}},
		"rule and two people": {Question{TwoPeople: true}, AllowUsers(ann, bob), []id.UserID{bob}, []id.UserID{ann, bob}},
		"named and rule":      {Question{Allowed: []id.UserID{ann, bob}}, AllowUsers(bob, mallory), []id.UserID{bob}, []id.UserID{ann, bob}},
	} {
		for _, user := range []id.UserID{ann, bob, mallory} {
			for _, yes := range []bool{true, false} {
				b := newReleaser(t, c.question)
				b.access = c.access
				b.restart()
				question := b.ask("web")
				b.decisions()
				sign, may := "👍", c.yes
				if !yes {
					sign, may = "👎", c.no
				}
				allowed := false
				for _, each := range may {
					allowed = allowed || each == user
				}
				answers := b.react(user, sign, question)
				first := b.decisions()[0]
				if allowed {
					assert.NotContains(t, first, "denied", "%s: %s %s", name, user, sign)
					assert.Len(t, answers, 1)
				} else {
					assert.Contains(t, first, user.Localpart()+" release denied", "%s: %s %s", name, user, sign)
					assert.Empty(t, b.released)
				}
			}
		}
	}
}

func TestStrangersAnswersAreOnRecordOnly(t *testing.T) {
	t.Parallel()
	b := newReleaser(t, Question{})
	c := b.ask("web")
	b.decisions()
	assert.Empty(t, b.react(mallory, "👍", c))
	assert.Empty(t, b.say(mallory, "yes"))
	assert.Equal(t, []string{notAllowed}, b.say(mallory, "confirm "+c.ID))
	assert.Empty(t, b.reply(mallory, "no", c), "said once")
	assert.Equal(t, []string{
		"mallory release denied: not allowed to answer", "mallory release denied: not allowed to answer",
		"mallory release denied: not allowed to answer", "mallory release denied: not allowed to answer",
	}, b.decisions())
	assert.Equal(t, []string{"released"}, b.say(ann, "yes"))
}

func TestEachQuestionIsItsOwn(t *testing.T) {
	t.Parallel()
	b := newReleaser(t, Question{})
	web, api := b.ask("web"), b.ask("api")
	require.NotEqual(t, web.ID, api.ID)
	answers := b.say(ann, "yes")
	require.Len(t, answers, 1)
	assert.True(t, strings.HasPrefix(answers[0], "Several questions are open. Answer with: confirm "), answers[0])
	assert.Empty(t, b.released)
	assert.Equal(t, []string{"released"}, b.say(ann, "confirm "+web.ID))
	assert.Equal(t, []string{"The question " + web.ID + " was answered before."}, b.say(ann, "confirm "+web.ID))
	assert.Empty(t, b.react(ann, "👍", web), "yes and 👍 release once")
	assert.Empty(t, b.react(ann, "👎", web))
	assert.Equal(t, []string{"web a,b by ann"}, b.released)
	assert.Equal(t, []string{"Cancelled: nothing was done."}, b.say(ann, "no"), "one was left")
	assert.Equal(t, []string{"The question " + api.ID + " was answered before."}, b.say(ann, "confirm "+api.ID))
	assert.Equal(t, []string{"web a,b by ann"}, b.released)
}

func TestAnswersInEncryptedRooms(t *testing.T) {
	t.Parallel()
	b := newReleaser(t, Question{})
	b.host.encrypt(t, ops)
	c := b.ask("web")
	b.decisions()
	assert.Empty(t, b.react(mallory, "👍", c))
	assert.Equal(t, []string{"A reaction does not count here, as it is not encrypted. Answer with: confirm " + c.ID + " or cancel " + c.ID},
		b.react(ann, "👍", c))
	plain := b.host.request(ann, "yes")
	plain.Encrypted = false
	b.handle(plain)
	assert.Empty(t, b.released)
	assert.Equal(t, []string{
		"mallory release denied: not allowed to answer", "ann release denied: reaction without encryption",
		"ann release denied: answer without encryption",
	}, b.decisions())
	assert.Empty(t, b.host.bodies(), "ann was told already")
	for _, text := range []string{"yes", "confirm " + c.ID, "perhaps"} { // To a bot that lets no plaintext through.
		plain.Text = text
		require.NoError(t, b.rt.refusePlaintext(t.Context(), plain))
	}
	assert.Equal(t, []string{"ann release denied: plaintext", "ann release denied: plaintext"}, b.decisions())
	assert.Empty(t, b.host.bodies())
	assert.Equal(t, []string{"released"}, b.say(ann, "yes"))

	b = newReleaser(t, Question{AllowPlaintextReaction: true})
	b.host.encrypt(t, ops)
	assert.Equal(t, []string{"released"}, b.react(ann, "👍", b.ask("web")))
	b = newReleaser(t, Question{AllowPlaintextReaction: true})
	b.access = RequireTrust(e2ee.TrustVerified)
	b.restart()
	b.host.encrypt(t, ops)
	c = b.ask("web")
	assert.Len(t, b.react(ann, "👍", c), 1, "it says why not")
	assert.Empty(t, b.released, "a reaction has no trust")
	assert.Equal(t, []string{"released"}, b.say(ann, "yes"))
}

func TestQuestionsSurviveRestarts(t *testing.T) {
	t.Parallel()
	b := newReleaser(t, Question{})
	web, api := b.ask("web"), b.ask("api")
	b.restart()
	assert.Equal(t, []string{"released"}, b.react(ann, "👍", web))
	b.restart()
	assert.Empty(t, b.react(ann, "👍", web))
	assert.Equal(t, []string{"The question " + web.ID + " was answered before."}, b.say(ann, "confirm "+web.ID))
	assert.Equal(t, []string{"released"}, b.say(ann, "confirm "+api.ID))
	assert.Equal(t, []string{"web a,b by ann", "api a,b by ann"}, b.released)
}

func TestHandlersThatRunAgain(t *testing.T) {
	t.Parallel()
	b := newReleaser(t, Question{})
	request := b.host.request(ann, "!release web")
	b.handle(request)
	b.restart()
	again := *request
	again.Attempt, again.sent = 2, 0
	b.handle(&again)
	assert.Len(t, b.host.bodies(), 1, "the question is there once")
	all, err := desk{b.host.store}.all()
	require.NoError(t, err)
	require.Len(t, all, 1)

	// The process ends while the action runs: the answer is handled again.
	ctx, stop := context.WithCancel(t.Context())
	b.outcome = func(ctx context.Context) error { stop(); return ctx.Err() }
	yes := b.host.request(ann, "yes")
	require.ErrorIs(t, b.rt.Handle(ctx, yes), context.Canceled)
	b.restart()
	b.outcome = nil
	assert.Equal(t, []string{"The question " + all[0].ID + " was answered before."}, b.say(ann, "confirm "+all[0].ID),
		"nobody else starts it meanwhile")
	b.handle(yes)
	b.handle(yes)
	assert.Equal(t, []string{"web  by ann"}, b.released)
	assert.Equal(t, []int{1, 2}, b.attempts)
	assert.Equal(t, []string{"released"}, b.host.bodies())
}

// The homeserver is away when the question is asked, and has it later all the same.
func TestQuestionsWhoseEventIsUnknown(t *testing.T) {
	t.Parallel()
	b := newReleaser(t, Question{})
	b.host.down = true
	require.Error(t, b.rt.Handle(t.Context(), b.host.request(ann, "!release web")))
	b.host.down = false
	all, err := desk{b.host.store}.all()
	require.NoError(t, err)
	require.Len(t, all, 1)
	assert.Empty(t, b.say(ann, "yes"), "nobody may have seen it")
	assert.Empty(t, b.reply(ann, "yes", all[0]))
	assert.Equal(t, []string{"released"}, b.say(ann, "confirm "+all[0].ID), "who knows the id has")
}

func TestActionsThatFail(t *testing.T) {
	t.Parallel()
	b := newReleaser(t, Question{})
	broken := errors.New("broken")
	b.outcome = func(context.Context) error { return broken }
	b.ask("web")
	b.decisions()
	yes := b.host.request(ann, "yes")
	require.ErrorIs(t, b.rt.Handle(t.Context(), yes), broken)
	assert.Equal(t, []string{"ann release confirmed", "ann release failed"}, b.decisions())
	b.handle(yes)
	assert.Equal(t, []int{1}, b.attempts, "it is not tried again")

	b.outcome = func(context.Context) error { return Refuse("The project is frozen.") }
	assert.Equal(t, []string{"The project is frozen."}, b.react(ann, "👍", b.ask("api")))
	b.outcome = func(context.Context) error { return broken }
	c := b.ask("shop")
	reaction := b.host.request(ann, "")
	reaction.Reaction = &Reaction{Key: "👍", To: c.Question}
	require.ErrorIs(t, b.rt.Handle(t.Context(), reaction), broken)
	assert.Equal(t, []string{"Sorry, that did not work. Details are in my log."}, b.host.bodies())
	b.decisions()

	b.outcome = func(context.Context) error { panic("oh") }
	b.ask("app")
	assert.Panics(t, func() { b.rt.Handle(t.Context(), b.host.request(ann, "yes")) })
	assert.Equal(t, "ann release failed", b.decisions()[3])

	// Who confirms by a reaction hears of it, as nobody else tells them; and nothing is left to be done.
	c = b.ask("lib")
	b.host.bodies()
	reaction = b.host.request(ann, "")
	reaction.Reaction = &Reaction{Key: "👍", To: c.Question}
	assert.Panics(t, func() { b.rt.Handle(t.Context(), reaction) })
	assert.Equal(t, []string{"Sorry, that did not work. Details are in my log."}, b.host.bodies())
	ctx, cancel := context.WithCancelCause(t.Context())
	b.outcome = func(ctx context.Context) error { cancel(errHandlerTimeout); return ctx.Err() }
	c = b.ask("db")
	b.host.bodies()
	reaction = b.host.request(ann, "")
	reaction.Reaction = &Reaction{Key: "👍", To: c.Question}
	require.ErrorIs(t, b.rt.Handle(ctx, reaction), context.Canceled)
	assert.Equal(t, []string{"Sorry, that did not work. Details are in my log."}, b.host.bodies())
	all, err := desk{b.host.store}.all()
	require.NoError(t, err)
	for _, c := range all {
		assert.True(t, c.Done, c.ID)
	}
	b.decisions()

	b.outcome = nil
	b.ask("old")
	b.rt.actions = map[string]storedAction{}
	b.host.bodies()
	assert.Equal(t, []string{"I cannot do that any more. Ask for it again."}, b.say(ann, "yes"))
}

func TestQuestionsExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newReleaser(t, Question{Expires: time.Minute})
		run := func() (stop func()) {
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			rt := b.rt
			go func() { done <- rt.run(ctx, b.host, slog.New(slog.DiscardHandler)) }()
			return func() { cancel(); require.NoError(t, <-done) }
		}
		stop := run()
		time.Sleep(time.Second)
		web := b.ask("web")
		time.Sleep(30 * time.Second)
		api := b.ask("api") // It has a time of its own.
		b.decisions()
		time.Sleep(30*time.Second - time.Nanosecond)
		synctest.Wait()
		assert.Empty(t, b.host.bodies())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		said := b.host.said()
		require.Len(t, said, 1)
		assert.Equal(t, "The question "+web.ID+" has expired: nothing was done.", said[0].Body)
		assert.Equal(t, web.Question, said[0].RelatesTo.GetReplyTo())
		assert.Equal(t, []string{" release expired"}, b.decisions())
		assert.Equal(t, []string{"The question " + web.ID + " has expired."}, b.say(ann, "confirm "+web.ID))
		assert.Empty(t, b.react(ann, "👍", web))
		assert.Equal(t, []string{"released"}, b.say(ann, "yes"), "the other one is open")
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Empty(t, b.host.bodies(), "that was said once")
		assert.Equal(t, []string{"api a,b by ann"}, b.released)

		// A question that expires while the bot is away, and another time the homeserver.
		shop := b.ask("shop")
		stop()
		time.Sleep(2 * time.Minute)
		assert.Empty(t, b.say(ann, "yes"), "nothing runs late")
		b.host.down = true
		b.restart()
		stop = run()
		time.Sleep(announceAgain / 2)
		b.host.mu.Lock()
		b.host.down = false
		b.host.mu.Unlock()
		time.Sleep(announceAgain)
		assert.Equal(t, []string{"The question " + shop.ID + " has expired: nothing was done."}, b.host.bodies())
		stop()
		b.restart()
		stop = run()
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		assert.Empty(t, b.host.bodies())
		all, err := desk{b.host.store}.all()
		require.NoError(t, err)
		assert.Empty(t, all, "after a day nothing of them is kept")
		assert.Empty(t, b.say(ann, "confirm "+api.ID))
		stop()
		require.NoError(t, b.host.store.Close())
	})
}

func TestQuestionsAreBounded(t *testing.T) {
	t.Parallel()
	b := newReleaser(t, Question{})
	for range maxOpen {
		assert.Len(t, b.say(ann, "!release web"), 1)
	}
	assert.Equal(t, []string{"There are too many open questions. Answer some of them, or try again later."}, b.say(ann, "!release web"))
	answers := b.say(bob, "!release web")
	require.Len(t, answers, 1)
	assert.Contains(t, answers[0], "Release")

	b.question.Markdown = strings.Repeat("<", maxContent)
	require.ErrorIs(t, b.rt.Handle(t.Context(), b.host.request(bob, "!release web")), ErrTooLarge)
	for _, q := range []Question{
		{},
		{Markdown: "x", Expires: time.Second},
		{Markdown: "x", Expires: 8 * 24 * time.Hour},
		{Markdown: "x", Expires: -1},
		{Markdown: "x", TwoPeople: true},
		{Markdown: "x", TwoPeople: true, Allowed: []id.UserID{bob}},
	} {
		b.question = q
		require.Error(t, b.rt.Handle(t.Context(), b.host.request(bob, "!release web")))
	}
}

func TestIDsDoNotCollide(t *testing.T) {
	t.Parallel()
	h := newFakeHost(t)
	d := desk{h.store}
	key := "$event/0"
	taken := &confirmation{Confirmation: Confirmation{ID: confirmationID(key, shortestID)}, Key: "other", State: Confirmed}
	c := &confirmation{Key: key, State: Asked}
	require.NoError(t, h.store.Update(func(tx *boltstore.Tx) error {
		return errors.Join(d.put(tx, taken), d.open(tx, c))
	}))
	assert.Equal(t, confirmationID(key, shortestID+1), c.ID)
}

func TestNewActionRefusesMistakes(t *testing.T) {
	t.Parallel()
	rt, err := NewRouter(RouterConfig{Prefix: "!"})
	require.NoError(t, err)
	run := func(context.Context, *Request, Confirmation, int) error { return nil }
	_, err = NewAction(rt, ActionConfig[int]{Name: "x", Run: run})
	require.NoError(t, err)
	for want, config := range map[string]ActionConfig[int]{
		"there is an action": {Name: "x", Run: run},
		"the name":           {Run: run},
		"no Run":             {Name: "y"},
		"not a user id":      {Name: "y", Run: run, Access: AllowUsers("ann")},
	} {
		_, err := NewAction(rt, config)
		assert.ErrorContains(t, err, want)
	}
}

func TestShortDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		10 * time.Second: "10s", 5 * time.Minute: "5m", 90 * time.Second: "1m30s", time.Hour: "1h", 7 * 24 * time.Hour: "168h",
		90 * time.Minute: "1h30m", 10 * time.Hour: "10h",
	} {
		assert.Equal(t, want, shortDuration(d))
	}
}

func FuzzParseAnswer(f *testing.F) {
	f.Add("confirm k3f9")
	f.Add("👍🏽")
	f.Fuzz(func(t *testing.T, text string) {
		said, ok := parseAnswer(text)
		if ok && said.id != "" {
			assert.Contains(t, strings.ToLower(text), said.id)
		}
		if _, isSign := parseSign(text); isSign {
			_, ok := parseAnswer(text)
			assert.True(t, ok)
		}
	})
}

// Questions that are settled give way where there are too many.
func TestSettledQuestionsGiveWay(t *testing.T) {
	t.Parallel()
	b := newReleaser(t, Question{})
	d := desk{b.host.store}
	now := time.Now()
	require.NoError(t, d.store.Update(func(tx *boltstore.Tx) error {
		for i := range maxConfirmations {
			c := &confirmation{Confirmation: Confirmation{ID: fmt.Sprintf("c%d", i), Expires: now.Add(-time.Duration(i) * time.Second), Requester: bob}, Key: fmt.Sprint(i), State: Asked}
			if i%2 == 1 {
				c.State, c.Done = Cancelled, true
			}
			if err := d.put(tx, c); err != nil {
				return err
			}
		}
		return nil
	}))
	b.ask("web")
	all, err := d.all()
	require.NoError(t, err)
	assert.Len(t, all, maxConfirmations)
	assert.False(t, slices.ContainsFunc(all, func(c *confirmation) bool { return c.ID == "c999" }), "the oldest is gone")
}
