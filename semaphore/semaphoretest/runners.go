package semaphoretest

import (
	"net/http"
	"slices"
	"time"
)

// RegistrationToken is the token with which runners register, as the server's configuration would hold it.
const RegistrationToken = "sem-test-runner-reg-token"

// A runner runs tasks elsewhere. This server keeps runners and gives them no work.
type runner struct {
	ID               int        `json:"id"`
	ProjectID        *int       `json:"project_id"`
	Webhook          string     `json:"webhook"`
	MaxParallelTasks int        `json:"max_parallel_tasks"`
	Active           bool       `json:"active"`
	Name             string     `json:"name"`
	Tag              string     `json:"tag" gen:"216"`
	Tags             []string   `json:"tags" gen:"216"`
	IsDefault        bool       `json:"is_default" gen:"216"`
	Touched          *time.Time `json:"touched" gen:"216,omit"`
	Cleaning         *time.Time `json:"cleaning_requested" gen:"216,omit"`
	Registered       bool       `json:"registered" gen:"216"`

	token        string
	registration string // with which it may register, if it was prepared
}

// A newRunner is a runner with the token that is shown once.
type newRunner struct {
	runner
	Token      string `json:"token"`
	PrivateKey string `json:"private_key" gen:"216"`
}

// runnersOf finds where the runners of a path are: a project's or the server's.
func (s *Server) runnersOf(c *call) *[]*runner {
	if c.project != nil {
		return &c.project.runners
	}
	return &s.runners
}

func runnerRoutes() []route {
	return slices.Concat(runnerRoutesAt("/runners", admins), []route{
		{method: "POST", path: "/internal/runners", handle: registerRunner, who: anyone},
		{method: "GET", path: "/internal/runners", handle: withOwnRunner(getJobs), who: anyone},
		{method: "PUT", path: "/internal/runners", handle: withOwnRunner(putJobs), who: anyone},
		{method: "DELETE", path: "/internal/runners", handle: withOwnRunner(unregisterRunner), who: anyone},
	})
}

func runnerRoutesAt(base string, who audience) []route {
	one := base + "/{runner_id}"
	return []route{
		{method: "GET", path: base, handle: getRunners, who: who},
		{method: "POST", path: base, handle: postRunner, who: who, may: mayManage},
		{method: "GET", path: one, handle: withRunner(getRunner), who: who},
		{method: "PUT", path: one, handle: withRunner(putRunner), who: who, may: mayManage},
		{method: "POST", path: one, handle: withRunner(putRunner), who: who, may: mayManage},
		{method: "DELETE", path: one, handle: withRunner(deleteRunner), who: who, may: mayManage},
		{method: "POST", path: one + "/active", handle: withRunner(postRunnerActive), who: who, may: mayManage},
	}
}

func getRunners(s *Server, c *call) answer { return s.reply(http.StatusOK, s.visibleRunners(c)) }

// visibleRunners are those that a path lists: a project also sees those of the server that have tags.
func (s *Server) visibleRunners(c *call) []*runner {
	list := append([]*runner{}, *s.runnersOf(c)...)
	if c.project != nil {
		for _, r := range s.runners {
			if len(r.Tags) > 0 {
				list = append(list, r)
			}
		}
	}
	return list
}

func (s *Server) addRunner(list *[]*runner, r runner) *runner {
	r.ID = s.nextID("runner", nil)
	if r.Registered || s.gen == Gen210 {
		r.token = secretText()
	}
	if r.Tags == nil {
		r.Tags = []string{}
	}
	*list = append(*list, &r)
	return &r
}

func postRunner(s *Server, c *call) answer {
	body := runner{Registered: true}
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	body.ProjectID, body.Active = nil, body.Active && (body.Registered || s.gen == Gen210)
	if c.project != nil {
		body.ProjectID = &c.project.ID
	}
	r := s.addRunner(s.runnersOf(c), body)
	key := ""
	if r.Registered {
		key = secretText()
	}
	return s.reply(http.StatusCreated, newRunner{*r, r.token, key})
}

func withRunner(handle func(*Server, *call, *runner) answer) func(*Server, *call) answer {
	return func(s *Server, c *call) answer {
		id, ok := c.id("runner_id")
		if !ok {
			return refuse(http.StatusBadRequest, "runner_id required")
		}
		for _, r := range *s.runnersOf(c) {
			if r.ID == id {
				return handle(s, c, r)
			}
		}
		return refuse(http.StatusNotFound, "Runner not found")
	}
}

func getRunner(s *Server, _ *call, r *runner) answer { return s.reply(http.StatusOK, r) }

func putRunner(_ *Server, c *call, r *runner) answer {
	var body runner
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	body.ID, body.ProjectID, body.Registered = r.ID, r.ProjectID, r.Registered
	body.token, body.registration = r.token, r.registration
	if body.Tags == nil {
		body.Tags = []string{}
	}
	*r = body
	return noContent()
}

func deleteRunner(s *Server, c *call, r *runner) answer {
	list := s.runnersOf(c)
	*list = slices.DeleteFunc(*list, func(other *runner) bool { return other == r })
	return noContent()
}

func postRunnerActive(_ *Server, c *call, r *runner) answer {
	var body struct {
		Active bool `json:"active"`
	}
	if !c.bind(&body) {
		return refuse(http.StatusBadRequest, "Invalid request body")
	}
	r.Active = body.Active
	return noContent()
}

func registerRunner(s *Server, c *call) answer {
	var body struct {
		RegistrationToken string `json:"registration_token"`
		Webhook           string `json:"webhook"`
		MaxParallelTasks  int    `json:"max_parallel_tasks"`
	}
	if !c.bind(&body) {
		return refuse(http.StatusBadRequest, "Invalid format")
	}
	for _, r := range s.allRunners() {
		if r.registration != "" && r.registration == body.RegistrationToken {
			r.registration, r.Registered, r.token = "", true, secretText()
			return s.reply(http.StatusOK, map[string]string{"token": r.token})
		}
	}
	if body.RegistrationToken != RegistrationToken {
		return refuse(http.StatusBadRequest, "Invalid registration token")
	}
	r := s.addRunner(&s.runners, runner{Webhook: body.Webhook, MaxParallelTasks: body.MaxParallelTasks, Registered: true})
	return s.reply(http.StatusOK, map[string]string{"token": r.token})
}

// withOwnRunner finds the runner that speaks, by its token.
func withOwnRunner(handle func(*Server, *call, *runner) answer) func(*Server, *call) answer {
	return func(s *Server, c *call) answer {
		token := c.r.Header.Get("X-Runner-Token")
		for _, r := range s.allRunners() {
			if token != "" && r.token == token {
				return handle(s, c, r)
			}
		}
		return refuse(http.StatusNotFound, "Runner not found")
	}
}

func getJobs(s *Server, _ *call, _ *runner) answer {
	return s.reply(http.StatusOK, struct {
		CurrentJobs []any          `json:"CurrentJobs"`
		NewJobs     []any          `json:"new_jobs"`
		AccessKeys  map[string]any `json:"access_keys"`
	}{AccessKeys: map[string]any{}})
}

func putJobs(*Server, *call, *runner) answer { return noContent() }

func unregisterRunner(s *Server, _ *call, r *runner) answer {
	same := func(other *runner) bool { return other == r }
	s.runners = slices.DeleteFunc(s.runners, same)
	for _, p := range s.projects {
		p.runners = slices.DeleteFunc(p.runners, same)
	}
	return noContent()
}
