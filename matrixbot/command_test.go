package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// recorder is a router with some commands, which note that they were called.
type recorder struct {
	*Router
	*auditor
	host  *fakeHost
	calls []string
}

func newRecorder(t *testing.T, config RouterConfig) *recorder {
	t.Helper()
	r := &recorder{auditor: &auditor{}, host: newFakeHost(t)}
	config.Audit = r.hear
	if config.Prefix == "" {
		config.Prefix = "!cd"
	}
	router, err := NewRouter(config)
	require.NoError(t, err)
	r.Router = router
	note := func(name string) CommandHandler {
		return func(ctx context.Context, _ *Request, in Values) error {
			r.calls = append(r.calls, strings.TrimSpace(CommandName(ctx)+" "+in.Text(name)))
			return nil
		}
	}
	for _, c := range []Command{
		{
			Name: "echo", Aliases: []string{"say"}, Summary: "says it again", Access: AllowUsers(ann, bob),
			Args: []Arg{{Name: "text", Raw: true}}, Handler: note("text"),
		},
		{
			Name: "task", Summary: "tasks", Access: AllowUsers(ann),
			Subcommands: []Command{
				{Name: "stop", Summary: "stops one", Args: []Arg{{Name: "id", Kind: IntValue}}, Handler: func(_ context.Context, _ *Request, in Values) error {
					r.calls = append(r.calls, fmt.Sprint("stop ", in.Int("id")))
					return nil
				}},
				{Name: "secret", Hidden: true, Args: []Arg{{Name: "what", Optional: true}}, Handler: note("what")},
			},
		},
	} {
		require.NoError(t, r.Command(c))
	}
	return r
}

func (r *recorder) say(t *testing.T, sender id.UserID, text string) []string {
	t.Helper()
	require.NoError(t, r.Handle(t.Context(), r.host.request(sender, text)))
	return r.host.bodies()
}

func (r *recorder) called() []string {
	calls := r.calls
	r.calls = nil
	return calls
}

func TestRouterRunsCommands(t *testing.T) {
	t.Parallel()
	r := newRecorder(t, RouterConfig{})
	assert.Empty(t, r.say(t, ann, "!cd echo  don't \"stop\"\n-x"))
	assert.Empty(t, r.say(t, bob, "!CD SAY hello"))
	assert.Empty(t, r.say(t, ann, "!cd task stop 12"))
	assert.Empty(t, r.say(t, ann, "!cd task secret"))
	assert.Equal(t, []string{"echo don't \"stop\"\n-x", "echo hello", "stop 12", "task secret"}, r.called())
	assert.Equal(t, []string{"ann echo done", "bob echo done", "ann task stop done", "ann task secret done"}, r.decisions())
}

func TestRouterSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := newRecorder(t, RouterConfig{})
	for text, want := range map[string]string{
		"!cd task stop":      "<id> is missing.\nUsage: !cd task stop <id>",
		"!cd task stop x":    "<id> is a whole number, not \"x\".\nUsage: !cd task stop <id>",
		"!cd task stop 1 2":  "There is nothing for \"2\" to be; quote words that belong together.\nUsage: !cd task stop <id>",
		"!cd ehco hi":        `There is no command "ehco". Did you mean !cd echo?`,
		"!cd task sotp 1":    `There is no command "task sotp". Did you mean !cd task stop?`,
		"!cd task secre":     `There is no command "task secre". See !cd help.`, // It is hidden.
		"!cd weather":        `There is no command "weather". See !cd help.`,
		"!cd <b>x</b>\u202e": `There is no command "<b>x</b>\u202e". See !cd help.`,
		"!cd help weather":   `There is no command "weather". See !cd help.`,
		"!cd help task stp":  `There is no command "task stp". See !cd help.`,
	} {
		assert.Equal(t, []string{want}, r.say(t, ann, text), text)
		require.Len(t, r.entries, 1)
		assert.Equal(t, Misused, r.entries[0].Decision)
		r.decisions()
	}
	assert.Equal(t, []string{`There is no command "taks". See !cd help.`}, r.say(t, bob, "!cd taks"), "bob may not use task")
	assert.Empty(t, r.called())
}

func TestHelpShowsWhatSomebodyMayUse(t *testing.T) {
	t.Parallel()
	r := newRecorder(t, RouterConfig{})
	help := "!cd help [[<command>…]] – what I can do, and how a command is written\n"
	help = strings.ReplaceAll(help, "[[<command>…]]", "[<command>…]")
	echo := "!cd echo <text> – says it again"
	stop := "!cd task stop <id> – stops one"
	assert.Equal(t, []string{help + echo + "\n" + stop}, r.say(t, ann, "!cd help"))
	assert.Equal(t, []string{help + echo + "\n" + stop}, r.say(t, ann, "!cd"))
	assert.Equal(t, []string{help + echo}, r.say(t, bob, "!cd help"))
	assert.Equal(t, []string{"!cd task …\ntasks\n" + stop}, r.say(t, ann, "!cd task"))
	assert.Equal(t, []string{"!cd echo <text>\nsays it again\nAlso: say\n<text>"}, r.say(t, ann, "!cd help say"))
	assert.Equal(t, []string{notAllowed}, r.say(t, mallory, "!cd help"))
	assert.Equal(t, []string{`There is no command "task". See !cd help.`}, r.say(t, bob, "!cd help task"), "bob learns nothing of it")

	require.NoError(t, r.Handle(t.Context(), r.host.request(bob, "!cd help")))
	content := r.host.said()[0]
	assert.Equal(t, event.MsgNotice, content.MsgType)
	assert.Equal(t, "<table><thead><tr><th>Command</th><th>What it does</th></tr></thead><tbody>"+
		"<tr><td><code>!cd help [&lt;command&gt;…]</code></td><td>what I can do, and how a command is written</td></tr>"+
		"<tr><td><code>!cd echo &lt;text&gt;</code></td><td>says it again</td></tr></tbody></table>", content.FormattedBody)
	assert.Empty(t, content.Mentions.UserIDs)
}

