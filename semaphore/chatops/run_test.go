package chatops

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// playbook adds a template for Ansible that takes everything.
func playbook(o *town) {
	o.server.AddTemplate(o.website, semaphoretest.Template{Name: "play", App: "ansible", Fields: map[string]any{
		"allow_override_args_in_task": true, "arguments": `["--forks=2"]`, "allow_override_branch_in_task": true,
	}})
}

func TestWhatIsConfirmedIsWhatRuns(t *testing.T) {
	t.Parallel()
	const command = `!cd run website play --limit web,db -l cache --tags a,b --skip-tags slow --branch release/1.4 --message "the big one" ` +
		`--dry-run --debug --var release=1.4 -- --diff --extra-vars "x=1 y=2"`
	t.Run("2.16", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			o := newTown(t, playbook)
			o.say(ada, command)
			for _, want := range []string{
				"limit: web,db,cache\n", "tags: a,b\n", "skip-tags: slow\n", "branch: release/1.4\n", "message: the big one\n", "dry run", "debug",
				"variable release: 1.4\n", "in place of the template's: --diff --extra-vars \"x=1 y=2\"\n",
			} {
				assert.Contains(t, o.last().text, want)
			}
			o.say(ada, "yes")
			task := o.lastTask()
			assert.Equal(t, map[string]any{
				"limit": []any{"web", "db", "cache"}, "tags": []any{"a", "b"}, "skip_tags": []any{"slow"}, "dry_run": true, "debug": true,
			}, task.Params)
			assert.JSONEq(t, `{"release":"1.4"}`, task.Environment)
			assert.JSONEq(t, `["--diff","--extra-vars","x=1 y=2"]`, task.Arguments)
			assert.Equal(t, "release/1.4", task.GitBranch)
			assert.True(t, strings.HasPrefix(task.Message, "the big one ["), task.Message)
		})
	})
	t.Run("2.10", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			o := newTown(t, func(o *town) {
				o.server.Close()
				o.server = semaphoretest.New(semaphoretest.WithGeneration(semaphoretest.Gen210))
				o.website = o.server.AddProject("website")
				playbook(o)
				o.server.AddTemplate(o.website, semaphoretest.Template{Name: "plain", App: "ansible"})
				o.config.Semaphore = o.client()
			})
			o.say(ada, command)
			o.say(ada, "yes")
			task := o.lastTask()
			assert.JSONEq(t, `["--diff","--extra-vars","x=1 y=2","--tags=a,b","--skip-tags=slow"]`, task.Arguments, "where this server reads tags")
			assert.Equal(t, "web,db,cache", task.Limit)
			assert.True(t, task.DryRun && task.Debug)
			o.say(ada, "!cd run website play --tags a")
			o.say(ada, "yes")
			assert.JSONEq(t, `["--forks=2","--tags=a"]`, o.lastTask().Arguments, "the template's own arguments stay")
			o.say(ada, "!cd run website plain --tags a")
			assert.Contains(t, o.last().text, "all of it would run")
			_, err := o.client().UpdateEnvironment(t.Context(), semaphore.ProjectID(o.website.ID), semaphore.EnvironmentID(o.website.EnvironmentID),
				func(e *semaphore.Environment) { e.Variables = semaphore.Variables{"release": "1.0"} })
			require.NoError(t, err)
			o.say(ada, "!cd run website plain --var release=2.0")
			assert.Contains(t, o.last().text, "sets release too, and on this version of Semaphore that wins.")
		})
	})
}

