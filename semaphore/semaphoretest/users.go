package semaphoretest

import (
	"net/http"
	"slices"
	"time"
)

// A user is an account as the API shows it.
type user struct {
	ID       int       `json:"id"`
	Created  time.Time `json:"created"`
	Username string    `json:"username"`
	Name     string    `json:"name"`
	Email    string    `json:"email"`
	Admin    bool      `json:"admin"`
	External bool      `json:"external"`
	Alert    bool      `json:"alert"`
	Pro      bool      `json:"pro" gen:"216"`
	TOTP     *totp     `json:"totp" gen:"216,omit"`

	password string
	options  map[string]string
}

// A counter numbers things of a kind, in a project or in the whole server.
type counter struct {
	kind    string
	project int
}

// nextID numbers things: Bolt per project, the other databases all over the server.
func (s *Server) nextID(kind string, p *project) int {
	c := counter{kind: kind}
	if p != nil && s.db == Bolt {
		c.project = p.ID
	}
	s.counters[c]++
	return s.counters[c]
}

func (s *Server) userByID(id int) *user {
	for _, u := range s.users {
		if u.ID == id {
			return u
		}
	}
	return nil
}

func userRoutes() []route {
	return []route{
		{method: "GET", path: "/user", handle: getSelf},
		{method: "GET", path: "/users", handle: getUsers},
		{method: "POST", path: "/users", handle: postUser},
		{method: "GET", path: "/users/{user_id}", handle: withUser(getUser)},
		{method: "PUT", path: "/users/{user_id}", handle: withUser(putUser)},
		{method: "DELETE", path: "/users/{user_id}", handle: withUser(deleteUser)},
		{method: "POST", path: "/users/{user_id}/password", handle: withUser(postPassword)},
	}
}

func getSelf(s *Server, c *call) answer {
	return s.reply(http.StatusOK, struct {
		user
		CanCreateProject bool `json:"can_create_project"`
	}{*c.user, c.user.Admin})
}

// A userName is what users who are no administrators see of others.
type userName struct {
	ID       int    `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
}

func getUsers(s *Server, c *call) answer {
	if c.user.Admin {
		return s.reply(http.StatusOK, s.users)
	}
	list := []userName{}
	for _, u := range s.users {
		list = append(list, userName{u.ID, u.Username, u.Name})
	}
	return s.reply(http.StatusOK, list)
}

// A newUser is a user with the password that only requests have.
type newUser struct {
	Password string `json:"password"`
	user
}

func (s *Server) nameTaken(u *user) bool {
	return slices.ContainsFunc(s.users, func(other *user) bool {
		return other.ID != u.ID && (other.Username == u.Username || other.Email == u.Email)
	})
}

func postUser(s *Server, c *call) answer {
	var body newUser
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	if !c.user.Admin {
		return empty(http.StatusUnauthorized)
	}
	u := body.user
	u.ID, u.password, u.Created, u.TOTP = 0, body.Password, s.t.Truncate(time.Second), nil
	if u.Username == "" || u.Name == "" || u.Email == "" || s.nameTaken(&u) {
		return empty(http.StatusBadRequest)
	}
	u.ID = s.nextID("user", nil)
	s.users = append(s.users, &u)
	return s.reply(http.StatusCreated, u)
}

// withUser finds the user of the path, whom only administrators and the user himself may look at.
func withUser(handle func(*Server, *call, *user) answer) func(*Server, *call) answer {
	return func(s *Server, c *call) answer {
		id, ok := c.id("user_id")
		if !ok {
			return empty(http.StatusBadRequest)
		}
		u := s.userByID(id)
		switch {
		case u == nil:
			return empty(http.StatusNotFound)
		case !c.user.Admin && c.user != u:
			return empty(http.StatusUnauthorized)
		}
		return handle(s, c, u)
	}
}

func getUser(s *Server, _ *call, u *user) answer { return s.reply(http.StatusOK, u) }

func putUser(s *Server, c *call, u *user) answer {
	var body newUser
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	if c.user == u && u.Admin != body.Admin {
		return empty(http.StatusUnauthorized) // nobody changes his own rights
	}
	changed := body.user
	changed.ID, changed.Created, changed.password, changed.TOTP = u.ID, u.Created, u.password, u.TOTP
	if body.Password != "" {
		changed.password = body.Password
	}
	if changed.Username == "" || changed.Name == "" || changed.Email == "" || s.nameTaken(&changed) {
		return empty(http.StatusBadRequest)
	}
	*u = changed
	return noContent()
}

func deleteUser(s *Server, _ *call, u *user) answer {
	s.users = slices.DeleteFunc(s.users, func(other *user) bool { return other == u })
	s.tokens = slices.DeleteFunc(s.tokens, func(t *token) bool { return t.UserID == u.ID })
	for _, p := range s.projects {
		p.leave(u.ID)
	}
	return noContent()
}

func postPassword(_ *Server, c *call, u *user) answer {
	var body struct {
		Password string `json:"password"`
	}
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	u.password = body.Password
	return noContent()
}
