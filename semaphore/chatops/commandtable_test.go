package chatops

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// auditedOf are the entries of the audit about an event.
func (o *town) auditedOf(in Incoming) []AuditEntry {
	o.t.Helper()
	data, err := os.ReadFile(o.audit)
	require.NoError(o.t, err)
	var found []AuditEntry
	for line := range strings.Lines(string(data)) {
		var entry AuditEntry
		require.NoError(o.t, json.Unmarshal([]byte(line), &entry))
		if entry.Event == in.ID {
			found = append(found, entry)
		}
	}
	return found
}

func TestEachCommandIsAnsweredAndAuditedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		for _, c := range o.engine.commands() {
			for _, from := range []UserID{ada, vera} {
				before := len(o.messages())
				in := o.say(from, "!cd "+c.name)
				assert.Len(t, o.messages(), before+1, "%s of %s", c.name, from)
				rows := o.auditedOf(in)
				require.Len(t, rows, 1, "%s of %s", c.name, from)
				assert.Equal(t, c.name, rows[0].Command)
				assert.Equal(t, from, rows[0].Actor)
				assert.Equal(t, ops, rows[0].Room)
			}
			in := o.say(mallory, "!cd "+c.name)
			for _, row := range o.auditedOf(in) {
				assert.Equal(t, DecisionDenied, row.Decision)
			}
			time.Sleep(time.Minute) // so that nobody is told to wait
		}
		assert.Empty(t, o.server.Tasks())
	})
}

func TestNoCommandShowsWhatSemaphoreSaysOfItsTrouble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.Fail(semaphoretest.Match{Times: -1}, semaphoretest.Fault{
			Status: http.StatusInternalServerError, Body: `{"error":"canary: /etc/semaphore/config.json https://canary.example"}`,
		})
		for _, c := range o.engine.commands() {
			in := o.say(ada, "!cd "+c.name+" 1")
			text := o.last().text
			assert.NotContains(t, text, "canary")
			assert.NotContains(t, text, "http")
			assert.NotContains(t, text, "/api")
			require.Len(t, o.auditedOf(in), 1, c.name)
			time.Sleep(time.Minute)
		}
	})
}

func FuzzNames(f *testing.F) {
	f.Add("deploy", "deploy-prod", "deploy", int64(3))
	f.Add("7", "\u202e<b>@room</b>\n", "[x](https://evil.example)", int64(7))
	f.Fuzz(func(t *testing.T, written, one, other string, id int64) {
		all := []listed{{id: id, name: remembered(one)}, {id: 2, name: remembered(other), description: clean(other, 200)}}
		for _, m := range matching(written, all) {
			assert.Contains(t, all, m)
		}
		texts := []string{labels(all), all[0].word(), search{Engine: &Engine{}}.unknown("project", written, all, "!cd projects").notice.String()}
		for _, text := range texts {
			for _, r := range text {
				assert.False(t, r == '\n' || unseen(r), "%q", text)
			}
		}
		// What is suggested to be written means the thing.
		if name := all[0].shown(); all[0].id != all[1].id && !strings.EqualFold(name, all[1].shown()) && !strings.EqualFold(one, other) {
			found := matching(all[0].number(), all)
			assert.Equal(t, all[:1], found)
		}
	})
}
