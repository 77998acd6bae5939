package chatops

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

// TestApprovalsThatNobodyCouldGive has a policy in which fewer people could approve than have to.
func TestApprovalsThatNobodyCouldGive(t *testing.T) {
	t.Parallel()
	alone := func(o *town) {
		p := &o.config.Policy
		p.Rooms = append(p.Rooms, dev)
		p.Grants = []Grant{
			{Users: []UserID{ada}, Role: Admin},
			{Users: []UserID{bob}, Role: Approver, Scope: Scope{Rooms: []RoomID{dev}}},
			{Users: []UserID{carl}, Role: Runner},
		}
		p.Approvals = []ApprovalRule{{Scope: Scope{Templates: []string{"website/deploy-prod"}}, Approvals: 1, DryRunFree: true}}
	}
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, alone)
		o.say(ada, "!cd run website deploy-prod")
		assert.Equal(t, "Running website / deploy-prod takes the approval of one other person, and the policy names nobody else "+
			"who may approve it here: somebody has to be granted the role approver.", o.last().text)
		o.say(carl, "!cd run website deploy-prod")
		assert.Contains(t, o.last().text, "Run website / deploy-prod", "Ada can approve that")
	})
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, alone, func(o *town) {
			o.config.Policy.Approvals[0].Approvals = 2
			o.config.Policy.Direct = true
		})
		o.say(carl, "!cd run website deploy-prod")
		assert.Contains(t, o.last().text, "takes the approval of 2 other people, and the policy names only 1 who may approve it here")
		o.say(carl, "!cd run website deploy-prod --dry-run")
		assert.NotContains(t, o.last().text, "takes the approval")
	})
}
