package semaphore_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// statuses reads the statuses of one task up to its end.
func statuses(next func() (semaphore.TaskUpdate, bool), id semaphore.TaskID) []semaphore.TaskStatus {
	var seen []semaphore.TaskStatus
	for {
		update, ok := next()
		if !ok {
			return seen
		}
		if update.TaskID == id && !update.Gap {
			seen = append(seen, update.Status)
			if update.Status.Ended() {
				return seen
			}
		}
	}
}

func TestTaskUpdatesTellOfAllTasks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		template := y.template("work", semaphoretest.Script{Lines: 3})
		next, stop := iter.Pull(y.client.TaskUpdates(t.Context()))
		defer stop()
		first, _ := next()
		assert.Equal(t, semaphore.TaskUpdate{Gap: true}, first, "it begins with a gap, before it is connected")
		second, _ := next()
		assert.Equal(t, semaphore.TaskUpdate{Gap: true, Live: true}, second)

		for range 2 {
			id := y.start(t, template)
			assert.Equal(t, []semaphore.TaskStatus{"waiting", "starting", "running", "success"}, statuses(next, id))
		}
		id := y.start(t, template)
		update, _ := next()
		for update.TaskID != id {
			update, _ = next()
		}
		assert.Equal(t, semaphore.TaskUpdate{
			Live: true, ProjectID: y.id, TemplateID: template, TaskID: id, Status: semaphore.StatusWaiting,
		}, update)
	})
}

func TestTaskUpdatesConnectAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		template := y.template("work", semaphoretest.Script{})
		ctx, cancel := context.WithCancel(t.Context())
		next, stop := iter.Pull(y.client.TaskUpdates(ctx))
		defer stop()
		for update, _ := next(); !update.Live; update, _ = next() {
		}
		for range 3 {
			synctest.Wait()
			y.CutSockets()
			update, _ := next()
			for update.Live {
				update, _ = next()
			}
			assert.True(t, update.Gap, "the end of a connection is told")
			missed := y.start(t, template)
			update, _ = next()
			assert.True(t, update.Gap && update.Live, "and so is the next one; %d is for the reader to find", missed)
			assert.NotEmpty(t, statuses(next, y.start(t, template)))
		}
		cancel()
		for {
			if _, more := next(); !more {
				break
			}
		}
		synctest.Wait()
		assert.Zero(t, y.Sockets(), "nothing is left")
	})
}

// TestTaskUpdatesWithASlowReader leaves everything lying: what is too much becomes a gap.
func TestTaskUpdatesWithASlowReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, semaphoretest.WithSocketBuffer(0))
		template := y.AddTemplate(y.project, semaphoretest.Template{Name: "quick"})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		gaps, updates := 0, 0
		for update := range y.client.TaskUpdates(ctx) {
			switch {
			case update.Gap && update.Live && gaps == 0:
				gaps++
				for range 900 { // five updates each
					y.StartTask(template, nil, "")
				}
				time.Sleep(30 * time.Minute)
			case update.Gap && update.Live:
				gaps++
			case update.Live:
				updates++
			}
		}
		assert.Equal(t, 2, gaps)
		assert.Less(t, updates, 4096)
	})
}

func TestTaskUpdatesWithoutWebSocket(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		c := y.clientOf(t, y.Admin(), semaphore.WithoutWebSocket())
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		begin := time.Now()
		var all []semaphore.TaskUpdate
		for update := range c.TaskUpdates(ctx) {
			all = append(all, update)
		}
		assert.Equal(t, []semaphore.TaskUpdate{{Gap: true}}, all)
		assert.Equal(t, time.Hour, time.Since(begin), "it ends with its context")
	})
}

func TestTaskURL(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://ci.example.org":             "https://ci.example.org/project/3/templates/7?t=2147483646",
		"https://ci.example.org/semaphore/":  "https://ci.example.org/semaphore/project/3/templates/7?t=2147483646",
		"http://127.0.0.1:3000/a%20b/api":    "http://127.0.0.1:3000/a%20b/project/3/templates/7?t=2147483646",
		"https://user:pass@ci.example.org/x": "https://ci.example.org/x/project/3/templates/7?t=2147483646",
	} {
		c, err := semaphore.NewClient(semaphore.Credentials{URL: url, Token: semaphore.NewSecret("t0ken-t0ken")})
		if err != nil {
			assert.Contains(t, url, "user:pass", "%v", err) // such an address is refused before it comes to this
			continue
		}
		require.Equal(t, want, c.TaskURL(3, 7, 2147483646))
	}
}

func ExampleClient_TaskUpdates() {
	server, client, project, template := exampleServer(semaphoretest.Script{})
	defer server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	for update := range client.TaskUpdates(ctx) {
		switch {
		case update.Gap && update.Live: // connected: look at what is there, then start something
			if _, err := client.StartTask(ctx, project, semaphore.StartTaskRequest{TemplateID: template}); err != nil {
				panic(err)
			}
		case update.Status.Ended():
			fmt.Println("task", update.TaskID, "of template", update.TemplateID, "has ended:", update.Status)
			return
		}
	}
	// Output: task 1 of template 1 has ended: success
}

func ExampleClient_TaskURL() {
	client, err := semaphore.NewClient(semaphore.Credentials{URL: "https://ci.example.org/semaphore", Token: semaphore.NewSecret("t0ken")})
	if err != nil {
		panic(err)
	}
	fmt.Println(client.TaskURL(3, 7, 1042))
	// Output: https://ci.example.org/semaphore/project/3/templates/7?t=1042
}
