package semaphoretest

import "net/http"

// deleteCache lets every template clone its repository anew.
func deleteCache(s *Server, _ *call) answer {
	for _, p := range s.projects {
		clear(p.cloned)
	}
	return noContent()
}

func deleteProjectCache(_ *Server, c *call) answer {
	clear(c.project.cloned)
	return noContent()
}

// postTestNotification sends nothing anywhere, but says so only when the project would.
func postTestNotification(_ *Server, c *call) answer {
	if !c.project.Alert {
		return empty(http.StatusConflict)
	}
	return noContent()
}
