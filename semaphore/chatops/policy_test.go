package chatops

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
)

// The places and things of the tests of policies.
const (
	dev  RoomID = "dev"
	hall RoomID = "hall" // Not in the policy.
)

func target(project, template int, projectName, templateName string) TargetRef {
	return TargetRef{
		Project: semaphore.ProjectID(project), ProjectName: projectName,
		Template: semaphore.TemplateID(template), TemplateName: templateName,
	}
}

var (
	deployProd = target(1, 1, "website", "deploy-prod")
	checkSite  = target(1, 2, "website", "check")
	deployShop = target(2, 6, "shop", "deploy-prod")
	named6     = target(3, 9, "2", "6") // Named after the numbers of deployShop.
	slashed    = target(4, 4, "a/b", "c/d")
)

// TestEveryCellOfThePolicy looks at each person in each room with each template.
func TestEveryCellOfThePolicy(t *testing.T) {
	t.Parallel()
	p := Policy{
		Rooms: []RoomID{ops, dev}, Direct: true,
		Grants: []Grant{
			{Users: []UserID{"@ada:example.org"}, Role: Admin},
			{Users: []UserID{"@bob:example.org"}, Role: Approver, Scope: Scope{Projects: []string{"WebSite"}}},
			{Users: []UserID{"@bob:example.org", "@vera:example.org"}, Role: Viewer},
			{Users: []UserID{"@carl:example.org"}, Role: Runner, Scope: Scope{Templates: []string{"website/CHECK"}}},
			{Users: []UserID{"@dora:example.org"}, Role: Runner, Scope: Scope{Rooms: []RoomID{ops}, Projects: []string{"2"}}},
			{Users: []UserID{"@eve:example.org"}, Role: Runner, Scope: Scope{Templates: []string{"2/6"}}},
			{Users: []UserID{"@finn:example.org"}, Role: Runner, Scope: Scope{Templates: []string{"deploy-prod", "a/b/c/d"}}},
			{Users: []UserID{"@gus:example.org"}, Role: Runner, Scope: Scope{Templates: []string{"6"}}},
		},
	}
	require.NoError(t, p.Check())
	const (
		n, v, r, o, a = Nobody, Viewer, Runner, Approver, Admin
	)
	targets := []TargetRef{deployProd, checkSite, deployShop, named6, slashed}
	// The roles are for no target, then for each of targets.
	for user, cells := range map[UserID]map[RoomID][]Role{
		"@ada:example.org":  {ops: {a, a, a, a, a, a}, dev: {a, a, a, a, a, a}, "": {a, a, a, a, a, a}},
		"@bob:example.org":  {ops: {o, o, o, v, v, v}, dev: {o, o, o, v, v, v}, "": {o, o, o, v, v, v}},
		"@vera:example.org": {ops: {v, v, v, v, v, v}, dev: {v, v, v, v, v, v}, "": {v, v, v, v, v, v}},
		"@carl:example.org": {ops: {r, n, r, n, n, n}, dev: {r, n, r, n, n, n}, "": {r, n, r, n, n, n}},
		"@dora:example.org": {ops: {r, n, n, r, n, n}, dev: {n, n, n, n, n, n}, "": {n, n, n, n, n, n}},
		"@eve:example.org":  {ops: {r, n, n, r, n, n}, dev: {r, n, n, r, n, n}, "": {r, n, n, r, n, n}},
		"@finn:example.org": {ops: {r, r, n, r, n, r}, dev: {r, r, n, r, n, r}, "": {r, r, n, r, n, r}},
		"@gus:example.org":  {ops: {r, n, n, r, n, n}, dev: {r, n, n, r, n, n}, "": {r, n, n, r, n, n}},
		// Nobody is somebody else by looking like him.
		"@Ada:example.org":     {ops: {n, n, n, n, n, n}},
		"@ada:Example.org":     {ops: {n, n, n, n, n, n}},
		"@ada:example.org.":    {ops: {n, n, n, n, n, n}},
		"@al%61:example.org":   {ops: {n, n, n, n, n, n}},
		"@аda:example.org":     {ops: {n, n, n, n, n, n}}, // A Cyrillic letter.
		"@ada:example.org ":    {ops: {n, n, n, n, n, n}},
		"@mallory:evil.tld":    {ops: {n, n, n, n, n, n}},
		"":                     {ops: {n, n, n, n, n, n}},
		"@ada:example.org\x00": {ops: {n, n, n, n, n, n}},
	} {
		cells[hall] = []Role{n, n, n, n, n, n}
		for room, roles := range cells {
			assert.Equal(t, roles[0], p.Role(user, room), "%q in %q", user, room)
			for i, target := range targets {
				assert.Equal(t, roles[i+1], p.Role(user, room, target), "%q in %q with %s", user, room, auditTarget(target))
			}
			assert.Equal(t, min(roles[1], roles[3]), p.Role(user, room, deployProd, deployShop), "the least of several counts")
		}
	}
	website := target(1, 0, "website", "")
	assert.Equal(t, Runner, p.Role("@carl:example.org", ops, website), "something in it")
	assert.Equal(t, Nobody, p.wholeProject("@carl:example.org", ops, website), "not all of it")
	assert.Equal(t, Approver, p.wholeProject("@bob:example.org", ops, website))
	assert.Equal(t, Nobody, p.wholeProject("@bob:example.org", hall, website))
}

