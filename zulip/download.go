package zulip

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/signalbox-go/signalbox/internal/httpx"
)

// Download is a file that arrives. The caller reads as much as wanted and closes it.
type Download struct {
	io.ReadCloser

	// Size is how many bytes the server has announced; -1 when it did not.
	Size int64
	// ContentType is what the server takes the file for.
	ContentType string
}

// DownloadFile fetches an uploaded file as a stream. The address is that of [Upload.URL], or with the site before it,
// as in the HTML of a message; addresses of other sites are refused. ctx bounds the reading too: nothing else does.
func (c *Client) DownloadFile(ctx context.Context, address string) (*Download, error) {
	const op = "download file"
	elements, err := c.uploadPath(address)
	if err != nil {
		return nil, fmt.Errorf("zulip: %s: %w", op, err)
	}
	response, err := c.files.Stream(ctx, httpx.Request{Method: http.MethodGet, Path: elements}, nil)
	if err != nil {
		return nil, fmt.Errorf("zulip: %s: %w", op, err)
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		data, _ := io.ReadAll(io.LimitReader(response.Body, maxErrorBody)) // the status counts even if the rest is cut off
		err := call{method: http.MethodGet, path: elements}.failed(response.StatusCode, response.Header, data)
		if api, ok := errors.AsType[*APIError](err); ok {
			api.Path = "/" + strings.Join(elements, "/")
		}
		return nil, fmt.Errorf("zulip: %s: %w", op, err)
	}
	return &Download{
		ReadCloser: response.Body, Size: response.ContentLength, ContentType: response.Header.Get("Content-Type"),
	}, nil
}

// TemporaryURL returns an address at which everybody can fetch an uploaded file for about a minute, without
// credentials. The argument is as for [Client.DownloadFile]. API: GET /user_uploads/{realm_id_str}/{filename}.
func (c *Client) TemporaryURL(ctx context.Context, address string) (string, error) {
	const op = "get temporary url"
	elements, err := c.uploadPath(address)
	if err != nil {
		return "", fmt.Errorf("zulip: %s: %w", op, err)
	}
	var out struct {
		envelope
		URL string `json:"url"`
	}
	if err := c.call(ctx, call{op: op, method: http.MethodGet, path: elements}, &out); err != nil {
		return "", err
	}
	if strings.HasPrefix(out.URL, "/") {
		out.URL = c.site + out.URL
	}
	return out.URL, nil
}

// uploadPath are the elements of the path of an uploaded file, from user_uploads on.
func (c *Client) uploadPath(address string) ([]string, error) {
	rest, absolute := strings.CutPrefix(address, c.site+"/")
	if !absolute {
		rest = strings.TrimPrefix(address, "/")
	}
	var elements []string
	for element := range strings.SplitSeq(rest, "/") {
		plain, err := url.PathUnescape(element)
		if err != nil {
			return nil, errors.New("the address is no path of an uploaded file")
		}
		elements = append(elements, plain)
	}
	if len(elements) < 3 || elements[0] != "user_uploads" {
		return nil, errors.New("the address is no uploaded file of this site; it begins with /user_uploads/")
	}
	return elements, nil
}
