//go:build goolm || libolm

package main

import (
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/examples/internal/proctest"
	"github.com/signalbox-go/signalbox/matrixbot/matrixtest"
)

// TestTwoTerminals has two bots verify each other, each with somebody at its
// terminal.
func TestTwoTerminals(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer string
		status int
		says   string
	}{
		"the same emojis": {"well\nYes\n", statusOK, "verified"},
		"others":          {"no\n", statusFailed, "cancelled"},
		"nobody is there": {"", statusFailed, "cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := matrixtest.NewServer(t)
			address, err := server.Listen("127.0.0.1:0")
			require.NoError(t, err)
			ada, bot := server.User("ada"), server.User("bot")
			terminal := func(user *matrixtest.User) environment {
				return environment{
					"MATRIX_HOMESERVER": address, "MATRIX_USER": string(user.ID()), "MATRIX_PASSWORD": user.Password(), "DEPLOY_DATA": t.TempDir(),
				}
			}
			var running sync.WaitGroup
			waiting := new(proctest.Log) // What the one shows that waits.
			var first, second result
			running.Go(func() {
				p := program{getenv: terminal(bot).get, environ: terminal(bot).all, stdin: strings.NewReader(tt.answer), stdout: waiting, stderr: waiting}
				first.status = p.run(t.Context(), []string{"verify"})
			})
			waiting.WaitFor(t, "Now verify the bot")
			running.Go(func() {
				out := new(proctest.Log)
				p := program{getenv: terminal(ada).get, environ: terminal(ada).all, stdin: strings.NewReader(tt.answer), stdout: out, stderr: out}
				second.status = p.run(t.Context(), []string{"verify", string(bot.ID())})
				second.stdout = out.String()
			})
			running.Wait()
			first.stdout = waiting.String()
			emojis := regexp.MustCompile(`(?m)^  .+  [A-Z].*$`)
			for _, got := range []result{first, second} {
				assert.Equal(t, tt.status, got.status, got.stdout)
				assert.Contains(t, got.stdout, tt.says)
				assert.Contains(t, got.stdout, "fingerprint ")
			}
			if tt.status == statusOK {
				shown := emojis.FindAllString(first.stdout, -1)
				assert.Len(t, shown, 7)
				assert.Equal(t, shown, emojis.FindAllString(second.stdout, -1))
			}
		})
	}
}
