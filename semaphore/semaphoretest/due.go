package semaphoretest

import (
	"encoding/json"
	"slices"
	"time"
)

// planSchedule notes when a schedule is due next. What was planned for it before no longer counts.
func (s *Server) planSchedule(p *project, v *schedule) {
	delete(s.due, v)
	if v.RepositoryID == nil && !v.Active { // one that watches a repository is always on, as on the real server
		return
	}
	when, found := s.whenDue(v)
	if !found {
		s.spend(p, v)
		return
	}
	s.due[v] = when
	s.at(when, func() {
		if now, planned := s.due[v]; planned && now.Equal(when) {
			s.startScheduled(p, v)
		}
	})
}

func (s *Server) whenDue(v *schedule) (time.Time, bool) {
	if s.gen == Gen216 && v.Type == "run_at" {
		return v.RunAt.UTC(), v.RunAt.After(s.t)
	}
	c, err := parseCron(v.CronFormat)
	if err != nil { // a restored one was not checked
		return time.Time{}, false
	}
	when, found := c.next(s.t, s.scheduleZone())
	return when.UTC(), found
}

func (s *Server) scheduleZone() *time.Location {
	if s.zone == nil {
		return time.UTC
	}
	return s.zone
}

// startScheduled starts the task of a schedule that is due, unless the project or the template is gone meanwhile.
func (s *Server) startScheduled(p *project, v *schedule) {
	delete(s.due, v)
	if !slices.Contains(s.projects, p) || !slices.Contains(p.schedules, v) {
		return
	}
	tpl := find(p.templates, v.TemplateID)
	if tpl != nil && (v.RepositoryID == nil || !v.seen) {
		row := taskRow{TemplateID: tpl.ID}
		if s.gen == Gen216 { // 2.10 does not note which schedule it was
			row.ScheduleID = &v.ID
			row.takeParams(v.TaskParams)
		}
		s.create(p, tpl, row, nil)
	}
	v.seen = v.RepositoryID != nil
	s.planSchedule(p, v)
}

// spend puts away a schedule for one moment that has passed.
func (s *Server) spend(p *project, v *schedule) {
	switch {
	case s.gen == Gen210 || v.Type != "run_at":
	case v.DeleteAfterRun:
		p.schedules = slices.DeleteFunc(p.schedules, func(other *schedule) bool { return other == v })
	default:
		v.Active = false
	}
}

// takeParams takes over what a schedule, an integration or a node of a workflow says about its tasks.
func (row *taskRow) takeParams(params map[string]any) {
	wanted := struct {
		Environment string         `json:"environment"`
		Arguments   *string        `json:"arguments"`
		GitBranch   *string        `json:"git_branch"`
		Message     string         `json:"message"`
		InventoryID *int           `json:"inventory_id"`
		Params      map[string]any `json:"params"`
	}{Environment: row.Environment}
	text, _ := json.Marshal(params) // came from JSON
	if json.Unmarshal(text, &wanted) != nil {
		return // of other types than the API's
	}
	row.Environment, row.Arguments, row.GitBranch = wanted.Environment, wanted.Arguments, wanted.GitBranch
	row.Message, row.InventoryID, row.Params = wanted.Message, wanted.InventoryID, wanted.Params
}
