package zulip

import (
	"context"
	"net/http"
)

// ChannelFolderID is the number of a channel folder.
type ChannelFolderID int64

// ChannelFolder groups channels for people's eyes.
type ChannelFolder struct {
	ID   ChannelFolderID `json:"id"`
	Name string          `json:"name"`
	// Description is Markdown, RenderedDescription its HTML.
	Description         string `json:"description"`
	RenderedDescription string `json:"rendered_description"`
	// Order is the place among the folders, from 0. It needs feature level 414.
	Order int `json:"order"`
	// CreatorID and DateCreated, in Unix seconds, are 0 when unknown.
	CreatorID   UserID `json:"creator_id"`
	DateCreated int64  `json:"date_created"`
	IsArchived  bool   `json:"is_archived"`
}

// ChannelFoldersRequest selects folders; the zero value means those in use.
type ChannelFoldersRequest struct {
	// IncludeArchived adds archived folders.
	IncludeArchived bool
}

// ChannelFolders lists the organisation's channel folders in their order. Zulip 11 (feature level 389).
// API: GET /channel_folders.
func (c *Client) ChannelFolders(ctx context.Context, req ChannelFoldersRequest) ([]ChannelFolder, error) {
	const op = "list channel folders"
	if err := c.requires(ctx, op, 389); err != nil {
		return nil, err
	}
	p := params{}
	if req.IncludeArchived {
		p.json("include_archived", true)
	}
	var out struct {
		envelope
		Folders []ChannelFolder `json:"channel_folders"`
	}
	err := c.call(ctx, call{op: op, method: http.MethodGet, path: path("channel_folders"), params: p}, &out)
	return out.Folders, err
}