func TestNobodyMayDoAnythingWithoutAPolicy(t *testing.T) {
	t.Parallel()
	var p Policy
	require.NoError(t, p.Check())
	for _, room := range []RoomID{ops, ""} {
		assert.Equal(t, Nobody, p.Role(ada, room))
	}
	p.Grants = []Grant{{Users: []UserID{ada}, Role: Admin}}
	for _, room := range []RoomID{ops, ""} {
		assert.Equal(t, Nobody, p.Role(ada, room), "no room is named, and direct messages are off")
	}
	p.Direct = true
	assert.Equal(t, Admin, p.Role(ada, ""))
	assert.Equal(t, Nobody, p.Role("", ""))
}

func TestDirectConversationsAreJudgedByThemselves(t *testing.T) {
	t.Parallel()
	p := Policy{Rooms: []RoomID{ops}, Grants: []Grant{{Users: []UserID{ada}, Role: Admin}}}
	direct := Incoming{From: ada, Room: "!dm", Direct: true}
	assert.Equal(t, Nobody, p.role(direct))
	p.Direct = true
	assert.Equal(t, Admin, p.role(direct))
	assert.Equal(t, Nobody, p.role(Incoming{From: ada, Room: "!dm"}))
	p.Grants[0].Rooms = []RoomID{ops}
	assert.Equal(t, Nobody, p.role(direct), "a grant for a room is for that room")
	assert.Equal(t, Admin, p.role(Incoming{From: ada, Room: ops, Direct: true}), "a room that the policy names is a room")
}

func TestApprovals(t *testing.T) {
	t.Parallel()
	p := Policy{Rooms: []RoomID{ops, dev}, Approvals: []ApprovalRule{
		{Scope: Scope{Projects: []string{"website"}}, Approvals: 1, DryRunFree: true},
		{Scope: Scope{Templates: []string{"website/deploy-prod"}}, Approvals: 2, DryRunFree: true},
		{Scope: Scope{Rooms: []RoomID{dev}, Templates: []string{"deploy-prod"}}, Approvals: 3},
	}}
	dry := start{DryRun: true}
	for _, c := range []struct {
		target TargetRef
		room   RoomID
		what   start
		want   int
	}{
		{checkSite, ops, start{}, 1},
		{checkSite, ops, dry, 0},
		{checkSite, ops, start{DryRun: true, Arguments: semaphore.Arguments{"-e", "x=1"}}, 1},
		{deployProd, ops, start{}, 2},
		{deployProd, ops, dry, 0},
		{deployProd, dev, dry, 3},
		{deployProd, "", dry, 3}, // A direct message is no way around a rule for a room.
		{deployShop, ops, start{}, 0},
		{deployShop, dev, start{}, 3},
	} {
		assert.Equal(t, c.want, p.approvals(c.target, c.room, c.what), "%s in %q with %+v", auditTarget(c.target), c.room, c.what)
	}
}

