package semaphoretest

import (
	"net/http"
	"slices"
)

// The versions that the server says it has.
const (
	version210 = "2.10.32-31-gd4a27137-d4a27137-1729799028"
	version216 = "v2.16.47-bc8a231-1765983501"
)

// An app is a program that runs templates.
type app struct {
	Active    bool     `json:"active"`
	Priority  int      `json:"priority"`
	Title     string   `json:"title"`
	Icon      string   `json:"icon"`
	Color     string   `json:"color"`
	DarkColor string   `json:"dark_color"`
	Path      string   `json:"path"`
	Args      []string `json:"args"`

	id string
}

func stockApps(g Generation) []*app {
	apps := []*app{
		{id: "ansible", Active: true, Priority: 1000}, {id: "terraform", Active: true, Priority: 900}, {id: "tofu", Priority: 800},
	}
	if g == Gen216 {
		apps = append(apps, &app{id: "terragrunt", Priority: 750})
	}
	return append(apps, &app{id: "bash", Active: true, Priority: 700}, &app{id: "powershell", Priority: 600}, &app{id: "python", Priority: 500})
}

func systemRoutes() []route {
	return []route{
		{method: "GET", path: "/ping", handle: getPing, who: anyone},
		{method: "GET", path: "/ws", socket: true},
		{method: "GET", path: "/info", handle: getInfo},
		{method: "GET", path: "/auth/login", handle: getLogin, who: anyone},
		{method: "POST", path: "/auth/login", handle: postLogin, who: anyone},
		{method: "POST", path: "/auth/logout", handle: postLogout, who: anyone},
		{method: "GET", path: "/user/tokens", handle: getTokens},
		{method: "POST", path: "/user/tokens", handle: postToken},
		{method: "DELETE", path: "/user/tokens/{token_id}", handle: deleteToken},
		{method: "GET", path: "/apps", handle: getApps},
		{method: "GET", path: "/apps/{app_id}", handle: getApp, who: admins},
		{method: "PUT", path: "/apps/{app_id}", handle: putApp, who: admins},
		{method: "POST", path: "/apps/{app_id}", handle: putApp, who: admins},
		{method: "DELETE", path: "/apps/{app_id}", handle: deleteApp, who: admins},
		{method: "POST", path: "/apps/{app_id}/active", handle: postAppActive, who: admins},
		{method: "GET", path: "/options", handle: getOptions, who: admins},
		{method: "POST", path: "/options", handle: postOption, who: admins},
		{method: "GET", path: "/events", handle: getEvents},
		{method: "GET", path: "/events/last", handle: getLastEvents},
	}
}

func getPing(*Server, *call) answer {
	return answer{status: http.StatusOK, mime: plainType, raw: []byte("pong")}
}

func getInfo(s *Server, _ *call) answer {
	body := struct {
		Ansible         string         `json:"ansible"`
		AuthMethods     map[string]any `json:"auth_methods" gen:"216"`
		Features        map[string]any `json:"premium_features" gen:"216"`
		GitClient       string         `json:"git_client" gen:"216"`
		Roles           []any          `json:"roles" gen:"216"`
		Zone            string         `json:"schedule_timezone" gen:"216"`
		Teams           map[string]any `json:"teams" gen:"216"`
		UseRemoteRunner bool           `json:"use_remote_runner"`
		Version         string         `json:"version"`
		WebHost         string         `json:"web_host"`
	}{
		Ansible: "ansible [core 2.16.0]\n  config file = None\n", AuthMethods: map[string]any{}, Features: map[string]any{},
		GitClient: "cmd_git", Roles: []any{}, Zone: s.scheduleZone().String(), Teams: map[string]any{}, Version: version216, WebHost: s.webHost(),
	}
	if s.gen == Gen210 {
		body.Version = version210
	}
	return s.reply(http.StatusOK, body)
}

// webHost is the address that the server has in its configuration: it needs one to stand below a prefix.
func (s *Server) webHost() string {
	if s.prefix == "" {
		return ""
	}
	return s.URL()
}

func (s *Server) app(id string) *app {
	for _, a := range s.apps {
		if a.id == id {
			return a
		}
	}
	return nil
}

func getApps(s *Server, _ *call) answer {
	type listed struct {
		app
		ID string `json:"id"`
	}
	list := []listed{}
	for _, a := range s.apps {
		list = append(list, listed{*a, a.id})
	}
	slices.SortStableFunc(list, func(a, b listed) int { return b.Priority - a.Priority })
	return s.reply(http.StatusOK, list)
}

func getApp(s *Server, c *call) answer {
	a := s.app(c.vars["app_id"])
	if a == nil {
		return refuse(http.StatusNotFound, "app not found")
	}
	return s.reply(http.StatusOK, a)
}

func putApp(s *Server, c *call) answer {
	body := app{id: c.vars["app_id"]}
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	if a := s.app(body.id); a != nil {
		*a = body
	} else {
		s.apps = append(s.apps, &body)
	}
	return noContent()
}

func deleteApp(s *Server, c *call) answer {
	s.apps = slices.DeleteFunc(s.apps, func(a *app) bool { return a.id == c.vars["app_id"] })
	return noContent()
}

func postAppActive(s *Server, c *call) answer {
	var body struct {
		Active bool `json:"active"`
	}
	if !c.bind(&body) {
		return refuse(http.StatusBadRequest, "Invalid request body")
	}
	if a := s.app(c.vars["app_id"]); a != nil {
		a.Active = body.Active
	}
	return noContent()
}

func getOptions(s *Server, _ *call) answer { return s.reply(http.StatusOK, s.options) }

func postOption(s *Server, c *call) answer {
	var body struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	s.options[body.Key] = body.Value
	return s.reply(http.StatusOK, body)
}
