package zulip

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
)

// CustomEmoji is an emoji that the organisation added.
type CustomEmoji struct {
	// ID is a number as text; it is the code of the emoji in reactions. See [CustomEmoji.Emoji].
	ID   string `json:"id"`
	Name string `json:"name"`
	// SourceURL is the path of the picture on the site; StillURL that of an animated one without motion, else nil.
	SourceURL string  `json:"source_url"`
	StillURL  *string `json:"still_url"`
	// Deactivated emoji are shown where they are, but cannot be used any more.
	Deactivated bool `json:"deactivated"`
	// AuthorID is 0 when unknown.
	AuthorID UserID `json:"author_id"`
}

// Emoji is what [Client.AddReaction] takes.
func (e CustomEmoji) Emoji() Emoji { return Emoji{Name: e.Name, Code: e.ID, Type: RealmEmoji} }

// CustomEmoji lists the organisation's emoji, oldest first, deactivated ones too. API: GET /realm/emoji.
func (c *Client) CustomEmoji(ctx context.Context) ([]CustomEmoji, error) {
	var out struct {
		envelope
		Emoji map[string]CustomEmoji `json:"emoji"`
	}
	err := c.call(ctx, call{op: "list custom emoji", method: http.MethodGet, path: path("realm", "emoji")}, &out)
	list := make([]CustomEmoji, 0, len(out.Emoji))
	for _, emoji := range out.Emoji {
		list = append(list, emoji)
	}
	slices.SortFunc(list, func(a, b CustomEmoji) int { // numbers without leading zeros
		return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	return list, err
}

// maxEmojiFile is how many bytes servers take for a picture of an emoji unless they are told otherwise.
const maxEmojiFile = 5 << 20

// UploadCustomEmoji adds an emoji with the picture that r has, which is read to its end, at most 5 MiB, and not
// closed. The name has letters a to z, digits, dashes, underscores and dots; the filename tells the kind of picture.
// API: POST /realm/emoji/{emoji_name}.
func (c *Client) UploadCustomEmoji(ctx context.Context, name, filename string, r io.Reader) error {
	const op = "upload custom emoji"
	if strings.Trim(name, ".") == "" || filename == "" {
		return errors.New("zulip: " + op + ": the emoji and its file need a name")
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("filename", filename)
	if err == nil {
		var n int64
		if n, err = io.Copy(part, io.LimitReader(r, maxEmojiFile+1)); n > maxEmojiFile {
			err = fmt.Errorf("%w: an emoji has at most %d MiB", ErrFileTooLarge, maxEmojiFile>>20)
		}
	}
	if err = cmp.Or(err, form.Close()); err != nil {
		return fmt.Errorf("zulip: %s: %w", op, err)
	}
	return c.call(ctx, call{
		op: op, method: http.MethodPost, path: path("realm", "emoji", name),
		body: &body, contentType: form.FormDataContentType(),
	}, &envelope{})
}
