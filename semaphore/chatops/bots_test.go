package chatops

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTwoBotsDoNotTalkToEachOther has another bot that says again whatever this one says, in a chat that does not tell
// bots from people. They come to an end: at once in a room and where the policy does not name the other, and where it
// makes the other bot an admin, when that has had its share of commands.
func TestTwoBotsDoNotTalkToEachOther(t *testing.T) {
	t.Parallel()
	const share = 41 // The commands that somebody may give at once, and the hint to wait.
	for name, c := range map[string]struct {
		echo func(in *Incoming, m message)
		most int
	}{
		"in a room":       {func(*Incoming, message) {}, 1},
		"as an answer":    {func(in *Incoming, m message) { in.ReplyTo = m.id }, 1},
		"with the prefix": {func(in *Incoming, _ message) { in.Text = "!cd " + in.Text }, share},
		"with a mention":  {func(in *Incoming, _ message) { in.Mentioned = true }, share},
		"in private":      {func(in *Incoming, _ message) { in.Room, in.RoomName, in.Direct = "", "", true }, share},
	} {
		for _, role := range []Role{Nobody, Admin} {
			t.Run(name+" as "+role.String(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					o := newTown(t, func(o *town) {
						if role != Nobody {
							o.config.Policy.Grants = append(o.config.Policy.Grants, Grant{Users: []UserID{"bot"}, Role: role})
						}
					})
					require.NoError(t, o.engine.Handle(t.Context(), o.event("bot", "!cd projects")))
					said := func() []message { return append(o.messages(), o.chat.in("bot")...) }
					heard := map[MessageID]bool{}
					for news := true; news; {
						synctest.Wait()
						news = false
						for _, m := range said() {
							if heard[m.id] {
								continue
							}
							news, heard[m.id] = true, true
							in := o.event("bot", m.text)
							c.echo(&in, m)
							if role == Nobody {
								time.Sleep(5 * time.Second) // However slow it is.
							}
							require.NoError(t, o.engine.Handle(t.Context(), in))
						}
						require.LessOrEqual(t, len(heard), share+1)
					}
					most := c.most
					if role == Nobody {
						most = 2 // In the room, and in private.
					}
					assert.NotEmpty(t, heard)
					assert.LessOrEqual(t, len(heard), most+1)
				})
			})
		}
	}
}
