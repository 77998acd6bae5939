package chatops

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// leastRole is what somebody must be for each command, as it is promised to people.
var leastRole = map[string]Role{
	"help": Viewer, "ping": Viewer, "info": Viewer, "admins": Viewer, "verify": Viewer, "projects": Viewer, "templates": Viewer,
	"run": Runner, "approve": Approver, "cancel": Runner, "lock": Runner, "unlock": Runner, "locks": Viewer,
	"status": Viewer, "logs": Viewer, "history": Viewer, "queue": Viewer, "stop": Runner,
	"confirm-task": Runner, "reject-task": Runner, "watch": Viewer, "unwatch": Viewer, "mute": Viewer,
	"aliases": Viewer, "rooms": Admin, "schedule": Viewer,
}

// TestEveryCommandForEveryRole gives each command as each person in each place. Nobody gets beyond his role, and in other
// rooms nobody gets anything.
func TestEveryCommandForEveryRole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		roles := map[UserID]Role{ada: Admin, bob: Approver, carl: Runner, vera: Viewer}
		for _, c := range o.engine.commands() {
			if c.hidden {
				continue
			}
			least, known := leastRole[c.name]
			require.True(t, known, "who may use %s?", c.name)
			assert.Equal(t, least, c.role, c.name)
			words := c.name
			if c.name == "watch" {
				words += " all" // Alone it lists.
			}
			for from, role := range roles {
				in := o.say(from, "!cd "+words)
				rows := o.auditedOf(in)
				require.Len(t, rows, 1)
				inRoom := least
				if c.name == "watch" {
					inRoom = Runner // For all who read the room; for oneself it is less.
				}
				assert.Equal(t, role < inRoom, rows[0].Decision == DecisionDenied, "%s of %s: %s", c.name, from, rows[0].Reason)
				in = o.direct(from, words)
				rows = o.auditedOf(in)
				require.Len(t, rows, 1)
				assert.Equal(t, role < least, rows[0].Decision == DecisionDenied, "%s of %s in private: %s", c.name, from, rows[0].Reason)
				in = o.event(from, "!cd "+words)
				in.Room = hall
				o.handle(in)
				assert.Empty(t, o.texts(string(hall)), "other rooms hear nothing")
				for _, row := range o.auditedOf(in) {
					assert.Equal(t, DecisionDenied, row.Decision, "%s of %s elsewhere", c.name, from)
				}
			}
			time.Sleep(2 * time.Minute)
		}
		assert.Empty(t, o.server.Tasks())
	})
}

// TestEveryTemplateForEveryPerson runs and locks each template as each person, in each room.
func TestEveryTemplateForEveryPerson(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) {
			shop := o.server.AddProject("shop")
			o.server.AddTemplate(shop, semaphoretest.Template{Name: "check"})
			o.config.Policy = Policy{Rooms: []RoomID{ops, dev}, Grants: []Grant{
				{Users: []UserID{ada}, Role: Admin},
				{Users: []UserID{bob}, Role: Approver, Scope: Scope{Projects: []string{"website"}}},
				{Users: []UserID{bob}, Role: Viewer},
				{Users: []UserID{carl}, Role: Runner, Scope: Scope{Templates: []string{"website/check"}}},
				{Users: []UserID{vera}, Role: Runner, Scope: Scope{Rooms: []RoomID{dev}, Projects: []string{"shop"}}},
				{Users: []UserID{vera}, Role: Viewer, Scope: Scope{Projects: []string{"website"}}},
			}}
		})
		templates := []string{"website/deploy-prod", "website/check", "shop/check"}
		const yes, no, unknown = "yes", "denied", "unknown"
		for who, cells := range map[UserID]map[RoomID][]string{
			ada:     {ops: {yes, yes, yes}, dev: {yes, yes, yes}, hall: {"", "", ""}},
			bob:     {ops: {yes, yes, no}, dev: {yes, yes, no}, hall: {"", "", ""}},
			carl:    {ops: {unknown, yes, unknown}, dev: {unknown, yes, unknown}, hall: {"", "", ""}},
			vera:    {ops: {no, no, no}, dev: {no, no, yes}, hall: {"", "", ""}},
			mallory: {ops: {"", "", ""}, dev: {"", "", ""}, hall: {"", "", ""}},
		} {
			for room, wants := range cells {
				for i, want := range wants {
					for _, command := range []string{"run " + templates[i], "lock " + templates[i] + " x"} {
						cell := fmt.Sprintf("%s in %s: %s", who, room, command)
						in := o.event(who, "!cd "+command)
						in.Room = room
						o.handle(in)
						rows := o.auditedOf(in)
						if want == "" {
							for _, row := range rows {
								assert.Equal(t, DecisionDenied, row.Decision, cell)
							}
							continue
						}
						require.Len(t, rows, 1, cell)
						got := map[Decision]string{DecisionAsked: yes, DecisionDone: yes, DecisionDenied: no, DecisionRefused: unknown}[rows[0].Decision]
						assert.Equal(t, want, got, "%s: %s", cell, rows[0].Reason)
						if got == yes && command[0] == 'r' {
							in = o.event(who, "no")
							in.Room = room
							o.handle(in)
						} else if got == yes {
							in = o.event(who, "!cd unlock "+templates[i])
							in.Room = room
							o.handle(in)
						}
					}
				}
				time.Sleep(time.Minute)
			}
		}
		assert.Empty(t, o.server.Tasks())
	})
}
