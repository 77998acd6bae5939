package zulipchat

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// userLists counts how often the list of users was fetched.
func (o *office) userLists() int {
	n := 0
	for _, r := range o.Requests() {
		if r.Method == http.MethodGet && r.Path == "/users" {
			n++
		}
	}
	return n
}

func TestMembers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		chat := o.chat(t)
		gone := o.AddUser(zuliptest.User{FullName: "Gone"})
		o.Subscribe(o.channel, gone, o.AddBot("Helper", ""))
		o.Deactivate(gone)

		members, err := chat.Members(t.Context(), channel(o.channel))
		require.NoError(t, err)
		ann := standup.Member{ID: user(o.ann), Name: "Ann", Zone: "Europe/Berlin"}
		ben := standup.Member{ID: user(o.ben), Name: "Ben"}
		assert.Equal(t, []standup.Member{ann, ben}, members)

		o.SetTimezone(o.ann, "Africa/Lagos")
		_, err = chat.Members(t.Context(), channel(o.channel))
		require.NoError(t, err)
		assert.Equal(t, 1, o.userLists(), "the list is kept for a minute")
		time.Sleep(time.Minute)
		members, err = chat.Members(t.Context(), channel(o.channel))
		require.NoError(t, err)
		ann.Zone = "Africa/Lagos"
		assert.Equal(t, []standup.Member{ann, ben}, members)

		eve := o.AddUser(zuliptest.User{FullName: "Eve"})
		o.Subscribe(o.channel, eve)
		members, err = chat.Members(t.Context(), channel(o.channel))
		require.NoError(t, err)
		assert.Len(t, members, 3, "somebody new is looked up at once")

		for _, id := range []standup.ChannelID{"", "x", "9999"} {
			_, err = chat.Members(t.Context(), id)
			require.Error(t, err)
		}
	})
}
