package policyfile

import (
	"errors"
	"fmt"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// file is what is in a file.
type file struct {
	Rooms              []chatops.RoomID `yaml:"rooms"`
	Direct             bool             `yaml:"direct"`
	RequireVerified    bool             `yaml:"require_verified"`
	PlaintextReactions bool             `yaml:"plaintext_reactions"`
	Grants             []grant          `yaml:"grants"`
	Approvals          []approval       `yaml:"approvals"`
	Freezes            []freeze         `yaml:"freezes"`
	Arguments          []argument       `yaml:"arguments"`
	Confirm            time.Duration    `yaml:"confirm"`
	Approve            time.Duration    `yaml:"approve"`
}

// scope is where a rule holds. The lists are pointers to tell one that is empty from one that is left out.
type scope struct {
	Rooms     *[]chatops.RoomID `yaml:"rooms"`
	Projects  *[]string         `yaml:"projects"`
	Templates *[]string         `yaml:"templates"`
}

type grant struct {
	scope

	Users []chatops.UserID `yaml:"users"`
	Role  role             `yaml:"role"`
}

type approval struct {
	scope

	Approvals  int  `yaml:"approvals"`
	DryRunFree bool `yaml:"dry_run_free"`
}

type freeze struct {
	scope

	Reason string    `yaml:"reason"`
	From   time.Time `yaml:"from"`
	To     time.Time `yaml:"to"`
	Weekly *weekly   `yaml:"weekly"`
	Admins bool      `yaml:"admins"`
}

type weekly struct {
	From moment `yaml:"from"`
	To   moment `yaml:"to"`
	Zone zone   `yaml:"zone"`
}

type argument struct {
	scope

	Flags []string `yaml:"flags"`
}

// policy is what the file says.
func (f file) policy() chatops.Policy {
	p := chatops.Policy{
		Rooms: f.Rooms, Direct: f.Direct, RequireVerified: f.RequireVerified, PlaintextReactions: f.PlaintextReactions,
		Confirm: f.Confirm, Approve: f.Approve,
	}
	for _, g := range f.Grants {
		p.Grants = append(p.Grants, chatops.Grant{Users: g.Users, Role: chatops.Role(g.Role), Scope: g.rule()})
	}
	for _, a := range f.Approvals {
		p.Approvals = append(p.Approvals, chatops.ApprovalRule{Scope: a.rule(), Approvals: a.Approvals, DryRunFree: a.DryRunFree})
	}
	for _, z := range f.Freezes {
		freeze := chatops.Freeze{Scope: z.rule(), Reason: z.Reason, From: z.From, To: z.To, Admins: z.Admins}
		if w := z.Weekly; w != nil {
			freeze.Weekly = &chatops.WeeklyWindow{
				FromDay: w.From.day, FromTime: w.From.clock, ToDay: w.To.day, ToTime: w.To.clock, Zone: w.Zone.location,
			}
		}
		p.Freezes = append(p.Freezes, freeze)
	}
	for _, a := range f.Arguments {
		p.Arguments = append(p.Arguments, chatops.ArgumentRule{Scope: a.rule(), Flags: a.Flags})
	}
	return p
}

func (s scope) rule() chatops.Scope {
	return chatops.Scope{Rooms: deref(s.Rooms), Projects: deref(s.Projects), Templates: deref(s.Templates)}
}

func deref[T any](list *[]T) []T {
	if list == nil {
		return nil
	}
	return *list
}

// emptyLists refuses lists that are there and empty.
func (f file) emptyLists() error {
	var problems []error
	check := func(name string, i int, s scope) {
		for _, list := range []struct {
			name  string
			empty bool
		}{
			{"rooms", s.Rooms != nil && len(*s.Rooms) == 0},
			{"projects", s.Projects != nil && len(*s.Projects) == 0},
			{"templates", s.Templates != nil && len(*s.Templates) == 0},
		} {
			if list.empty {
				problems = append(problems, fmt.Errorf("%s: entry %d: %s: the list is empty; to mean all, leave the key out", name, i+1, list.name))
			}
		}
	}
	for i, g := range f.Grants {
		check("grants", i, g.scope)
	}
	for i, a := range f.Approvals {
		check("approvals", i, a.scope)
	}
	for i, z := range f.Freezes {
		check("freezes", i, z.scope)
	}
	for i, a := range f.Arguments {
		check("arguments", i, a.scope)
	}
	return errors.Join(problems...)
}
