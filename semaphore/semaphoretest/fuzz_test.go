package semaphoretest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// Whatever a program asks for, it gets an answer; a handler that panics would cut the connection.
func FuzzRequests(f *testing.F) {
	for _, seed := range []string{
		"POST /project/1/tasks {\"template_id\":1,\"environment\":\"[]\",\"limit\":\",\"}",
		"POST /project/1/templates {\"name\":\"x\",\"playbook\":\"y\",\"app\":\"bash\",\"repository_id\":1,\"vaults\":[{\"id\":1}],\"survey_vars\":null}",
		"PUT /project/1/templates/1 {\"id\":1,\"project_id\":1,\"name\":\"x\",\"playbook\":\"y\",\"app\":\"bash\",\"type\":\"build\"}",
		"POST /project/1/environment {\"project_id\":1,\"name\":\"e\",\"json\":\"{}\",\"secrets\":[{\"operation\":\"create\"}]}",
		"POST /project/1/schedules/validate {\"cron_format\":\"*/0 1-5,7 ? jan-DEC 0\"}",
		"POST /project/1/schedules {\"cron_format\":\"@every 1h\",\"template_id\":1}",
		"POST /projects/restore {\"templates\":[{\"build_template\":\"x\",\"cron\":\" \"}],\"schedules\":[{}]}",
		"POST /project/1/integrations/1/matchers {\"integration_id\":1}",
		"POST /integrations/x {}",
		"GET /project/1/tasks/last?limit=-1&count=x&before=9999999999999999999 ",
		"GET /project/1/backup ",
		"DELETE /user/tokens/x ",
		"POST /auth/login null",
		"POST /users {\"username\":\"\\u0000\"}",
		"POST /project/1/views/positions {\"1\":2}",
		"POST /project/1/schedules {\"type\":\"run_at\",\"run_at\":\"2026-11-22T00:00:00Z\",\"template_id\":1,\"active\":true,\"task_params\":{\"message\":1}}",
		"POST /project/1/invites {\"email\":\"a@b.example\",\"role\":\"guest\",\"expires_at\":\"2026-11-22T00:00:00Z\"}",
		"POST /invites/accept {\"token\":\"\"}",
		"POST /project/1/workflows {\"name\":\"x\",\"nodes\":[{\"template_id\":1},{\"kind\":\"delay\",\"delay_seconds\":1}],\"edges\":[{\"source_node_id\":-1,\"destination_node_id\":-2,\"condition\":\"always\"}]}",
		"POST /project/1/runners {\"registered\":false,\"tags\":[\"x\"]}",
		"POST /users/1/2fas/totp ",
		"POST /auth/verify {\"passcode\":\"\"}",
		"POST /project/1/secret_storages {\"project_id\":1,\"params\":{\"a\":[]}}",
		"GET /project/1/stats?start=2026-11-22&user_id=1 ",
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, text string, old bool) {
		g := semaphoretest.Gen216
		if old {
			g = semaphoretest.Gen210
		}
		s := newShop(t, semaphoretest.Script{}, semaphoretest.WithGeneration(g))
		defer s.Close()
		method, rest, _ := strings.Cut(text, " ")
		path, body, _ := strings.Cut(rest, " ")
		req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+"/api"+path, strings.NewReader(body))
		if err != nil || req.URL.Host != "127.0.0.1" || strings.Contains(path, "/keys/") || strings.Contains(path, "/ws") {
			t.Skip() // no request, or one for which the real server falls over
		}
		req.Header.Set("Authorization", "Bearer "+s.Admin().Token)
		resp, err := s.Client().Do(req)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		resp.Body.Close()
	})
}
