package contract

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/signalbox-go/signalbox/zulip"
)

// A watch notes which method of the client made which request.
type watch struct {
	base http.RoundTripper

	mu    sync.Mutex
	calls map[string]map[string]bool // by method of the client: the paths that it asked for
}

func watched(base http.RoundTripper) *watch {
	return &watch{base: base, calls: map[string]map[string]bool{}}
}

// clientMethod is how the stack names an exported method of the client, and functions within it; what the compiler has
// put into its caller has the caller's name before it.
var clientMethod = regexp.MustCompile(`(?:/zulip|internal/contract\..*)\.\(\*Client\)\.([A-Z]\w*)`)

// caller is the client's method that this package called, directly or within a range statement.
func caller() string {
	frames := make([]uintptr, 200)
	frames = frames[:runtime.Callers(2, frames)]
	name := ""
	stack := runtime.CallersFrames(frames)
	for more := true; more; {
		var frame runtime.Frame
		frame, more = stack.Next()
		if found := clientMethod.FindStringSubmatch(frame.Function); found != nil {
			name = found[1]
		} else if name != "" && strings.Contains(frame.Function, "internal/contract.") {
			break // the one that called
		}
	}
	return name
}

func (w *watch) RoundTrip(r *http.Request) (*http.Response, error) {
	if name := caller(); name != "" {
		w.mu.Lock()
		if w.calls[name] == nil {
			w.calls[name] = map[string]bool{}
		}
		w.calls[name][r.Method+" "+r.URL.Path] = true
		w.mu.Unlock()
	}
	return w.base.RoundTrip(r)
}

// uncallable are the methods of the client that the tour need not call.
var uncallable = map[string]string{
	"Site":         "makes no request",
	"UserChannels": "is newer than the description; it has a test of its own",
}

// uncalled are the methods that were never seen to make a request.
func (w *watch) uncalled() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	called := slices.Collect(maps.Keys(w.calls))
	var names []string
	for method := range reflect.TypeFor[*zulip.Client]().Methods() {
		if !slices.Contains(called, method.Name) && uncallable[method.Name] == "" {
			names = append(names, method.Name)
		}
	}
	return names
}

// readBody takes a request's body and leaves it as it was.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, err
}
