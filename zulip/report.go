package zulip

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"
)

// ReportType is why a message is reported. Later servers may add values.
type ReportType string

// The reasons of today.
const (
	ReportSpam          ReportType = "spam"
	ReportHarassment    ReportType = "harassment"
	ReportInappropriate ReportType = "inappropriate"
	ReportNorms         ReportType = "norms"
	ReportOther         ReportType = "other"
)

// MaxReportDescription is how many code points the description of a report may have.
const MaxReportDescription = 1000

// ReportMessageRequest asks the moderators to look at a message.
type ReportMessageRequest struct {
	Type ReportType
	// Description says more; ReportOther needs one.
	Description string
}

// ReportMessage reports a message to the moderators; the server refuses where the organisation has no channel for that.
// Zulip 11 (feature level 382). API: POST /messages/{message_id}/report.
func (c *Client) ReportMessage(ctx context.Context, id MessageID, req ReportMessageRequest) error {
	const op = "report message"
	switch {
	case req.Type == "":
		return errors.New("zulip: " + op + ": it has no type")
	case req.Type == ReportOther && req.Description == "":
		return errors.New("zulip: " + op + ": the type other needs a description")
	case utf8.RuneCountInString(req.Description) > MaxReportDescription:
		return fmt.Errorf("zulip: %s: the description has more than %d code points", op, MaxReportDescription)
	}
	if err := c.requires(ctx, op, 382); err != nil {
		return err
	}
	p := params{}
	p.text("report_type", string(req.Type))
	p.textIf("description", req.Description)
	return c.call(ctx, call{op: op, method: http.MethodPost, path: path("messages", id, "report"), params: p}, &envelope{})
}
