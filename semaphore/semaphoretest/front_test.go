package semaphoretest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

func TestRights(t *testing.T) {
	t.Parallel()
	s := newShop(t, semaphoretest.Script{})
	as := map[string]*client{"nobody": {t: t, srv: s.Server}, "stranger": {t, s.Server, s.AddUser(semaphoretest.User{})}}
	for _, role := range []string{semaphoretest.RoleOwner, semaphoretest.RoleManager, semaphoretest.RoleTaskRunner, semaphoretest.RoleGuest} {
		u := s.AddUser(semaphoretest.User{Username: role})
		as[role] = &client{t, s.Server, u}
		s.admin.ask(http.StatusNoContent, "POST", "/project/1/users", fmt.Sprintf(`{"user_id":%d,"role":%q}`, u.ID, role))
	}
	for _, c := range []struct {
		method, path, body string
		want               map[string]int
	}{
		{"GET", "/project/1/templates", "", map[string]int{"nobody": 401, "stranger": 404, "guest": 200}},
		{"POST", "/project/1/tasks", `{"template_id":1}`, map[string]int{"stranger": 404, "guest": 403, "task_runner": 201, "manager": 201}},
		{"POST", "/project/1/tasks/99/stop", `{}`, map[string]int{"guest": 400, "task_runner": 400}},
		{"POST", "/project/1/views", `{"project_id":1,"title":"v"}`, map[string]int{"task_runner": 403, "manager": 201}},
		{"PUT", "/project/1", `{"id":1,"name":"shop"}`, map[string]int{"manager": 403, "owner": 204}},
		{"POST", "/projects", `{"name":"x"}`, map[string]int{"owner": 401}},
		{"GET", "/runners", "", map[string]int{"owner": 403}},
		{"GET", "/users/1", "", map[string]int{"owner": 401}},
		{"GET", "/users", "", map[string]int{"nobody": 401, "guest": 200}},
		{"DELETE", "/project/1/tasks/1", "", map[string]int{"task_runner": 403}},
	} {
		for who, status := range c.want {
			as[who].ask(status, c.method, c.path, c.body)
		}
	}
}

func TestRolesOfAProject(t *testing.T) {
	t.Parallel()
	s := newShop(t, semaphoretest.Script{})
	u := &client{t, s.Server, s.AddUser(semaphoretest.User{})}
	s.admin.ask(http.StatusCreated, "POST", "/project/1/roles", `{"slug":"deployer","name":"Deployer","permissions":1}`)
	s.admin.ask(http.StatusNoContent, "POST", "/project/1/users", fmt.Sprintf(`{"user_id":%d,"role":"deployer"}`, u.user.ID))
	assert.Equal(t, object{"role": "deployer", "permissions": 1.0}, u.get("/project/1/role"))
	u.ask(http.StatusCreated, "POST", "/project/1/tasks", `{"template_id":1}`)
	u.ask(http.StatusForbidden, "POST", "/project/1/views", `{"project_id":1,"title":"v"}`)
}

func TestGenerationsShowThingsDifferently(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		old, fresh := newShop(t, semaphoretest.Script{Lines: 1}, gen210), newShop(t, semaphoretest.Script{Lines: 1}, gen216)
		const key = `{"project_id":1,"name":"k","type":"none"}`
		assert.Empty(t, old.admin.ask(http.StatusNoContent, "POST", "/project/1/keys", key))
		assert.JSONEq(t, `{"id":2,"name":"k","type":"none","project_id":1}`, fresh.admin.ask(http.StatusCreated, "POST", "/project/1/keys", key))

		const start = `{"template_id":1,"debug":true,"limit":"a, b","params":{"tags":["t"]}}`
		old.admin.ask(http.StatusCreated, "POST", "/project/1/tasks", start)
		fresh.admin.ask(http.StatusCreated, "POST", "/project/1/tasks", start)
		time.Sleep(20 * sec)
		before, after := old.admin.get("/project/1/tasks/1"), fresh.admin.get("/project/1/tasks/1")
		assert.Equal(t, true, before["debug"])
		assert.Equal(t, "a, b", before["limit"])
		assert.NotContains(t, before, "params")
		assert.NotContains(t, after, "debug")
		assert.NotContains(t, after, "arguments")
		assert.Equal(t, object{"tags": []any{"t"}, "limit": []any{"a", "b"}}, after["params"])
		assert.Contains(t, old.admin.list("/project/1/tasks/1/output")[0], "task")
		assert.Contains(t, fresh.admin.list("/project/1/tasks/1/output")[0], "id")
		old.admin.ask(http.StatusNotFound, "GET", "/project/1/tasks/1/raw_output", "")
		old.admin.ask(http.StatusInternalServerError, "POST", "/project/1/tasks", `{"template_id":9}`)
		fresh.admin.ask(http.StatusNotFound, "POST", "/project/1/tasks", `{"template_id":9}`)
	})
}

