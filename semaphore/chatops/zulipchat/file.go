package zulipchat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
	"github.com/signalbox-go/signalbox/zulip"
)

// How long the name of a file may be, in characters, and a link to it.
const (
	maxFileName = 60
	maxFileLink = 500
)

// upload stores a file. Nothing is posted by that, so that its failures leave no doubt.
func (c *Chat) upload(ctx context.Context, f *chatops.File) (zulip.Upload, error) {
	const op = "upload"
	content, err := f.Open(ctx)
	if err != nil {
		return zulip.Upload{}, fmt.Errorf("zulipchat: %s: %w: %w", op, chatops.ErrNotSent, err)
	}
	defer content.Close()
	file, err := c.client.UploadFile(ctx, fileName(f.Name), sizedReader{content, f.Size})
	switch {
	case err == nil:
		return file, nil
	case zulipadapter.Refused(err) || errors.Is(err, zulip.ErrFileTooLarge):
		return file, fmt.Errorf("zulipchat: %s: %w: %w", op, chatops.ErrUndeliverable, err)
	}
	return file, fmt.Errorf("zulipchat: %s: %w: %w", op, chatops.ErrNotSent, err)
}

// sizedReader tells how much there is to read: some servers take no upload without a length.
type sizedReader struct {
	io.Reader

	size int64
}

// Len is asked for before anything is read.
func (r sizedReader) Len() int { return int(r.size) }

// withFile puts a link to a file below a text.
func withFile(content, name string, file zulip.Upload) string {
	file.Filename = fileName(name)
	return strings.TrimLeft(content+"\n\n"+file.Markdown(), "\n")
}

// fileName is a name in which nothing means anything.
func fileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, strings.ToValidUTF8(name, "-")))
	if len(runes) > maxFileName {
		runes = runes[len(runes)-maxFileName:] // The end tells what is in it.
	}
	if len(runes) == 0 {
		return "file"
	}
	return string(runes)
}

// isWithFile says whether a content is this text with a link to a file of this name: the address of an upload is
// another one each time.
func isWithFile(content, text, name string) bool {
	rest, found := strings.CutPrefix(strings.TrimSpace(content), strings.TrimSpace(text))
	rest, linked := strings.CutPrefix(strings.TrimSpace(rest), "["+fileName(name)+"](/user_uploads/")
	address, end, closed := strings.Cut(rest, ")")
	return found && linked && closed && end == "" && !strings.ContainsAny(address, " \n")
}
