package chatops_test

import (
	"fmt"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// Somebody who may run the templates of one project, and where.
func ExamplePolicy_Role() {
	policy := chatops.Policy{
		Rooms: []chatops.RoomID{"!ops:example.org"},
		Grants: []chatops.Grant{{
			Users: []chatops.UserID{"@carl:example.org"},
			Role:  chatops.Runner,
			Scope: chatops.Scope{Projects: []string{"website"}},
		}},
	}
	website := chatops.TargetRef{Project: 1, ProjectName: "website", Template: 2, TemplateName: "deploy-prod"}
	shop := chatops.TargetRef{Project: 7, ProjectName: "shop", Template: 9, TemplateName: "deploy-prod"}
	fmt.Println(policy.Check())
	fmt.Println(policy.Role("@carl:example.org", "!ops:example.org", website))
	fmt.Println(policy.Role("@carl:example.org", "!ops:example.org", shop))
	fmt.Println(policy.Role("@carl:example.org", "!elsewhere:example.org", website))
	fmt.Println(policy.Role("@Carl:example.org", "!ops:example.org", website))
	// Output:
	// <nil>
	// runner
	// nobody
	// nobody
	// nobody
}

// Rules that can never hold give a false idea of what is allowed, so they are errors.
func ExamplePolicy_Check() {
	policy := chatops.Policy{
		Rooms:     []chatops.RoomID{"!ops:example.org"},
		Grants:    []chatops.Grant{{Users: []chatops.UserID{"@ada:example.org"}, Role: chatops.Admin}},
		Approvals: []chatops.ApprovalRule{{Approvals: 2, Scope: chatops.Scope{Rooms: []chatops.RoomID{"!old:example.org"}}}},
	}
	fmt.Println(policy.Check())
	// Output:
	// approvals: entry 1: approvals: 2 are wanted, and 1 people are approvers or admins
	// approvals: entry 1: rooms: "!old:example.org" is not among the policy's rooms
}
