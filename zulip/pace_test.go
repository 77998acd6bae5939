package zulip_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// 200 sends into a limit of 50 in 2 seconds cannot take less than 6 seconds. The client learns the limit from the
// first answer, is never refused, and loses hardly a moment.
func TestSendsKeepToTheRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, zuliptest.WithRateLimit(50, 2*time.Second))
		c := h.client(t)
		begin := time.Now()
		for i := range 200 {
			_, err := c.SendMessage(t.Context(), zulip.SendMessageRequest{To: zulip.Direct(zulip.UserID(h.alice.ID)), Content: fmt.Sprint(i)})
			require.NoError(t, err)
		}
		took := time.Since(begin)
		assert.Len(t, h.server.Messages(), 200)
		assert.LessOrEqual(t, took, 6100*time.Millisecond)
		for _, request := range h.server.Requests() {
			assert.NotEqual(t, 429, request.Status)
		}
		t.Logf("200 sends took %v", took)
	})
}
