package zulip

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/signalbox-go/signalbox/internal/httpx"
)

// The protocol tus 1.0: POST makes an upload and names it in Location, PATCH sends a piece of it, HEAD tells how much
// the server has. The answer to the last piece is Zulip's.

// uploadPiece is how much of a file goes in one request, and is in memory.
const uploadPiece = 8 << 20

// pieceAttempts is how often one piece is tried.
const pieceAttempts = 5

// uploadInPieces sends size bytes of r.
func (c *Client) uploadInPieces(ctx context.Context, filename string, r io.Reader, size int64) (Upload, error) {
	where, err := c.tusCreate(ctx, filename, size)
	if err != nil {
		return Upload{}, err
	}
	buffer := make([]byte, uploadPiece)
	for sent := int64(0); ; {
		piece := buffer[:min(uploadPiece, size-sent)]
		if _, err := io.ReadFull(r, piece); err != nil {
			return Upload{}, fmt.Errorf("read the file: %w", err)
		}
		answer, err := c.tusSend(ctx, where, sent, piece)
		if err != nil {
			return Upload{}, err
		}
		if sent += int64(len(piece)); sent < size {
			continue
		}
		if answer == nil {
			return Upload{}, errors.New("the file arrived but the answer was lost; look for it with Attachments before sending it again")
		}
		return tusFinished(where, answer, filename)
	}
}

// tusRequest has what all requests of the protocol share.
func tusRequest(method string, path []string) httpx.Request {
	return httpx.Request{Method: method, Path: path, Header: http.Header{"Tus-Resumable": {"1.0.0"}}}
}

func (c *Client) tusCreate(ctx context.Context, filename string, size int64) (where []string, err error) {
	request := tusRequest(http.MethodPost, path("tus"))
	request.Header.Set("Upload-Length", strconv.FormatInt(size, 10))
	request.Header.Set("Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte(filename))+
		",filetype "+base64.StdEncoding.EncodeToString([]byte(contentType(filename))))
	request.Body = []byte{} // a request without one has no Content-Length
	response, err := c.calls.Do(ctx, request)
	if err != nil {
		return nil, err
	}
	if response.Status != http.StatusCreated {
		return nil, tusFailed(request, response)
	}
	return tusLocation(response.Header.Get("Location"))
}

// tusLocation is the path of an upload below the API. The host is not looked at: behind a proxy it may be another one,
// and the credentials go to the site alone.
func tusLocation(location string) ([]string, error) {
	u, err := url.Parse(location)
	if err != nil {
		return nil, errors.New("the server names no place for the upload")
	}
	_, id, found := strings.Cut(u.EscapedPath(), "/api/v1/tus/")
	if !found || id == "" {
		return nil, errors.New("the server names a strange place for the upload")
	}
	where := path("tus")
	for element := range strings.SplitSeq(id, "/") {
		plain, err := url.PathUnescape(element)
		if err != nil || plain == "" || plain == "." || plain == ".." {
			return nil, errors.New("the server names a strange place for the upload")
		}
		where = append(where, plain)
	}
	return where, nil
}

// tusSend sends a piece until the server has it; of one that was cut off on the way it has a part. The answer is nil
// when it was lost.
func (c *Client) tusSend(ctx context.Context, where []string, offset int64, piece []byte) (*httpx.Response, error) {
	wait := backoff{jitter: c.jitter}
	end := offset + int64(len(piece))
	for attempt := 1; ; attempt++ {
		request := tusRequest(http.MethodPatch, where)
		request.Header.Set("Upload-Offset", strconv.FormatInt(offset, 10))
		request.ContentType, request.Body = "application/offset+octet-stream", piece[len(piece)-int(end-offset):]
		response, err := c.calls.Do(ctx, request)
		switch {
		case err == nil && response.Status/100 == 2:
			return response, nil
		case err == nil:
			err = tusFailed(request, response)
			if api, ok := errors.AsType[*APIError](err); ok && api.Status != http.StatusConflict && !retriable(api) {
				return nil, err
			}
		}
		if attempt == pieceAttempts || ctx.Err() != nil {
			return nil, err
		}
		if err := sleep(ctx, wait.next(err)); err != nil {
			return nil, err
		}
		has, askErr := c.tusOffset(ctx, where)
		if askErr != nil {
			return nil, errors.Join(err, askErr)
		}
		if has == end {
			return nil, nil //nolint:nilnil // See above.
		}
		if has < offset || has > end {
			return nil, fmt.Errorf("the server has %d bytes of the file, not %d to %d: %w", has, offset, end, err)
		}
		offset = has
	}
}

// retriable tells whether a piece may be sent again after an answer.
func retriable(api *APIError) bool {
	return api.Status >= 500 || api.Status == http.StatusTooManyRequests || api.Status == http.StatusRequestTimeout ||
		api.Status == http.StatusLocked
}

// tusOffset asks how much of an upload the server has.
func (c *Client) tusOffset(ctx context.Context, where []string) (int64, error) {
	request := tusRequest(http.MethodHead, where)
	response, err := c.calls.Do(ctx, request)
	if err != nil {
		return 0, err
	}
	if response.Status/100 != 2 {
		return 0, tusFailed(request, response)
	}
	offset, err := strconv.ParseInt(response.Header.Get("Upload-Offset"), 10, 64)
	if err != nil {
		return 0, errors.New("the server does not tell how much of the file it has")
	}
	return offset, nil
}

// tusFinished reads the answer to the last piece.
func tusFinished(where []string, response *httpx.Response, filename string) (Upload, error) {
	var upload Upload
	if len(response.Body) > 0 {
		if err := json.Unmarshal(response.Body, &upload); err != nil {
			return Upload{}, &MalformedError{Method: http.MethodPatch, Path: call{path: where}.where(), Err: err}
		}
	}
	if upload.URL == "" {
		err := errors.New("it does not name the file")
		return Upload{}, &MalformedError{Method: http.MethodPatch, Path: call{path: where}.where(), Err: err}
	}
	if upload.Filename == "" {
		upload.Filename = filename
	}
	return upload, nil
}

// tusFailed is the error of an answer that is no success; Zulip's own have another form here than elsewhere.
func tusFailed(request httpx.Request, response *httpx.Response) error {
	r := call{method: request.Method, path: request.Path}
	failed := r.failed(response.Status, response.Header, response.Body)
	var body struct {
		Message string `json:"message"`
	}
	if api, ok := errors.AsType[*APIError](failed); ok && json.Unmarshal(response.Body, &body) == nil && body.Message != "" {
		api.Code, api.Message = "BAD_REQUEST", oneLine(body.Message, 500)
	}
	return failed
}
