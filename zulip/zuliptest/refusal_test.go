package zuliptest_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// TestRefusalsOfARealServer has what a Zulip server was seen to refuse.
func TestRefusalsOfARealServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		m := "/messages/" + number(o.SendToChannel(o.bot.user, o.team, "lunch", "Pizza?").ID)
		assert.Equal(t, "Nothing to change", o.bot.refused(400, "BAD_REQUEST", "PATCH", m))
		wrong := "Invalid character in topic, at position 2!"
		assert.Equal(t, wrong, o.bot.refused(400, "BAD_REQUEST", "PATCH", m, "topic", "a\nb"))
		send := []string{"type", "stream", "to", "team", "content", "x", "topic"}
		assert.Equal(t, wrong, o.bot.refused(400, "BAD_REQUEST", "POST", "/messages", append(send, " a\tb")...))
		o.bot.ok("POST", "/messages", append(send, " ")...)

		o = newOffice(t, zuliptest.WithFeatureLevel(333))
		assert.Equal(t, "Topic can't be empty!", o.bot.refused(400, "BAD_REQUEST", "POST", "/messages", append(send, " ")...))
	})
}

func TestNamesOfUploads(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for name, want := range map[string]string{"nöte (1) ]x[.txt": "/nöte-1-x.txt", "a - b.txt": "/a-b.txt", "](": "/uploaded-file"} {
		assert.Regexp(t, want+"$", upload(t, o.bot, name, "text"))
	}
}
