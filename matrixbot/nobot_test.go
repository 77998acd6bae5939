package matrixbot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A request that a test has made, and no bot, answers with an error.
func TestARequestWithoutABot(t *testing.T) {
	t.Parallel()
	file := FileOf("a.txt", nil)
	for name, use := range map[string]func(*Request) error{
		"Reply":       func(r *Request) error { _, err := r.Reply(t.Context(), "hello"); return err },
		"ReplyText":   func(r *Request) error { _, err := r.ReplyText(t.Context(), "hello"); return err },
		"ReplyThread": func(r *Request) error { _, err := r.ReplyThread(t.Context(), "hello"); return err },
		"ReplyFile":   func(r *Request) error { _, err := r.ReplyFile(t.Context(), file); return err },
		"Alert":       func(r *Request) error { _, err := r.Alert(t.Context(), "hello"); return err },
		"Edit":        func(r *Request) error { _, err := r.Edit(t.Context(), "$it", "hello"); return err },
		"React":       func(r *Request) error { _, err := r.React(t.Context(), "👍"); return err },
		"Redact":      func(r *Request) error { _, err := r.Redact(t.Context(), "$it", ""); return err },
		"Typing":      func(r *Request) error { return r.Typing(t.Context(), time.Second) },
		"MarkRead":    func(r *Request) error { return r.MarkRead(t.Context()) },
		"Download":    func(r *Request) error { _, err := r.Download(t.Context(), 1); return err },
		"RequirePower": func(r *Request) error {
			return RequirePower(50).allows(t.Context(), r)
		},
	} {
		err := use(&Request{Room: ops, Event: "$event", Sender: ann})
		require.ErrorIs(t, err, errNoBot, name)
		assert.Contains(t, err.Error(), "matrixbot: ", name)
	}
}
