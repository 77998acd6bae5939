package proctest

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"
)

// Log keeps what a program writes, for those who wait for it. The zero value is
// empty. It is safe for concurrent use.
type Log struct {
	mu      sync.Mutex
	written bytes.Buffer
	more    chan struct{} // Closed and replaced at each write; nil before somebody waits.
}

// Write implements [io.Writer].
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.more != nil {
		close(l.more)
		l.more = nil
	}
	return l.written.Write(p)
}

// String returns all that was written until now.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.written.String()
}

// WaitFor waits until the text was written, and fails the test where that takes
// longer than [Patient] allows.
func (l *Log) WaitFor(tb testing.TB, text string) {
	tb.Helper()
	for ctx := Patient(tb); ; {
		found, more := l.look(text)
		if found {
			return
		}
		select {
		case <-more:
		case <-ctx.Done():
			tb.Fatalf("%q is not in\n%s", text, l)
		}
	}
}

// look says whether the text is there, and what is closed when there is more.
func (l *Log) look(text string) (found bool, more <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.more == nil {
		l.more = make(chan struct{})
	}
	return strings.Contains(l.written.String(), text), l.more
}

// Patient returns a context that ends a wait which would last for ever.
func Patient(tb testing.TB) context.Context {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 20*time.Second)
	tb.Cleanup(cancel)
	return ctx
}