func TestPagesOfTasks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{}, gen216)
		for range 5 {
			s.start(2 * sec)
		}
		r, err := s.admin.try("GET", "/project/1/tasks/last?count=2&before=4", "")
		require.NoError(t, err)
		var page []object
		require.NoError(t, json.Unmarshal([]byte(r.text), &page))
		assert.Equal(t, []any{3.0, 2.0}, []any{page[0]["id"], page[1]["id"]})
		assert.Equal(t, "true", r.header.Get("X-Has-Next"))
	})
}

func TestWrongPrefixIsAPage(t *testing.T) {
	t.Parallel()
	s := semaphoretest.New(semaphoretest.WithPrefix("/semaphore"))
	t.Cleanup(s.Close)
	for _, method := range []string{"GET", "POST", "DELETE"} {
		req, err := http.NewRequestWithContext(t.Context(), method, strings.TrimSuffix(s.URL(), "/semaphore")+"/api/projects", strings.NewReader("{}"))
		require.NoError(t, err)
		resp, err := s.Client().Do(req)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, http.StatusOK, resp.StatusCode)
		assert.Equal(t, "text/html; charset=utf-8", resp.Header.Get("Content-Type"))
	}
	c := &client{t, s, s.Admin()}
	c.ask(http.StatusOK, "GET", "/projects", "")
}

func TestFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{})
		start := func(f semaphoretest.Fault) (reply, error) {
			s.Fail(semaphoretest.Match{Method: "POST", Path: "/project/*/tasks"}, f)
			return s.admin.try("POST", "/project/1/tasks", `{"template_id":1}`)
		}
		r, err := start(semaphoretest.Fault{Status: http.StatusTooManyRequests, RetryAfter: 1500 * time.Millisecond})
		require.NoError(t, err)
		assert.Equal(t, []any{429, "2", ""}, []any{r.status, r.header.Get("Retry-After"), r.text})
		r, err = start(semaphoretest.Fault{Status: http.StatusServiceUnavailable})
		require.NoError(t, err)
		assert.Contains(t, r.text, "<html>")
		_, err = start(semaphoretest.Fault{CutBefore: true})
		require.Error(t, err)
		assert.Empty(t, s.Tasks(), "nothing was started so far")
		_, err = start(semaphoretest.Fault{CutAfter: true})
		require.Error(t, err)
		_, err = start(semaphoretest.Fault{CutBody: true})
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		r, err = start(semaphoretest.Fault{Malformed: true, Delay: time.Minute})
		require.NoError(t, err)
		assert.Equal(t, http.StatusCreated, r.status)
		assert.False(t, json.Valid([]byte(r.text)))
		assert.Len(t, s.Tasks(), 3)
		stop := s.Fail(semaphoretest.Match{User: s.Admin(), Skip: 1, Times: -1}, semaphoretest.Fault{Status: http.StatusForbidden})
		s.admin.ask(http.StatusOK, "GET", "/user", "")
		s.admin.ask(http.StatusForbidden, "GET", "/user", "")
		s.admin.ask(http.StatusForbidden, "GET", "/user", "")
		stop()
		s.admin.ask(http.StatusOK, "GET", "/user", "")
	})
}

func TestRequestsHaveNoSecrets(t *testing.T) {
	t.Parallel()
	s := newShop(t, semaphoretest.Script{})
	s.admin.ask(http.StatusNoContent, "POST", "/auth/login", `{"auth":"admin","password":"secret"}`)
	s.admin.ask(http.StatusCreated, "POST", "/project/1/keys", `{"project_id":1,"name":"k","type":"ssh","ssh":{"private_key":"PEM","passphrase":"pass"}}`)
	s.admin.ask(http.StatusNoContent, "DELETE", "/user/tokens/"+s.Admin().Token, "")
	all := s.Requests()
	require.Len(t, all, 3)
	assert.JSONEq(t, `{"auth":"admin","password":"REDACTED"}`, all[0].Body)
	assert.NotContains(t, fmt.Sprint(all), "PEM")
	assert.NotContains(t, fmt.Sprint(all), s.Admin().Token)
	assert.Equal(t, []any{"POST", "/project/1/keys", 201, 1}, []any{all[1].Method, all[1].Path, all[1].Status, all[1].UserID})
}

