package e2ee_test

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// What mautrix logs is for debugging only, and without what people wrote.
func TestZerolog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	silent := e2ee.Zerolog(slog.New(slog.NewTextHandler(&out, nil)))
	silent.Error().Msg("trouble")
	assert.Empty(t, out.String())
	nothing := e2ee.Zerolog(nil)
	nothing.Error().Msg("trouble")

	debug := e2ee.Zerolog(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	debug.Error().Str("req_body", "hunter2").Any("content", map[string]string{"body": "hunter2"}).Str("room_id", "!a:b").Msg("trouble")
	assert.Contains(t, out.String(), "level=DEBUG msg=mautrix mautrix_level=error mautrix=trouble room_id=!a:b")
	assert.NotContains(t, out.String(), "hunter2")
}
