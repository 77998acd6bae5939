package semaphoretest

import (
	"net/http"
	"slices"
)

func registrationRoutes() []route {
	own := []route{
		{method: "GET", path: "/runner_tags", handle: getRunnerTags, who: admins},
		{method: "GET", path: "/project/{project_id}/runner_tags", handle: getRunnerTags},
	}
	own = append(own, registrationRoutesAt("/runners/{runner_id}", admins)...)
	return append(own, registrationRoutesAt("/project/{project_id}/runners/{runner_id}", users)...)
}

func registrationRoutesAt(one string, who audience) []route {
	return []route{
		{method: "POST", path: one + "/registration-token", handle: withRunner(postRegistration), who: who, may: mayManage},
		{method: "DELETE", path: one + "/cache", handle: withRunner(deleteRunnerCache), who: who, may: mayManage},
	}
}

// postRegistration makes the token with which a prepared runner registers; there is one at a time.
func postRegistration(s *Server, _ *call, r *runner) answer {
	if r.Registered {
		return refuse(http.StatusBadRequest, "Runner is already registered")
	}
	r.registration = secretText()
	return s.reply(http.StatusOK, struct {
		Token     string `json:"registration_token"`
		RunnerID  int    `json:"runner_id"`
		ProjectID *int   `json:"project_id"`
	}{r.registration, r.ID, r.ProjectID})
}

func deleteRunnerCache(s *Server, _ *call, r *runner) answer {
	r.Cleaning = new(s.t)
	return noContent()
}

// allRunners are the server's and those of projects.
func (s *Server) allRunners() []*runner {
	all := slices.Clone(s.runners)
	for _, p := range s.projects {
		all = append(all, p.runners...)
	}
	return all
}

// getRunnerTags counts the runners by their tags.
func getRunnerTags(s *Server, c *call) answer {
	counts := map[string]int{}
	for _, r := range s.visibleRunners(c) {
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
