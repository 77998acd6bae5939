package main

import (
	"strings"
)

// policyTemplate is a policy to begin with. It grants what the settings grant,
// and where these name nobody by their ids it is refused until somebody fills
// it in.
func (s *settings) policyTemplate() string {
	rooms, grants := "#rooms: [ROOM]", "#grants:\n#  - users: [USER]\n#    role: admin"
	if len(s.Rooms) > 0 {
		rooms = "rooms: " + list(s.Rooms)
	}
	if len(s.Admins) > 0 {
		grants = "grants:\n  - users: " + list(s.Admins) + "\n    role: admin"
	}
	return strings.NewReplacer("ROOMS", rooms, "GRANTS", grants).Replace(policyText)
}

// handOver moves the people and rooms of the settings whose ids are known into
// the policy, so that taking them out there is enough.
func (s *settings) handOver() (policy settings) {
	known := func(names []string, is func(string) bool) bool {
		for _, name := range names {
			if !is(name) {
				return false
			}
		}
		return len(names) > 0
	}
	zulip := s.chat() == onZulip
	if known(s.Admins, func(name string) bool { return isNumber(name) || !zulip && strings.HasPrefix(name, "@") }) {
		policy.Admins, s.Admins = s.Admins, nil
	}
	if known(s.Rooms, func(name string) bool { return isNumber(name) || strings.HasPrefix(name, "!") }) {
		policy.Rooms, s.Rooms = s.Rooms, nil
	}
	return policy
}

const policyText = `# Who may run what with deploybot. It is read again within two seconds when it
# changes; where it is wrong, what was in force stays in force.
#
# People are named by what nobody can choose or change: @ada:example.org on
# Matrix, the number of a user on Zulip; there an e-mail address does too. Rooms
# are named by their ids: !abc:example.org on Matrix, the number of a channel on
# Zulip; an alias, as #ops:example.org, or the name of a channel does too. Such an
# address or name is looked up at each start and means what it means then.
# Projects and templates are named by name or number, a template also as
# project/template. A list of rooms, projects or templates that is left out means
# all of them. "deploybot check" finds what does not exist.

# Where commands count, and whether they do in direct messages too.
ROOMS
direct: true

# Who may do what. Everybody else may do nothing, and is told so now and then.
# The roles, each with all that those before it may:
#   viewer    looks at projects, templates, tasks and logs
#   runner    runs templates, stops tasks, locks
#   approver  approves what others want to run
#   admin     everything: other people's locks, raw arguments; for rooms and
#             aliases too, where the grant is for all projects
GRANTS
#  - users: [USER, USER]
#    role: runner
#    projects: [website]

# What other people have to approve before it runs, and how many of them.
#approvals:
#  - templates: [website/deploy-prod]
#    approvals: 1
#    dry_run_free: true

# When nothing runs: each week, or once. Admins can be let through.
#freezes:
#  - reason: the weekend
#    weekly: {from: friday 16:00, to: monday 08:00, zone: Europe/Berlin}
#  - reason: inventory
#    from: 2026-12-30T00:00:00+01:00
#    to: 2027-01-02T00:00:00+01:00
#    admins: true

# Which raw arguments may be given to a template by those who may run it.
#arguments:
#  - templates: [website/check]
#    flags: ["--check", "--diff"]

# How long a question whether to run something counts, and how long a request
# waits for its approvals.
#confirm: 5m
#approve: 1h

# Refuse commands from devices of Matrix that the bot has not verified; let
# reactions, which Matrix never encrypts, confirm in encrypted rooms.
#require_verified: true
#plaintext_reactions: true

# The end. Keep this line the last one: a file without it may have been cut short
# while it was written, and is not put into force.
...
`
