package matrixchat

import (
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// desk is where verifications wait for somebody to compare emojis. They are written to the log with a code; who brings
// the code has read the log, which nobody between the bot and its people can.
type desk struct {
	log       *slog.Logger
	elsewhere bool // Emojis are shown by the program, not here.

	mu   sync.Mutex
	open []*comparison
}

// comparison is one verification that waits.
type comparison struct {
	what   e2ee.Verification
	code   string
	answer chan bool // Takes one answer.
}

func newDesk(log *slog.Logger) *desk { return &desk{log: log} }

// compare is e2ee.Operator.Compare: it waits for an answer to the emojis in the log.
func (d *desk) compare(ctx context.Context, what e2ee.Verification, emojis []e2ee.Emoji) bool {
	waits := &comparison{what: what, code: strings.ToLower(rand.Text()[:10]), answer: make(chan bool, 1)}
	d.mu.Lock()
	d.open = append(d.open, waits)
	d.mu.Unlock()
	defer d.close(waits)
	shown := make([]string, len(emojis))
	for i, emoji := range emojis {
		shown[i] = emoji.Symbol + " " + emoji.Name
	}
	d.log.LogAttrs(ctx, slog.LevelWarn, "compare these emojis with those on the other side, then write: verify confirm CODE, or verify reject CODE",
		slog.String("user_id", string(what.User)), slog.String("device_id", string(what.Device)),
		slog.String("emojis", strings.Join(shown, ", ")), slog.String("code", waits.code))
	select {
	case same := <-waits.answer:
		return same
	case <-ctx.Done():
		return false
	}
}

func (d *desk) close(waits *comparison) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = slices.DeleteFunc(d.open, func(other *comparison) bool { return other == waits })
}

// settle answers the comparison with a code; false means that none waits for it.
func (d *desk) settle(code string, same bool) (e2ee.Verification, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.open, func(waits *comparison) bool { return waits.code == strings.ToLower(code) })
	if i < 0 {
		return e2ee.Verification{}, false
	}
	waits := d.open[i]
	d.open = slices.Delete(d.open, i, i+1)
	waits.answer <- same
	return waits.what, true
}

// waiting are the verifications that wait.
func (d *desk) waiting() []e2ee.Verification {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]e2ee.Verification, len(d.open))
	for i, waits := range d.open {
		list[i] = waits.what
	}
	return list
}
