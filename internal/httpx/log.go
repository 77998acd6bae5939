package httpx

import (
	"log/slog"
	"net/http"
	"time"
)

// logging writes a line about each attempt: never a query, header or body, and of the address that
// a server redirects to no more than where it is.
type logging struct {
	next   http.RoundTripper
	logger *slog.Logger
}

func (l logging) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if !l.logger.Enabled(ctx, slog.LevelDebug) {
		return l.next.RoundTrip(req)
	}
	begin := time.Now()
	resp, err := l.next.RoundTrip(req)
	status := 0
	if err == nil {
		status = resp.StatusCode
	}
	where := slog.String("path", req.URL.Path)
	if req.Response != nil { // net/http made it because of a redirect
		where = slog.String("redirected_to", origin(req.URL))
	}
	l.logger.LogAttrs(ctx, slog.LevelDebug, "http request",
		slog.String("method", req.Method), where, slog.Int("status", status),
		slog.Duration("duration", time.Since(begin)), slog.Bool("failed", err != nil))
	return resp, err
}

// CloseIdleConnections passes the call on to the transport below.
func (l logging) CloseIdleConnections() {
	if closer, ok := l.next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}