func TestIntegrationStartsATask(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{})
		s.admin.ask(http.StatusCreated, "POST", "/project/1/integrations", `{"project_id":1,"name":"hook","template_id":1,"auth_method":"token","auth_header":"X-Token","auth_secret_id":2}`)
		s.admin.ask(http.StatusCreated, "POST", "/project/1/keys", `{"project_id":1,"name":"k","type":"login_password","login_password":{"password":"p4ss"}}`)
		s.admin.ask(http.StatusOK, "POST", "/project/1/integrations/1/matchers", `{"integration_id":1,"name":"m","match_type":"body","method":"equals","body_data_type":"json","key":"a.[1]","value":"7"}`)
		s.admin.ask(http.StatusCreated, "POST", "/project/1/integrations/1/values", `{"integration_id":1,"name":"v","value_source":"header","key":"X-Ref","variable":"REF"}`)
		var alias object
		require.NoError(t, json.Unmarshal([]byte(s.admin.ask(http.StatusOK, "POST", "/project/1/integrations/1/aliases", "")), &alias))
		fire := func(token, body string) {
			req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL()+alias["url"].(string), strings.NewReader(body))
			require.NoError(t, err)
			req.Header.Set("X-Token", token)
			req.Header.Set("X-Ref", "main")
			resp, err := s.Client().Do(req)
			require.NoError(t, err)
			resp.Body.Close()
			assert.Equal(t, http.StatusNoContent, resp.StatusCode)
		}
		fire("wrong", `{"a":[1,7]}`)
		fire("p4ss", `{"a":[1,8]}`)
		assert.Empty(t, s.Tasks())
		fire("p4ss", `{"a":[1,7]}`)
		require.Len(t, s.Tasks(), 1)
		assert.JSONEq(t, `{"REF":"main"}`, s.Tasks()[0].Environment)
	})
}

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	s := newShop(t, semaphoretest.Script{})
	first := s.admin.ask(http.StatusOK, "GET", "/project/1/backup", "")
	s.admin.ask(http.StatusOK, "POST", "/projects/restore", first)
	assert.JSONEq(t, first, s.admin.ask(http.StatusOK, "GET", "/project/2/backup", ""))
}

func TestListenServesOtherPrograms(t *testing.T) {
	t.Parallel()
	s := semaphoretest.New()
	t.Cleanup(s.Close)
	_, err := s.Listen("192.0.2.1:0")
	require.ErrorContains(t, err, "loopback")
	site, err := s.Listen("127.0.0.1:0")
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), "GET", site+"/api/ping", http.NoBody)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "pong", string(text))
}

func TestSpeed(t *testing.T) {
	t.Parallel()
	s := newShop(t, semaphoretest.Script{Lines: 100, Rate: 10}, semaphoretest.WithSpeed(10_000))
	task := s.start(0)
	for {
		got, _ := s.Task(task)
		if !got.End.IsZero() {
			assert.Equal(t, semaphoretest.StatusSuccess, got.Status)
			assert.GreaterOrEqual(t, got.End.Sub(got.Start), 9900*time.Millisecond)
			break
		}
		require.NoError(t, t.Context().Err())
	}
}

func TestMistakesOfATestPanic(t *testing.T) {
	t.Parallel()
	s := newShop(t, semaphoretest.Script{})
	for what, do := range map[string]func(){
		"a name that is taken":      func() { s.AddUser(semaphoretest.User{Username: "admin"}) },
		"a template without a name": func() { s.AddTemplate(s.project, semaphoretest.Template{Playbook: "x"}) },
		"a project that is not":     func() { s.AddTemplate(&semaphoretest.Project{ID: 9}, semaphoretest.Template{Name: "x"}) },
		"a template that is not":    func() { s.StartTask(&semaphoretest.Template{ID: 9, ProjectID: 1}, nil, "") },
		"a task that is not":        func() { s.Log(9) },
		"a role that is not":        func() { s.AddProject("x", semaphoretest.Member{User: s.Admin(), Role: "king"}) },
		"a pattern that is none":    func() { s.Fail(semaphoretest.Match{Path: "["}, semaphoretest.Fault{}) },
		"a field of the wrong type": func() { s.AddTemplate(s.project, semaphoretest.Template{Name: "x", Fields: object{"vaults": 1}}) },
	} {
		assert.Panics(t, do, what)
	}
}
