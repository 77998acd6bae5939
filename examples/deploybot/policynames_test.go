package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/examples/internal/proctest"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// TestPolicyThatNamesByAddress names people by e-mail addresses and channels by
// their names, as the settings may too.
func TestPolicyThatNamesByAddress(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := writeFile(t, "policy.yaml", "rooms: [ops]\ngrants:\n- {users: ["+o.ada.Email+"], role: admin, rooms: [ops]}\n")
	o.environment["DEPLOY_POLICY"] = path
	got := runs(t, o.environment, "check")
	assert.Equal(t, statusOK, got.status, got.stdout)
	inOrder(t, got.stdout, "  ok    people in the policy", "  note  the bot is not in ops yet, and will subscribe to it when it starts", "  ok    rooms in the policy")

	p := o.start(t)
	p.Log.WaitFor(t, "what=user name="+o.ada.Email+" id="+number(o.ada))
	p.Log.WaitFor(t, "what=room name=ops")
	o.posts(o.ada, "!cd projects")
	o.reads(t, "website")
	o.posts(o.bola, "!cd projects")
	o.reads(t, "I take no commands from you")

	require.NoError(t, os.WriteFile(path, []byte("rooms: [ops]\ngrants:\n- {users: ["+o.ada.Email+", "+o.bola.Email+"], role: admin, rooms: [ops]}\n"), 0o600))
	p.Log.WaitFor(t, "name="+o.bola.Email+" id="+number(o.bola))
	o.posts(o.bola, "!cd templates website")
	o.reads(t, "deploy-prod")
	p.Stop()
}

// TestPolicyThatNamesNobody has names that no id of the chat looks like.
func TestPolicyThatNamesNobody(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	policy := func(users string) environment {
		return o.with(environment{"DEPLOY_POLICY": writeFile(t, "policy.yaml", "rooms: [ops]\ngrants:\n- {users: ["+users+"], role: admin}\n")})
	}
	for _, tt := range []struct{ users, start, check string }{
		{"Ada", `users: "Ada" is neither a user id of Zulip, as 12, nor an e-mail address`, "; Ada is " + number(o.ada)},
		{`"@ada:example.org"`, `users: "@ada:example.org" is neither a user id of Zulip`, ""},
	} {
		env := policy(tt.users)
		got := runs(t, env, "check")
		assert.Equal(t, statusFailed, got.status, got.stdout)
		assert.Regexp(t, `WRONG people in the policy: .* is neither a user id of Zulip, as 12, nor an e-mail address`+tt.check+"\n", got.stdout)
		got = runs(t, env)
		assert.Equal(t, statusConfig, got.status)
		assert.Contains(t, got.stderr, "policy (DEPLOY_POLICY): "+tt.start)
	}
	got := runs(t, policy(number(o.ada)+", 99, nobody@example.org, 98"), "check")
	assert.Contains(t, got.stdout, "WRONG people in the policy: 99: ")
	assert.Contains(t, got.stdout, "WRONG people in the policy: nobody@example.org: ")
	assert.Regexp(t, `\n3 of \d+ things are wrong\.\n$`, got.stdout, "each counts")

	path := writeFile(t, "policy.yaml", "rooms: [ops, 77]\ngrants:\n- {users: ["+number(o.ada)+", 99], role: admin}\n"+
		"approvals:\n- {templates: [website/deploy-prd], rooms: [ops], approvals: 1}\n")
	o.environment["DEPLOY_POLICY"] = path
	got = runs(t, o.environment, "check")
	assert.Contains(t, got.stdout, "WRONG rooms in the policy: 77: there is no such channel, or the bot may not see it")
	assert.Contains(t, got.stdout, `WRONG projects and templates in the policy: approvals: entry 1: there is no template "website/deploy-prd"`)
	p := o.start(t)
	p.Log.WaitFor(t, "what=user name=99")
	p.Log.WaitFor(t, "what=room name=77")
	p.Log.WaitFor(t, `approvals: entry 1: there is no template \"website/deploy-prd\"`)
	p.Log.WaitFor(t, "what=room name=ops id=")
	o.posts(o.ada, "!cd projects")
	o.reads(t, "website")

	require.NoError(t, os.WriteFile(path, []byte("rooms: [ops]\ngrants:\n- {users: [Ada], role: admin}\n"), 0o600))
	p.Log.WaitFor(t, "the policy before it stays in force")
	o.posts(o.ada, "!cd templates website")
	o.reads(t, "deploy-prod")
	assert.NotContains(t, p.Log.String(), "the policy was read again", "it has not changed")
	require.NoError(t, os.WriteFile(path, []byte("rooms: [ops]\ngrants:\n- {users: [8], role: viewer, projects: [webside]}\n"), 0o600))
	p.Log.WaitFor(t, "the policy was read again")
	p.Log.WaitFor(t, `there is no project \"webside\"`)
	p.Stop()
	audit := readAll(t, filepath.Join(o.get("DEPLOY_DATA"), "audit.jsonl"))
	assert.Contains(t, audit, `"command":"policy","decision":"refused"`)
	assert.Contains(t, audit, `"command":"policy","decision":"done","reason":"policy file with sha256 `)
}

