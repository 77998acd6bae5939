package chatops_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

func TestCheckTargets(t *testing.T) {
	t.Parallel()
	targets := []chatops.TargetRef{
		{Project: 1, ProjectName: "Website"},
		{Project: 1, ProjectName: "Website", Template: 2, TemplateName: "Deploy-prod"},
		{Project: 3, ProjectName: "api"},
		{Project: 3, ProjectName: "api", Template: 4, TemplateName: "check"},
		{Project: 5, ProjectName: "empty"},
	}
	right := chatops.Policy{
		Grants:    []chatops.Grant{{Scope: chatops.Scope{Projects: []string{"website", "5"}, Templates: []string{"deploy-prod", "1/2"}}}},
		Approvals: []chatops.ApprovalRule{{Scope: chatops.Scope{Templates: []string{"website/deploy-prod", "API/4"}}}},
		Freezes:   []chatops.Freeze{{}, {Scope: chatops.Scope{Projects: []string{"empty"}}}},
		Arguments: []chatops.ArgumentRule{{Scope: chatops.Scope{Templates: []string{"check"}}}},
	}
	require.NoError(t, right.CheckTargets(targets))
	wrong := chatops.Policy{
		Grants:    []chatops.Grant{{Scope: chatops.Scope{Projects: []string{"webside"}}}, {Scope: chatops.Scope{Projects: []string{"webside"}}}},
		Approvals: []chatops.ApprovalRule{{Scope: chatops.Scope{Templates: []string{"website/deploy-prd", "1/4", "9"}}}},
		Freezes:   []chatops.Freeze{{}, {Scope: chatops.Scope{Projects: []string{"website"}, Templates: []string{"check"}}}},
		Arguments: []chatops.ArgumentRule{{Scope: chatops.Scope{Projects: []string{"11"}, Templates: []string{"check"}}}},
	}
	assert.EqualError(t, wrong.CheckTargets(targets), `grants: entry 1: there is no project "webside", or the bot may not see it
approvals: entry 1: there is no template "website/deploy-prd", or the bot may not see it
approvals: entry 1: there is no template "1/4", or the bot may not see it
approvals: entry 1: there is no template "9", or the bot may not see it
freezes: entry 2: there is no template "check" in the projects of the rule, or the bot may not see it
arguments: entry 1: there is no project "11", or the bot may not see it`)
}