func TestRunRefusesWhatWouldBeIgnored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, playbook, func(o *town) {
			o.server.AddTemplate(o.website, semaphoretest.Template{Name: "plain", App: "ansible"})
		})
		for command, want := range map[string]string{
			"website check --limit x":             "--limit is for Ansible, and this template runs bash.",
			"website check --tags x":              "--tags is for Ansible",
			"website check --dry-run":             "--dry-run is for Ansible",
			"website plain --branch x":            "does not let a task choose its branch",
			"website plain -- --diff":             "The template takes no arguments",
			"website play --branch -x":            "--branch needs a value",
			"website play --branch=-x":            "is no name of a branch",
			"website play --branch=\"a b\"":       "is no name of a branch",
			"website play --limit a,,b":           "--limit has an entry that is empty.",
			"website play --limit @/etc/passwd":   "which would read a file",
			"website play --limit=web:@x":         "which would read a file",
			"website play --tags=-x":              "looks like a flag",
			"website play --colour red":           "There is no flag",
			"website play extra":                  `There is nothing for "extra" to be; quote words`,
			"website play --args \"-e @x\"":       "Extra variables are not read from files.",
			"website play -- --private-key=x":     "is not let through: it reads files",
			"website play --var x=\"{{ x }}\"":    "must not contain {{",
			"website play --message \"a\u202eb\"": "which nobody would see",
			"website play -m \"{{ x }}\"":         "--message must not contain {{",
			"website check --debug":               "--debug is for Ansible",
			"website nothing":                     "There is no template",
			"nowhere":                             "There is no",
		} {
			o.say(ada, "!cd run "+command)
			assert.Contains(t, o.last().text, want, command)
		}
		o.say(carl, "!cd run website play -- --diff")
		assert.Equal(t, "Raw arguments are for admins: the policy lets nobody else pass any to this template.", o.last().text)
		o.config.Policy.Arguments = []ArgumentRule{{Scope: Scope{Templates: []string{"play"}}, Flags: []string{"--diff"}}}
		require.NoError(t, o.engine.SetPolicy(o.config.Policy))
		o.say(carl, "!cd run website play -- --check")
		assert.Equal(t, `The policy does not let "--check" through; it lets through --diff.`, o.last().text)
		o.say(carl, "!cd run website play -- --diff")
		o.say(carl, "yes")
		assert.JSONEq(t, `["--diff"]`, o.lastTask().Arguments)
	})
}

func TestTheSoleTemplateNeedsNoName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) {
			shop := o.server.AddProject("shop")
			o.server.AddTemplate(shop, semaphoretest.Template{
				Name: "one", App: "ansible", Fields: map[string]any{"allow_override_args_in_task": true},
			})
		})
		for _, command := range []string{"shop", "SHOP one", "shop/one", "2 3", "2/3", `"shop" "one"`} {
			o.say(carl, "!cd run "+command)
			require.Contains(t, o.last().text, "Run shop / one?", command)
		}
		o.say(ada, "!cd run shop -- --check")
		assert.Contains(t, o.last().text, "Run shop / one?")
		assert.Contains(t, o.last().text, "--check")
		o.say(carl, "!cd run")
		assert.Contains(t, o.last().text, "Which one?")
	})
}

func TestTheDigestChangesWithEverything(t *testing.T) {
	t.Parallel()
	base := request{Target: deployProd}
	seen := map[string]bool{base.digest(): true}
	for _, change := range []func(*request){
		func(r *request) { r.Target.Template++ },
		func(r *request) { r.Start.Message = "x" },
		func(r *request) { r.Start.Limit = []string{"a", "b"} },
		func(r *request) { r.Start.Limit = []string{"a,b"} },
		func(r *request) { r.Start.Tags = []string{"a"} },
		func(r *request) { r.Start.SkipTags = []string{"a"} },
		func(r *request) { r.Start.Branch = "x" },
		func(r *request) { r.Start.DryRun = true },
		func(r *request) { r.Start.Debug = true },
		func(r *request) { r.Start.Variables = semaphore.Variables{"a": "1"} },
		func(r *request) { r.Start.Variables = semaphore.Variables{"a": json.Number("1")} },
		func(r *request) { r.Start.Secrets = []string{"a"} },
		func(r *request) { r.Start.Arguments = semaphore.Arguments{"a"} },
	} {
		r := base
		change(&r)
		assert.False(t, seen[r.digest()], "%+v", r.Start)
		seen[r.digest()] = true
		data, err := json.Marshal(r)
		require.NoError(t, err)
		var again request
		require.NoError(t, json.Unmarshal(data, &again))
		assert.Equal(t, r.digest(), again.digest(), "as it was stored")
		assert.Regexp(t, `^-[0-9a-f]{8}$`, again.mark())
	}
}

func TestWhatSemaphoreForbidsIsSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) {
			guest := o.server.AddUser(semaphoretest.User{Username: "bot"})
			o.website = o.server.AddProject("closed", semaphoretest.Member{User: guest, Role: semaphoretest.RoleGuest})
			o.server.AddTemplate(o.website, semaphoretest.Template{Name: "check"})
			client, err := semaphore.NewClient(
				semaphore.Credentials{URL: o.server.URL(), Token: semaphore.NewSecret(guest.Token)}, semaphore.WithTransport(o.server.Transport()))
			require.NoError(o.t, err)
			o.config.Semaphore = client
		})
		o.say(carl, "!cd run closed check")
		question := o.last()
		o.say(carl, "yes")
		require.Zero(t, o.started())
		assert.Contains(t, o.again(question).text, "Not started, at 00:00 UTC.")
		said := o.find("was not started")
		assert.True(t, said.alert)
		assert.NotContains(t, said.text, "/api")
		t.Log(said.text)
		assert.Contains(t, strings.Join(o.auditLines(), "\n"), "run failed: refused, error ")
	})
}