func TestPolicyOnMatrixThatNamesNobody(t *testing.T) {
	t.Parallel()
	env, server := newTown(t)
	ada := server.User("ada")
	policy := func(users, rooms string) environment {
		return env.with(environment{"DEPLOY_POLICY": writeFile(t, "policy.yaml", "direct: true\nrooms: ["+rooms+"]\ngrants:\n- {users: ["+users+"], role: admin}\n")})
	}
	right := `"` + string(ada.ID()) + `"`
	got := runs(t, policy(right+`, "@eve:elsewhere.example"`, `"!ops:matrix.example"`), "check")
	assert.Equal(t, statusOK, got.status, got.stdout)
	got = runs(t, policy(right+`, "@adda:matrix.example", ada@example.org, 8`, `"#nowhere:matrix.example", ops`), "check")
	for _, want := range []string{
		"WRONG people in the policy: @adda:matrix.example: the homeserver knows no such user",
		`WRONG people in the policy: "ada@example.org" is no user id of Matrix, as @ada:example.org`,
		`WRONG people in the policy: "8" is no user id of Matrix`,
		"WRONG rooms in the policy: #nowhere:matrix.example: the homeserver knows no such alias",
		`WRONG rooms in the policy: "ops" is neither the id of a room`,
		"\n5 of ",
	} {
		assert.Contains(t, got.stdout, want)
	}
	assert.Contains(t, runs(t, policy(right, "ops")).stderr, `policy (DEPLOY_POLICY): rooms: "ops" is neither the id of a room`)

	p := startProgram(t, policy(right+`, "@adda:matrix.example"`, `"!a:matrix.example"`))
	require.NoError(t, server.WaitForSync(proctest.Patient(t), server.User("bot").ID()))
	p.Log.WaitFor(t, "what=room name=!a:matrix.example")
	p.Stop()
}

// TestVisitorLooksForPeople has a homeserver that tells visitors who there is.
func TestVisitorLooksForPeople(t *testing.T) {
	t.Parallel()
	var status atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case status.Load() != 0:
			w.WriteHeader(int(status.Load()))
		case strings.Contains(r.URL.Path, "@ada:"):
			_, _ = io.WriteString(w, `{"displayname": "Ada"}`)
		default:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"errcode": "M_NOT_FOUND", "error": "Profile was not found"}`)
		}
	}))
	t.Cleanup(server.Close)
	person := visitorPerson(matrixSettings{Homeserver: server.URL, User: "@bot:a.example"})
	for _, name := range []string{"@ada:a.example", "@adda:elsewhere.example"} {
		user, err := person(t.Context(), name)
		require.NoError(t, err)
		assert.Equal(t, chatops.UserID(name), user)
	}
	_, err := person(t.Context(), "@adda:a.example")
	require.EqualError(t, err, "@adda:a.example: the homeserver knows no such user")
	status.Store(http.StatusForbidden)
	_, err = person(t.Context(), "@adda:a.example")
	require.NoError(t, err, "it does not tell")
	status.Store(http.StatusTeapot)
	_, err = person(t.Context(), "@adda:a.example")
	require.Error(t, err)
}

func TestPolicyOfInitEndsWithDots(t *testing.T) {
	t.Parallel()
	s := settings{Admins: []string{"7"}, Rooms: []string{"3"}}
	text := s.policyTemplate()
	assert.True(t, strings.HasSuffix(text, "\n...\n"))
	assert.NotContains(t, text, "so much as an answer")
	_, err := readPolicy(writeFile(t, "policy.yaml", text))
	require.NoError(t, err)
}

func TestNumberAsPrefix(t *testing.T) {
	t.Parallel()
	config := writeFile(t, "deploybot.yaml", "prefix: 5\ndata: "+filepath.Join(t.TempDir(), "data")+"\n")
	got := runs(t, onZulipAlone(), "-config", config, "-admin", "8", "-room", "ops")
	assert.Equal(t, statusConfig, got.status)
	assert.Contains(t, got.stderr, `prefix (DEPLOY_PREFIX): "5" is a number`)
}

func TestCheckTellsOfTheTimeForEdits(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	args := []string{"check", "-admin", number(o.ada), "-room", "ops"}
	assert.NotContains(t, runs(t, o.environment, args...).stdout, "edited")
	strict := zuliptest.New(zuliptest.WithEditLimit(10 * time.Minute))
	t.Cleanup(strict.Close)
	site, err := strict.Listen("127.0.0.1:0")
	require.NoError(t, err)
	bot := strict.AddBot("Deploybot", "deploybot@zulip.example")
	got := runs(t, o.with(environment{"ZULIP_SITE": site, "ZULIP_API_KEY": bot.APIKey}), args...)
	assert.Contains(t, got.stdout, "  note  messages can be edited for 10m0s only: the end of a task that takes longer comes as a new message")
}
