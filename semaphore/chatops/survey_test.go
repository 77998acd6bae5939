package chatops

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// asking adds a template with a survey to the town.
func asking(vars ...map[string]any) func(o *town) {
	return func(o *town) {
		o.server.AddTemplate(o.website, semaphoretest.Template{Name: "ask", Fields: map[string]any{"survey_vars": vars}})
	}
}

var (
	askSignal = map[string]any{
		"name": "signal", "title": "Signal", "type": "enum", "required": true, "description": "Which way.",
		"values": []any{map[string]any{"name": "Go", "value": "clear"}, map[string]any{"name": "Halt", "value": "stop"}},
	}
	askCount    = map[string]any{"name": "count", "title": "Count", "type": "int", "required": true, "default_value": "3"}
	askNote     = map[string]any{"name": "note", "title": "Note", "required": true}
	askColour   = map[string]any{"name": "colour", "title": "Colour", "default_value": "red"}
	askHeight   = map[string]any{"name": "height", "title": "Height", "type": "int"}
	askPassword = map[string]any{"name": "password", "title": "Password", "type": "secret", "required": true}
)

// lastTask is what the newest task was started with.
func (o *town) lastTask() semaphoretest.Task {
	o.t.Helper()
	tasks := o.server.Tasks()
	require.NotEmpty(o.t, tasks)
	return tasks[len(tasks)-1]
}

func TestRequiredValuesAreAskedForOneByOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, asking(askColour, askSignal, askHeight, askCount, askNote))
		o.say(carl, "!cd run website ask")
		prompt := o.last()
		for _, want := range []string{"Signal for website / ask", "Which way.", "One of: clear, stop", "Reply to this message", "2 more to come"} {
			assert.Contains(t, prompt.text, want)
		}
		o.say(carl, "clear")
		o.say(carl, "yes")
		o.answers(vera, prompt.id, "clear")
		o.answers(bob, prompt.id, "stop")
		o.react(carl, prompt.id, "👍")
		assert.Len(t, o.messages(), 2, "only Bob's no is answered, since he had none to give")
		o.answers(carl, prompt.id, "clea")
		assert.Equal(t, `signal cannot be "clea"; did you mean clear? Please answer again.`, o.last().text)
		o.answers(carl, prompt.id, "sideways")
		assert.Contains(t, o.last().text, "it is one of clear, stop")
		o.answers(carl, prompt.id, "GO")
		assert.Equal(t, "Signal is clear.", o.again(prompt).text)

		o.answers(carl, prompt.id, "no, 7")
		assert.Equal(t, "That is answered already. Please answer my newest question, or cancel and ask again.", o.last().text)

		prompt = o.find("Count for")
		assert.Contains(t, prompt.text, "or with - for 3")
		o.answers(carl, prompt.id, "many")
		assert.Contains(t, o.last().text, "count is a whole number")
		o.restart()
		o.answers(carl, prompt.id, "-")

		prompt = o.find("Note for")
		o.answers(carl, prompt.id, "-")
		assert.Contains(t, o.last().text, "has no default")
		o.answers(carl, prompt.id, "a\u202eb")
		assert.Contains(t, o.last().text, "contains the character U+202E, which nobody would see")
		o.answers(carl, prompt.id, strings.Repeat("x", longestValue+1))
		assert.Contains(t, o.last().text, "has 1001 characters")
		in := o.event(carl, `"cancel"`)
		in.Thread = string(prompt.id)
		o.handle(in)

		question := o.last()
		for _, want := range []string{"variable colour: red", "variable count: 3", "variable note: cancel", "variable signal: clear"} {
			assert.Contains(t, question.text, want)
		}
		assert.NotContains(t, question.text, "height")
		require.Zero(t, o.started())
		o.say(carl, "yes")
		require.Equal(t, 1, o.started())
		assert.JSONEq(t, `{"colour":"red","count":3,"note":"cancel","signal":"clear"}`, o.lastTask().Environment)
	})
}

func TestValuesThatAreGivenAreNotAskedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, asking(askColour, askSignal, askHeight, askCount))
		for command, want := range map[string]string{
			"--var signal=up":                "signal cannot be \"up\"; it is one of clear, stop.",
			"--var signal":                   `--var takes name=value, and "signal" has no =.`,
			"--var signal=clear -e signal=x": "The variable signal is there twice.",
			"--var height=tall":              "height is a whole number",
			"--var colou=blue":               "did you mean colour",
			"--var other=x":                  "other variables are for admins",
			"--var ansible_host=evil":        "it would change how the task is run",
		} {
			o.say(carl, "!cd run website ask "+command)
			assert.Contains(t, o.last().text, want, command)
		}
		o.say(carl, "!cd run website ask --var signal=halt -e count=7 --var height=-2 -e colour=\"dark blue\"")
		o.say(carl, "yes")
		assert.JSONEq(t, `{"colour":"dark blue","count":7,"height":-2,"signal":"stop"}`, o.lastTask().Environment)
		o.say(ada, "!cd run website ask --var signal=halt -e count=7 --var release=1.4")
		o.say(ada, "yes")
		assert.JSONEq(t, `{"colour":"red","count":7,"release":"1.4","signal":"stop"}`, o.lastTask().Environment)
	})
}

// canary is what must be found nowhere.
const canary = "hunter2 run & hide"

func TestSecretValues(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, asking(askSignal, askPassword))
		o.say(carl, "!cd run website ask --var password=x")
		assert.Contains(t, o.last().text, "password is secret. Leave it out")
		o.say(carl, "!cd run website ask --var signal=clear")
		assert.Empty(t, o.texts(string(ops))[1:], "it is asked for in private")
		prompt := o.lastTo("carl")
		assert.Contains(t, prompt.text, "Password for website / ask")
		o.say(carl, "in the room")
		o.answers(carl, prompt.id, "in the room")
		require.Len(t, o.chat.in("carl"), 1)
		o.direct(bob, "help")
		o.direct(carl, canary)
		assert.Equal(t, "Password is set.", o.again(prompt).text)
		question := o.last()
		assert.Contains(t, question.text, "variable password: secret, never shown")

		o.restart() // What is in memory alone is gone.
		o.say(carl, "yes")
		require.Zero(t, o.started())
		again := o.lastTo("carl")
		require.NotEqual(t, prompt.id, again.id)
		assert.Contains(t, again.text, "Password for website / ask")
		o.direct(carl, canary)
		require.Equal(t, 1, o.started(), "it was confirmed already")

		var sent string
		for _, r := range o.server.Requests() {
			if r.Method == "POST" && strings.HasSuffix(r.Path, "/tasks") {
				sent = r.Body
			}
		}
		assert.Contains(t, sent, `"secret"`)
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Empty(t, o.engine.secrets.values)
		o.nowhere("hunter2")
	})
}

