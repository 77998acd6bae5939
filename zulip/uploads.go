package zulip

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
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

// UploadFile stores what r has under the name. It reads r to its end, once, and does not close it;
// a failed upload is not repeated. API: POST /user_uploads.
func (c *Client) UploadFile(ctx context.Context, filename string, r io.Reader) (Upload, error) {
	const op = "upload file"
	if strings.TrimSpace(filename) == "" {
		return Upload{}, errors.New("zulip: " + op + ": the file has no name")
	}
	reader, writer := io.Pipe()
	form := multipart.NewWriter(writer)
	done := make(chan struct{})
	go func() {
		defer close(done)
		part, err := form.CreateFormFile("file", filename)
		if err == nil {
			_, err = io.Copy(part, r)
		}
		if err == nil {
			err = form.Close()
		}
		writer.CloseWithError(err)
	}()
	var out struct {
		envelope
		Upload
		URI string `json:"uri"` // the name of url before Zulip 9
	}
	err := c.call(ctx, call{
		op: op, method: http.MethodPost, path: path("user_uploads"),
		body: reader, contentType: form.FormDataContentType(),
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
