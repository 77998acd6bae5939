package standup_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

// FuzzHandle sends the engine whatever a person may write: in the channel, as
// an answer and as an edit. It answers, and the run is reported with all that
// was taken.
func FuzzHandle(f *testing.F) {
	for _, s := range []string{"help", "config questions a|b", "pause", "/standup timezone off", "@**all**", "```", "\x00\xff", "search %", strings.Repeat("x", 5000)} {
		f.Add(s, "first", s)
	}
	f.Fuzz(func(t *testing.T, command, answer, edit string) {
		synctest.Test(t, func(t *testing.T) {
			o := open(t, "2026-11-23T08:00:00Z", "Ada", "Bob")
			o.mention("Ada", "setup 09:30 11:45 12:45 UTC")
			o.until("09:30")
			handle := func(in standup.Incoming) {
				err := o.engine.Handle(t.Context(), in)
				if len(in.Text) > 100_000 {
					require.ErrorIs(t, err, standup.ErrInvalidEvent)
					return
				}
				require.NoError(t, err)
				o.settle()
			}
			in := o.event("Bob", command)
			in.Channel, in.ChannelName = general, "general"
			handle(in)
			direct := o.event("Ada", answer)
			handle(direct)
			direct.ID, direct.Edit, direct.Text, direct.At = "edit", true, edit, time.Now()
			handle(direct)
			o.until("12:45")
			require.Equal(t, 1, o.count(string(general), "Standup for Monday"))
			for _, p := range o.chat.posts {
				require.NotContains(t, p.text, "Something went wrong")
				require.Less(t, len([]rune(p.text)), 10_000)
			}
		})
	})
}
