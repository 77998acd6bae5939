package chatops

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// TestBytesToShowALog counts what is fetched for 20,000 lines in 40 seconds.
func TestBytesToShowALog(t *testing.T) {
	t.Parallel()
	for name, live := range map[string]bool{"at the end": false, "live": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				counted := &countedTransport{}
				o := newTown(t, func(o *town) {
					counted.RoundTripper = o.server.Transport()
					client, err := semaphore.NewClient(
						semaphore.Credentials{URL: o.server.URL(), Token: semaphore.NewSecret(o.server.Admin().Token)},
						semaphore.WithTransport(counted))
					require.NoError(t, err)
					o.config.Semaphore = client
				})
				o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Lines: 20_000, Rate: 500, Line: func(i int) string {
					return fmt.Sprintf("%06d %s", i, strings.Repeat("x", 90))
				}})
				if live {
					o.say(carl, "!cd logs on")
				}
				id := o.tracked(o.deploy)
				o.pass(2 * time.Minute)
				require.Equal(t, 1, o.count("The whole log: 20"))
				whole := &countedTransport{RoundTripper: o.server.Transport()}
				client, err := semaphore.NewClient(
					semaphore.Credentials{URL: o.server.URL(), Token: semaphore.NewSecret(o.server.Admin().Token)}, semaphore.WithTransport(whole))
				require.NoError(t, err)
				lines := 0
				for _, err := range client.Output(t.Context(), semaphore.ProjectID(o.website.ID), id) {
					require.NoError(t, err)
					lines++
				}
				ratio := float64(counted.bytes.Load()) / float64(whole.bytes.Load())
				t.Logf("fetched %.2f times the %d bytes of %d lines, the file for the chat included", ratio, whole.bytes.Load(), lines)
				assert.Less(t, ratio, 4.0)
			})
		})
	}
}

// countedTransport counts the bytes of answers. What comes over WebSockets is not among them.
type countedTransport struct {
	http.RoundTripper

	bytes atomic.Int64
}

func (c *countedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.RoundTripper.RoundTrip(r)
	if err == nil && resp.StatusCode == http.StatusOK {
		resp.Body = &countedBody{resp.Body, &c.bytes}
	}
	return resp, err
}

type countedBody struct {
	io.ReadCloser

	bytes *atomic.Int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes.Add(int64(n))
	return n, err
}

func TestLiveLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Lines: 3000, Rate: 100})
		o.say(vera, "!cd logs on")
		assert.Contains(t, o.last().text, "takes the role runner")
		o.say(carl, "!cd logs on")
		o.tracked(o.deploy)
		o.pass(15 * time.Second)
		card := o.find("website / deploy-prod")
		live := o.below(card)
		assert.InDelta(t, 4, len(live), 1, "one message in three seconds")
		assert.Contains(t, live[1].text, "lines skipped; the file with the whole log has them")
		for i := range live[1:] {
			assert.GreaterOrEqual(t, live[i+1].at.Sub(live[i].at), batchEvery)
		}
		o.say(carl, "!cd logs off")
		off := len(o.below(card))
		o.pass(12 * time.Second)
		assert.Len(t, o.below(card), off)
		o.pass(time.Minute)
		assert.Equal(t, 1, o.count("The last 20 of"))
		assert.Contains(t, o.last().file, "line 1501\n")
		synctest.Wait()
		assert.LessOrEqual(t, o.server.Sockets(), 1)
	})
}

// TestLiveLinesOfASlowChat has a chat that takes ten seconds for each message: what waits does not pile up.
func TestLiveLinesOfASlowChat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{Lines: 6000, Rate: 100})
		o.say(carl, "!cd logs on")
		o.tracked(o.deploy)
		o.pass(time.Second)
		var next time.Time
		o.chat.failWith(func(when string, m Outgoing) error {
			if when == "before" && strings.Contains(m.Key, "/lines/") {
				if time.Now().Before(next) {
					return fmt.Errorf("%w: too many requests", ErrNotSent)
				}
				next = time.Now().Add(10 * time.Second)
			}
			return nil
		})
		o.pass(5 * time.Minute)
		lines := 0
		for _, m := range o.messages() {
			if strings.Contains(m.keys[0], "/lines/") {
				lines++
			}
		}
		assert.InDelta(t, 6, lines, 2)
		assert.Equal(t, 1, o.count("CARL: ✅"), "what matters arrives")
		assert.Contains(t, o.last().file, "line 6000\n")
	})
}
