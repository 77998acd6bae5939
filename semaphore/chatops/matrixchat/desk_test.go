package matrixchat

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// Only who has read the log can say that the emojis are the same.
func TestACodeFromTheLogConfirms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &journal{}
		chat := &Chat{desk: newDesk(slog.New(slog.NewTextHandler(log, nil)))}
		what := e2ee.Verification{ID: "t", User: "@ada:matrix.example", Device: "PHONE"}
		emojis := []e2ee.Emoji{{Symbol: "🐶", Name: "Dog"}, {Symbol: "🔑", Name: "Key"}}
		answered := make(chan bool, 1)
		compare := func(ctx context.Context) string {
			go func() { answered <- chat.desk.compare(ctx, what, emojis) }()
			synctest.Wait()
			lines := strings.Split(strings.TrimSpace(log.String()), "\n")
			last := lines[len(lines)-1]
			assert.Contains(t, last, "🐶 Dog, 🔑 Key")
			return regexp.MustCompile(`code=(\w+)`).FindStringSubmatch(last)[1]
		}
		first := compare(t.Context())
		assert.Contains(t, chat.verifyList().String(), "@ada:matrix.example\tPHONE")
		assert.NotContains(t, chat.verifyList().String(), first)
		assert.NotContains(t, chat.verifyList().String(), "🐶")
		assert.Contains(t, chat.verifySettle("0000000000", true).String(), "No verification")
		assert.Contains(t, chat.verifySettle(strings.ToUpper(first), true).String(), "I trust @ada:matrix.example")
		assert.True(t, <-answered)
		assert.Contains(t, chat.verifySettle(first, true).String(), "No verification", "a code is good for once")
		second := compare(t.Context())
		require.NotEqual(t, first, second)
		assert.Contains(t, chat.verifySettle(second, false).String(), "cancelled")
		assert.False(t, <-answered)

		ctx, cancel := context.WithCancel(t.Context())
		third := compare(ctx)
		cancel()
		assert.False(t, <-answered, "the other side has gone")
		synctest.Wait()
		assert.Contains(t, chat.verifySettle(third, true).String(), "No verification")
		assert.Contains(t, chat.verifyList().String(), "No verification")
	})
}
