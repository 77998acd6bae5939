package chatops

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

func TestProjectsAndTemplatesAreListed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t)
		o.server.AddProject("Alpha")
		o.say(vera, "!cd projects")
		assert.Equal(t, "Project\tNumber\nAlpha\t2\nwebsite\t1", o.last().text)
		o.say(vera, "!cd templates website")
		assert.Equal(t, "Templates of website (project 1):\nTemplate\tNumber\tApp\tDescription\ncheck\t2\tbash\t\ndeploy-prod\t1\tbash\t", o.last().text)
		o.say(vera, "!cd templates Alpha")
		assert.Equal(t, "Templates of Alpha (project 2):\nThere is no template that you may see.", o.last().text)
		o.say(vera, "!cd projects --like web")
		assert.Equal(t, "Project\tNumber\nwebsite\t1", o.last().text)
		o.say(vera, "!cd projects --like zzz")
		assert.Equal(t, `No project that you may see contains "zzz".`, o.last().text)
	})
}

func TestAProjectWithFiveHundredTemplates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newTown(t, func(o *town) { o.chat.largest = 4000 })
		shop := o.server.AddProject("web shop")
		for i := range 500 {
			o.server.AddTemplate(shop, semaphoretest.Template{Name: fmt.Sprintf("job-%03d %s", i, strings.Repeat("x", 60))})
		}
		rows := func() (rows int, text string) {
			for _, m := range o.messages() {
				rows += strings.Count(m.text, "\njob-")
				text += m.text + "\n"
			}
			o.chat.mu.Lock()
			defer o.chat.mu.Unlock()
			o.chat.messages = nil
			return rows, text
		}
		o.say(vera, `!cd templates "web shop"`)
		n, text := rows()
		assert.Equal(t, maxRows, n)
		assert.Contains(t, text, `1 to 50 of 500. !cd templates "web shop" --page 2 shows more, !cd templates "web shop" --like TEXT what you look for.`)
		o.say(vera, `!cd templates "web shop" --page 10`)
		n, text = rows()
		assert.Equal(t, maxRows, n)
		assert.Contains(t, text, "job-499")
		assert.Contains(t, text, "451 to 500 of 500.\n")
		o.say(vera, `!cd templates "web shop" --like job-4`)
		n, text = rows()
		assert.Equal(t, maxRows, n)
		assert.Contains(t, text, `1 to 50 of 100. !cd templates "web shop" --like job-4 --page 2 shows more.`)
		o.say(vera, `!cd templates "web shop" --page 11`)
		_, text = rows()
		assert.Equal(t, "There is no page 11: the last one is 10.\n", text)
	})
}

func TestNullsAndMarkupInListsAreText(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bodies := canned{}
		o := newTown(t, func(o *town) {
			bodies.RoundTripper = o.server.Transport()
			client, err := semaphore.NewClient(
				semaphore.Credentials{URL: o.server.URL(), Token: semaphore.NewSecret(o.server.Admin().Token)}, semaphore.WithTransport(&bodies))
			require.NoError(t, err)
			o.config.Semaphore = client
		})
		bodies.body = `[{"id":1,"name":"<b>bold</b>\n@room","description":null},{"id":2,"name":null,"description":"\u202eevil\u0000"},null,
			{"id":4,"name":"` + strings.Repeat("long", 1000) + `","description":"[x](https://evil.example)"}]`
		o.say(vera, "!cd templates website")
		assert.Equal(t, "Templates of website (project 1):\nTemplate\tNumber\tApp\tDescription\n(no name)\t2\t\tevil\n<b>bold</b> @room\t1\t\t\n"+
			clean(strings.Repeat("long", 1000), maxName)+"\t4\t\t[x](https://evil.example)", o.last().text)
		bodies.body = `<html>Please log in</html>`
		time.Sleep(catalogFresh + time.Second)
		o.say(vera, "!cd templates website --like bold")
		assert.Contains(t, o.last().text, "Semaphore does not answer now.")
		bodies.body = `null`
		o.say(vera, "!cd templates website")
		assert.Equal(t, "Templates of website (project 1):\nThere is no template that you may see.", o.last().text)
	})
}

// canned answers with one body whatever is asked about templates.
type canned struct {
	http.RoundTripper
	body string
}

func (c *canned) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/templates") {
		return c.RoundTripper.RoundTrip(r)
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(c.body)),
	}, nil
}
