package policyfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/semaphore/chatops/policyfile"
)

const whole = `# Who may do what.
direct: true
require_verified: true
plaintext_reactions: true
rooms: ["!ops:example.org"]
confirm: 2m
approve: 30m
grants:
  - users: ["@ada:example.org", "@bob:example.org"]
    role: admin
  - users: [12]
    role: runner
    rooms: ["!ops:example.org"]
    projects: [website, 7]
    templates: [website/check]
approvals:
  - templates: [website/deploy-prod]
    approvals: 1
    dry_run_free: true
freezes:
  - reason: the weekend
    weekly: {from: friday 16:00, to: Mon 08:30, zone: Europe/Berlin}
  - from: 2026-12-30T00:00:00+01:00
    to: 2027-01-02T00:00:00Z
    admins: true
arguments:
  - templates: [check]
    flags: ["--check", -e]
`

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.yaml")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestLoad(t *testing.T) {
	t.Parallel()
	p, err := policyfile.Load(write(t, whole))
	require.NoError(t, err)
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	ops := []chatops.RoomID{"!ops:example.org"}
	assert.Equal(t, []chatops.Grant{
		{Users: []chatops.UserID{"@ada:example.org", "@bob:example.org"}, Role: chatops.Admin},
		{Users: []chatops.UserID{"12"}, Role: chatops.Runner, Scope: chatops.Scope{Rooms: ops, Projects: []string{"website", "7"}, Templates: []string{"website/check"}}},
	}, p.Grants)
	assert.Equal(t, []chatops.ApprovalRule{{Scope: chatops.Scope{Templates: []string{"website/deploy-prod"}}, Approvals: 1, DryRunFree: true}}, p.Approvals)
	assert.Equal(t, []chatops.ArgumentRule{{Scope: chatops.Scope{Templates: []string{"check"}}, Flags: []string{"--check", "-e"}}}, p.Arguments)
	require.Len(t, p.Freezes, 2)
	assert.Equal(t, &chatops.WeeklyWindow{
		FromDay: time.Friday, FromTime: 16 * time.Hour, ToDay: time.Monday, ToTime: 8*time.Hour + 30*time.Minute, Zone: berlin,
	}, p.Freezes[0].Weekly)
	assert.Equal(t, "2026-12-29T23:00:00Z", p.Freezes[1].From.UTC().Format(time.RFC3339))
	assert.True(t, p.Freezes[1].Admins)
	assert.True(t, p.Direct)
	assert.True(t, p.RequireVerified)
	assert.True(t, p.PlaintextReactions)
	assert.Equal(t, ops, p.Rooms)
	assert.Equal(t, 2*time.Minute, p.Confirm)
	assert.Equal(t, 30*time.Minute, p.Approve)
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	const grant = "direct: true\ngrants:\n  - {users: [ada], role: admin}\n"
	for content, want := range map[string]string{
		"":                        "grants: nobody is granted anything",
		"direct: true\ngrants:\n": "grants: nobody is granted anything",
		"grant:\n  - {users: [ada], role: admin}\n":                           "line 1: grant: there is no such key; did you mean grants?",
		"grants:\n  - {users: [ada], role: root}\n":                           `line 2: grants[1].role: "root" is no role; it is one of viewer, runner, approver, admin`,
		"grants:\n  - {users: [ada], role: nobody}\n":                         "is no role",
		"grants:\n  - {users: [ada]}\n":                                       "grants: entry 1: role: nobody cannot be granted",
		"grants:\n  - {role: admin}\n":                                        "grants: entry 1: it names no users",
		"grants:\n  - {users: [ada], role: viewer, projects: []}\n":           "grants: entry 1: projects: the list is empty; to mean all, leave the key out",
		"grants:\n  - users: [ada]\n    role: viewer\n    templates:\n":       "grants: entry 1: templates: the list is empty; to mean all, leave the key out",
		"grants:\n  - {users: [ada], role: viewer, projects: [\" \"]}\n":      "projects: an entry is empty",
		"direct: yes please\n":                                                "line 1: direct",
		grant + "confirm: 5\n":                                                "line 4: confirm: here belongs a time as 90s or 1h30m",
		grant + "confirm: -5m\n":                                              "confirm: -5m0s is not between",
		grant + "approvals: [{approvals: 2}]\n":                               "2 are wanted, and 1 people are approvers or admins",
		grant + "approvals: [{templates: [x]}]\n":                             "approvals: 0 is not between 1 and 10",
		grant + "freezes: [{reason: never}]\n":                                "freezes: entry 1: it says no time",
		grant + "freezes: [{weekly: {from: funday 8:00, to: mon 8:00}}]\n":    `"funday 8:00" is no day and time`,
		grant + "freezes: [{weekly: {from: fri 8:00, to: mon 8:00}}]\n":       "weekly: it has no time zone",
		grant + "freezes: [{weekly: {from: fri 8:00, zone: Local}}]\n":        "a time zone is named as Europe/Berlin or UTC",
		grant + "freezes: [{weekly: {from: fri 8:00, zone: Mars/Olympus}}]\n": `there is no time zone "Mars/Olympus"`,
		grant + "arguments: [{flags: [check]}]\n":                             `flags: "check" is not a flag`,
		grant + "arguments: [{flags: [--private-key]}]\n":                     "--private-key is never let through",
		grant + "rooms: [a]\narguments: [{rooms: [b], flags: [-v]}]\n":        `rooms: "b" is not among the policy's rooms`,
		whole[:strings.Index(whole, "reason")]:                                "freezes: entry 1: it says no time",
	} {
		path := write(t, content)
		_, err := policyfile.Load(path)
		require.ErrorContains(t, err, want, content)
		assert.ErrorContains(t, err, path)
	}
}

func TestLoadRefusesAFileThatEverybodyMayWrite(t *testing.T) {
	t.Parallel()
	path := write(t, whole)
	require.NoError(t, os.Chmod(path, 0o666))
	_, err := policyfile.Load(path)
	require.ErrorContains(t, err, "everybody may write it (mode 0666)")
	_, err = policyfile.Load(filepath.Join(t.TempDir(), "none.yaml"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
