package zulip

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path/filepath"
	"strings"
)

// Upload is a file on the server.
type Upload struct {
	// URL is the path of the file on the site, as /user_uploads/2/ab/cd.txt.
	URL string `json:"url"`
	// Filename is the name that the server keeps; it may differ from the one that was sent.
	Filename string `json:"filename"`
}

// Markdown is the link that shows the file in a message. The name cannot break out of the link:
// brackets in it become parentheses.
func (u Upload) Markdown() string {
	return "[" + linkText.Replace(u.Filename) + "](" + linkTarget.Replace(u.URL) + ")"
}

// ErrFileTooLarge means that the server takes no file of that size.
var ErrFileTooLarge = errors.New("the file is too large")

// UploadFile stores what r has from its present place on under the name. It reads r to its end, once, and does not
// close it.
//
// When r tells its size (an [os.File], anything else with Seek, a bytes or strings reader) and has more than 25 MiB,
// the file goes in pieces, of which one that is lost on the way is sent again; each of them has the time of
// [WithTimeout]. That needs Zulip 10 (feature level 296). All else goes in one request that is not repeated; most servers
// refuse more than 25 MiB there, and one that has no proxy before it refuses what does not tell its size. [Client.Register] learns how large a file may be. API: POST /user_uploads and /tus.
func (c *Client) UploadFile(ctx context.Context, filename string, r io.Reader) (Upload, error) {
	const op = "upload file"
	if strings.TrimSpace(filename) == "" {
		return Upload{}, errors.New("zulip: " + op + ": the file has no name")
	}
	if size := sizeOf(r); size > maxSimpleUpload {
		if mib := c.maxUploadMiB.Load(); mib > 0 && size > mib<<20 {
			return Upload{}, fmt.Errorf("zulip: %s: %w: %d bytes, the server takes %d MiB", op, ErrFileTooLarge, size, mib)
		}
		if err := c.requires(ctx, op, 296); err != nil {
			return Upload{}, err
		}
		upload, err := c.uploadInPieces(ctx, filename, r, size)
		if err != nil {
			return Upload{}, fmt.Errorf("zulip: %s: %w", op, err)
		}
		return upload, nil
	}
	return c.uploadForm(ctx, op, filename, r)
}

// maxSimpleUpload is what servers take in one request.
const maxSimpleUpload = 25 << 20

// sizeOf is how many bytes r has from here on; -1 when it does not tell.
func sizeOf(r io.Reader) int64 {
	switch r := r.(type) {
	case interface{ Len() int }:
		return int64(r.Len())
	case io.Seeker:
		here, err := r.Seek(0, io.SeekCurrent)
		if err != nil {
			return -1 // such as a pipe
		}
		end, err := r.Seek(0, io.SeekEnd)
		if err != nil {
			return -1
		}
		if _, err := r.Seek(here, io.SeekStart); err != nil {
			return -1
		}
		return end - here
	}
	return -1
}

// sized is the body of a request whose length is known. A server that has no proxy before it that waits for the whole
// of the request finds no file in one without a length.
type sized struct {
	io.ReadCloser

	size int64
}

// contentType is what the name of a file says about its content.
func contentType(filename string) string {
	return cmp.Or(mime.TypeByExtension(filepath.Ext(filename)), "application/octet-stream")
}

// uploadForm sends the file as the one part of a form.
func (c *Client) uploadForm(ctx context.Context, op, filename string, r io.Reader) (Upload, error) {
	var frame bytes.Buffer // what stands around the file, whose length is that of the whole less the file
	form := multipart.NewWriter(&frame)
	_, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("filename", filename)},
		"Content-Type":        {contentType(filename)}, // without it the server would not show an image
	})
	if err != nil {
		return Upload{}, fmt.Errorf("zulip: %s: %w", op, err)
	}
	head := frame.Len()
	if err := form.Close(); err != nil {
		return Upload{}, fmt.Errorf("zulip: %s: %w", op, err)
	}
	reader, writer := io.Pipe()
	var body io.Reader = reader
	if size := sizeOf(r); size >= 0 {
		body = sized{reader, int64(frame.Len()) + size}
		r = io.LimitReader(r, size) // it may have grown since
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		whole := io.MultiReader(bytes.NewReader(frame.Bytes()[:head]), r, bytes.NewReader(frame.Bytes()[head:]))
		_, err := io.Copy(writer, whole)
		writer.CloseWithError(err)
	}()
	var out struct {
		envelope
		Upload
		URI string `json:"uri"` // the name of url before Zulip 9
	}
	err = c.call(ctx, call{
		op: op, method: http.MethodPost, path: path("user_uploads"),
		body: body, contentType: form.FormDataContentType(),
	}, &out)
	_ = reader.Close() // lets the writer go when the server did not read all
	<-done
	if out.URL == "" {
		out.URL = out.URI
	}
	if out.Filename == "" {
		out.Filename = filename
	}
	return out.Upload, err
}
