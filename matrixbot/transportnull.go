package matrixbot

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// nonNull turns an answer that is null into one of a server in a bad way. Every answer of Matrix is an object or a list,
// and mautrix uses what it has decoded without looking: one null would end the process.
type nonNull struct{ next http.RoundTripper }

// maxNull is how long an answer is at most that may be null.
const maxNull = 64

// RoundTrip implements [http.RoundTripper].
func (n *nonNull) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := n.next.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK || resp.ContentLength > maxNull || strings.Contains(req.URL.Path, "/download/") {
		return resp, err
	}
	// What cannot be read now cannot be read later either.
	head, err := io.ReadAll(io.LimitReader(resp.Body, maxNull))
	rest := io.Reader(resp.Body)
	if err != nil {
		rest = failing{err}
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), rest), resp.Body}
	if err == nil && string(bytes.TrimSpace(head)) == "null" {
		resp.StatusCode, resp.Status = http.StatusBadGateway, "502 null"
	}
	return resp, nil
}

// CloseIdleConnections passes the call on to the transport below.
func (n *nonNull) CloseIdleConnections() { closeIdle(n.next) }

// failing is the rest of a body that broke off.
type failing struct{ err error }

// Read implements [io.Reader].
func (f failing) Read([]byte) (int, error) { return 0, f.err }