func TestFreezes(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	at := func(text string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04:05", text, berlin)
		require.NoError(t, err)
		return when.UTC()
	}
	weekend := Freeze{Reason: "weekend", Weekly: &WeeklyWindow{
		FromDay: time.Friday, FromTime: 16 * time.Hour, ToDay: time.Monday, ToTime: 8 * time.Hour, Zone: berlin,
	}}
	p := Policy{Rooms: []RoomID{ops}, Freezes: []Freeze{
		weekend, {Scope: Scope{Projects: []string{"shop"}}, From: at("2026-11-24 00:00:00"), To: at("2026-11-25 00:00:00"), Admins: true},
	}}
	require.NoError(t, p.Check())
	for now, want := range map[string]string{
		"2026-11-20 15:59:59": "",
		"2026-11-20 16:00:00": "2026-11-23 08:00:00",
		"2026-11-22 12:00:00": "2026-11-23 08:00:00",
		"2026-11-23 07:59:59": "2026-11-23 08:00:00",
		"2026-11-23 08:00:00": "",
		"2026-11-24 12:00:00": "",
		"2026-10-24 12:00:00": "2026-10-26 08:00:00", // The night in which clocks go back.
		"2026-03-28 12:00:00": "2026-03-30 08:00:00", // And forward.
	} {
		why, until, frozen := p.frozen(at(now), deployProd, ops, Admin)
		assert.Equal(t, want != "", frozen, now)
		if frozen {
			assert.Equal(t, want, until.In(berlin).Format("2006-01-02 15:04:05"), now)
			assert.Equal(t, "weekend", why.Reason)
		}
	}
	_, _, frozen := p.frozen(at("2026-11-24 12:00:00"), deployShop, ops, Approver)
	assert.True(t, frozen)
	_, _, frozen = p.frozen(at("2026-11-24 12:00:00"), deployShop, ops, Admin)
	assert.False(t, frozen)
	_, _, frozen = p.frozen(at("2026-11-21 12:00:00"), deployShop, ops, Admin)
	assert.True(t, frozen, "the weekend is for admins too")

	lunch := &WeeklyWindow{FromDay: time.Monday, FromTime: 12 * time.Hour, ToDay: time.Monday, ToTime: 13 * time.Hour, Zone: time.UTC}
	night := &WeeklyWindow{FromDay: time.Monday, FromTime: 13 * time.Hour, ToDay: time.Monday, ToTime: 12 * time.Hour, Zone: time.UTC}
	monday := time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)
	for hour := range 7 * 24 {
		now := monday.Add(time.Duration(hour)*time.Hour + time.Minute)
		_, inside := lunch.holds(now)
		end, other := night.holds(now)
		assert.NotEqual(t, inside, other, now)
		assert.Equal(t, hour == 12, inside, now)
		if other {
			assert.True(t, end.After(now) && end.Sub(now) <= week && end.Hour() == 12 && end.Weekday() == time.Monday, now)
		}
	}
}

func TestRawArguments(t *testing.T) {
	t.Parallel()
	p := Policy{Rooms: []RoomID{ops, dev}, Arguments: []ArgumentRule{
		{Scope: Scope{Templates: []string{"website/check"}, Rooms: []RoomID{ops}}, Flags: []string{"--check", "-e", "--forks", "-vv"}},
	}}
	require.NoError(t, p.Check())
	split := func(text string) []string { return strings.Split(text, "|") }
	for arguments, want := range map[string]string{ // For a runner.
		"--check":                         "",
		"-vv|--forks=5|--forks|7":         "",
		"-e|version=1.4":                  "",
		"-e=version=1.4":                  "",
		"--diff":                          "does not let",
		"-v":                              "does not let",
		"--check|other.yml":               "belongs to no flag",
		"other.yml":                       "belongs to no flag",
		"--|other.yml":                    "does not let",
		"-e|@/etc/passwd":                 "not read from files",
		"-e|{\"ansible_user\": \"root\"}": "without braces",
		"-e|ansible_connection=local":     "variables of Ansible itself",
		"-e|\\x61nsible_connection=local": "without braces and backslashes",
		"-e|x={{ lookup('pipe', 'id') }}": "Ansible would carry out",
		"-eversion=1":                     "several flags in one",
		"-Cv":                             "several flags in one",
		"--vault-password-file=/etc/x":    "reads files",
		"--vault-pass=x":                  "reads files", // The beginning of a flag is the flag, to Ansible.
		"--priv|x":                        "reads files",
		"-i|hosts":                        "reads files",
		"--extra|@x":                      "does not let",
		"--forks=@x":                      "read from a file",
	} {
		assert.Contains(t, p.argumentsProblem(checkSite, "", ops, Runner, split(arguments)), want, arguments)
		if want == "" {
			assert.Empty(t, p.argumentsProblem(checkSite, "", ops, Runner, split(arguments)), arguments)
			assert.Contains(t, p.argumentsProblem(deployProd, "", ops, Approver, split(arguments)), "for admins")
			assert.Contains(t, p.argumentsProblem(checkSite, "", dev, Approver, split(arguments)), "for admins")
			assert.Contains(t, p.argumentsProblem(checkSite, "", "", Approver, split(arguments)), "for admins")
		}
	}
	for arguments, want := range map[string]string{ // For an admin.
		"--diff|-v|--limit|web":          "",
		"other.yml":                      "",
		"--become":                       "",
		"--vault-id=x":                   "reads files",
		"--become-u|root":                "reads files",
		"--connection=local":             "reads files",
		"--conn|local":                   "reads files",
		"-c|local":                       "reads files",
		"--extra|@x":                     "not read from files",
		"@x":                             "read from a file",
		"-e|@secrets.yml":                "not read from files",
		"--extra-vars=ansible_host=evil": "variables of Ansible itself",
		"--limit|@hosts":                 "read from a file",
		"--limit=web,@hosts":             "read from a file",
		"-kK":                            "several flags in one",
		"--start-at-task|{{ 7*7 }}":      "Ansible would carry out",
	} {
		problem := p.argumentsProblem(deployProd, semaphore.AppAnsible, ops, Admin, split(arguments))
		if want == "" {
			assert.Empty(t, problem, arguments)
		}
		assert.Contains(t, problem, want, arguments)
	}
	for app, want := range map[semaphore.AppID]string{semaphore.AppTerraform: "reads or writes files", semaphore.AppBash: ""} {
		for _, arguments := range []string{"-var-file=x", "--var-file=x", "-chdir=/", "-state=x"} {
			assert.Contains(t, p.argumentsProblem(deployProd, app, ops, Admin, split(arguments)), want, "%s %s", app, arguments)
		}
	}
}

