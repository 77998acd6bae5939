package semaphoretest

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// newRoutes are the operations that only Gen216 has.
func newRoutes() []route {
	const one = "/project/{project_id}"
	const task = one + "/tasks/{task_id}"
	return slices.Concat([]route{
		{method: "GET", path: "/user/options", handle: getUserOptions},
		{method: "POST", path: "/user/options", handle: postUserOption},
		{method: "GET", path: task + "/raw_output", handle: withTask(getRawOutput)},
		{method: "GET", path: task + "/stages", handle: withTask(getStages)},
		{method: "GET", path: task + "/ansible/hosts", handle: withTask(noRows)},
		{method: "GET", path: task + "/ansible/errors", handle: withTask(noRows)},
		{method: "POST", path: task + "/reject", handle: withTask(postReject), may: mayRun},
		{method: "POST", path: one + "/templates/{id}/stop_all_tasks", handle: templates.with(postStopAll), may: mayRun},
		{method: "PUT", path: one + "/templates/{id}/description", handle: templates.with(putDescription), may: mayManage},
		{method: "GET", path: one + "/repositories/{id}/branches", handle: repositories.with(getBranches)},
		{method: "GET", path: one + "/roles", handle: getRoles},
		{method: "POST", path: one + "/roles", handle: postRole, may: mayManageAll},
		{method: "GET", path: one + "/roles/{slug}", handle: withRole(getOneRole)},
		{method: "PUT", path: one + "/roles/{slug}", handle: withRole(putRole), may: mayManageAll},
		{method: "DELETE", path: one + "/roles/{slug}", handle: withRole(deleteRole), may: mayManageAll},
		{method: "GET", path: one + "/invites", handle: getInvites},
		{method: "POST", path: one + "/invites", handle: postInvite, may: mayManageAll},
		{method: "DELETE", path: one + "/invites/{invite_id}", handle: deleteInvite, may: mayManageAll},
		{method: "GET", path: one + "/runner_tags", handle: getRunnerTags},
	}, runnerRoutesAt(one+"/runners", users))
}

func getUserOptions(s *Server, c *call) answer {
	own := map[string]string{}
	maps.Copy(own, c.user.options)
	return s.reply(http.StatusOK, own)
}

func postUserOption(s *Server, c *call) answer {
	var body struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	if c.user.options == nil {
		c.user.options = map[string]string{}
	}
	c.user.options[body.Key] = body.Value
	return s.reply(http.StatusOK, body)
}

// A stage is a part of a task: the server's preparations, then the script.
type stage struct {
	ID            int        `json:"id"`
	TaskID        int        `json:"task_id"`
	Start         *time.Time `json:"start"`
	End           *time.Time `json:"end"`
	StartOutputID *int       `json:"start_output_id"`
	EndOutputID   *int       `json:"end_output_id"`
	Type          string     `json:"type"`
	Result        any        `json:"result"`
}

func getStages(s *Server, _ *call, t *task) answer {
	list := []stage{}
	index := 0
	for i := range t.log.parts {
		p := &t.log.parts[i]
		n := p.known(s.t)
		if n == 0 {
			continue
		}
		id := t.stageID(p.first)
		at := slices.IndexFunc(list, func(v stage) bool { return v.ID == id })
		if at < 0 {
			v := stage{ID: id, TaskID: t.ID, Start: new(p.begin), StartOutputID: new(t.lineID(index)), Type: "init"}
			if !p.first {
				v.Type = "running"
			}
			list, at = append(list, v), len(list)
		}
		index += n
		list[at].End, list[at].EndOutputID = new(p.at(n-1)), new(t.lineID(index-1))
	}
	return s.reply(http.StatusOK, list)
}

func noRows(s *Server, _ *call, _ *task) answer { return s.reply(http.StatusOK, []any{}) }

// postReject says no to a task that waits for a confirmation.
func postReject(s *Server, _ *call, t *task) answer {
	if !t.active() {
		return empty(http.StatusBadRequest)
	}
	s.setStatus(t, StatusRejected)
	return noContent()
}

