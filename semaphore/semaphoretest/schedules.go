package semaphoretest

import (
	"net/http"
	"strconv"
	"time"
)

// A schedule starts tasks at certain times.
type schedule struct {
	ID             int            `json:"id"`
	ProjectID      int            `json:"project_id"`
	TemplateID     int            `json:"template_id"`
	CronFormat     string         `json:"cron_format"`
	Name           string         `json:"name"`
	Active         bool           `json:"active"`
	RepositoryID   *int           `json:"repository_id" gen:"omit"`
	RunAt          *time.Time     `json:"run_at" gen:"216,omit"`
	Type           string         `json:"type" gen:"216"`
	DeleteAfterRun bool           `json:"delete_after_run" gen:"216"`
	TaskParams     map[string]any `json:"task_params" gen:"216,omit"`

	seen bool // the repository was looked at; nothing is ever new there afterwards
}

// A listedSchedule is a schedule as the list of a project shows it.
type listedSchedule struct {
	schedule
	TplName string `json:"tpl_name"`
}

func (v *schedule) key() *int     { return &v.ID }
func (v *schedule) title() string { return v.Name }

var schedules = collection[schedule, *schedule]{
	kind: "schedule", name: "Schedule",
	called: func(v *schedule) string { return "Schedule ID " + strconv.Itoa(v.ID) },
	list:   func(p *project) *[]*schedule { return &p.schedules },
	check:  checkSchedule,
	saved:  func(s *Server, c *call, stored, _ *schedule) { s.planSchedule(c.project, stored) },
}

func scheduleRoutes() []route {
	const base = "/project/{project_id}/schedules"
	own := []route{
		{method: "GET", path: base, handle: getSchedules},
		{method: "POST", path: base + "/validate", handle: postValidate, may: mayManage},
		{method: "PUT", path: base + "/{id}/active", handle: schedules.with(putActive), may: mayManage},
	}
	for _, rt := range schedules.routes("schedules") {
		if rt.path != base+"/{id}/refs" { // schedules have none
			own = append(own, rt)
		}
	}
	return own
}

// checkTime refuses a time that no clock ever shows.
func (s *Server) checkTime(v *schedule) *answer {
	if s.gen == Gen216 && v.Type == "run_at" {
		if v.RunAt == nil {
			return badRequest("run_at is required")
		}
		return nil
	}
	if _, err := parseCron(v.CronFormat); err != nil {
		return badRequest("Cron: " + err.Error())
	}
	return nil
}

func checkSchedule(s *Server, c *call, body, old *schedule) *answer {
	if old != nil {
		body.seen = old.seen
		switch {
		case body.ID != old.ID:
			return badRequest("schedule id in URL and in body must be the same")
		case body.ProjectID != old.ProjectID:
			return badRequest("You can not move schedule to other project")
		}
	}
	if refused := s.checkTime(body); refused != nil {
		return refused
	}
	body.ProjectID = c.project.ID
	if s.db != Bolt && find(c.project.templates, body.TemplateID) == nil {
		if old == nil {
			s.nextID("schedule", c.project) // the number is lost
		}
		return bare(http.StatusBadRequest)
	}
	return nil
}

// getSchedules lists all schedules. On Bolt one whose template is gone hides them all.
func getSchedules(s *Server, c *call) answer {
	list := []listedSchedule{}
	for _, v := range c.project.schedules {
		t := find(c.project.templates, v.TemplateID)
		if t == nil {
			return empty(http.StatusNotFound)
		}
		list = append(list, listedSchedule{*v, t.Name})
	}
	return s.reply(http.StatusOK, list)
}

// getTemplateSchedules lists the schedules of a template that watch a repository.
func getTemplateSchedules(s *Server, c *call, t *template) answer {
	list := []schedule{}
	for _, v := range c.project.schedules {
		if v.TemplateID == t.ID && v.RepositoryID != nil {
			list = append(list, *v)
		}
	}
	return s.reply(http.StatusOK, list)
}

func postValidate(s *Server, c *call) answer {
	var body schedule
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	if refused := s.checkTime(&body); refused != nil {
		return *refused
	}
	return status200()
}

func putActive(s *Server, c *call, v *schedule) answer {
	var body struct {
		Active bool `json:"active"`
	}
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	v.Active = body.Active
	s.planSchedule(c.project, v)
	s.note(c.project, c.user.ID, "schedule", v.ID, "Schedule ID "+strconv.Itoa(v.ID)+" updated")
	return noContent()
}
