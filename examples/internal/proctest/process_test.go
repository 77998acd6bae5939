package proctest_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/examples/internal/proctest"
)

func TestProcess(t *testing.T) {
	t.Parallel()
	p := proctest.Start(t, func(ctx context.Context, log io.Writer) int {
		fmt.Fprintln(log, "started")
		<-ctx.Done()
		fmt.Fprintln(log, "stopped")
		return 0
	})
	p.Log.WaitFor(t, "started")
	p.Stop()
	assert.Equal(t, "started\nstopped\n", p.Log.String())
}

func TestLogWakesEverybodyWhoWaits(t *testing.T) {
	t.Parallel()
	var log proctest.Log
	p := proctest.Start(t, func(context.Context, io.Writer) int {
		for i := range 100 {
			fmt.Fprintln(&log, "line", i)
		}
		return 3
	})
	for i := range 100 {
		log.WaitFor(t, fmt.Sprintf("line %d\n", i))
	}
	assert.Equal(t, 3, <-p.Status)
}
