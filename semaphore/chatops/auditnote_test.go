package chatops

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheAuditSaysWhatWasRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, playbook)
		asked := o.say(ada, `!cd run website play --tags deploy --limit web --var release=1.4 -m "the big one" -- --diff`)
		require.Contains(t, o.last().text, "Run website / play?")
		o.say(ada, "yes")
		want := []string{"limit: web", "tags: deploy", "variable release: 1.4", "arguments, in place of the template's: --diff", "message: the big one"}
		entries := o.auditedOf(asked)
		require.Len(t, entries, 2)
		for i, decision := range []Decision{DecisionAsked, DecisionStarted} {
			assert.Equal(t, decision, entries[i].Decision)
			assert.Equal(t, want, entries[i].Asked)
		}
	})
}

func TestTheAuditHasRoomForAnything(t *testing.T) {
	t.Parallel()
	r := request{}
	r.Start.Message = strings.Repeat("<", 3_000)
	for range 100 {
		r.Start.Limit = append(r.Start.Limit, strings.Repeat("<h", 100))
	}
	r.Start.Variables = map[string]any{}
	for i := range 50 {
		r.Start.Variables[strings.Repeat("v", i+1)] = strings.Repeat("<", 1_000)
	}
	line, _, err := auditLine{AuditEntry: AuditEntry{Asked: r.summary()}}.seal()
	require.NoError(t, err)
	assert.Less(t, len(line), maxAuditLine)
	assert.Equal(t, "…", r.summary()[len(r.summary())-1])
}

func TestTheAuditSaysWhatItIsAbout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		id := o.tracked(o.deploy)
		status := o.say(vera, "!cd status")
		assert.Equal(t, id, o.auditedOf(status)[0].Task.Task)
		verify := o.say(vera, `!cd verify start "MY PHONE"`)
		assert.Equal(t, "start MY PHONE", o.auditedOf(verify)[0].Reason)

		o.say(carl, "!cd lock website/deploy-prod tests")
		locked := o.say(bob, "!cd run website deploy-prod")
		require.Len(t, o.auditedOf(locked), 1)
		assert.Equal(t, auditTarget(deployProd), o.auditedOf(locked)[0].Target)
		assert.Equal(t, "locked", o.auditedOf(locked)[0].Reason)
	})
}

func TestAProgramNotesWhatNoEventLedTo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		require.NoError(t, o.engine.Note(t.Context(), AuditEntry{Command: "start", Decision: DecisionDone, Reason: "version 1\n2 " + strings.Repeat("x", 400)}))
		last := o.auditLines()[len(o.auditLines())-1]
		assert.Contains(t, last, "start done: version 1 2 xxx")
		assert.Less(t, len(last), 400)
		require.ErrorIs(t, o.stop(), context.Canceled)
		config := o.config
		var err error
		config.Audit, err = OpenAudit(o.audit)
		require.NoError(t, err)
		idle, err := New(config)
		require.NoError(t, err)
		require.NoError(t, idle.Note(t.Context(), AuditEntry{Command: "stop", Decision: DecisionDone, Reason: "signal"}))
		assert.Equal(t, " stop done: signal", o.auditLines()[len(o.auditLines())-1], "also when nothing runs")
		require.NoError(t, config.Audit.Close())
		require.ErrorContains(t, o.engine.Note(t.Context(), AuditEntry{Command: "start"}), "needs a command and a decision")
	})
}
