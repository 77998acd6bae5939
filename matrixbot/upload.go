package matrixbot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/attachment"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

const (
	maxUnstated   = 100 << 20 // the largest file where the homeserver does not say what it takes
	slowestUpload = 32 << 10  // bytes in a second; what is slower is tried again
	longestUpload = 24 * 3600 // seconds, however large a file the homeserver takes
)

// errSource means that the content of a file is not to be had, which no other attempt will mend.
var errSource = errors.New("the file cannot be read")

// upload implements sender. The content goes from the reader to the homeserver piece by piece, never as a whole into
// memory.
func (b *Bot) upload(ctx context.Context, room id.RoomID, f *File) (*event.MessageEventContent, error) {
	if f.Open == nil {
		return nil, fmt.Errorf("%w: the file lacks Open", ErrMessage)
	}
	if err := b.outbox.open(ctx); err != nil {
		return nil, err
	}
	most, err := persist(ctx, b.log, "ask for the upload limit", attemptTimeout, b.uploadLimit)
	if err != nil {
		return nil, err
	}
	if f.Size > most {
		return nil, fmt.Errorf("%w: it has %d bytes, and the homeserver takes %d", ErrTooLarge, f.Size, most)
	}
	room = b.rooms.current(room)
	size := f.Size
	if size < 0 {
		size = most
	}
	timeout := attemptTimeout + time.Duration(min(size/slowestUpload, longestUpload))*time.Second
	return persist(ctx, b.log, "upload", timeout, func(ctx context.Context) (*event.MessageEventContent, error) {
		if err := b.rooms.ready(ctx, room); err != nil {
			return nil, err
		}
		if err := b.mayEncrypt(ctx, room, event.EventMessage); err != nil {
			return nil, err
		}
		encrypt, err := b.store.State().IsEncrypted(ctx, room)
		if err != nil {
			return nil, err
		}
		return b.uploadOnce(ctx, f, most, encrypt)
	})
}

// uploadLimit asks how large a file may be. API: GET /_matrix/client/v1/media/config, or its older path.
func (b *Bot) uploadLimit(ctx context.Context) (int64, error) {
	config, err := b.client.GetMediaConfig(ctx)
	if errors.Is(err, mautrix.MUnrecognized) || errors.Is(err, mautrix.MNotFound) {
		_, err = b.client.MakeRequest(ctx, http.MethodGet, b.client.BuildURL(mautrix.MediaURLPath{"v3", "config"}), nil, &config)
	}
	if err != nil {
		return 0, err
	}
	if config == nil || config.UploadSize <= 0 {
		return maxUnstated, nil
	}
	return config.UploadSize, nil
}

func (b *Bot) uploadOnce(ctx context.Context, f *File, most int64, encrypt bool) (*event.MessageEventContent, error) {
	source, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSource, err)
	}
	defer source.Close()
	reader := &bounded{source: source, left: most}
	head := make([]byte, 512) // as much as tells the type
	n, err := io.ReadFull(reader, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("%w: %w", errSource, err)
	}
	content := f.content(head[:n])
	body := io.MultiReader(bytes.NewReader(head[:n]), reader)
	request := mautrix.ReqUploadMedia{ContentType: content.Info.MimeType, FileName: content.FileName, ContentLength: max(f.Size, 0)}
	var cipher io.ReadSeekCloser
	if encrypt {
		content.File = &event.EncryptedFileInfo{EncryptedFile: *attachment.NewEncryptedFile()}
		cipher = content.File.EncryptStream(body)
		body = cipher
		// The homeserver learns neither the type nor the name.
		request.ContentType, request.FileName = "application/octet-stream", ""
	}
	counted := &counter{source: body}
	request.Content = counted
	// The body cannot be read twice, so that a failed attempt starts again from Open.
	stored, err := b.client.UploadMedia(mautrix.WithMaxRetries(ctx, 0), request)
	cut := false
	size := counted.end(func() { cut, _ = true, source.Close() })
	if reader.exceeded {
		return nil, fmt.Errorf("%w: the homeserver takes %d bytes", ErrTooLarge, most)
	}
	if reader.failed != nil && !cut {
		return nil, fmt.Errorf("%w: %w", errSource, reader.failed)
	}
	if err != nil {
		return nil, err
	}
	if f.Size >= 0 && size != f.Size {
		return nil, fmt.Errorf("%w: the file should have %d bytes and has %d", ErrMessage, f.Size, size)
	}
	if stored.ContentURI.IsEmpty() {
		return nil, errors.New("the homeserver's answer has no content uri")
	}
	content.Info.Size = int(size)
	if encrypt {
		if err := cipher.Close(); err != nil {
			return nil, err
		}
		content.File.URL = stored.ContentURI.CUString()
		return content, nil
	}
	content.URL = stored.ContentURI.CUString()
	return content, nil
}

// content returns the message that shows a file, but for where it is.
func (f *File) content(head []byte) *event.MessageEventContent {
	kind := f.Type
	if kind == "" {
		kind = http.DetectContentType(head)
	}
	media, _, err := mime.ParseMediaType(kind)
	if err != nil {
		kind, media = "application/octet-stream", "application/octet-stream"
	}
	content := &event.MessageEventContent{
		MsgType: event.MsgFile, Body: f.shownName(), FileName: f.shownName(),
		Info: &event.FileInfo{MimeType: kind}, Mentions: &event.Mentions{},
	}
	if f.Caption != "" {
		content.Body = clean(f.Caption)
	}
	switch group, _, _ := strings.Cut(media, "/"); {
	case media == "image/svg+xml": // may hold a program
	case group == "image":
		content.MsgType = event.MsgImage
	case group == "audio":
		content.MsgType = event.MsgAudio
	case group == "video":
		content.MsgType = event.MsgVideo
	}
	return content
}