// Optional variables are asked for where somebody wants that, in the order of the template, secret ones in private.
func TestOptionalValuesAreAskedForOnDemand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		token := map[string]any{"name": "token", "title": "Token", "type": "secret"}
		secrets := &secretsSent{}
		o := newTown(t, asking(token, askColour, askSignal, askHeight), func(o *town) {
			secrets.inner = o.server.Transport()
			var err error
			o.config.Semaphore, err = semaphore.NewClient(semaphore.Credentials{
				URL: o.server.URL(), Token: semaphore.NewSecret(o.server.Admin().Token),
			}, semaphore.WithTransport(secrets))
			require.NoError(t, err)
		})
		for command, want := range map[string]string{
			"--var token=x":               "token is secret. Write --ask token instead: I ask for it in a direct message. What you wrote is in the chat now",
			"--ask toke":                  `The template does not ask for "toke": did you mean token?`,
			"--ask release":               `The template does not ask for "release".`,
			"--ask token,":                `The template does not ask for "".`,
			"--ask token=hunter2":         "token is secret. Write --ask token instead",
			"--ask height --var height=3": "The variable height is there twice.",
			"--ask colour=blue":           "--ask takes names alone: I ask for the values. --var takes name=value.",
		} {
			o.say(ada, "!cd run website ask "+command)
			assert.Contains(t, o.last().text, want, command)
			assert.NotContains(t, o.last().text, "Run website", command)
		}

		o.say(carl, "!cd run website ask --ask token,height --ask token --ask signal")
		assert.Contains(t, o.last().text, "Signal for website / ask")
		o.answers(carl, o.last().id, "clear")
		assert.Contains(t, o.last().text, "Height for website / ask")
		o.answers(carl, o.last().id, "-2")
		require.NotContains(t, o.last().text, "Token for")
		prompt := o.lastTo("carl")
		assert.Contains(t, prompt.text, "Token for website / ask")
		o.answers(carl, prompt.id, canary)
		o.direct(carl, canary)
		assert.Equal(t, "Token is set.", o.again(prompt).text)
		for _, want := range []string{"variable colour: red", "variable height: -2", "variable signal: clear", "variable token: secret, never shown"} {
			assert.Contains(t, o.last().text, want)
		}
		o.restart() // What is in memory alone is gone.
		o.say(carl, "yes")
		require.Zero(t, o.started())
		o.direct(carl, canary)
		require.Equal(t, 1, o.started())
		assert.JSONEq(t, `{"colour":"red","height":-2,"signal":"clear"}`, o.lastTask().Environment)
		o.pass(time.Minute)
		o.nowhere("hunter2")

		o.say(carl, "!cd run website ask --var signal=clear --ask colour")
		assert.Contains(t, o.last().text, "Colour for website / ask")
		assert.Contains(t, o.last().text, "or with - for red")
		o.answers(carl, o.last().id, "-")
		assert.NotContains(t, o.last().text, "token", "what nobody wants to be asked for is left out")
		o.say(carl, "yes")
		assert.JSONEq(t, `{"colour":"red","signal":"clear"}`, o.lastTask().Environment)
		require.Len(t, secrets.given, 2)
		assert.JSONEq(t, `{"token":"`+canary+`"}`, secrets.given[0])
		assert.Empty(t, secrets.given[1])
	})
}

// secretsSent keeps what Semaphore is given in secret, which the pretended server keeps to itself.
type secretsSent struct {
	inner http.RoundTripper
	given []string
}

func (s *secretsSent) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/tasks") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		var sent struct {
			Secret string `json:"secret"`
		}
		if err := json.Unmarshal(body, &sent); err != nil {
			return nil, err
		}
		s.given = append(s.given, sent.Secret)
	}
	return s.inner.RoundTrip(r)
}

// nowhere says that something is neither in the store nor in the audit nor in what was said.
func (o *town) nowhere(secret string) {
	o.t.Helper()
	require.NoError(o.t, o.store.View(o.t.Context(), func(tx Tx) error {
		for r, err := range tx.Scan("", "") {
			if err != nil {
				return err
			}
			assert.NotContains(o.t, string(r.Value), secret, r.Key)
		}
		return nil
	}))
	audit, err := os.ReadFile(o.audit)
	require.NoError(o.t, err)
	assert.NotContains(o.t, string(audit), secret)
	for _, m := range o.chat.messages {
		assert.NotContains(o.t, m.text, secret)
	}
}

// Who may say nothing in direct messages answers there what he was asked for, and nothing else.
func TestASecretValueIsTakenFromWhoeverWasAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, asking(askPassword), func(o *town) { o.config.Policy.Direct = false })
		o.direct(carl, canary)
		o.say(carl, "!cd run website ask")
		prompt := o.lastTo("carl")
		require.Contains(t, prompt.text, "Password for website / ask")
		o.direct(bob, "hunter2 of somebody else")
		o.direct(carl, "!cd projects")
		require.Contains(t, o.again(prompt).text, "Answer with the value")
		assert.Len(t, o.chat.in("carl"), 1, "no command is carried out")
		o.direct(carl, canary)
		assert.Equal(t, "Password is set.", o.again(prompt).text)
		o.direct(carl, "yes")
		o.direct(carl, canary)
		require.Zero(t, o.started())
		assert.Len(t, o.chat.in("carl"), 1)
		o.say(carl, "yes")
		require.Equal(t, 1, o.started())
		o.nowhere("hunter2")

		o.say(carl, "!cd run website ask")
		words := o.lastTo("carl")
		o.direct(carl, "go panda")
		assert.Equal(t, "Password is set.", o.again(words).text, "no request is called panda, so it is a value")
		o.say(carl, "yes")

		o.say(carl, "!cd run website ask")
		second := o.lastTo("carl")
		o.direct(carl, "cancel")
		assert.Contains(t, o.again(second).text, "Cancelled by CARL")
	})
}

