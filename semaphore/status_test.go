package semaphore_test

import (
	"bytes"
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

// The server tells about a status on the WebSocket before it stores it, so that the first answer after that is old.
func TestStatusIsAskedForAgainWhenItWasToldBeforeItWasStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		task := y.start(t, y.template("slow", semaphoretest.Script{Lines: 10, Rate: 1}))
		var last []byte
		late := roundTripper(func(r *http.Request) (*http.Response, error) {
			response, err := y.Transport().RoundTrip(r)
			if err != nil || r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/tasks/") {
				return response, err
			}
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			old := last
			if last = body; old == nil {
				old = body
			}
			response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(old)), int64(len(old))
			return response, nil
		})
		client := y.clientOf(t, y.Admin(), semaphore.WithTransport(late))
		begin := time.Now()
		seen := map[semaphore.TaskStatus]time.Duration{}
		_, err := client.Wait(t.Context(), y.id, task, semaphore.WaitRequest{OnStatus: func(task semaphore.Task) {
			seen[task.Status] = time.Since(begin)
		}})
		require.NoError(t, err)
		assert.Contains(t, seen, semaphore.StatusRunning)
		assert.Less(t, seen[semaphore.StatusRunning], 2*time.Second, "one second of it is the queue's")
		assert.Less(t, seen[semaphore.StatusSuccess]-seen[semaphore.StatusRunning], 10500*time.Millisecond)
	})
}