func postStopAll(s *Server, c *call, tpl *template) answer {
	for _, t := range slices.Clone(s.byAge) {
		if t.project == c.project && t.TemplateID == tpl.ID && t.active() {
			s.stop(t, false)
		}
	}
	return noContent()
}

func putDescription(_ *Server, c *call, t *template) answer {
	var body struct {
		Description string `json:"description"`
	}
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	t.Description = &body.Description
	return noContent()
}

func getBranches(s *Server, _ *call, r *repository) answer {
	return s.reply(http.StatusOK, []string{r.GitBranch})
}

// A role is a role that a project has made for itself.
type role struct {
	ID          int    `json:"id"`
	Slug        string `json:"slug"`
	Name        string `json:"name"`
	Permissions int    `json:"permissions"`
	ProjectID   *int   `json:"project_id"`
}

func getRoles(s *Server, c *call) answer {
	return s.reply(http.StatusOK, append([]*role{}, c.project.roles...))
}

func postRole(s *Server, c *call) answer {
	var body role
	if !c.bind(&body) || body.Slug == "" || s.isRole(c.project, body.Slug) {
		return empty(http.StatusBadRequest)
	}
	body.ID, body.ProjectID = s.nextID("role", nil), &c.project.ID
	c.project.roles = append(c.project.roles, &body)
	return s.reply(http.StatusCreated, body)
}

func withRole(handle func(*Server, *call, *role) answer) func(*Server, *call) answer {
	return func(s *Server, c *call) answer {
		for _, r := range c.project.roles {
			if r.Slug == c.vars["slug"] {
				return handle(s, c, r)
			}
		}
		return empty(http.StatusNotFound)
	}
}

func getOneRole(s *Server, _ *call, r *role) answer { return s.reply(http.StatusOK, r) }

func putRole(_ *Server, c *call, r *role) answer {
	var body role
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	r.Name, r.Permissions = body.Name, body.Permissions
	return noContent()
}

func deleteRole(_ *Server, c *call, r *role) answer {
	c.project.roles = slices.DeleteFunc(c.project.roles, func(other *role) bool { return other == r })
	return noContent()
}

// An invite asks somebody into a project. Nobody accepts it here.
type invite struct {
	ID            int       `json:"id"`
	ProjectID     int       `json:"project_id"`
	UserID        *int      `json:"user_id" gen:"omit"`
	Email         *string   `json:"email" gen:"omit"`
	Role          string    `json:"role"`
	Status        string    `json:"status"`
	InviterUserID int       `json:"inviter_user_id"`
	Created       time.Time `json:"created"`
}

func getInvites(s *Server, c *call) answer {
	return s.reply(http.StatusOK, append([]*invite{}, c.project.invites...))
}

func postInvite(s *Server, c *call) answer {
	var body invite
	if !c.bind(&body) || body.UserID == nil && body.Email == nil || !s.isRole(c.project, body.Role) {
		return empty(http.StatusBadRequest)
	}
	body.ID, body.ProjectID, body.Status = s.nextID("invite", nil), c.project.ID, "pending"
	body.InviterUserID, body.Created = c.user.ID, s.t
	c.project.invites = append(c.project.invites, &body)
	return s.reply(http.StatusCreated, body)
}

func deleteInvite(_ *Server, c *call) answer {
	id, _ := c.id("invite_id")
	before := len(c.project.invites)
	c.project.invites = slices.DeleteFunc(c.project.invites, func(v *invite) bool { return v.ID == id })
	if len(c.project.invites) == before {
		return empty(http.StatusNotFound)
	}
	return noContent()
}

func getRunnerTags(s *Server, c *call) answer {
	counts := map[string]int{}
	for _, r := range c.project.runners {
		for _, tag := range r.Tags {
			counts[tag]++
		}
	}
	type tagRow struct {
		Tag     string `json:"tag"`
		Runners int    `json:"number_of_runners"`
	}
	list := []tagRow{}
	for tag, n := range counts {
		list = append(list, tagRow{tag, n})
	}
	slices.SortFunc(list, func(a, b tagRow) int { return s.compareNames(a.Tag, b.Tag) })
	return s.reply(http.StatusOK, list)
}
