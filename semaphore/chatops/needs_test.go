package chatops

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAdminsOfAProjectChangeNothingForAll has an admin whose role is for one project: aliases and rooms are not about that.
func TestAdminsOfAProjectChangeNothingForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) {
			for i, g := range o.config.Policy.Grants {
				if g.Role == Runner {
					o.config.Policy.Grants[i] = Grant{Users: []UserID{carl}, Role: Admin, Scope: Scope{Projects: []string{"website"}}}
				}
			}
		})
		for _, says := range []string{
			"aliases add p ping", "aliases remove p", "rooms", "rooms leave ops",
		} {
			in := o.say(carl, "!cd "+says)
			assert.Equal(t, "As it concerns all projects, this takes the role admin, and yours is nobody.", o.last().text, says)
			assert.Equal(t, DecisionDenied, o.auditedOf(in)[0].Decision, says)
		}
		o.say(carl, "!cd admins")
		assert.Equal(t, "These may do everything here:\n- ada", o.last().text)
		o.say(carl, "!cd lock website we move")
		assert.Contains(t, o.last().text, "is locked by CARL", "for his project he is one")
		o.say(bob, "!cd watch all")
		rows := o.auditedOf(o.say(carl, "!cd unwatch w1"))
		require.Len(t, rows, 1)
		assert.Equal(t, DecisionDenied, rows[0].Decision, "nor does he end what is about all projects")
	})
}

func TestTheAuditSaysWhatWasChanged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for _, step := range []struct{ says, reason string }{
			{"aliases add P ping", "alias p added"},
			{"aliases rm p", "alias p removed"},
			{"rooms join lobby", "joined lobby"},
			{"rooms part lobby", "left lobby"},
			{"logs on", "logs on"},
			{"logs off", "logs off"},
		} {
			rows := o.auditedOf(o.say(ada, "!cd "+step.says))
			require.Len(t, rows, 1, step.says)
			assert.Equal(t, DecisionDone, rows[0].Decision, step.says)
			assert.Equal(t, step.reason, rows[0].Reason, step.says)
		}
	})
}
