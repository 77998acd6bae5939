package semaphoretest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
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
		{method: "GET", path: one + "/repositories/{id}/branches", handle: repositories.with(getBranches)},
		{method: "GET", path: one + "/stats", handle: getStats},
		{method: "DELETE", path: "/cache", handle: deleteCache, who: admins},
		{method: "DELETE", path: one + "/cache", handle: deleteProjectCache, may: mayManage},
		{method: "POST", path: one + "/notifications/test", handle: postTestNotification, may: mayManage},
	}, totpRoutes(), inviteRoutes(), roleRoutes(), registrationRoutes(), secretStorageRoutes(), templatePartRoutes(),
		workflowRoutes(), runnerRoutesAt(one+"/runners", users))
}

// userOption is the one setting that users have.
const userOption = "nav.unpinnedItems"

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
	if !c.bind(&body) || body.Key != userOption {
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

// getBranches lists the branches; a directory on the server has none.
func getBranches(s *Server, _ *call, r *repository) answer {
	if strings.HasPrefix(r.GitURL, "/") || strings.HasPrefix(r.GitURL, "file:") {
		return s.reply(http.StatusBadRequest, "Wrong repository type: local")
	}
	return s.reply(http.StatusOK, []string{r.GitBranch})
}
