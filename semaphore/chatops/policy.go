package chatops

import "time"

// Policy says who may do what. Its zero value lets nobody do anything. It is plain data, so that a test can say what a
// policy allows; see [Policy.Role] and [Policy.Check]. Package policyfile reads it from a file.
type Policy struct {
	// Rooms are the rooms in which commands count. Elsewhere the bot is silent.
	Rooms []RoomID
	// Direct lets those who have a grant give commands in direct messages too.
	Direct bool
	// RequireVerified refuses commands from devices that the bot has not verified.
	RequireVerified bool
	// PlaintextReactions lets reactions confirm in encrypted rooms too, where they are not encrypted, so that who runs
	// the homeserver can make them up.
	PlaintextReactions bool

	Grants    []Grant
	Approvals []ApprovalRule
	Freezes   []Freeze
	Arguments []ArgumentRule

	// Confirm is how long a question whether to run something counts, and Approve how long a request waits for its
	// approvals. 0 means five minutes and one hour.
	Confirm, Approve time.Duration
}

// Role is what somebody may do. Each includes those before it.
type Role int

// The roles.
const (
	Nobody   Role = iota // Nothing at all; the bot says so where they try, once in ten minutes.
	Viewer               // Look: projects, templates, status, logs, history, queue; watch for themselves.
	Runner               // Run templates, stop tasks, lock and unlock.
	Approver             // Approve, or refuse, what others want to run.
	Admin                // Everything: other people's locks, raw arguments and, with a grant for all projects, rooms and aliases.
)

// Grant gives a role to people. An empty list of rooms, projects or templates means all of them; an empty list of users
// means nobody.
type Grant struct {
	Users []UserID
	Role  Role
	Scope
}

// Scope is where a rule holds. Projects and templates are given by name or by number; a template as "project/template" or
// alone. Names are compared without regard to case; what is written as a number is never a name, so that nobody can name
// a template after the number of another. What names rooms holds in those: a rule that allows something not in direct
// messages, and one that restricts it there too, lest they be a way around it.
type Scope struct {
	Rooms     []RoomID
	Projects  []string
	Templates []string
}

// ApprovalRule wants approvals before something runs. Of several that hold the one with the most counts.
type ApprovalRule struct {
	Scope
	// Approvals is how many people with the role [Approver] have to agree, beside who asks: 1 is the two-person rule.
	Approvals int
	// DryRunFree lets dry runs go without.
	DryRunFree bool
}

// Freeze is a time in which nothing runs. Either From and To are set, or a weekly window.
type Freeze struct {
	Scope
	Reason   string
	From, To time.Time
	Weekly   *WeeklyWindow
	// Admins lets admins run all the same.
	Admins bool
}

// WeeklyWindow is a time of each week, as from Friday 16:00 to Monday 08:00 on the clocks of Zone.
type WeeklyWindow struct {
	FromDay, ToDay   time.Weekday
	FromTime, ToTime time.Duration // Since midnight on the clock, less than 24 hours.
	Zone             *time.Location
}

// ArgumentRule lets raw arguments through to the command line of a template. Without one only admins may pass any, and
// nobody those that read files or change the connection.
type ArgumentRule struct {
	Scope
	Flags []string // As "--check" or "-e"; the words before the equals sign.
}
