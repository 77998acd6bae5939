package zulip

import (
	"context"
	"net/http"
	"time"
)

// AttachmentID is the number of an uploaded file.
type AttachmentID int64

// Attachment is a file that the caller has uploaded.
type Attachment struct {
	ID   AttachmentID `json:"id"`
	Name string       `json:"name"`
	// PathID is the part of the file's address behind /user_uploads/.
	PathID string `json:"path_id"`
	// Size is in bytes.
	Size int64 `json:"size"`
	// CreateTime is Unix seconds, whatever the server's age; [Attachment.Time] makes a time of it.
	CreateTime int64 `json:"create_time"`
	// MessageIDs are the messages that link to the file.
	MessageIDs []MessageID `json:"message_ids"`
	// Messages is what servers before feature level 472 say instead of MessageIDs; they set both.
	Messages []AttachmentMessage `json:"messages"`
}

// AttachmentMessage is a message that links to a file.
type AttachmentMessage struct {
	ID MessageID `json:"id"`
	// DateSent is Unix seconds.
	DateSent int64 `json:"date_sent"`
}

// Time is when the file was uploaded.
func (a Attachment) Time() time.Time { return time.Unix(a.CreateTime, 0) }

// URL is the path of the file on the site, as in [Upload].
func (a Attachment) URL() string { return "/user_uploads/" + a.PathID }

// Attachments are the caller's files.
type Attachments struct {
	Attachments []Attachment `json:"attachments"`
	// UploadSpaceUsed is the size of all files of the organisation, in bytes.
	UploadSpaceUsed int64 `json:"upload_space_used"`
}

// Attachments lists the files that the caller has uploaded. API: GET /attachments.
func (c *Client) Attachments(ctx context.Context) (Attachments, error) {
	var out struct {
		envelope
		Attachments
	}
	err := c.call(ctx, call{op: "list attachments", method: http.MethodGet, path: path("attachments")}, &out)
	for i := range out.Attachments.Attachments {
		normalise(&out.Attachments.Attachments[i])
	}
	return out.Attachments, err
}

// DeleteAttachment deletes a file; links to it break. API: DELETE /attachments/{attachment_id}.
func (c *Client) DeleteAttachment(ctx context.Context, id AttachmentID) error {
	r := call{op: "delete attachment", method: http.MethodDelete, path: path("attachments", id)}
	return c.call(ctx, r, &envelope{})
}

// normalise brings the answers of all servers into one form.
func normalise(a *Attachment) {
	a.CreateTime = inSeconds(a.CreateTime)
	for i := range a.Messages {
		a.Messages[i].DateSent = inSeconds(a.Messages[i].DateSent)
		if len(a.MessageIDs) <= i {
			a.MessageIDs = append(a.MessageIDs, a.Messages[i].ID)
		}
	}
}

// inSeconds makes seconds of the milliseconds that servers before feature level 443 send. The two cannot be taken for
// each other: the limit is the year 5138 in seconds and 1973 in milliseconds.
func inSeconds(timestamp int64) int64 {
	const limit = 100_000_000_000
	if timestamp > limit {
		return timestamp / 1000
	}
	return timestamp
}
