package semaphore

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

// TaskStatsRequest selects the tasks that are counted; the zero value means all of the project.
type TaskStatsRequest struct {
	// TemplateID selects the tasks of one template. 0 means all.
	TemplateID TemplateID
	// UserID selects the tasks that one user started. 0 means all.
	UserID UserID
	// Start and End bound the days; their time of day does not count. Zero means no bound.
	Start, End time.Time
}

// TaskStat counts the tasks of one day.
type TaskStat struct {
	// Date is as "2026-11-22".
	Date string `json:"date"`
	// Tasks counts the tasks by the status that they have now.
	Tasks map[TaskStatus]int `json:"count_by_status"`
	// AvgDuration is how long the tasks ran on average, in seconds.
	AvgDuration int `json:"avg_duration"`
}

// TaskStats counts tasks by day and status; days without tasks are left out. Errors: [ErrNotFound], [ErrUnsupported].
// API: GET /project/{project_id}/stats and /project/{project_id}/templates/{template_id}/stats, 2.16 and later.
func (c *Client) TaskStats(ctx context.Context, project ProjectID, req TaskStatsRequest) ([]TaskStat, error) {
	r := call{op: "get stats of tasks", path: in(project, "stats"), since: "2.16", query: url.Values{}}
	if req.TemplateID != 0 {
		r.path = in(project, "templates", req.TemplateID, "stats")
	}
	if req.UserID != 0 {
		r.query.Set("user_id", strconv.FormatInt(int64(req.UserID), 10))
	}
	for name, day := range map[string]time.Time{"start": req.Start, "end": req.End} {
		if !day.IsZero() {
			r.query.Set(name, day.Format(time.DateOnly))
		}
	}
	return get[[]TaskStat](ctx, c, r)
}