func TestSomeMessagesAreNeverCommands(t *testing.T) {
	t.Parallel()
	r := newRecorder(t, RouterConfig{})
	require.NoError(t, r.Command(Command{Name: "all", Access: AllowEverybody(), Handler: func(context.Context, *Request, Values) error {
		r.calls = append(r.calls, "all")
		return nil
	}}))
	raw := func(content *event.MessageEventContent) *event.Event {
		return &event.Event{Content: event.Content{Parsed: content}}
	}
	for name, change := range map[string]func(*Request){
		"the bot's own": func(r *Request) { r.Sender = botUser },
		"a notice":      func(r *Request) { r.Raw = raw(&event.MessageEventContent{MsgType: event.MsgNotice}) },
		"an edit": func(r *Request) {
			r.Raw = raw(&event.MessageEventContent{MsgType: event.MsgText, RelatesTo: (&event.RelatesTo{}).SetReplace("$old")})
		},
		"a reaction": func(r *Request) { r.Reaction = &Reaction{Key: "👍", To: "$x"} },
	} {
		request := r.host.request(ann, "!cd all")
		change(request)
		require.NoError(t, r.Handle(t.Context(), request), name)
		assert.Empty(t, r.called(), name)
		assert.Empty(t, r.host.bodies(), name)
		assert.Empty(t, r.decisions(), name)
	}
	require.NoError(t, r.Handle(t.Context(), &Request{sender: r.host, Room: ops, Event: "$y", Sender: ann, Text: "!cd all"}))
	assert.Equal(t, []string{"all"}, r.called())
	require.ErrorIs(t, r.Handle(t.Context(), &Request{Text: "!cd all"}), errNoBot)
}

func TestOtherMessagesGoOn(t *testing.T) {
	t.Parallel()
	var others []string
	r := newRecorder(t, RouterConfig{Prefix: "!", Other: func(_ context.Context, r *Request) error {
		others = append(others, r.Text)
		return nil
	}})
	assert.Empty(t, r.say(t, ann, "hello"))
	assert.Empty(t, r.say(t, mallory, "!weather berlin"), "another bot's command: this one says nothing, to nobody")
	assert.Empty(t, r.say(t, ann, "yes"), "there is no question")
	assert.Equal(t, []string{"hello", "!weather berlin", "yes"}, others)
	assert.Equal(t, []string{`There is no command "ecoh". Did you mean !echo?`}, r.say(t, ann, "!ecoh"))
}

func TestErrorsOfHandlers(t *testing.T) {
	t.Parallel()
	r := newRecorder(t, RouterConfig{})
	broken := errors.New("broken")
	outcome := broken
	require.NoError(t, r.Command(Command{Name: "break", Access: AllowEverybody(), Handler: func(context.Context, *Request, Values) error {
		if outcome == nil {
			panic("oh")
		}
		return outcome
	}}))
	require.ErrorIs(t, r.Handle(t.Context(), r.host.request(ann, "!cd break")), broken)
	outcome = Refuse("There is no project 7.")
	assert.Equal(t, []string{"There is no project 7."}, r.say(t, ann, "!cd break"))
	outcome = nil
	assert.Panics(t, func() { r.Handle(t.Context(), r.host.request(ann, "!cd break")) })
	assert.Equal(t, []string{"ann break failed", "ann break refused: the handler refused", "ann break failed"}, r.decisions())
	assert.Empty(t, r.host.bodies())
}

func TestRouterRefusesMistakes(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]RouterConfig{
		"no trigger":   {},
		"blank prefix": {Prefix: "! "},
		"long prefix":  {Prefix: strings.Repeat("x", 21)},
		"broken rule":  {Prefix: "!", Access: AllowUsers("ann")},
	} {
		_, err := NewRouter(config)
		require.Error(t, err, name)
	}
	rt, err := NewRouter(RouterConfig{Prefix: "!"})
	require.NoError(t, err)
	do := func(context.Context, *Request, Values) error { return nil }
	everybody := AllowEverybody()
	for want, c := range map[string]Command{
		`the name "Echo" is not made of`:      {Name: "Echo", Access: everybody, Handler: do},
		`the name "" is not made of`:          {Access: everybody, Handler: do},
		`there is a command "help" already`:   {Name: "x", Aliases: []string{"help"}, Access: everybody, Handler: do},
		`"echo": nothing says who may use it`: {Name: "echo", Handler: do},
		`"a b": nothing says who may use it`:  {Name: "a", Subcommands: []Command{{Name: "b", Handler: do}}},
		`it has neither a Handler nor`:        {Name: "echo", Access: everybody},
		`no Handler`:                          {Name: "echo", Access: everybody, Args: []Arg{{Name: "a"}}, Subcommands: []Command{{Name: "b", Handler: do}}},
		`"ann" is not a user id`:              {Name: "echo", Access: AllowUsers("ann"), Handler: do},
		`"ops" is not a room id`:              {Name: "echo", Access: AllOf(everybody, AllowRooms("ops")), Handler: do},
		`the name "A" of an argument`:         {Name: "echo", Access: everybody, Handler: do, Args: []Arg{{Name: "A"}}},
		`the zero Access`:                     {Name: "echo", Access: AnyOf(Access{}), Handler: do},
		`there is no rule in AllOf`:           {Name: "echo", Access: AllOf(), Handler: do},
		`RequireTrust needs`:                  {Name: "echo", Access: RequireTrust(0), Handler: do},
	} {
		assert.ErrorContains(t, rt.Command(c), want)
	}
}
