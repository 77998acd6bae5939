package chatops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/signalbox-go/signalbox/semaphore"
)

// maxLogFile bounds the file with a task's log, in bytes. Of a longer log the file has the beginning and the end.
const maxLogFile = 8 << 20

// logFile is the whole log of a task as a file; nil where the server has none any more.
func (e *Engine) logFile(ctx context.Context, ref TaskRef) (*File, error) {
	text := headAndTail{half: maxLogFile/2 - 100}
	for line, err := range e.Semaphore.Output(ctx, ref.Project, ref.Task) {
		switch {
		case errors.Is(err, semaphore.ErrNotFound), errors.Is(err, semaphore.ErrForbidden):
			return nil, nil
		case errors.Is(err, semaphore.ErrTooLarge):
			text.add("[the rest of the log is too long to be read]")
		case err != nil:
			return nil, err
		default:
			text.add(plainLine(line.Output))
		}
	}
	content := text.bytes()
	return &File{
		Name: fmt.Sprintf("task-%d.log", ref.Task), Size: int64(len(content)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
	}, nil
}

// plainLine is an entry of a log as it goes into a file: without colours and without the end of the line.
func plainLine(output string) string {
	output = strings.ToValidUTF8(escapes.ReplaceAllString(output, ""), "\uFFFD")
	return strings.TrimRight(strings.ReplaceAll(output, "\r\n", "\n"), "\r\n")
}

// headAndTail keeps the beginning and the end of a text, each of half bytes at most, and counts the lines between. A line
// that is longer than that is cut.
type headAndTail struct {
	half       int
	head, tail []byte
	full       bool // Nothing goes into the head any more.
	dropped    int  // Lines.
}

func (t *headAndTail) add(line string) {
	if len(line) >= t.half {
		line = strings.ToValidUTF8(line[:t.half-len("…\n")], "") + "…"
	}
	if !t.full && len(t.head)+len(line) < t.half {
		t.head = append(append(t.head, line...), '\n')
		return
	}
	t.full = true
	t.tail = append(append(t.tail, line...), '\n')
	if len(t.tail) > 2*t.half { // Not with each line, so that the work is in proportion to the text.
		t.trim()
	}
}

// trim drops the first lines of a tail that is too large.
func (t *headAndTail) trim() {
	over := len(t.tail) - t.half
	if over <= 0 {
		return
	}
	over += bytes.IndexByte(t.tail[over-1:], '\n') // There is one at the end.
	t.dropped += bytes.Count(t.tail[:over], []byte("\n"))
	t.tail = append(t.tail[:0], t.tail[over:]...)
}

func (t *headAndTail) bytes() []byte {
	t.trim()
	text := t.head
	if t.dropped > 0 {
		text = fmt.Appendf(text, "\n[… %d lines left out …]\n\n", t.dropped)
	}
	return append(text, t.tail...)
}
