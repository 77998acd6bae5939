// Package policyfile reads a [chatops.Policy] from a file in YAML, and reads it again when it has changed:
//
//	direct: true
//	rooms: ["!ops:example.org"]
//	grants:
//	  - users: ["@ada:example.org"]
//	    role: admin
//	  - users: ["@bob:example.org", "@eve:example.org"]
//	    role: approver
//	  - users: ["@carl:example.org"]
//	    role: runner
//	    projects: [website]
//	approvals: # Two people for production.
//	  - templates: [website/deploy-prod]
//	    approvals: 1
//	    dry_run_free: true
//	freezes:
//	  - reason: the weekend
//	    weekly: {from: friday 16:00, to: monday 08:00, zone: Europe/Berlin}
//	  - reason: inventory
//	    from: 2026-12-30T00:00:00+01:00
//	    to: 2027-01-02T00:00:00+01:00
//	    admins: true
//	arguments:
//	  - templates: [website/check]
//	    flags: ["--check", "--diff"]
//	confirm: 5m
//	approve: 1h
//	...
//
// What a key means is told at the field of [chatops.Policy] of the same name. Whoever is not named may do nothing. A list
// of rooms, projects or templates that is left out means all of them; one that is there and empty is an error, since it
// would give everything to whoever meant to give nothing.
//
// The file is read strictly: unknown keys, wrong types and rules that cannot hold are errors with the line or the number
// of the entry. [Watch] puts a changed file into force within two seconds, and leaves everything as it was where the file
// is wrong, half written or gone. The line of three dots at the end tells a file that is whole from one that was cut short.
package policyfile
