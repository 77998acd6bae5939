package matrixbot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Attachment is a file that came with a message. What it says comes from its sender and need not be true.
type Attachment struct {
	Name string // Without path and control characters.
	Type string // The MIME type; may be empty.
	Size int64  // In bytes; 0 if it is not told.
}

// Attachment returns what the message says about the file that came with it, and whether there is one.
func (r *Request) Attachment() (Attachment, bool) {
	content := r.attached()
	if content == nil {
		return Attachment{}, false
	}
	a := Attachment{Name: (&File{Name: content.GetFileName()}).shownName()}
	if content.Info != nil {
		a.Type, a.Size = clean(content.Info.MimeType), int64(content.Info.Size)
	}
	return a, true
}

// Download returns the file that came with the message, decrypted where it is encrypted. One that has more than most
// bytes is refused with [ErrTooLarge], and one that is not what its sender has encrypted with [ErrDamaged]. It blocks
// until the file is there, and does not try again. API: GET /_matrix/client/v1/media/download/{serverName}/{mediaId}.
func (r *Request) Download(ctx context.Context, most int64) ([]byte, error) {
	s, err := r.bot()
	if err != nil {
		return nil, err
	}
	content := r.attached()
	if content == nil {
		return nil, fmt.Errorf("matrixbot: download: %w: no file came with the message", ErrMessage)
	}
	data, err := s.download(ctx, content, most)
	if err != nil {
		return nil, fmt.Errorf("matrixbot: download: %w", err)
	}
	return data, nil
}

// attached returns the message, if a file came with it.
func (r *Request) attached() *event.MessageEventContent {
	if r.Raw == nil {
		return nil
	}
	content, ok := r.Raw.Content.Parsed.(*event.MessageEventContent)
	if !ok || !content.MsgType.IsMedia() || content.URL == "" && (content.File == nil || content.File.URL == "") {
		return nil
	}
	return content
}

// download implements sender.
func (b *Bot) download(ctx context.Context, content *event.MessageEventContent, most int64) ([]byte, error) {
	address := content.URL
	if content.File != nil {
		address = content.File.URL
	}
	uri, err := address.Parse()
	if err != nil || !id.ValidateServerName(uri.Homeserver) || strings.Trim(uri.Homeserver, ".") == "" || !mediaID(uri.FileID) {
		return nil, fmt.Errorf("%w: the address of the file is not valid", ErrDamaged)
	}
	data, err := b.fetch(ctx, uri, most)
	if err != nil || content.File == nil {
		return data, err
	}
	// The file is a copy, since keys are decoded into it.
	file := content.File.EncryptedFile
	if err := file.DecryptInPlace(data); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return data, nil
}

// mediaID says whether an id is made of what Matrix has them made of. The address comes from a stranger and becomes a part
// of a path, to which the bot's token goes: nothing in it may lead elsewhere.
func mediaID(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	}) < 0
}

// fetch returns a file as the homeserver has it.
func (b *Bot) fetch(ctx context.Context, uri id.ContentURI, most int64) ([]byte, error) {
	resp, err := b.client.Download(ctx, uri)
	if errors.Is(err, mautrix.MUnrecognized) { // a homeserver from before authenticated media
		path := b.client.BuildURL(mautrix.MediaURLPath{"v3", "download", uri.Homeserver, uri.FileID})
		_, resp, err = b.client.MakeFullRequestWithResp(ctx, mautrix.FullRequest{Method: http.MethodGet, URL: path, DontReadResponse: true})
	}
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.ContentLength > most {
		return nil, fmt.Errorf("%w: it has %d bytes, and %d are allowed", ErrTooLarge, resp.ContentLength, most)
	}
	data, err := io.ReadAll(&bounded{source: resp.Body, left: most})
	if err != nil {
		return nil, err
	}
	return data, nil
}