func FuzzRawArguments(f *testing.F) {
	f.Add("-e|x=1", "--check")
	f.Add("--vault|-i", "-e")
	f.Fuzz(func(t *testing.T, words, flag string) {
		p := Policy{Rooms: []RoomID{ops}, Arguments: []ArgumentRule{{Flags: []string{flag}}}}
		if p.Check() != nil {
			return
		}
		arguments := strings.Split(words, "|")
		if p.argumentsProblem(checkSite, semaphore.AppAnsible, ops, Runner, arguments) != "" {
			return
		}
		for i, word := range arguments {
			name, _, _ := strings.Cut(word, "=")
			value := i > 0 && arguments[i-1] == flag
			require.True(t, name == flag || value, "%q let %q through", flag, word)
			require.NotContains(t, word, "{{")
			require.False(t, value && strings.HasPrefix(word, "@"))
		}
	})
}

func TestVariableNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"version", "_x", "Version_2"} {
		assert.Empty(t, variableNameProblem(name), name)
	}
	for _, name := range []string{
		"", "1x", "a-b", "a b", "ä", "ansible_host", "ANSIBLE_CONFIG", "LD_PRELOAD", "PATH", "GIT_SSH_COMMAND", "PYTHONPATH", "BASH_ENV", "x\n",
		"TF_CLI_ARGS", strings.Repeat("x", 65),
	} {
		assert.NotEmpty(t, variableNameProblem(name), name)
	}
}

func TestCheckNamesAllThatIsWrong(t *testing.T) {
	t.Parallel()
	p := Policy{
		Rooms: []RoomID{ops, " x"}, Confirm: -1, Approve: 30 * 24 * time.Hour,
		Grants: []Grant{
			{Role: Admin},
			{Users: []UserID{""}, Role: 9},
			{Users: []UserID{ada}},
			{Users: []UserID{ada}, Role: Approver, Scope: Scope{Rooms: []RoomID{dev}, Projects: []string{""}, Templates: []string{"x "}}},
		},
		Approvals: []ApprovalRule{{Approvals: 0}, {Approvals: 3}, {Approvals: 11}},
		Freezes: []Freeze{
			{},
			{From: time.Now()},
			{From: time.Unix(2, 0), To: time.Unix(1, 0)},
			{From: time.Unix(1, 0), To: time.Unix(2, 0), Weekly: &WeeklyWindow{}},
			{Weekly: &WeeklyWindow{}},
			{Weekly: &WeeklyWindow{Zone: time.UTC}},
			{Weekly: &WeeklyWindow{Zone: time.UTC, ToTime: 24 * time.Hour}},
			{Weekly: &WeeklyWindow{Zone: time.UTC, ToDay: 7}},
		},
		Arguments: []ArgumentRule{{}, {Flags: []string{"x", "--", "--a=b", "--private-key", "-var-file"}}},
	}
	err := p.Check()
	require.Error(t, err)
	got := strings.Split(err.Error(), "\n")
	for _, want := range []string{
		"rooms: entry 2", "confirm:", "approve:", "grants: entry 1: it names no users", "grants: entry 2: users", "grants: entry 2: role: role 9",
		"grants: entry 3: role: nobody", `entry 4: rooms: "dev"`, "entry 4: projects", "entry 4: templates", "approvals: entry 1",
		"approvals: entry 2: approvals: 3 are wanted, and 2 people", "approvals: entry 3", "freezes: entry 1: it says no time",
		"entry 2: it needs both", "entry 3: it ends before", "entry 4: it says two times", "entry 5: weekly: it has no time zone",
		"entry 6: weekly: it ends when", "entry 7: weekly: a time of day", "entry 8: weekly: there is no such day", "arguments: entry 1: flags: it names none",
		`"x" is not a flag`, `"--" is not a flag`, `"--a=b" is not a flag`, "--private-key is never", "-var-file is never",
	} {
		assert.Contains(t, err.Error(), want)
	}
	assert.Len(t, got, 27, fmt.Sprint(len(got)))
}
