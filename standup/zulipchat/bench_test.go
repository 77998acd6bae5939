package zulipchat

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// crowd is how many people are prompted, through a server that takes perMinute requests.
const (
	crowd     = 1000
	perMinute = 200
)

// promptCrowd prompts the crowd on the fake clock. It returns how long that took, and how many of how many requests
// were answered 429.
func promptCrowd(t *testing.T) (took time.Duration, rejected, requests int) {
	t.Helper()
	o := newOffice(t, zuliptest.WithRateLimit(perMinute, time.Minute))
	for i := range crowd - 2 { // Ann and Ben are there already.
		o.Subscribe(o.channel, o.AddUser(zuliptest.User{FullName: fmt.Sprintf("P%03d", i)}))
	}
	sleepUntil(2026, time.November, 23, 7, 0)
	chat := o.chat(t)
	start(t, chat, o.engine(t, chat, standup.NewMemStore()))
	o.SendToChannel(o.ann, o.channel, "meta", "@**Standup** setup 09:00 11:00 12:00 UTC")
	sleepUntil(2026, time.November, 23, 8, 59)
	before := len(o.Requests())
	due := time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)
	isPrompt := func(m zuliptest.Message) bool {
		return m.SenderID == o.bot.ID && strings.Contains(m.Content, "it is time for the standup")
	}
	prompts, err := o.WaitForMessages(t.Context(), crowd, isPrompt)
	require.NoError(t, err)
	took = time.Since(due)
	asked := map[string]bool{}
	for _, m := range prompts {
		asked[fmt.Sprint(m.To)] = true
	}
	require.Len(t, asked, crowd, "everybody is prompted once")
	for _, r := range o.Requests()[before:] {
		if r.Path == "/events" || strings.HasSuffix(r.Path, "/events") {
			continue // Polls have a limit of their own.
		}
		requests++
		if r.Status == http.StatusTooManyRequests {
			rejected++
		}
	}
	return took, rejected, requests
}

// ideal is the least time for the crowd: a limit's worth at once, and another each minute.
const ideal = (crowd/perMinute - 1) * time.Minute

func TestPromptingACrowdKeepsTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		took, rejected, requests := promptCrowd(t)
		t.Logf("%v, %d of %d requests answered 429", took, rejected, requests)
		require.LessOrEqual(t, took, ideal*105/100)
		require.LessOrEqual(t, rejected, requests/100)
	})
}

// BenchmarkPrompting prompts 1,000 people through a server that takes 200 requests a minute, on the fake clock, so its
// ratios are exact: the time over the least possible one, and the share of requests that the server rejected.
func BenchmarkPrompting(b *testing.B) {
	var took time.Duration
	var rejected, requests, runs int
	for b.Loop() {
		runs++
		// A bubble wants a test of its own.
		testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{
			Name: "prompting", F: func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d, bad, all := promptCrowd(t)
					took, rejected, requests = took+d, rejected+bad, requests+all
				})
			},
		}})
	}
	b.ReportMetric(took.Seconds()/float64(runs)/ideal.Seconds(), "time/ideal_ratio")
	b.ReportMetric(float64(rejected)/float64(requests), "rejected/requests_ratio")
}
