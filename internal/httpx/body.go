package httpx

import (
	"context"
	"errors"
	"io"
)

// ErrBodyTooLarge is returned for a response that is larger than
// Config.MaxBody.
var ErrBodyTooLarge = errors.New("the response is larger than allowed")

// readAll reads and closes a body of at most limit bytes.
func readAll(body io.ReadCloser, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(body, limit+1))
	if closeErr := body.Close(); err == nil && closeErr != nil {
		err = closeErr
	}
	if err == nil && int64(len(content)) > limit {
		err = ErrBodyTooLarge
	}
	return content, err
}

// cappedBody is a response body that fails after left bytes.
type cappedBody struct {
	source  io.ReadCloser
	left    int64
	release context.CancelFunc
}

func (b *cappedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.source.Read(p)
	if int64(n) > b.left {
		n, err = int(b.left), ErrBodyTooLarge
	}
	b.left -= int64(n)
	return n, err
}

func (b *cappedBody) Close() error {
	defer b.release()
	return b.source.Close()
}
