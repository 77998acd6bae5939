//go:build goolm || libolm

package matrixbot_test

import (
	"log/slog"
	"testing"
)

// testLog shows what the bot reports where the test fails.
func testLog(t *testing.T) *slog.Logger {
	t.Helper()
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
}