// A value that comes when nothing is asked any more is said back nowhere, and the default of a secret is kept nowhere.
func TestASecretValueThatComesTooLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		withDefault := map[string]any{"name": "password", "type": "secret", "required": true, "default_value": "hunter2"}
		o := newTown(t, asking(withDefault))
		o.direct(carl, "run website ask")
		o.direct(carl, canary)
		o.direct(carl, canary)
		assert.Equal(t, "There is no such command. !cd help lists what there is.", o.lastTo("carl").text)
		o.direct(carl, "!cd rum")
		assert.Contains(t, o.lastTo("carl").text, `There is no command "rum".`)
		o.nowhere("hunter2")
	})
}

func TestAPromptCanBeGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, asking(askNote))
		for _, word := range []string{"cancel", "CANCEL", "❌"} {
			o.say(carl, "!cd run website ask")
			prompt := o.last()
			o.answers(carl, prompt.id, word)
			assert.Contains(t, o.again(prompt).text, "Cancelled by CARL", word)
		}
		o.say(carl, "!cd run website ask")
		prompt := o.last()
		o.say(carl, "no")
		assert.Contains(t, o.again(prompt).text, "Cancelled by CARL")
		o.say(carl, "!cd run website ask")
		prompt = o.last()
		time.Sleep(5 * time.Minute)
		o.settle()
		assert.Contains(t, o.again(prompt).text, "Expired")
		o.answers(carl, prompt.id, "too late")
		assert.Zero(t, o.started())
	})
}

func TestDirectPrompts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, asking(askNote, askPassword))
		o.direct(carl, "run website ask")
		assert.Contains(t, o.lastTo("carl").text, "Answer with the value")
		o.direct(carl, "projects")
		assert.Contains(t, o.lastTo("carl").text, "website", "a command is no value")
		o.direct(carl, `"projects"`)
		o.direct(carl, "projects") // As a password it would do; a prefix makes a command.
		assert.Contains(t, o.lastTo("carl").text, "variable note: projects")
		o.direct(carl, "yes")
		assert.JSONEq(t, `{"note":"projects"}`, o.lastTask().Environment)
	})
}

func TestMentionedValues(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, asking(askNote))
		mention := func(text string) {
			in := o.event(carl, text)
			in.Mentioned, in.Thread = true, "deploys"
			o.handle(in)
		}
		mention("run website ask")
		mention("projects")
		mention("quiet and slow")
		assert.Contains(t, o.last().text, "variable note: quiet and slow")
		mention("yes")
		assert.Equal(t, 1, o.started())
	})
}

func FuzzSurveyValue(f *testing.F) {
	f.Add("int", "7")
	f.Add("enum", "Go")
	f.Add("", "{{ x }}")
	f.Fuzz(func(t *testing.T, kind, text string) {
		v := semaphore.SurveyVar{
			Name: "x", Type: semaphore.SurveyType(kind), Required: true, Values: []semaphore.SurveyValue{{Name: "Go", Value: "clear"}},
		}
		value, problem := surveyValue(v, "", text)
		if problem != "" {
			require.NotContains(t, problem, "\n")
			return
		}
		data, err := json.Marshal(value)
		require.NoError(t, err)
		require.LessOrEqual(t, len(data), 12*longestValue)
		require.False(t, kind == "" && strings.Contains(text, "{{"))
	})
}
