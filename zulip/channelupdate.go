package zulip

import (
	"context"
	"net/http"
)

// UpdateChannelRequest changes a channel; what is nil stays as it is.
type UpdateChannelRequest struct {
	Name, Description          *string
	IsPrivate, IsWebPublic     *bool
	HistoryPublicToSubscribers *bool
	// IsDefault says whether new users of the organisation are subscribed. Zulip 8 (feature level 200).
	IsDefault *bool
	// MessageRetentionDays may be [RetainForever] or [RetainDefault].
	MessageRetentionDays *int
	// FolderID needs Zulip 11 (feature level 389). The value 0 takes the channel out of its folder.
	FolderID *ChannelFolderID
	// TopicsPolicy needs Zulip 11 (feature level 392). Empty: no change.
	TopicsPolicy TopicsPolicy
	Permissions  ChannelPermissions
	// ExpectedPermissions are what the caller believes to change; the server refuses where it differs.
	// Nil: no check. Servers before Zulip 10 (feature level 320) do not check.
	ExpectedPermissions ChannelPermissions
}

// UpdateChannel changes a channel. API: PATCH /streams/{stream_id}.
func (c *Client) UpdateChannel(ctx context.Context, id ChannelID, req UpdateChannelRequest) error {
	const op = "update channel"
	p, level := params{}, 0
	if req.Name != nil {
		p.text("new_name", *req.Name)
	}
	if req.Description != nil {
		p.text("description", *req.Description)
	}
	p.boolIf("is_private", req.IsPrivate)
	p.boolIf("is_web_public", req.IsWebPublic)
	p.boolIf("history_public_to_subscribers", req.HistoryPublicToSubscribers)
	if req.MessageRetentionDays != nil {
		p.json("message_retention_days", retention(*req.MessageRetentionDays))
	}
	if req.IsDefault != nil {
		level = 200
		p.json("is_default_stream", *req.IsDefault)
	}
	if req.FolderID != nil {
		level = 389
		p.json("folder_id", nil)
		if *req.FolderID != 0 {
			p.json("folder_id", *req.FolderID)
		}
	}
	if req.TopicsPolicy != "" {
		level = topicsLevel(req.TopicsPolicy)
		p.text("topics_policy", string(req.TopicsPolicy)) // JSON where a channel is made, plain text here
	}
	if err := c.requiresIf(ctx, op, level); err != nil {
		return err
	}
	if err := c.permit(ctx, op, &p, true, channelPermissions(req.Permissions, req.ExpectedPermissions)); err != nil {
		return err
	}
	if len(p) == 0 {
		return errNothingToChange(op)
	}
	return c.call(ctx, call{op: op, method: http.MethodPatch, path: path("streams", id), params: p}, &envelope{})
}

// ArchiveChannel closes a channel: its messages can be read, nothing can be written. API: DELETE /streams/{stream_id}.
func (c *Client) ArchiveChannel(ctx context.Context, id ChannelID) error {
	return c.call(ctx, call{op: "archive channel", method: http.MethodDelete, path: path("streams", id)}, &envelope{})
}

// UnarchiveChannel undoes [Client.ArchiveChannel]. Zulip 11 (feature level 388). API: PATCH /streams/{stream_id}.
func (c *Client) UnarchiveChannel(ctx context.Context, id ChannelID) error {
	const op = "unarchive channel"
	if err := c.requires(ctx, op, 388); err != nil {
		return err
	}
	p := params{}
	p.json("is_archived", false)
	return c.call(ctx, call{op: op, method: http.MethodPatch, path: path("streams", id), params: p}, &envelope{})
}

// ChannelEmail is the address to which e-mails become messages of a channel. Whoever has it can write there, so it is
// a secret. Sender, the caller or a bot of the caller's, writes those messages; 0 means the server's e-mail bot, any
// other needs Zulip 10 (feature level 335). Zulip 8 (feature level 226). API: GET /streams/{stream_id}/email_address.
func (c *Client) ChannelEmail(ctx context.Context, id ChannelID, sender UserID) (string, error) {
	const op = "get channel e-mail"
	p, level := params{}, 226
	if sender != 0 {
		level = 335
		p.json("sender_id", sender)
	}
	if err := c.requires(ctx, op, level); err != nil {
		return "", err
	}
	var out struct {
		envelope
		Email string `json:"email"`
	}
	err := c.call(ctx, call{op: op, method: http.MethodGet, path: path("streams", id, "email_address"), params: p}, &out)
	return out.Email, err
}
